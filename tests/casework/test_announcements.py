"""Breaks of the service: told in time, gone when over, right on the nights when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.announcements import NOTICE, Announcement, current

START = datetime(2026, 12, 1, 16, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def announced(starts_at: datetime = START, hours: int = 4) -> Announcement:
    ends_at = starts_at + timedelta(hours=hours)
    return Announcement(starts_at, ends_at, starts_at - NOTICE, {"fi": "Katko"}, {})


def test_a_break_is_told_from_a_week_before_it_until_it_is_over() -> None:
    one = announced()
    assert current([one], START - NOTICE - MINUTE) == ()
    assert current([one], START - NOTICE) == (one,)
    assert current([one], START) == (one,)
    assert current([one], one.ends_at - MINUTE) == (one,)
    assert current([one], one.ends_at) == ()


def test_of_several_the_first_to_begin_comes_first() -> None:
    late, soon = announced(START + timedelta(days=2)), announced()
    assert current([late, soon], START) == (soon, late)


@given(st.integers(-20_000, 20_000))
def test_a_break_is_told_only_in_its_own_time(minutes: int) -> None:
    one, now = announced(), START + minutes * MINUTE
    assert (current([one], now) == (one,)) == (one.shown_from <= now < one.ends_at)
