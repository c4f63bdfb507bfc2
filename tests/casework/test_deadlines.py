"""Until when: acknowledgement in open time, replies in working days, both from the hours of the team."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.calendar import HELSINKI, OpeningHours, is_open, is_working_day
from casework.deadlines import (
    acknowledgement_due,
    assessment_finish_on,
    assessment_start_on,
    end_of,
    feedback_reply_due,
    promised_reply_due,
    resumed_reply_due,
    statutory_limits,
    transfer_due,
    urgency_due,
    working_days_left,
)
from casework.directory import Directory
from casework.model import STATUTORY_CLOCKS, ClockKind
from casework.teams import Team

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


@pytest.fixture
def coast(demo: Directory) -> Team:
    return demo.teams["coast"]  # 8-16, Fridays 8-15, an hour to acknowledge, three days to reply


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HELSINKI).astimezone(UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        (local(2026, 3, 2, 10), local(2026, 3, 2, 11)),
        (local(2026, 3, 2, 15, 30), local(2026, 3, 3, 8, 30)),
        (local(2026, 3, 2, 22), local(2026, 3, 3, 9)),
        (local(2026, 3, 6, 14, 30), local(2026, 3, 9, 8, 30)),  # over a week-end
        (local(2026, 3, 27, 14, 59), local(2026, 3, 30, 8, 59)),  # clocks go forward on the 29th
        (local(2026, 10, 23, 14, 59), local(2026, 10, 26, 8, 59)),  # and back on the 25th
    ],
)
def test_acknowledging_is_due_after_an_hour_of_open_time(
    demo: Directory, coast: Team, arrived: datetime, due: datetime
) -> None:
    assert acknowledgement_due(coast, demo, arrived) == due


def test_on_call_has_a_quarter_of_an_hour_day_and_night(demo: Directory) -> None:
    arrived = local(2026, 3, 7, 23, 50)
    due = acknowledgement_due(demo.teams["on-call"], demo, arrived)
    assert due == arrived + timedelta(minutes=15)


def test_a_team_that_never_opens_is_reminded_all_the_same(demo: Directory, coast: Team) -> None:
    never = replace(coast, hours=OpeningHours(((),) * 7))
    arrived = local(2026, 3, 2, 10)
    assert acknowledgement_due(never, demo, arrived) == arrived + timedelta(hours=1)
    assert promised_reply_due(never, demo, arrived) == local(2026, 3, 5, 23, 59, 59)


@pytest.mark.parametrize(
    ("arrived", "last_day"),
    [
        (local(2026, 3, 2, 10), date(2026, 3, 5)),
        (local(2026, 3, 2, 22), date(2026, 3, 6)),  # first seen on Tuesday
        (local(2026, 3, 6, 22), date(2026, 3, 12)),  # first seen on Monday
        (local(2026, 4, 2, 10), date(2026, 4, 9)),  # over Easter
        (local(2026, 12, 22, 10), date(2026, 12, 29)),  # the eve and Christmas do not count
        (local(2026, 6, 17, 10), date(2026, 6, 23)),  # Midsummer Eve does not count
    ],
)
def test_a_reply_is_promised_by_the_closing_of_the_third_working_day(
    demo: Directory, coast: Team, arrived: datetime, last_day: date
) -> None:
    due = promised_reply_due(coast, demo, arrived).astimezone(HELSINKI)
    assert due.date() == last_day
    assert due.time() == time(15 if due.weekday() == 4 else 16)


def test_one_working_day_from_a_thursday_passes_over_midsummer_eve(
    demo: Directory, coast: Team
) -> None:
    quick = replace(coast, reply_within_working_days=1)
    due = promised_reply_due(quick, demo, local(2027, 6, 24, 14))
    assert due.astimezone(HELSINKI).date() == date(2027, 6, 28)


def test_the_day_is_counted_in_finland_not_in_utc(demo: Directory) -> None:
    """On the last evening of June in UTC it is the first of July here."""
    arrived = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    due = promised_reply_due(demo.teams["on-call"], demo, arrived)
    assert due.astimezone(HELSINKI).date() == date(2026, 7, 2)


@given(arrived=MOMENTS)
def test_both_limits_come_after_the_arrival_and_fall_where_somebody_works(
    demo: Directory, arrived: datetime
) -> None:
    for team in demo.teams.values():
        due = acknowledgement_due(team, demo, arrived)
        assert due >= arrived + team.acknowledge_within
        assert is_open(team.hours, demo.holidays, due - timedelta(seconds=1))
        reply = promised_reply_due(team, demo, arrived)
        assert reply > arrived
        assert is_working_day(reply.astimezone(HELSINKI).date(), demo.holidays)
        assert (due.tzinfo, reply.tzinfo) == (UTC, UTC)


@pytest.mark.parametrize(
    ("arrived", "last"),
    [
        (date(2026, 1, 13), date(2026, 1, 22)),
        (date(2026, 3, 31), date(2026, 4, 13)),  # over Easter
        (date(2026, 4, 24), date(2026, 5, 6)),  # over the first of May
        (date(2026, 12, 1), date(2026, 12, 10)),  # Independence Day is a Sunday
        (date(2026, 6, 12), date(2026, 6, 23)),  # Midsummer Eve is counted: the earlier day
        (date(2026, 12, 17), date(2026, 12, 29)),  # and Christmas Eve
        (date(2026, 6, 10), date(2026, 6, 18)),  # it would end on the eve itself
    ],
)
def test_an_assessment_begins_on_the_seventh_working_day_at_the_latest(
    demo: Directory, arrived: date, last: date
) -> None:
    assert assessment_start_on(arrived, demo.holidays) == last
    limits = statutory_limits(demo, local(arrived.year, arrived.month, arrived.day, 9))
    assert limits[ClockKind.ASSESSMENT_START] == end_of(last)
    assert limits[ClockKind.PARTIES_TOLD] == end_of(last)


@pytest.mark.parametrize(
    ("arrived", "last"),
    [
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2023, 11, 30), date(2024, 2, 29)),
        (date(2026, 1, 31), date(2026, 4, 30)),
        (date(2026, 10, 1), date(2027, 1, 1)),  # a holiday: not put off
        (date(2026, 12, 31), date(2027, 3, 31)),
        (date(2026, 3, 2), date(2026, 6, 2)),
    ],
)
def test_it_is_finished_three_months_from_the_arrival(arrived: date, last: date) -> None:
    assert assessment_finish_on(arrived) == last


def test_all_limits_of_law_are_counted_from_the_day_in_finland(demo: Directory) -> None:
    """Half past ten in the evening of 30 June in UTC is half past one of 1 July here."""
    late = statutory_limits(demo, datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    assert set(late) == STATUTORY_CLOCKS
    assert late[ClockKind.ASSESSMENT_START] == end_of(date(2026, 7, 10))
    assert late[ClockKind.ASSESSMENT_FINISH] == end_of(date(2026, 10, 1))
    in_june = statutory_limits(demo, datetime(2026, 6, 30, 20, 30, tzinfo=UTC))
    assert in_june[ClockKind.ASSESSMENT_START] == end_of(date(2026, 7, 9))
    assert in_june[ClockKind.ASSESSMENT_FINISH] == end_of(date(2026, 9, 30))


@pytest.mark.parametrize(
    "arrived",
    [
        local(2026, 3, 2, 10),
        local(2026, 3, 7, 23, 50),
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),  # half an hour before 3.00 becomes 4.00
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # half an hour before 4.00 becomes 3.00
        datetime(2026, 10, 25, 1, 15, tzinfo=UTC),  # in the repeated hour
    ],
)
def test_the_urgency_has_sixty_real_minutes_day_and_night(
    demo: Directory, arrived: datetime
) -> None:
    due = urgency_due(demo, arrived)
    assert (due - arrived, due.tzinfo) == (timedelta(minutes=60), UTC)


def test_a_county_may_give_the_urgency_less_time(demo: Directory) -> None:
    quick = replace(demo, county=replace(demo.county, urgency_within=timedelta(minutes=20)))
    assert urgency_due(quick, local(2026, 3, 2, 10)) == local(2026, 3, 2, 10, 20)


@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        # Thursday at 15.00, Midsummer Eve and the week-end: by Monday's closing.
        (local(2027, 6, 24, 15), local(2027, 6, 28, 16)),
        (local(2026, 3, 2, 10), local(2026, 3, 3, 16)),
        (local(2026, 3, 5, 10), local(2026, 3, 6, 15)),  # the team closes earlier on Fridays
        (local(2026, 3, 6, 22), local(2026, 3, 10, 16)),  # seen on Monday
    ],
)
def test_a_transfer_is_over_by_the_next_working_day_s_closing(
    demo: Directory, coast: Team, arrived: datetime, due: datetime
) -> None:
    assert transfer_due(coast, demo, arrived) == due


@pytest.mark.parametrize(
    ("now", "due", "left"),
    [
        (local(2026, 3, 2, 10), local(2026, 3, 2, 23), 0),
        (local(2026, 3, 2, 23, 59), local(2026, 3, 3, 0, 1), 1),
        (local(2026, 3, 5, 10), local(2026, 3, 9, 16), 2),  # over a week-end
        (local(2026, 3, 9, 10), local(2026, 3, 5, 16), -2),
        (local(2026, 3, 7, 10), local(2026, 3, 8, 16), 0),  # both on a week-end
        (local(2026, 6, 18, 10), local(2026, 6, 22, 16), 1),  # Midsummer Eve is no help
    ],
)
def test_working_days_left_are_those_after_today_the_last_one_included(
    demo: Directory, now: datetime, due: datetime, left: int
) -> None:
    assert working_days_left(now, due, demo.holidays) == left


def test_a_resumed_promise_of_a_team_that_never_opens_again_keeps_the_plain_time(
    demo: Directory, coast: Team
) -> None:
    always = demo.teams["on-call"]
    paused, due, now = local(2026, 3, 2, 10), local(2026, 3, 2, 12), local(2026, 3, 5, 8)
    assert resumed_reply_due(always, demo, due, paused, now) == local(2026, 3, 5, 10)
    shut = replace(coast, hours=OpeningHours(((),) * 7))
    assert resumed_reply_due(shut, demo, due, paused, now) >= now


def test_feedback_is_answered_within_two_weeks_of_its_day_in_finland() -> None:
    assert feedback_reply_due(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == end_of(
        date(2026, 7, 15)
    )
