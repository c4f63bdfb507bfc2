"""Days, hours and moments in a cell of the bundle: each is read from a text, or a ValueError says what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from casework.calendar import DAY_MINUTES, Span

_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-\u2013]\s*(\d{1,2})[:.](\d{2})", re.ASCII)
# With the seconds that spreadsheets add.
_CLOCK = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{1,2})[:.](\d{2})(?::00)?", re.ASCII)


def day(text: str) -> date:
    """A date as YYYY-MM-DD."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError("expected a date as YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no such day as {text}") from None


def day_or_none(text: str) -> date | None:
    """A date, or None for an empty cell."""
    return day(text) if text else None


def near_day(text: str) -> date:
    """A date in years that people plan for, so that days may be counted on from it."""
    found = day(text)
    if not 2000 <= found.year < 3000:
        raise ValueError("expected a year from 2000 to 2999")
    return found


def wall_clock(text: str) -> datetime:
    """'2026-12-24 22:00', or with a T between: what a clock in Helsinki shows, without a zone."""
    return _clock(text, last_minute=DAY_MINUTES - 1)


def end_on_wall_clock(text: str) -> datetime:
    """The same; '2026-12-24 24:00' is the midnight with which the day ends."""
    return _clock(text, last_minute=DAY_MINUTES)


def _clock(text: str, last_minute: int) -> datetime:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError("expected a day and a time as 2026-12-24 22:00")
    hours, minutes = int(match[2]), int(match[3])
    if minutes > 59 or hours * 60 + minutes > last_minute:
        raise ValueError(f"there is no such time as {match[2]}:{match[3]} here")
    return datetime.combine(near_day(match[1]), time()) + timedelta(hours=hours, minutes=minutes)


def written_clock(moment: datetime) -> str:
    """A wall-clock time as `wall_clock` reads it."""
    return moment.isoformat(" ", "minutes")


def minutes(duration: timedelta) -> int:
    """A duration as it is written: in whole minutes."""
    return duration // timedelta(minutes=1)


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


def written_spans(found: Iterable[Span]) -> str:
    """Spans of a day as `spans` reads them."""
    ordered = sorted(found, key=lambda span: span.opens)
    return " ".join(f"{_hour(s.opens)}-{_hour(s.closes)}" for s in ordered) or "closed"


def _hour(minute: int) -> str:
    minute = minute if minute <= DAY_MINUTES else minute - DAY_MINUTES
    return f"{minute // 60:02}:{minute % 60:02}"
