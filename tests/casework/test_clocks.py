"""Escalation: who is told in which order, once a step, until a person opens the case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from casework.access import Role, Viewer
from casework.calendar import HELSINKI, is_open
from casework.commands import AddInformation
from casework.directory import Directory
from casework.messages import Message, Purpose, Queue
from casework.model import ClockKind, Mark, TimelineKind
from casework.routing import FEEDBACK
from casework.usecases import add_information, open_case, raise_due, submit
from casework.workers import Absence, Absences
from tests.casework.fakes import CountingIds, MemoryLog, MemoryWork, child, command

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)  # noon in Helsinki
FRIDAY_NIGHT = datetime(2026, 3, 6, 20, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HALF = timedelta(minutes=30)


class Watched:
    """A submission, and the minute-by-minute watch over its clocks."""

    def __init__(self, directory: Directory, now: datetime = MONDAY, **changes: Any) -> None:
        self.directory, self.work, self.ids = directory, MemoryWork(), CountingIds()
        submit(
            command(child(), **changes),
            directory=directory,
            now=now,
            ids=self.ids,
            work=self.work,
        )
        (self.case,) = self.work.kept.cases.values()
        self.sent = len(self.work.kept.messages)

    def watch(self, now: datetime) -> int:
        return raise_due(directory=self.directory, now=now, ids=self.ids, work=self.work)

    def run(self, start: datetime, end: datetime, step: timedelta = MINUTE) -> None:
        while start < end:
            self.watch(start)
            start += step

    def open(self, now: datetime, worker: str = "malli-sosiaalityo") -> None:
        open_case(
            self.case.id,
            Viewer("1", worker, frozenset({Role.DUTY_WORKER})),
            directory=self.directory,
            now=now,
            ids=self.ids,
            work=self.work,
            log=MemoryLog(self.work),
        )

    @property
    def told(self) -> list[Message]:
        return self.work.kept.messages[self.sent :]

    def steps(self, clock: str = "acknowledgement") -> list[tuple[datetime, str]]:
        """When the clock told whom, in order: from the timeline."""
        return [
            (entry.at, entry.detail["tell"])
            for entry in self.work.kept.timeline
            if entry.detail.get("clock") == clock
        ]

    @property
    def act_at(self) -> datetime | None:
        return self.work.kept.clock(self.case.id, ClockKind.ACKNOWLEDGEMENT).act_at


def recipients(messages: list[Message]) -> list[str]:
    return [message.recipient for message in messages]


def test_nobody_is_reminded_before_the_time(demo: Directory) -> None:
    watched = Watched(demo)
    assert watched.watch(MONDAY + HOUR - timedelta(seconds=1)) == 0
    assert watched.told == []


def test_a_team_that_has_not_looked_is_reminded_first_by_phone(demo: Directory) -> None:
    watched = Watched(demo)
    assert watched.watch(MONDAY + HOUR) == 1
    assert watched.watch(MONDAY + HOUR + HALF - MINUTE) == 0
    assert recipients(watched.told) == ["team:coast:coast-mobile"]
    reminder = watched.told[0]
    assert (reminder.purpose, reminder.queue) == (Purpose.STAFF_REMINDER, Queue.URGENT)
    assert watched.work.kept.kinds(watched.case.id)[-1] is TimelineKind.TEAM_REMINDED


def test_the_ladder_goes_up_one_step_at_a_time_and_its_last_step_is_told_again(
    demo: Directory,
) -> None:
    watched = Watched(demo)
    watched.run(MONDAY, MONDAY + 4 * HOUR)
    due = MONDAY + HOUR
    coast = demo.teams["coast"]
    climbed = [
        (due + sum((s.after for s in coast.ladder[: n + 1]), timedelta(0)), s.tell.value)
        for n, s in enumerate(coast.ladder)
    ]
    assert watched.steps()[: len(climbed)] == climbed
    last_at = climbed[-1][0]
    again = watched.steps()[len(climbed) :]
    repeat = demo.county.repeat_every
    assert again == [(last_at + repeat * n, "on-call") for n in range(1, len(again) + 1)]
    assert len(again) >= 2
    assert Mark.NOT_OPENED in watched.work.kept.cases[watched.case.id].marks
    assert "on-call" in watched.work.kept.cases[watched.case.id].alerted_teams


def test_a_restart_between_two_ticks_neither_loses_nor_repeats_a_step(demo: Directory) -> None:
    """Everything that the watch knows is stored: a watch that looks once in seven minutes tells the same."""
    often, seldom = Watched(demo), Watched(demo)
    often.run(MONDAY, MONDAY + 3 * HOUR)
    seldom.run(MONDAY, MONDAY + 3 * HOUR, 7 * MINUTE)
    told = recipients(often.told)
    assert recipients(seldom.told) == told[: len(seldom.told)]
    assert max(Counter((m.event, m.recipient) for m in seldom.told).values()) == 1


def test_after_an_outage_a_ladder_goes_on_from_where_it_stood_and_not_all_at_once(
    demo: Directory,
) -> None:
    watched = Watched(demo)
    watched.watch(MONDAY + HOUR)
    late = MONDAY + timedelta(days=1)
    assert watched.watch(late) == 1
    assert watched.watch(late + MINUTE) == 0
    assert [tell for _, tell in watched.steps()] == ["on-duty", "team"]


def test_opening_the_case_ends_the_ladder_at_any_step(demo: Directory) -> None:
    watched = Watched(demo)
    watched.run(MONDAY, MONDAY + 3 * HOUR)
    before = len(watched.told)
    watched.open(MONDAY + 3 * HOUR)
    assert Mark.NOT_OPENED not in watched.work.kept.cases[watched.case.id].marks
    end = watched.work.kept.clock(watched.case.id, ClockKind.PROMISED_REPLY).due_at
    watched.run(MONDAY + 3 * HOUR, end, HOUR)
    assert len(watched.told) == before


def test_a_case_that_can_wait_is_silent_while_its_team_is_closed(demo: Directory) -> None:
    watched = Watched(demo, FRIDAY_NIGHT)
    team = demo.teams["coast"]
    end = datetime(2026, 3, 9, 12, tzinfo=UTC)
    watched.run(FRIDAY_NIGHT, end, 5 * MINUTE)
    assert watched.told
    assert all(is_open(team.hours, demo.holidays, m.created_at) for m in watched.told)


@pytest.mark.parametrize("changes", [{"statutory": True}, {"cannot_wait": True}])
def test_what_is_statutory_or_cannot_wait_climbs_at_night_by_way_of_the_on_call(
    demo: Directory, changes: dict[str, bool]
) -> None:
    watched = Watched(demo, FRIDAY_NIGHT, **changes)
    target = demo.teams["on-call"].acknowledge_within
    watched.run(FRIDAY_NIGHT, FRIDAY_NIGHT + 3 * HOUR)
    steps = watched.steps()
    assert steps[0] == (FRIDAY_NIGHT + target, "on-duty")
    assert [tell for _, tell in steps[:4]] == ["on-duty", "team", "lead", "on-call"]
    teams = {m.recipient.split(":")[1] for m in watched.told if m.recipient.startswith("team:")}
    assert teams == {"on-call"}


def test_the_urgency_of_a_statutory_matter_is_watched_day_and_night(demo: Directory) -> None:
    watched = Watched(demo, FRIDAY_NIGHT, statutory=True)
    watched.open(FRIDAY_NIGHT + MINUTE, "yo-esimerkki")
    watched.run(FRIDAY_NIGHT, FRIDAY_NIGHT + 3 * HOUR)
    assert watched.steps() == []
    steps = watched.steps("urgency")
    assert steps[0] == (FRIDAY_NIGHT + HALF, "on-duty")
    assert steps[1] == (FRIDAY_NIGHT + HOUR, "team")
    assert [tell for _, tell in steps[2:4]] == ["lead", "on-call"]
    assert len(steps) > 4


@pytest.mark.parametrize(
    "night", [datetime(2026, 3, 28, 22, 30, tzinfo=UTC), datetime(2026, 10, 24, 22, 30, tzinfo=UTC)]
)
def test_on_the_nights_of_the_clock_change_an_hour_is_an_hour(
    demo: Directory, night: datetime
) -> None:
    watched = Watched(demo, night, statutory=True)
    assert watched.work.kept.clock(watched.case.id, ClockKind.URGENCY).due_at == night + HOUR
    watched.run(night, night + 4 * HOUR)
    assert [at for at, _ in watched.steps("urgency")][:2] == [night + HALF, night + HOUR]


@pytest.mark.parametrize(
    "at", [datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 23, tzinfo=UTC)]
)
def test_a_weekend_with_a_clock_change_loses_no_reminder(demo: Directory, at: datetime) -> None:
    watched = Watched(demo, at)
    monday = (at + timedelta(days=1)).astimezone(HELSINKI).date() + timedelta(days=0)
    watched.run(at, at + timedelta(hours=36), 10 * MINUTE)
    first = watched.steps()[0][0].astimezone(HELSINKI)
    assert first.weekday() == 0
    assert first.date() >= monday
    assert first.hour == 9


def test_what_came_in_overnight_is_not_told_all_at_once(demo: Directory) -> None:
    times = set()
    for minute in range(40):
        watched = Watched(demo, FRIDAY_NIGHT + minute * 13 * MINUTE)
        due = watched.work.kept.clock(watched.case.id, ClockKind.ACKNOWLEDGEMENT).due_at
        assert watched.act_at is not None
        assert due <= watched.act_at <= due + timedelta(minutes=10)
        times.add(watched.act_at.replace(second=0, microsecond=0))
    assert len(times) >= 8


def test_the_cases_own_worker_is_reminded_before_the_team(demo: Directory) -> None:
    code = next(iter(demo.clients))
    order = command(child(client_code=code), form="own-worker")
    work, ids = MemoryWork(), CountingIds()
    submit(order, directory=demo, now=MONDAY, ids=ids, work=work)
    (case,) = work.kept.cases.values()
    assert case.worker == demo.clients[code]
    assert recipients(work.kept.messages) == [f"worker:{case.worker}:email"]
    due = work.kept.clock(case.id, ClockKind.ACKNOWLEDGEMENT).act_at
    assert due is not None
    raise_due(directory=demo, now=due, ids=ids, work=work)
    assert work.kept.messages[-1].recipient.startswith(f"worker:{case.worker}:")
    assert work.kept.kinds(case.id)[-1] is TimelineKind.WORKER_REMINDED


def test_a_lead_who_is_away_is_stood_in_for_by_the_deputy_and_nobody_is_skipped_silently(
    demo: Directory,
) -> None:
    lead = demo.teams["coast"].lead
    assert lead is not None
    away = Absences((Absence(lead, date(2026, 3, 1), date(2026, 3, 31), "esko-esimerkki"),))
    covered = Watched(replace(demo, absences=away))
    covered.run(MONDAY, MONDAY + 3 * HOUR)
    assert "lead" in [tell for _, tell in covered.steps()]
    assert any(r.startswith("worker:esko-esimerkki:") for r in recipients(covered.told))
    alone = Absences((Absence(lead, date(2026, 3, 1), date(2026, 3, 31), None),))
    workers = {key: replace(worker, deputy=None) for key, worker in demo.workers.items()}
    bare = Watched(replace(demo, absences=alone, workers=workers))
    bare.run(MONDAY, MONDAY + 3 * HOUR)
    tells = [tell for _, tell in bare.steps()]
    assert "lead" not in tells
    assert "on-call" in tells
    kinds = bare.work.kept.kinds(bare.case.id)
    assert TimelineKind.TEAM_NOT_REACHED in kinds
    assert Mark.TEAM_NOT_REACHED in bare.work.kept.cases[bare.case.id].marks


def test_a_team_without_any_address_is_passed_over_to_the_next_step(demo: Directory) -> None:
    watched = Watched(demo)
    coast = replace(demo.teams["coast"], alert=())
    watched.directory = replace(demo, teams={**demo.teams, "coast": coast})
    watched.watch(MONDAY + HOUR)
    kinds = watched.work.kept.kinds(watched.case.id)
    assert kinds[-2:] == [TimelineKind.TEAM_NOT_REACHED, TimelineKind.ESCALATED]
    assert all(r.startswith("worker:") for r in recipients(watched.told))


def test_the_case_of_a_team_that_is_gone_is_reminded_of_to_the_fallback_team(
    demo: Directory,
) -> None:
    watched = Watched(demo)
    teams = {key: team for key, team in demo.teams.items() if key != "coast"}
    watched.directory = replace(demo, teams=teams)
    watched.watch(MONDAY + HOUR)
    assert recipients(watched.told) == ["team:management:management-mobile"]


def test_feedback_on_the_pages_never_wakes_the_on_call(demo: Directory) -> None:
    watched = Watched(demo, form=FEEDBACK)
    watched.run(MONDAY, MONDAY + timedelta(days=3), 10 * MINUTE)
    tells = [tell for _, tell in watched.steps()]
    assert tells[-1] == "lead"
    assert "on-call" not in tells
    assert not any("on-call" in r for r in recipients(watched.told))


def every_minute_of_a_week() -> Iterator[datetime]:
    return (MONDAY + minute * MINUTE for minute in range(7 * 24 * 60))


def test_a_week_without_any_acknowledgement_tells_in_order_once_each_and_never_falls_silent(
    demo: Directory,
) -> None:
    """The team's worker and lead away, nobody opens anything: told once a step, and told to the very end."""
    lead = demo.teams["coast"].lead
    assert lead is not None
    away = Absences(
        tuple(
            Absence(key, date(2026, 3, 3), date(2026, 3, 6)) for key in ("malli-sosiaalityo", lead)
        )
    )
    watched = Watched(replace(demo, absences=away), statutory=True)
    for moment in every_minute_of_a_week():
        watched.watch(moment)
    ladder = [step.tell.value for step in demo.teams["coast"].ladder]
    steps = watched.steps()
    assert [tell for _, tell in steps[: len(ladder)]] == ladder
    assert {tell for _, tell in steps[len(ladder) :]} == {"on-call"}
    pauses = {
        b - a
        for (a, _), (b, _) in zip(steps[len(ladder) :], steps[len(ladder) + 1 :], strict=False)
    }
    assert pauses == {demo.county.repeat_every}
    end = MONDAY + timedelta(days=7)
    assert end - steps[-1][0] <= demo.county.repeat_every
    doubled = Counter((m.event, m.recipient, m.channel) for m in watched.told)
    assert max(doubled.values()) == 1
    absent = {f"worker:{key}" for key in ("malli-sosiaalityo", lead)}
    on_days_off = [
        m
        for m in watched.told
        if m.recipient.rpartition(":")[0] in absent
        and date(2026, 3, 3) <= m.created_at.astimezone(HELSINKI).date() <= date(2026, 3, 6)
    ]
    assert on_days_off == []


