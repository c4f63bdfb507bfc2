"""What mail servers' refusals mean, in a session and in a mail that came back: one table.

The reply's first digit decides what is done (4: later, 5: never this way), as RFC 5321 has it, and so a full mailbox
that answers 552 is final. The step at which it came decides whose fault it is: what is refused of a recipient or of
a text is about that message alone, whatever the words, and never stops the others; what is refused before is about us,
and so are replies that ask for a sign-in or for encryption, at whatever step.
The enhanced status only says more precisely why.
Sources: RFC 5321, section 4.2; RFC 3463 and the registry of enhanced status codes at iana.org; RFC 4954 (sign-in).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from casework.refusals import Kind, Refusal


class Step(StrEnum):
    """How far a session with a mail server had come."""

    GREETING = "greeting"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    TEXT = "text"


#: Refused at these steps, no other message would go either.
_ABOUT_US: Final[Mapping[Step, str]] = {
    Step.GREETING: "server_refuses_us",
    Step.SIGN_IN: "not_authorised",
    Step.SENDER: "sender_refused",
}
#: Replies that ask for a sign-in or for encryption, at whatever step a server remembers it.
_SIGN_IN_WANTED: Final = frozenset({530, 534, 535, 538})

_NO_SUCH: Final = "recipient_refused"
#: Enhanced status -> why; '*' stands for every class, and for every other detail.
_BY_STATUS: Final[Mapping[str, str]] = {
    **{f"*.1.{detail}": _NO_SUCH for detail in (0, 1, 2, 3, 4, 6, 9, 10)},
    # The sender's address, which a server further on does not like.
    "*.1.7": "mail_refused",
    "*.1.8": "mail_refused",
    "*.2.1": "mailbox_closed",
    "*.2.2": "mailbox_full",
    "*.2.3": "text_refused",
    "*.2.4": "mailbox_closed",
    "*.3.4": "text_refused",
    "*.3.*": "mail_server_away",
    # Exchange says so of a mailbox that its directory does not have.
    "5.4.1": _NO_SUCH,
    # No server answered, or it goes round in circles, or its time in the queue is over.
    "*.4.*": "mail_server_away",
    "*.6.*": "text_refused",
    # The account is closed, or somebody else has the mailbox, or the domain, by now.
    "*.7.13": "mailbox_closed",
    "*.7.17": "mailbox_closed",
    "*.7.18": "mailbox_closed",
    "*.7.*": "mail_refused",
}
#: Where there is no enhanced status: step and reply -> why. Source: RFC 5321 4.2.3, RFC 7504 (521, 556).
_BY_REPLY: Final[Mapping[tuple[Step, int], str]] = {
    **{(Step.RECIPIENT, reply): _NO_SUCH for reply in (550, 551, 553, 556)},
    (Step.RECIPIENT, 552): "mailbox_full",
    (Step.RECIPIENT, 521): "mail_server_away",
    (Step.TEXT, 550): "mail_refused",
}
_OTHERWISE: Final[Mapping[Step, str]] = {
    Step.RECIPIENT: "mail_refused",
    Step.TEXT: "text_refused",
}
_FOR_NOW: Final = "refused_for_now"
#: Of a mail that came back and does not tell why.
UNDELIVERABLE: Final = "undeliverable"

#: Every class of reason, for those who put it into words.
REASONS: Final = frozenset(
    {*_BY_STATUS.values(), *_BY_REPLY.values(), *_ABOUT_US.values(), *_OTHERWISE.values()}
) | {_FOR_NOW, UNDELIVERABLE}

_ENHANCED: Final = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")


def refusal_of_reply(step: Step, reply: int, words: str = "") -> Refusal:
    """What a reply other than success means: SLOW_DOWN for a 4xx, else PERMANENT or CONFIGURATION.

    `words`: what the server said after the code; only an enhanced status at its beginning is looked at.
    """
    status = _ENHANCED.match(words)
    code = status[0].strip() if status else str(reply)
    if reply < 500:
        # What is not decided yet is not told as if it were: most of these are greylisting, whatever they say.
        return Refusal(_FOR_NOW, Kind.SLOW_DOWN, code)
    if reply in _SIGN_IN_WANTED:
        return Refusal("not_authorised", Kind.CONFIGURATION, code)
    if step in _ABOUT_US:
        return Refusal(_ABOUT_US[step], Kind.CONFIGURATION, code)
    plain = _BY_REPLY.get((step, reply), _OTHERWISE[step])
    named = _named(code) if status else None
    return Refusal(named or plain, Kind.PERMANENT, code)


def refusal_of_bounce(status: str) -> Refusal:
    """Why a mail came back, by the enhanced status ('5.1.1', or '') that it tells; always for good."""
    named = _named(status) if _ENHANCED.fullmatch(status) else None
    return Refusal(named or UNDELIVERABLE, Kind.PERMANENT, status)


def _named(status: str) -> str | None:
    kind, subject, detail = (str(int(part)) for part in status.split("."))
    asked = (f"{kind}.{subject}.{detail}", f"*.{subject}.{detail}", f"*.{subject}.*")
    return next((_BY_STATUS[one] for one in asked if one in _BY_STATUS), None)
