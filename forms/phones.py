"""Phone numbers as people write them. Nothing is invented: a number that cannot be read is asked for again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import phonenumbers
from phonenumbers import PhoneNumberType

from forms.words import N_, Words

_HOME = "FI"
_SEPARATORS = re.compile(r"[\s()\-‐-―−./]+")
_TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_DIALLABLE = _TEXTABLE | {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
}
#: A Finnish subscriber number has at least this many digits with its prefix; shorter ones are local scraps.
_LEAST_DIGITS = 7
#: Of what is no number so much is repeated.
_MOST_LETTERS = 30

ASK_LETTERS = N_("Write the phone number with digits only. Take away: %(letters)s")
ASK_WHOLE = N_("Write the whole phone number, for example 040 123 4567")
ASK_PREFIX = N_(
    "Begin the number with 0, or with + and the country code, for example +46 70 123 45 67"
)
ASK_COUNTRY = N_(
    "If the number is not Finnish, begin it with + and the country code, for example +46 70 123 45 67"
)
#: A Swedish mobile as it is written at home. No such mobile exists in Finland, where 07 is for services.
_SWEDISH_MOBILE = re.compile(r"07[02369][0-9]{7}")


class UnreadableNumber(ValueError):
    """What to ask the person, as words for a page."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Phone:
    """`number` is E.164 where it could be read, else what was typed, good for calling only."""

    number: str = field(repr=False)
    textable: bool


def read_phone(typed: str) -> Phone:
    """Read a number in any usual way of writing it. Raises UnreadableNumber."""
    letters = "".join(c for c in typed if unicodedata.category(c)[0] == "L")[:_MOST_LETTERS]
    if letters:
        raise UnreadableNumber(Words(ASK_LETTERS, letters=letters))
    bare = _SEPARATORS.sub("", re.sub(r"^(\s*(?:\+|00|990)\s*358)\s*\(0\)", r"\1", typed))
    if not re.fullmatch(r"\+?[0-9]+", bare):
        raise UnreadableNumber(Words(ASK_WHOLE))
    if len(bare.lstrip("+")) < _LEAST_DIGITS:
        raise UnreadableNumber(Words(ASK_WHOLE))
    if _SWEDISH_MOBILE.fullmatch(bare):
        raise UnreadableNumber(Words(ASK_COUNTRY))
    international = _international(bare)
    try:
        parsed = phonenumbers.parse(international, _HOME)
    except phonenumbers.NumberParseException:
        raise UnreadableNumber(Words(ASK_WHOLE)) from None
    kind = phonenumbers.number_type(parsed)
    if not phonenumbers.is_valid_number(parsed) or kind not in _DIALLABLE:
        # Service numbers and numbers of plans that the library does not know can still be dialled.
        return Phone(typed.strip(), textable=False)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164, textable=kind in _TEXTABLE)


def _international(bare: str) -> str:
    for prefix in ("990", "00"):
        if bare.startswith(prefix):
            return "+" + bare.removeprefix(prefix)
    if bare.startswith(("+", "0")):
        return bare
    if bare.startswith("358"):
        return "+" + bare
    raise UnreadableNumber(Words(ASK_PREFIX))