def test_a_clock_that_runs_anew_tells_again(demo: Directory) -> None:
    """A mark taken back, or a promise resumed: the steps told before are told again, and not only noted."""
    watched = Watched(demo)
    watched.watch(MONDAY + HOUR)
    clock = watched.work.kept.clock(watched.case.id, ClockKind.ACKNOWLEDGEMENT)
    again = MONDAY + 2 * HOUR
    with watched.work as work:
        work.clocks.restart(watched.case.id, clock.kind, clock.started_at, clock.due_at, again)
        work.commit()
    watched.watch(again)
    assert recipients(watched.told) == ["team:coast:coast-mobile"] * 2


def test_an_urgent_addition_to_a_finished_statutory_case_is_waited_for_until_it_is_read(
    demo: Directory,
) -> None:
    watched = Watched(demo, statutory=True)
    watched.open(MONDAY + MINUTE)
    later = MONDAY + timedelta(days=1)
    add_information(
        AddInformation(watched.case.submission_id, UUID(int=7), {}, cannot_wait=True),
        directory=demo,
        now=later,
        ids=watched.ids,
        work=watched.work,
    )
    before = len(watched.steps())
    watched.run(later, later + 3 * HOUR)
    assert [tell for _, tell in watched.steps()[before:]][:2] == ["on-duty", "team"]
    watched.open(later + 3 * HOUR)
    told = len(watched.steps())
    watched.run(later + 3 * HOUR, later + 6 * HOUR)
    assert len(watched.steps()) == told


