"""What Twilio's codes mean, for requests that were refused and for texts that did not arrive: one table.

Twilio advises against logic on codes, which split and change: the HTTP status is read first, the code only
says more, and a code that is not here is a refusal for good.
Source: twilio.com/docs/api/errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What can be done about a refusal."""

    #: This number or this text will not do: the next way, at once.
    PERMANENT = "permanent"
    #: The phone may be off or away, or Twilio holds texts to it back for a while: at most two later tries, then the
    #: next way. Its reason is one of LATER. Sources: twilio.com/docs/api/errors/30003, 30450 and 30453.
    RETRY_LATER = "retry_later"
    #: Not processed and not this message's fault: try again as often as it takes.
    SLOW_DOWN = "slow_down"
    #: Our account, sender or settings: no other message would go either.
    CONFIGURATION = "configuration"
    #: It may have been sent. Never resend blindly.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A class of reason, and what can be done. `known` is False for a code that is not in the table: log it.

    `code` is the provider's own, digits or ''.
    """

    reason: str
    kind: Kind
    code: str = ""
    known: bool = True


_P, _L, _S, _C = Kind.PERMANENT, Kind.RETRY_LATER, Kind.SLOW_DOWN, Kind.CONFIGURATION

_MEANINGS: Final[Mapping[tuple[str, Kind], tuple[int, ...]]] = {
    ("invalid_number", _P): (21211, 21217, 21265, 30005),
    ("not_mobile", _P): (21614, 21635, 30006),
    ("opted_out", _P): (21610,),
    # The account may not text that country, though the county's own list has it.
    ("country_not_enabled", _P): (21408,),
    ("no_route", _P): (21612,),
    ("text_refused", _P): (21602, 21605, 21617, 21619, 30007, 30019, 30038),
    # The recipient's operator lets nothing through to this number.
    ("blocked", _P): (30004,),
    # It waited longer at the provider than its safe hours allowed, and was not sent.
    ("expired", _P): (30036,),
    # The operator did not answer Twilio. It may have arrived, so not the same way again: Twilio itself
    # does not repeat it either.
    ("operator_silent", _P): (30410,),
    # 30008 says no more than that something went wrong, 30017 that the operator was too busy.
    ("unreachable", _L): (30003, 30008, 30017),
    # Twilio's own protection against fraud: for half an hour (30450), or for some hours (30453).
    ("held_by_provider", _L): (30450, 30453),
    ("too_many_requests", _S): (20429, 21611, 30001, 30022),
    ("not_authorised", _C): (20003, 20005, 20403),
    ("account_suspended", _C): (10001, 30002, 30037),
    ("no_such_account", _C): (20404,),
    ("sender_refused", _C): (
        *(21212, 21401, 21601, 21603, 21606, 21657, 21659, 21660, 21661, 21663),
        *(21701, 21703, 21704, 21705),
        *(30018, 30024, 30032, 30034, 30040, 30041, 30042),
    ),
    # A trial account, which texts verified numbers alone.
    ("trial_account", _C): (21608, 30044),
    ("setting_refused", _C): (21609, 21624, 30029, 30030, 30045, 90007),
}
_BY_CODE: Final[Mapping[int, tuple[str, Kind]]] = {
    code: meaning for meaning, codes in _MEANINGS.items() for code in codes
}
#: Every class of reason behind a code, for those who put it into words.
REASONS: Final = frozenset(reason for reason, _ in _MEANINGS) | {"refused"}
#: Reasons for which the same way may do after a while.
LATER: Final = frozenset(reason for reason, kind in _MEANINGS if kind is Kind.RETRY_LATER)
#: Statuses by which something between Twilio and us says that nothing was processed. Source: RFC 9110, 8470.
_NOT_PROCESSED: Final = frozenset({408, 421, 425})
#: What a status says where the code adds nothing.
_BY_STATUS: Final[Mapping[int, str]] = {
    401: "not_authorised",
    403: "not_authorised",
    404: "no_such_account",
}


def refusal_of(code: int | str | None) -> Refusal:
    """What a code of a receipt or a fetched message means; 'refused', for good, where it is not known.

    No code at all is not an unknown one: Twilio does not always say.
    """
    digits = str(code or "").strip()
    if not digits or digits == "0":
        return Refusal("refused", Kind.PERMANENT)
    if not digits.isascii() or not digits.isdigit():
        return Refusal("refused", Kind.PERMANENT, known=False)
    meaning = _BY_CODE.get(int(digits[:9]))
    if meaning is None:
        return Refusal("refused", Kind.PERMANENT, digits[:9], known=False)
    return Refusal(*meaning, digits)


def refusal_of_answer(status: int, code: int | str | None) -> Refusal:
    """What an answer other than success means: the HTTP `status` first, then Twilio's `code`."""
    named = refusal_of(None if str(code) == str(status) else code)
    if status == 429:
        return Refusal("too_many_requests", Kind.SLOW_DOWN, named.code or "20429")
    if status in _NOT_PROCESSED:
        return Refusal("proxy_refused", Kind.SLOW_DOWN, str(status))
    if not 300 <= status < 500:
        return Refusal("provider_fault", Kind.UNKNOWN, named.code or str(status))
    if named.code and named.known and (status >= 400 or named.kind is Kind.CONFIGURATION):
        return named
    if status < 400:
        return Refusal("unexpected_redirect", Kind.CONFIGURATION, str(status))
    if status in _BY_STATUS:
        return Refusal(_BY_STATUS[status], Kind.CONFIGURATION, named.code or str(status))
    # Twilio always gives a code: an answer without one is somebody else's, and somebody must look at it.
    known = named.known and bool(named.code)
    return Refusal(named.reason, named.kind, named.code or str(status), known)
