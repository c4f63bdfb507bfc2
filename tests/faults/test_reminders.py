"""A case that nobody has opened is reminded of: once, in opening hours, whoever asks how often."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from casework import usecases
from casework.access import Role, Viewer
from casework.calendar import is_open, next_opening
from casework.commands import ChildConcerned, Contact, Submit
from casework.teams import Team
from webapp import wiring

REMINDER = "select * from messages where purpose = 'staff_reminder'"


@dataclass
class Case:
    """One message of a parent in Vaasa that came when its team had just opened."""

    house: wiring.House
    owner: Engine
    arrived_at: datetime

    @property
    def team(self) -> Team:
        return self.house.directory.teams["coast"]

    @property
    def due_at(self) -> datetime:
        return self.arrived_at + self.team.acknowledge_within

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with self.owner.connect() as connection:
            return [dict(row) for row in connection.execute(text(sql)).mappings()]

    def raise_due(self, now: datetime) -> int:
        return usecases.raise_due(
            directory=self.house.directory, now=now, ids=self.house.ids, work=self.house.work()
        )

    @property
    def reminders(self) -> int:
        return len(self.rows(REMINDER))


@pytest.fixture
def case(house: wiring.House, owner: Engine) -> Case:
    team, holidays = house.directory.teams["coast"], house.directory.holidays
    opens = wiring.now()
    while is_open(team.hours, holidays, opens):
        opens += timedelta(minutes=30)
    found = next_opening(team.hours, holidays, opens)
    assert found is not None
    usecases.submit(
        Submit(
            submission_id=house.ids.row(),
            reference=house.ids.reference(),
            form="guidance",
            domain_identifier="guidance_request",
            form_version=1,
            language="fi",
            children=(ChildConcerned("905"),),
            contact=Contact(),
            cannot_wait=False,
            statutory=False,
            code=house.ids.access_code(),
            shared={},
            sender=None,
        ),
        directory=house.directory,
        now=found,
        ids=house.ids,
        work=house.work(),
    )
    return Case(house, owner, found)


def test_a_team_is_reminded_once_when_its_target_has_passed(case: Case) -> None:
    assert case.raise_due(case.due_at - timedelta(seconds=1)) == 0
    assert case.reminders == 0
    assert case.raise_due(case.due_at) == 1
    for minutes in (0, 1, 29):
        assert case.raise_due(case.due_at + timedelta(minutes=minutes)) == 0
    (reminder,) = case.rows(REMINDER)
    assert reminder["recipient"] == "team:coast:coast-mobile"
    assert [row["kind"] for row in case.rows("select kind from timeline order by at")][-1:] == [
        "team_reminded"
    ]


def test_the_ladder_is_stored_and_goes_up_step_by_step(case: Case) -> None:
    """The real rows: each step once, its number and time kept, the last one repeated and marked."""
    half, told = timedelta(minutes=30), []
    for step in range(6):
        case.raise_due(case.due_at + step * half)
        (clock,) = case.rows("select step, act_at from clocks where kind = 'acknowledgement'")
        assert clock["step"] == step + 1
        assert clock["act_at"] == case.due_at + (step + 1) * half
        told.append(len(case.rows("select 1 from messages where event like 'clock:%'")))
    assert told == sorted(set(told))
    (row,) = case.rows("select marks, alerted_teams from cases")
    assert row == {"marks": ["not_opened"], "alerted_teams": ["on-call"]}
    tells = [
        row["tell"]
        for row in case.rows(
            "select detail->>'tell' as tell from timeline where detail ? 'tell' order by at"
        )
    ]
    assert tells == ["on-duty", "team", "lead", "on-call", "on-call", "on-call"]


def test_eight_clocks_that_strike_at_once_make_one_reminder(case: Case) -> None:
    count = 8
    together = threading.Barrier(count)

    def strike(_: int) -> int:
        together.wait(10)
        return case.raise_due(case.due_at)

    with ThreadPoolExecutor(count) as beats:
        assert sum(beats.map(strike, range(count))) == 1
    assert case.reminders == 1
    assert len(case.rows("select 1 from timeline where kind = 'team_reminded'")) == 1


def test_a_closed_team_is_reminded_when_it_opens_and_not_before(case: Case) -> None:
    closed = case.due_at
    holidays = case.house.directory.holidays
    while is_open(case.team.hours, holidays, closed):
        closed += timedelta(minutes=30)
    case.raise_due(closed)
    assert case.reminders == 0
    opens = next_opening(case.team.hours, holidays, closed)
    assert opens is not None
    case.raise_due(opens - timedelta(seconds=1))
    assert case.reminders == 0
    case.raise_due(opens)
    case.raise_due(opens + timedelta(minutes=1))
    assert case.reminders == 1


def test_a_case_that_somebody_opened_is_not_reminded_of(case: Case) -> None:
    (row,) = case.rows("select id from cases")
    usecases.open_case(
        row["id"],
        Viewer("1", worker="testi-paivystaja", roles=frozenset({Role.DUTY_WORKER})),
        directory=case.house.directory,
        now=case.due_at - timedelta(minutes=1),
        ids=case.house.ids,
        work=case.house.work(),
        log=case.house.access_log,
    )
    assert case.raise_due(case.due_at + timedelta(hours=1)) == 0
    assert case.reminders == 0


def test_a_killed_reminder_leaves_no_half_and_comes_again(case: Case) -> None:
    class Killed(Exception):
        pass

    work = case.house.work()

    def die() -> None:
        raise Killed

    work.commit = die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        usecases.raise_due(
            directory=case.house.directory, now=case.due_at, ids=case.house.ids, work=work
        )
    assert case.reminders == 0
    assert case.raise_due(case.due_at) == 1
    assert case.reminders == 1
