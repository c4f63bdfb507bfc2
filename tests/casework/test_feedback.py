"""Feedback on the pages goes its own way, alerts nobody at night, and is answered within two weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.calendar import HELSINKI
from casework.deadlines import feedback_reply_due, promised_reply_due, reply_due
from casework.directory import Directory
from casework.directory_check import check
from casework.routing import FEEDBACK, Target, route
from forms.registry import FORMS

NIGHT = datetime(2026, 11, 21, 23, tzinfo=UTC)
DAY = datetime(2026, 11, 24, 9, tzinfo=UTC)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HELSINKI).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize("municipality", [None, "905", "091", "999"])
@pytest.mark.parametrize("at", [NIGHT, DAY])
def test_feedback_goes_to_its_own_team_from_wherever_and_whenever(
    demo: Directory, municipality: str | None, at: datetime
) -> None:
    pressed = Target(FEEDBACK, "sv", municipality, cannot_wait=True, statutory=True)
    decision = route(pressed, demo, at)
    assert decision.team == "service-desk"
    assert not decision.alert_on_call
    assert not decision.alarm
    assert decision.transfer_to is None
    assert decision.reasons[0].rule == "feedback"
    assert decision.reasons[0].detail == {}


def test_a_feedback_team_that_nobody_would_see_gives_way_to_the_fallback_team(
    demo: Directory,
) -> None:
    desk = replace(demo.teams["service-desk"], members=())
    blind = replace(demo, teams={**demo.teams, "service-desk": desk})
    decision = route(Target(FEEDBACK, "fi", None), blind, DAY)
    assert (decision.team, decision.alarm) == ("management", True)
    holes = {(hole.kind, hole.subject) for hole in check(blind, DAY.date(), 7, forms=(FEEDBACK,))}
    assert ("nobody_would_see", "service-desk") in holes


def test_the_check_of_the_directory_names_a_feedback_team_that_is_not_there(
    demo: Directory,
) -> None:
    holes = check(replace(demo, feedback_team="gone"), DAY.date(), 7, forms=(FEEDBACK,))
    assert ("team_missing", "feedback_team") in {(hole.kind, hole.subject) for hole in holes}


@pytest.mark.parametrize(
    ("arrived", "last"),
    [
        (local(2026, 11, 24, 9), date(2026, 12, 8)),
        (local(2026, 11, 24, 23, 59), date(2026, 12, 8)),
        (local(2026, 12, 10, 0, 0), date(2026, 12, 24)),  # an eve is not put off
        (local(2026, 10, 20, 12), date(2026, 11, 3)),  # over the night on which clocks are put back
        (local(2026, 3, 20, 12), date(2026, 4, 3)),  # Good Friday is not put off
    ],
)
def test_feedback_is_answered_by_the_end_of_the_same_weekday_two_weeks_later(
    demo: Directory, arrived: datetime, last: date
) -> None:
    due = reply_due(FEEDBACK, demo.teams["service-desk"], demo, arrived)
    assert due == local(last.year, last.month, last.day, 23, 59, 59)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
def test_two_weeks_are_never_more_than_two_weeks_and_the_rest_of_a_day(moment: datetime) -> None:
    arrived = moment.replace(tzinfo=UTC)
    waited = feedback_reply_due(arrived) - arrived
    assert timedelta(days=14) - timedelta(hours=1) <= waited <= timedelta(days=15, hours=1)


def test_every_other_form_is_answered_as_its_team_promises(demo: Directory) -> None:
    team = demo.teams["coast"]
    for form in set(FORMS) - {FEEDBACK}:
        assert reply_due(form, team, demo, DAY) == promised_reply_due(team, demo, DAY)
