"""Reminders: each once, by the team that should have looked, in its opening hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casework.access import Role, Viewer
from casework.directory import Directory
from casework.messages import Purpose, Queue
from casework.model import ClockKind, TimelineKind
from casework.usecases import open_case, raise_due, submit
from tests.casework.fakes import CountingIds, MemoryLog, MemoryWork, child, command

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Watched:
    """A submission, and the minute-by-minute watch over its clocks."""

    def __init__(self, directory: Directory, now: datetime = MONDAY) -> None:
        self.directory, self.work, self.ids = directory, MemoryWork(), CountingIds()
        submit(command(child()), directory=directory, now=now, ids=self.ids, work=self.work)
        (self.case,) = self.work.kept.cases.values()
        self.sent = len(self.work.kept.messages)

    def watch(self, now: datetime) -> int:
        return raise_due(directory=self.directory, now=now, ids=self.ids, work=self.work)

    @property
    def reminders(self) -> list[str]:
        return [message.recipient for message in self.work.kept.messages[self.sent :]]

    @property
    def act_at(self) -> datetime | None:
        return self.work.kept.clock(self.case.id, ClockKind.ACKNOWLEDGEMENT).act_at


def test_nobody_is_reminded_before_the_time(demo: Directory) -> None:
    watched = Watched(demo)
    assert watched.watch(MONDAY + HOUR - timedelta(seconds=1)) == 0
    assert watched.reminders == []


def test_a_team_that_has_not_looked_is_reminded_once_by_phone(demo: Directory) -> None:
    watched = Watched(demo)
    assert watched.watch(MONDAY + HOUR) == 1
    assert watched.watch(MONDAY + 2 * HOUR) == 0
    assert watched.reminders == ["team:coast:coast-mobile"]
    reminder = watched.work.kept.messages[-1]
    assert (reminder.purpose, reminder.queue) == (Purpose.STAFF_REMINDER, Queue.URGENT)
    assert watched.work.kept.kinds(watched.case.id)[-1] is TimelineKind.TEAM_REMINDED
    assert watched.act_at is None


def test_a_case_that_was_opened_is_not_reminded_of(demo: Directory) -> None:
    watched = Watched(demo)
    open_case(
        watched.case.id,
        Viewer("1", "malli-sosiaalityo", frozenset({Role.DUTY_WORKER})),
        directory=demo,
        now=MONDAY,
        ids=watched.ids,
        work=watched.work,
        log=MemoryLog(watched.work),
    )
    assert watched.watch(MONDAY + 24 * HOUR) == 0
    assert watched.reminders == []


def test_a_watch_that_stood_still_until_the_evening_waits_for_the_next_opening(
    demo: Directory,
) -> None:
    watched = Watched(demo)
    assert watched.watch(datetime(2026, 3, 2, 20, tzinfo=UTC)) == 1
    opens = datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert (watched.reminders, watched.act_at) == ([], opens)
    assert watched.watch(opens) == 1
    assert watched.reminders == ["team:coast:coast-mobile"]


def test_a_team_without_any_address_leaves_a_mark_for_people(demo: Directory) -> None:
    watched = Watched(demo)
    coast = replace(demo.teams["coast"], alert=())
    watched.directory = replace(demo, teams={**demo.teams, "coast": coast})
    watched.watch(MONDAY + HOUR)
    assert watched.reminders == []
    assert watched.work.kept.kinds(watched.case.id)[-1] is TimelineKind.TEAM_NOT_REACHED


def test_the_case_of_a_team_that_is_gone_is_reminded_of_to_the_fallback_team(
    demo: Directory,
) -> None:
    watched = Watched(demo)
    teams = {key: team for key, team in demo.teams.items() if key != "coast"}
    watched.directory = replace(demo, teams=teams)
    watched.watch(MONDAY + HOUR)
    assert watched.reminders == ["team:management:management-mobile"]


@pytest.mark.parametrize(
    "at", [datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 23, tzinfo=UTC)]
)
def test_the_nights_on_which_the_clock_changes_lose_no_reminder(
    demo: Directory, at: datetime
) -> None:
    """Minute by minute over the change: one reminder, when the office opens on Monday."""
    watched = Watched(demo, at)
    for minute in range(0, 60 * 40, 10):
        watched.watch(at + timedelta(minutes=minute))
    assert watched.reminders == ["team:coast:coast-mobile"]
