"""Contacts planned for later: by a team's rule, and when each is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.calendar import HELSINKI, OpeningHours, Span, is_open
from casework.commands import Contact
from casework.directory import Directory
from casework.follow_ups import (
    BY_RULE,
    contact_kept,
    contact_to_keep,
    due_at,
    is_plannable,
    is_put_off,
)
from casework.model import TimelineKind
from tests.casework.desk import MONDAY, Desk
from tests.casework.fakes import child, command
from tests.casework.planned import (
    ASK,
    BY_MAIL,
    BY_SMS,
    CALL_ONLY,
    CALL_OR_TEXT,
    MORNINGS,
    planned,
    sent,
)

WEEKDAYS = ((Span(480, 960),),) * 5 + ((), ())


# By rule


@pytest.mark.parametrize("contact", [BY_MAIL, BY_SMS, CALL_OR_TEXT, MORNINGS])
@pytest.mark.parametrize("form", ["guidance", "own-worker"])
def test_a_sender_who_allowed_messages_is_asked_after_the_days_of_the_team(
    demo: Directory, contact: Contact, form: str
) -> None:
    (one,) = planned(sent(demo, contact, form=form))
    assert (one.kind, one.planned_by, one.contact) == (ASK, BY_RULE, contact)
    assert one.due_at == MONDAY + timedelta(days=7)


@pytest.mark.parametrize(
    "changes",
    [
        {"contact": Contact()},
        {"contact": CALL_ONLY},
        {"contact": replace(BY_SMS, textable=False)},
        {"form": "notification", "statutory": True},
        {"form": "feedback"},
    ],
)
def test_nobody_else_is_asked_by_rule(demo: Directory, changes: dict[str, Any]) -> None:
    assert planned(sent(demo, **{"contact": BY_MAIL, **changes})) == []


def test_a_team_without_the_setting_asks_nobody(demo: Directory) -> None:
    silent = replace(demo.teams["coast"], ask_after_days=None)
    assert planned(sent(replace(demo, teams={**demo.teams, "coast": silent}))) == []


def test_it_is_one_for_the_message_and_not_one_for_each_child(demo: Directory) -> None:
    order = command(child(), child("231"), child("893"), contact=BY_MAIL)
    desk = Desk(demo, order=order)
    (one,) = planned(desk)
    assert one.case_id == next(iter(desk.work.kept.cases))


def test_the_rule_is_that_of_the_team_that_the_sender_is_shown(demo: Directory) -> None:
    """Whether a client code leads to somebody must not show in whether and when anybody is asked."""
    moments = set()
    for known in ({}, {"client_code": "no-such-code"}, {"worker_name": "Kaisa Kuvitteellinen"}):
        desk = Desk(demo, order=command(child(**known), contact=BY_MAIL, form="own-worker"))
        moments.add(tuple(one.due_at for one in planned(desk)))
    assert moments == {(MONDAY + timedelta(days=7),)}


def test_what_the_rule_planned_stands_on_the_timeline(demo: Directory) -> None:
    desk = sent(demo)
    assert desk.kinds() == [TimelineKind.FOLLOW_UP_PLANNED]
    assert desk.last.actor == BY_RULE


# When it is due

COAST = OpeningHours(weekly=WEEKDAYS)


@pytest.mark.parametrize(
    ("at", "when", "due"),
    [
        # Before closing, over the night when the clocks go forward: the same time by the clocks.
        ("2026-03-27T15:00+02:00", 3, "2026-03-30T15:00+03:00"),
        # And when they go back.
        ("2026-10-23T15:00+03:00", 3, "2026-10-26T15:00+02:00"),
        # On a Saturday: when it opens on Monday.
        ("2026-03-04T12:00+02:00", 3, "2026-03-09T08:00+02:00"),
        # Midsummer Eve and Day are closed.
        ("2026-06-12T12:00+03:00", 7, "2026-06-22T08:00+03:00"),
        ("2026-03-04T18:00+02:00", 1, "2026-03-06T08:00+02:00"),
        # On a day: when the team opens on it, and today not in the past.
        ("2026-03-04T12:00+02:00", date(2026, 3, 10), "2026-03-10T08:00+02:00"),
        ("2026-03-04T12:00+02:00", date(2026, 3, 4), "2026-03-04T12:00+02:00"),
        ("2026-03-04T17:00+02:00", date(2026, 3, 4), "2026-03-05T08:00+02:00"),
        ("2026-03-04T12:00+02:00", date(2026, 3, 8), "2026-03-09T08:00+02:00"),
    ],
)
def test_it_is_due_in_the_teams_opening_hours(
    demo: Directory, at: str, when: int | date, due: str
) -> None:
    team = replace(demo.teams["coast"], hours=COAST)
    found = due_at(when, team, demo, datetime.fromisoformat(at))
    assert found == datetime.fromisoformat(due)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "when", "put_off"),
    [
        ("2026-03-04T12:00+02:00", 5, False),
        ("2026-03-04T12:00+02:00", 3, True),  # a Saturday
        ("2026-03-04T18:00+02:00", 1, True),  # after closing
        ("2026-03-04T06:00+02:00", 1, False),  # before opening: the same day
        ("2026-12-14T12:00+02:00", date(2026, 12, 24), True),
        ("2026-12-14T12:00+02:00", date(2026, 12, 18), False),
        # Late in the evening it is another day in UTC.
        ("2026-03-04T23:30+02:00", date(2026, 3, 5), False),
    ],
)
def test_what_comes_on_another_day_than_was_asked_for_is_put_off(
    demo: Directory, at: str, when: int | date, put_off: bool
) -> None:
    now = datetime.fromisoformat(at)
    due = due_at(when, replace(demo.teams["coast"], hours=COAST), demo, now)
    assert is_put_off(when, due, now) is put_off


@given(
    at=st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),
    days=st.integers(1, 60),
)
def test_it_is_always_so_many_days_later_and_open_then(
    demo: Directory, at: datetime, days: int
) -> None:
    team = demo.teams["coast"]
    found = due_at(days, team, demo, at)
    passed = found.astimezone(HELSINKI).date() - at.astimezone(HELSINKI).date()
    assert timedelta(days=days) <= passed <= timedelta(days=days + 12)
    assert is_open(team.hours, demo.holidays, found)


def test_a_team_that_never_opens_again_keeps_nobody_waiting_for_ever(demo: Directory) -> None:
    team = replace(demo.teams["coast"], hours=OpeningHours(weekly=((),) * 7))
    assert due_at(3, team, demo, MONDAY) == MONDAY + timedelta(days=3)


def test_days_from_today_to_a_year_ahead_may_be_planned() -> None:
    today = date(2026, 3, 2)
    assert [is_plannable(today + timedelta(days=n), MONDAY) for n in (-1, 0, 1, 365, 366)] == [
        *(False, True, True, True, False)
    ]


@pytest.mark.parametrize("contact", [Contact(), BY_MAIL, MORNINGS, CALL_OR_TEXT])
def test_a_contact_that_was_kept_is_the_same(contact: Contact) -> None:
    assert contact_kept(contact_to_keep(contact)) == contact


def test_every_field_of_a_contact_is_kept() -> None:
    assert set(contact_to_keep(Contact())) == set(Contact.__dataclass_fields__)