def test_what_is_added_for_a_worker_who_is_away_reaches_the_deputy_or_the_team(
    demo: Directory,
) -> None:
    code, worker = next(iter(demo.clients.items()))
    for deputy, told in (("malli-vastaava", "worker:malli-vastaava"), (None, "team:")):
        work, ids = MemoryWork(), CountingIds()
        order = command(child(client_code=code), form="own-worker")
        submit(order, directory=demo, now=MONDAY, ids=ids, work=work)
        workers = {key: replace(w, deputy=None) for key, w in demo.workers.items()}
        away = Absences((Absence(worker, date(2026, 3, 3), date(2026, 3, 9), deputy),))
        add_information(
            AddInformation(order.submission_id, UUID(int=7), {}, cannot_wait=True),
            directory=replace(demo, absences=away, workers=workers),
            now=MONDAY + timedelta(days=1),
            ids=ids,
            work=work,
        )
        assert work.kept.messages[-1].recipient.startswith(told)


def test_a_deputy_of_another_team_who_is_told_for_the_lead_is_let_in(demo: Directory) -> None:
    lead = demo.teams["coast"].lead
    assert lead is not None
    away = Absences((Absence(lead, date(2026, 3, 1), date(2026, 3, 31), "esko-esimerkki"),))
    watched = Watched(replace(demo, absences=away))
    watched.run(MONDAY, MONDAY + 2 * HOUR + MINUTE)
    assert [tell for _, tell in watched.steps()][-1] == "lead"
    home = demo.workers["esko-esimerkki"].teams[0]
    assert home in watched.work.kept.cases[watched.case.id].alerted_teams
