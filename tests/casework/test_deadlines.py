"""Until when: acknowledgement in open time, replies in working days, both from the hours of the team."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.calendar import HELSINKI, OpeningHours, is_open, is_working_day
from casework.deadlines import acknowledgement_due, promised_reply_due
from casework.directory import Directory
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
def test_a_reply_is_promised_by_the_end_of_the_third_working_day(
    demo: Directory, coast: Team, arrived: datetime, last_day: date
) -> None:
    due = promised_reply_due(coast, demo, arrived).astimezone(HELSINKI)
    assert due.date() == last_day
    assert due.time().hour == 23


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
