"""What may stand in one cell of the bundle: each function reads a text or raises ValueError.

Reasons name what is expected. A name, a number or an address is not quoted back: reasons end up
in logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from casework import workers
from casework.directory import ANY
from casework.teams import ALERTING, ContactKind, PointUse, Tell

Reader = Callable[[str], str]

_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PAGE_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{2,8})*")
_LONG = re.compile(r"\+[1-9]\d{6,14}")
_SHORT = re.compile(r"\d{3,6}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_URL = re.compile(r"https://[^\s\"'<>]+")
#: Characters of a client code: a shorter one is guessed, a longer one is not typed from paper.
_CLIENT_CODE: Final = range(6, 21)
_ADDRESS_USES: Final = frozenset({PointUse.PUBLIC})


def code(text: str, digits: int) -> str:
    """A code of exactly so many digits; leading zeros count."""
    if not (text.isascii() and text.isdigit() and len(text) == digits):
        raise ValueError(f"expected {digits} digits with leading zeros, not '{text}'")
    return text


def municipality_code(text: str) -> str:
    """Three digits."""
    return code(text, 3)


def county_code(text: str) -> str:
    """Two digits."""
    return code(text, 2)


def postal_code(text: str) -> str:
    """Five digits."""
    return code(text, 5)


def key(text: str) -> str:
    """A key of our own making: small letters, digits and single hyphens, 40 at most."""
    if len(text) > 40 or not _KEY.fullmatch(text):
        raise ValueError("expected small letters, digits and hyphens")
    return text


def language(text: str) -> str:
    """A language code such as 'fi', 'sv' or 'smn'."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("expected a language code such as 'fi'")
    return text


def page_language(text: str) -> str:
    """A language of pages, which may be a way of writing such as 'selko'."""
    if not _PAGE_LANGUAGE.fullmatch(text):
        raise ValueError(f"expected a language code such as 'fi', not '{text}'")
    return text


def words(text: str, each: Reader) -> tuple[str, ...]:
    """Space-separated values, at least one, none twice."""
    found = tuple(each(word) for word in text.split())
    if not found:
        raise ValueError("is empty")
    if len(set(found)) < len(found):
        raise ValueError("names a value twice")
    return found


def languages(text: str) -> tuple[str, ...]:
    """Language codes, the first one first."""
    return words(text, language)


def served(text: str, each: Reader) -> frozenset[str]:
    """Space-separated values, or '*' alone for all."""
    return frozenset({ANY}) if text == ANY else frozenset(words(text, each))


def required(text: str) -> str:
    """Any text but none."""
    if not text:
        raise ValueError("is empty")
    return text


def whole_number(text: str, low: int, high: int) -> int:
    """A whole number from low to high."""
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise ValueError(f"expected a whole number from {low} to {high}")
    return int(text)


def yes_or_no(text: str) -> bool:
    """'yes' or 'no'."""
    if text not in ("yes", "no"):
        raise ValueError("expected yes or no")
    return text == "yes"


def yes_no_or_empty(text: str) -> bool | None:
    """'yes', 'no', or None for an empty cell."""
    return yes_or_no(text) if text else None


def yes_no(said: bool | None) -> str:
    """The same written."""
    return "" if said is None else "yes" if said else "no"


def phone(text: str) -> str:
    """A number for people to call: E.164, or a short one such as 112. Spaces are taken out."""
    bare = _bare(text)
    if not (_LONG.fullmatch(bare) or _SHORT.fullmatch(bare)):
        raise ValueError("expected a number that begins with +358, or a short number")
    return bare


def mobile(text: str) -> str:
    """A number that is written to: E.164. Whether a text reaches it, the check of the directory asks."""
    bare = _bare(text)
    if not _LONG.fullmatch(bare):
        raise ValueError("expected a number that begins with +358")
    return bare


def _bare(number: str) -> str:
    return re.sub(r"[\s()\u2010-\u2013-]", "", number.replace("(0)", ""))


def email(text: str) -> str:
    """An address as name@example.org; the full check is made when it is written to."""
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise ValueError("expected an e-mail address")
    return text


def url(text: str) -> str:
    """An https address."""
    if not _URL.fullmatch(text):
        raise ValueError("expected an address that begins with https://")
    return text


def optional(convert: Reader) -> Reader:
    """The same reader, but an empty cell stays empty."""
    return lambda text: convert(text) if text else ""


def colour(text: str) -> str:
    """#rrggbb; nothing else may reach a style sheet."""
    if not _COLOUR.fullmatch(text.lower()):
        raise ValueError("expected a colour as #00567a")
    return text.lower()


def contact_kind(text: str) -> ContactKind:
    """mobile, landline, email or address."""
    try:
        return ContactKind(text)
    except ValueError:
        raise ValueError("expected mobile, landline, email or address") from None


def address(kind: ContactKind, text: str) -> str:
    """An e-mail address, a street address or an E.164 number, as the kind of contact point demands."""
    if kind is ContactKind.EMAIL:
        return email(text)
    return required(text) if kind is ContactKind.ADDRESS else mobile(text)


def uses(kind: ContactKind, text: str) -> frozenset[PointUse]:
    """Space-separated words; empty for new and urgent. Nobody is alerted at a street address."""
    try:
        found = frozenset(PointUse(word) for word in text.split()) or ALERTING
    except ValueError:
        raise ValueError("expected new, urgent or public") from None
    if kind is ContactKind.ADDRESS and found != _ADDRESS_USES:
        raise ValueError("a street address is public and nothing else")
    return found


def tell(text: str) -> Tell:
    """on-duty, team, lead or on-call."""
    try:
        return Tell(text)
    except ValueError:
        raise ValueError("expected on-duty, team, lead or on-call") from None


def client_code(text: str) -> str:
    """A client code as it is compared; see `casework.workers.client_code`."""
    found = workers.client_code(text)
    if len(found) not in _CLIENT_CODE:
        shortest, longest = _CLIENT_CODE[0], _CLIENT_CODE[-1]
        raise ValueError(f"expected {shortest} to {longest} letters a to z and digits")
    return found
