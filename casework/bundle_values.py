"""What may stand in one cell of the bundle: each function reads a text or raises ValueError.

Reasons name what is expected. A name, a number or an address is not quoted back: reasons end up
in logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise

from casework.calendar import DAY_MINUTES, Span
from casework.directory import ANY
from casework.teams import ContactKind

Reader = Callable[[str], str]

_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PAGE_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{2,8})*")
_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-\u2013]\s*(\d{1,2})[:.](\d{2})")
_PHONE = re.compile(r"\+[1-9]\d{6,14}|\d{3,6}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_URL = re.compile(r"https://[^\s\"'<>]+")


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
        raise ValueError(f"expected small letters, digits and hyphens, not '{text}'")
    return text


def language(text: str) -> str:
    """A language code such as 'fi', 'sv' or 'smn'."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"expected a language code such as 'fi', not '{text}'")
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


def day(text: str) -> date:
    """A date as YYYY-MM-DD."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError("expected a date as YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no such day as {text}") from None


def day_or_none(text: str) -> date | None:
    """A date, or None for an empty cell."""
    return day(text) if text else None


def spans(text: str) -> tuple[Span, ...]:
    """'08:00-16:00', several after spaces; 'closed' or empty for none.

    An end that is not after its beginning falls on the next day: 22:00-06:00. 24:00 may end.
    """
    if text in ("", "closed"):
        return ()
    joined = re.sub(r"\s*([-\u2013])\s*", r"\1", text)
    found = sorted((_span(part) for part in joined.split()), key=lambda span: span.opens)
    for earlier, later in pairwise(found):
        if later.opens < earlier.closes:
            raise ValueError(f"spans of one day overlap in '{text}'")
    return tuple(found)


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"expected hours as 08:00-16:00, not '{text}'")
    hours = [int(part) for part in match.groups()]
    opens, closes = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if max(hours[1], hours[3]) > 59 or opens >= DAY_MINUTES or closes > DAY_MINUTES:
        raise ValueError(f"there is no such time in '{text}'")
    return Span(opens, closes if closes > opens else closes + DAY_MINUTES)


def phone(text: str) -> str:
    """A number for people to call: E.164, or a short one such as 112. Spaces are taken out."""
    bare = re.sub(r"[\s()\u2010-\u2013-]", "", text.replace("(0)", ""))
    if not _PHONE.fullmatch(bare):
        raise ValueError("expected a number that begins with +358, or a short number")
    return bare


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
    """mobile, landline or email."""
    try:
        return ContactKind(text)
    except ValueError:
        raise ValueError(f"expected mobile, landline or email, not '{text}'") from None


def address(kind: ContactKind, text: str) -> str:
    """An e-mail address or an E.164 number, as the kind of contact point demands."""
    if kind is ContactKind.EMAIL:
        return email(text)
    number = phone(text)
    if not number.startswith("+"):
        raise ValueError("expected a number that begins with +358")
    return number
