"""Breaks in the service, told in advance, and what to do meanwhile (306/2019 4 §)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: How long before its beginning a break is announced, where the county says nothing else.
NOTICE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Announcement:
    """One break: from when to when, and since when it is told; aware UTC.

    `text` says what is out of order and `meanwhile` what to do instead, each by language; `meanwhile` may be empty.
    """

    starts_at: datetime
    ends_at: datetime
    shown_from: datetime
    text: Mapping[str, str]
    meanwhile: Mapping[str, str]


def current(announcements: Iterable[Announcement], now: datetime) -> tuple[Announcement, ...]:
    """Those that are to be told at the moment `now` (aware), the first to begin first; gone when over."""
    shown = (one for one in announcements if one.shown_from <= now < one.ends_at)
    return tuple(sorted(shown, key=lambda one: (one.starts_at, one.ends_at)))
