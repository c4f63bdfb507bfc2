"""Opening hours over midnight, holidays and both clock changes; working days as THL counts them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import calendar
from casework.calendar import ALWAYS, HELSINKI, OpeningHours, Span
from webapp.holidays import finnish_holidays

HOLIDAYS = finnish_holidays(range(2024, 2033))
NO_HOLIDAYS: frozenset[date] = frozenset()
DAY = Span(8 * 60, 16 * 60)
OFFICE = OpeningHours(weekly=((DAY,),) * 5 + ((),) * 2)
CLOSED = OpeningHours(weekly=((),) * 7)


def every_day(*spans: Span, **more: object) -> OpeningHours:
    return OpeningHours(weekly=(spans,) * 7, **more)  # type: ignore[arg-type]


NIGHT = every_day(Span(22 * 60, 30 * 60), closed_on_holidays=False)


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI, fold=fold)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("opens", "closes"), [(-1, 5), (1440, 1450), (60, 60), (60, 1501)])
def test_a_span_that_is_no_span_is_refused(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="span"):
        Span(opens, closes)


def test_hours_name_all_seven_days() -> None:
    with pytest.raises(ValueError, match="seven"):
        OpeningHours(weekly=((DAY,),) * 5)


def test_the_opening_minute_is_open_and_the_closing_minute_is_not() -> None:
    assert calendar.is_open(OFFICE, HOLIDAYS, local("2026-03-02T08:00"))
    assert calendar.is_open(OFFICE, HOLIDAYS, local("2026-03-02T15:59:59"))
    assert not calendar.is_open(OFFICE, HOLIDAYS, local("2026-03-02T16:00"))
    assert not calendar.is_open(OFFICE, HOLIDAYS, local("2026-03-02T07:59:59"))


def test_a_night_shift_belongs_to_the_day_on_which_it_began() -> None:
    assert calendar.is_open(NIGHT, HOLIDAYS, local("2026-03-03T05:59"))
    assert not calendar.is_open(NIGHT, HOLIDAYS, local("2026-03-03T06:00"))
    only_monday = OpeningHours(weekly=((Span(1320, 1800),),) + ((),) * 6)
    assert calendar.is_open(only_monday, HOLIDAYS, local("2026-03-03T05:00"))
    assert not calendar.is_open(only_monday, HOLIDAYS, local("2026-03-02T05:00"))


def test_an_exception_takes_the_tail_after_midnight_with_it() -> None:
    good_friday = date(2026, 4, 3)
    hours = every_day(Span(900, 1620), exceptions={good_friday: (Span(900, 1440),)})
    saturday = local("2026-04-04T01:00")
    assert not calendar.is_open(hours, NO_HOLIDAYS, saturday)
    assert calendar.next_opening(hours, NO_HOLIDAYS, saturday) == utc("2026-04-04T12:00")
    assert calendar.is_open(hours, NO_HOLIDAYS, local("2026-04-03T01:00"))


def test_a_holiday_takes_the_tail_after_midnight_with_it() -> None:
    hours = every_day(Span(900, 1620))
    assert calendar.is_open(hours, NO_HOLIDAYS, local("2026-04-04T01:00"))
    assert not calendar.is_open(hours, HOLIDAYS, local("2026-04-04T01:00"))
    assert calendar.is_open(NIGHT, HOLIDAYS, local("2026-04-04T01:00"))


def test_an_exception_goes_before_a_holiday() -> None:
    hours = every_day(DAY, exceptions={date(2026, 12, 24): (Span(480, 600),)})
    assert calendar.is_open(hours, HOLIDAYS, local("2026-12-24T09:00"))


def test_the_next_opening_skips_weekend_and_holidays() -> None:
    friday_evening = local("2026-12-23T16:00")
    assert calendar.next_opening(OFFICE, HOLIDAYS, friday_evening) == utc("2026-12-28T06:00")
    open_now = local("2026-03-02T10:00")
    assert calendar.next_opening(OFFICE, HOLIDAYS, open_now) == open_now


def test_what_never_opens_has_no_next_opening_and_no_open_time() -> None:
    at = local("2026-03-02T10:00")
    assert calendar.next_opening(CLOSED, HOLIDAYS, at) is None
    assert calendar.closes_at(CLOSED, HOLIDAYS, at) is None
    assert calendar.add_open_time(CLOSED, HOLIDAYS, at, timedelta(minutes=1)) is None
    assert calendar.add_open_time(CLOSED, HOLIDAYS, at, timedelta(0)) == at


def test_round_the_clock_is_always_open_and_never_closes() -> None:
    at = local("2026-12-24T03:00")
    assert calendar.is_open(ALWAYS, HOLIDAYS, at)
    assert calendar.closes_at(ALWAYS, HOLIDAYS, at) is None
    year = timedelta(days=800)
    assert calendar.add_open_time(ALWAYS, HOLIDAYS, at, year) == at.astimezone(UTC) + year


def test_adjoining_spans_close_as_one() -> None:
    hours = every_day(Span(480, 720), Span(720, 1440), closed_on_holidays=False)
    assert calendar.closes_at(hours, HOLIDAYS, local("2026-03-02T09:00")) == utc("2026-03-02T22:00")
    assert calendar.closes_at(hours, HOLIDAYS, local("2026-03-02T07:00")) is None


def test_the_29th_of_february_is_a_day_like_others() -> None:
    assert calendar.is_open(NIGHT, HOLIDAYS, local("2028-02-29T23:00"))
    assert calendar.is_open(NIGHT, HOLIDAYS, local("2028-03-01T05:00"))
    assert calendar.add_working_days(date(2028, 2, 28), 1, HOLIDAYS) == date(2028, 2, 29)


@pytest.mark.parametrize(("evening", "hours"), [("2026-03-28T22:00", 7), ("2026-10-24T22:00", 9)])
def test_a_night_shift_lasts_as_long_as_the_night_truly_does(evening: str, hours: int) -> None:
    start = local(evening)
    end = calendar.closes_at(NIGHT, HOLIDAYS, start)
    assert end is not None
    assert end - start == timedelta(hours=hours)
    almost = timedelta(hours=hours) - timedelta(minutes=1)
    assert calendar.add_open_time(NIGHT, HOLIDAYS, start, almost) == end - timedelta(minutes=1)


def test_a_time_in_the_lost_hour_means_its_end() -> None:
    hours = every_day(Span(210, 480))
    lost = local("2026-03-29T02:59:59")
    assert calendar.next_opening(hours, HOLIDAYS, lost) == utc("2026-03-29T01:00")
    inside_only = every_day(Span(185, 230), exceptions={date(2026, 3, 30): ()})
    assert calendar.next_opening(inside_only, HOLIDAYS, lost) == utc("2026-03-31T00:05")


def test_a_time_in_the_repeated_hour_means_its_first_passing() -> None:
    hours = every_day(Span(120, 210))
    assert calendar.closes_at(hours, HOLIDAYS, local("2026-10-25T02:30")) == utc("2026-10-25T00:30")
    assert not calendar.is_open(hours, HOLIDAYS, local("2026-10-25T03:10", fold=1))


def test_open_time_goes_on_where_it_stopped() -> None:
    friday = local("2026-03-06T15:30")
    due = calendar.add_open_time(OFFICE, HOLIDAYS, friday, timedelta(hours=1))
    assert due == local("2026-03-09T08:30")
    at_close = calendar.add_open_time(OFFICE, HOLIDAYS, friday, timedelta(minutes=30))
    assert at_close == local("2026-03-06T16:00")
    with pytest.raises(ValueError, match="negative"):
        calendar.add_open_time(OFFICE, HOLIDAYS, friday, timedelta(seconds=-1))


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC, second=0, microsecond=0)
)
clock_changes = st.integers(-2000, 2000).flatmap(
    lambda minutes: st.sampled_from((utc("2026-03-29T01:00"), utc("2026-10-25T01:00"))).map(
        lambda change: change + timedelta(minutes=minutes)
    )
)
any_moment = st.one_of(moments, clock_changes)
spans = st.integers(0, 1439).flatmap(
    lambda opens: st.integers(opens + 1, opens + 1440).map(lambda closes: Span(opens, closes))
)
any_hours = st.builds(
    OpeningHours,
    weekly=st.tuples(*[st.lists(spans, max_size=2).map(tuple)] * 7),
    closed_on_holidays=st.booleans(),
)


@given(any_hours, any_moment)
def test_open_is_what_a_clock_on_the_wall_says(hours: OpeningHours, at: datetime) -> None:
    wall = at.astimezone(HELSINKI)
    said = False
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        minute = wall.hour * 60 + wall.minute + 1440 * back
        said |= any(s.opens <= minute < s.closes for s in hours.spans_on(day, HOLIDAYS))
    if not wall.fold:
        assert calendar.is_open(hours, HOLIDAYS, at) is said


@given(any_hours, any_moment)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    hours: OpeningHours, at: datetime
) -> None:
    opening = calendar.next_opening(hours, HOLIDAYS, at)
    if opening is None:
        assert not any(hours.weekly)
        return
    assert opening.tzinfo is UTC
    assert calendar.is_open(hours, HOLIDAYS, opening)
    assert (opening == at) is calendar.is_open(hours, HOLIDAYS, at)
    if opening > at:
        assert not calendar.is_open(hours, HOLIDAYS, opening - timedelta(minutes=1))
        assert not calendar.boundaries(hours, HOLIDAYS, at + timedelta(minutes=1), opening)


@given(any_hours, any_moment)
def test_between_two_boundaries_nothing_opens_or_closes(hours: OpeningHours, at: datetime) -> None:
    end = at + timedelta(days=4)
    marks = (at, *calendar.boundaries(hours, HOLIDAYS, at, end), end)
    for first, last in pairwise(marks):
        middle = first + (last - first) / 2
        assert calendar.is_open(hours, HOLIDAYS, first) is calendar.is_open(hours, HOLIDAYS, middle)


@settings(max_examples=25, deadline=None)
@given(any_hours, any_moment, st.integers(1, 600))
def test_open_time_counts_the_open_minutes(hours: OpeningHours, at: datetime, count: int) -> None:
    due = calendar.add_open_time(hours, HOLIDAYS, at, timedelta(minutes=count))
    if due is None or due - at > timedelta(days=3):
        return
    minutes = range(int((due - at) / timedelta(minutes=1)))
    steps = [calendar.is_open(hours, HOLIDAYS, at + timedelta(minutes=m)) for m in minutes]
    assert sum(steps) == count
    assert steps[-1]
