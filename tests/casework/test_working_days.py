"""Working days as THL counts them, and Finland's holidays against a table of our own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.calendar import add_working_days, is_eve, is_working_day
from casework.deadlines import assessment_start_on, working_days_left
from webapp.holidays import finnish_holidays

HOLIDAYS = finnish_holidays(range(2024, 2033))
WITHOUT_EVES = frozenset(day for day in HOLIDAYS if not is_eve(day))


def day_of(text: str) -> date:
    return date.fromisoformat(text)


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian rule (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def first_from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def holidays_of(year: int) -> set[date]:
    fixed = [(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)]
    movable = {easter(year) + timedelta(days=offset) for offset in (-2, 0, 1, 39, 49)}
    midsummer = {first_from(date(year, 6, 19), 4), first_from(date(year, 6, 20), 5)}
    all_saints = {first_from(date(year, 10, 31), 5)}
    return {date(year, *month_day) for month_day in fixed} | movable | midsummer | all_saints


def works(day: date, holidays: set[date]) -> bool:
    return day.weekday() < 5 and day not in holidays


def plain_start(arrived: date, holidays: set[date], eves: set[date]) -> date:
    """The seventh working day counted on the fingers, eves as working days, and never one of them."""
    counted, day = 0, arrived
    while counted < 7:
        day = date.fromordinal(day.toordinal() + 1)
        counted += works(day, holidays - eves)
    while not works(day, holidays):
        day = date.fromordinal(day.toordinal() - 1)
    return day


@pytest.mark.parametrize("year", range(2024, 2033))
def test_the_start_of_an_assessment_agrees_with_a_plain_count_on_every_day(year: int) -> None:
    holidays = holidays_of(year) | holidays_of(year + 1)
    eves = {first_from(date(y, 6, 19), 4) for y in (year, year + 1)}
    eves |= {date(y, 12, 24) for y in (year, year + 1)}
    known = finnish_holidays(range(year, year + 2))
    for number in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
        arrived = date.fromordinal(number)
        start = assessment_start_on(arrived, known)
        assert start == plain_start(arrived, holidays, eves)
        assert works(start, holidays)
        assert arrived < start
        # Never later than where eves are no working days.
        assert start <= add_working_days(arrived, 7, known)


@pytest.mark.parametrize("year", range(2024, 2033))
def test_each_day_is_a_working_day_or_not_by_a_table_of_our_own(year: int) -> None:
    table, known = holidays_of(year), finnish_holidays(range(year, year + 1))
    days = [
        date.fromordinal(number)
        for number in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
    ]
    assert [is_working_day(day, known) for day in days] == [works(day, table) for day in days]


@given(st.dates(date(2024, 1, 10), date(2031, 12, 1)), st.integers(-20, 20))
def test_working_days_left_agree_with_a_plain_count(today: date, distance: int) -> None:
    last = today + timedelta(days=distance)
    early, late = sorted((today, last))
    days = [date.fromordinal(n) for n in range(early.toordinal() + 1, late.toordinal() + 1)]
    holidays = holidays_of(today.year - 1) | holidays_of(today.year) | holidays_of(today.year + 1)
    count = sum(works(day, holidays) for day in days)
    noon = timedelta(hours=12)
    start = datetime(today.year, today.month, today.day, tzinfo=UTC) + noon
    assert working_days_left(start, start + (last - today), HOLIDAYS) == (
        count if last >= today else -count
    )


@pytest.mark.parametrize("year", range(2024, 2033))
def test_the_holidays_are_those_of_the_law_and_both_eves(year: int) -> None:
    assert finnish_holidays(range(year, year + 1)) == holidays_of(year)


@pytest.mark.parametrize(
    ("arrived", "seventh"),
    [
        ("2026-01-13", "2026-01-22"),
        ("2026-03-31", "2026-04-13"),
        ("2026-04-24", "2026-05-06"),
        ("2026-12-01", "2026-12-10"),
        ("2026-06-12", "2026-06-24"),
        ("2026-12-17", "2026-12-30"),
    ],
)
def test_the_seventh_working_day_leaves_out_weekends_and_holidays(
    arrived: str, seventh: str
) -> None:
    assert add_working_days(day_of(arrived), 7, HOLIDAYS) == day_of(seventh)


@pytest.mark.parametrize(
    ("arrived", "seventh"),
    [
        ("2026-01-13", "2026-01-22"),
        ("2026-06-12", "2026-06-23"),
        ("2026-12-17", "2026-12-29"),
        ("2026-06-10", "2026-06-19"),
    ],
)
def test_counting_eves_as_working_days_gives_the_safe_earlier_day(
    arrived: str, seventh: str
) -> None:
    assert add_working_days(day_of(arrived), 7, WITHOUT_EVES) == day_of(seventh)


def test_a_safe_day_can_fall_on_an_eve_and_is_known_as_one() -> None:
    assert is_eve(date(2026, 6, 19))
    assert is_working_day(date(2026, 6, 18), HOLIDAYS)
    assert [day for day in sorted(HOLIDAYS) if is_eve(day) and day.year == 2027] == [
        date(2027, 6, 25),
        date(2027, 12, 24),
    ]


def test_one_working_day_over_midsummer_eve_is_monday() -> None:
    assert add_working_days(date(2027, 6, 24), 1, HOLIDAYS) == date(2027, 6, 28)


def test_christmas_eve_is_not_promised_as_an_answering_day() -> None:
    assert add_working_days(date(2026, 12, 23), 1, HOLIDAYS) == date(2026, 12, 28)


def test_no_working_days_lead_to_the_day_itself_and_none_backwards() -> None:
    sunday = date(2026, 3, 1)
    assert add_working_days(sunday, 0, HOLIDAYS) == sunday
    with pytest.raises(ValueError, match="forward"):
        add_working_days(sunday, -1, HOLIDAYS)


@given(st.dates(date(2024, 6, 1), date(2031, 6, 1)), st.integers(0, 60))
def test_the_last_of_the_days_added_is_a_working_day_and_their_count_is_right(
    today: date, n: int
) -> None:
    due = add_working_days(today, n, HOLIDAYS)
    between = (today + timedelta(days=i) for i in range(1, (due - today).days + 1))
    assert sum(is_working_day(day, HOLIDAYS) for day in between) == n
    assert n == 0 or is_working_day(due, HOLIDAYS)
