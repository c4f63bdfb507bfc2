"""Text messages that come in: what one asks for, and whether its writer is answered at all.

A number proves nothing: whoever holds the telephone, or pretends to its number, may have written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from casework.caps import may_text
from casework.commands import SafeTime
from casework.directory import Directory
from casework.model import CaseHead
from casework.teams import ContactKind

#: The longest text that is kept, in characters: what the provider joins of one message's parts.
#: Source: twilio.com/docs/glossary/what-sms-character-limit
LONGEST_TEXT: Final = 1600


class Kind(StrEnum):
    """What a text asks for."""

    STOP = "stop"  # no texts to this number any more
    START = "start"  # texts again
    NOTE = "note"  # to be read by a person


#: The provider blocks the number at these words whatever we do, so they must mean the same here; and ours in Finnish
#: and Swedish. Source: twilio.com, "Twilio support for opt-out keywords"
_STOP: Final = frozenset(
    {
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"),
        *("lopeta", "peru", "peruuta", "stopp", "stoppa", "sluta"),
    }
)
_START: Final = frozenset({"start", "unstop", "yes", "aloita", "börja", "starta"})
_OBEYED: Final = {"STOP": Kind.STOP, "START": Kind.START}
#: Words of these that may also answer a question.
_ANSWERS: Final = frozenset({"yes"})
_WORDS: Final = dict.fromkeys(_STOP, Kind.STOP) | dict.fromkeys(_START, Kind.START)
#: Drawn as nothing, and not a format character (category Cf): joiners of letters, fillers, choosers of variants.
_INVISIBLE: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0]")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A text as the provider tells it. `sender` is E.164, a short code or a name; anybody can pretend to any."""

    provider_id: str
    sender: str = field(repr=False)
    body: str = field(repr=False)
    #: What the provider itself has made of it: 'STOP', 'START' or 'HELP' by words that the county gave it, or ''.
    #: Source: twilio.com/docs/messaging/tutorials/advanced-opt-out
    opt_out: str = ""


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text as it is kept; number and body are sealed, and empty where nobody has to read them.

    `submission_id`: the one whose number it came from, and with which it is erased; `case_id`: only of an open case.
    `protected`: of a note of nobody's case, where a case of its number asks for non-disclosure.
    """

    id: UUID
    provider_id: str
    received_at: datetime
    submission_id: UUID | None
    case_id: UUID | None
    team: str
    kind: Kind
    number: str = field(default="", repr=False)
    body: str = field(default="", repr=False)
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Correspondent:
    """The open case whose sender was written to at a number, and when that was.

    `safe_times` are those of the sender's newest choice of contact.
    """

    head: CaseHead
    written_at: datetime
    safe_times: frozenset[SafeTime]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose a note is: of a case, or else of a team, or of those in it who may read what is `protected`."""

    case_id: UUID | None
    team: str
    protected: bool


def read(body: str) -> Kind:
    """What a text asks for: STOP or START only where the whole of it is one such word.

    Case, width, accents typed apart, invisible characters, and whatever stands around the word but letters and
    digits do not count.
    """
    return _WORDS.get(_bare(body), Kind.NOTE)


def asked(arrived: Arrived) -> Kind:
    """What a text asks for: as the provider has obeyed it already, else by its words."""
    return _OBEYED.get(arrived.opt_out.upper()) or read(arrived.body)


def may_answer_a_question(body: str) -> bool:
    """Whether a word for START says something else too: a 'yes' must not vanish unread."""
    return _bare(body) in _ANSWERS


def _bare(body: str) -> str:
    """The text in lower case without anything around its letters; of a long one only enough to see that it is long."""
    visible = "".join(c for c in body[:LONGEST_TEXT] if not _is_invisible(c))
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    first = next((i for i, c in enumerate(plain) if c.isalnum()), len(plain))
    last = next((i for i in range(len(plain), first, -1) if plain[i - 1].isalnum()), first)
    return plain[first:last]


def _is_invisible(character: str) -> bool:
    category = unicodedata.category(character)
    is_control = category == "Cc" and not character.isspace()
    return is_control or category == "Cf" or bool(_INVISIBLE.match(character))


def e164(sender: str) -> str:
    """The number of a sender who can be written back to; '' for short codes, names and whatever else."""
    return sender if _E164.fullmatch(sender) else ""


def may_be_answered(number: str, own: str, directory: Directory) -> bool:
    """Whether an automatic answer may go to `number`: not to ourselves, or two machines would talk for ever.

    `own`: the number that was written to. Nor does one go where no text to a sender goes.
    """
    if not may_text(number, directory.county.sms_countries):
        return False
    ours = {_digits(one) for one in _own_numbers(directory)}
    return _digits(number) not in ours | {_digits(own)}


def _own_numbers(directory: Directory) -> Iterator[str]:
    """Numbers behind which somebody of the county, or one of its machines, may be."""
    yield directory.county.emergency_social_services
    yield from (other.phone for other in directory.counties.values())
    yield from (worker.mobile for worker in directory.workers.values())
    for team in directory.teams.values():
        yield team.phone
        for point in team.alert:
            if point.kind in {ContactKind.MOBILE, ContactKind.LANDLINE}:
                yield point.address


def _digits(number: str) -> str:
    """Digits with the country code; a number as it is dialled in Finland is one of Finland."""
    digits = "".join(c for c in number if c in "0123456789")
    return f"358{digits[1:]}" if digits.startswith("0") and digits[1:2] != "0" else digits
