"""What comes after the message was sent: seen at the desk, urgent when it says so, promised anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from casework.access import Role, Viewer
from casework.commands import AddInformation
from casework.deadlines import promised_reply_due
from casework.directory import Directory
from casework.messages import Channel, Purpose
from casework.model import CaseState, ClockKind, Mark, TimelineKind
from casework.usecases import (
    add_information,
    answer_case,
    close_case,
    open_case,
    reopen_case,
    submit,
)
from tests.casework.fakes import CountingIds, MemoryLog, MemoryWork, command

MONDAY_NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 3, 2, 20, tzinfo=UTC)
MEMBER = Viewer("1", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))


class Story:
    """One case, and what happens to it one minute after the other."""

    def __init__(self, directory: Directory, at: datetime) -> None:
        self.directory, self.at = directory, at
        self.work, self.ids, self.order = MemoryWork(), CountingIds(), command()
        submit(self.order, directory=directory, now=at, ids=self.ids, work=self.work)
        (self.case_id,) = self.work.kept.cases
        self.before = len(self.work.kept.messages)

    def add(self, *, cannot_wait: bool = False, number: int = 1) -> None:
        self.at += timedelta(minutes=1)
        addition = AddInformation(self.order.submission_id, UUID(int=number), {}, cannot_wait)
        add_information(
            addition, directory=self.directory, now=self.at, ids=self.ids, work=self.work
        )

    def do(self, act: object) -> None:
        self.at += timedelta(minutes=1)
        act(  # type: ignore[operator]
            self.case_id,
            MEMBER,
            directory=self.directory,
            now=self.at,
            ids=self.ids,
            work=self.work,
            log=MemoryLog(self.work),
        )

    @property
    def case(self):  # type: ignore[no-untyped-def]
        return self.work.kept.cases[self.case_id]

    @property
    def new(self) -> list[tuple[str, Channel, Purpose]]:
        return [
            (m.recipient.split(":")[1], m.channel, m.purpose)
            for m in self.work.kept.messages[self.before :]
        ]


def test_an_addition_that_cannot_wait_alerts_the_closed_team_and_the_on_call(
    demo: Directory,
) -> None:
    story = Story(demo, MONDAY_NIGHT)
    story.add(cannot_wait=True)
    assert story.case.urgent
    assert story.case.alerted_teams == ("on-call",)
    assert TimelineKind.ON_CALL_ALERTED in story.work.kept.kinds(story.case_id)
    assert story.new == [
        ("coast", Channel.SMS, Purpose.STAFF_URGENT),
        ("on-call", Channel.SMS, Purpose.STAFF_URGENT),
    ]


def test_in_opening_hours_the_team_alone_hears_that_it_cannot_wait(demo: Directory) -> None:
    story = Story(demo, MONDAY_NOON)
    story.add(cannot_wait=True)
    assert story.new == [("coast", Channel.SMS, Purpose.STAFF_URGENT)]
    assert story.case.alerted_teams == ()


def test_a_team_that_was_alerted_hears_of_what_is_added(demo: Directory) -> None:
    story = Story(demo, MONDAY_NIGHT)
    story.add(cannot_wait=True)
    story.before = len(story.work.kept.messages)
    story.add(number=2)
    assert [whom for whom, _, _ in story.new] == ["coast", "on-call"]


@pytest.mark.parametrize("finish", [answer_case, close_case])
def test_an_addition_opens_a_finished_case_again_with_a_new_promise(
    demo: Directory, finish: object
) -> None:
    story = Story(demo, MONDAY_NOON)
    story.do(open_case)
    story.do(finish)
    story.at += timedelta(days=40)
    story.add()
    assert story.case.state is CaseState.IN_PROGRESS
    assert Mark.NEW_INFORMATION in story.case.marks
    clock = story.work.kept.clock(story.case_id, ClockKind.PROMISED_REPLY)
    assert clock.ended_at is None
    assert clock.due_at == promised_reply_due(demo.teams["coast"], demo, story.at)


def test_new_information_is_marked_until_somebody_opens_the_case(demo: Directory) -> None:
    story = Story(demo, MONDAY_NOON)
    story.do(open_case)
    story.add()
    assert story.case.marks == (Mark.NEW_INFORMATION,)
    story.do(open_case)
    assert story.case.marks == ()


def test_reopening_promises_anew_from_now(demo: Directory) -> None:
    story = Story(demo, MONDAY_NOON)
    story.do(open_case)
    story.do(answer_case)
    story.at += timedelta(days=50)
    story.do(reopen_case)
    clock = story.work.kept.clock(story.case_id, ClockKind.PROMISED_REPLY)
    assert clock.due_at > story.at


def test_the_timeline_tells_when_the_on_call_could_not_be_told(demo: Directory) -> None:
    silent = replace(demo.teams["on-call"], alert=())
    broken = replace(demo, teams={**demo.teams, "on-call": silent})
    work, ids = MemoryWork(), CountingIds()
    order = replace(command(), cannot_wait=True)
    submit(order, directory=broken, now=MONDAY_NIGHT, ids=ids, work=work)
    (case,) = work.kept.cases.values()
    assert case.alerted_teams == ()
    assert Mark.TEAM_NOT_REACHED in case.marks
    kinds = work.kept.kinds(case.id)
    assert TimelineKind.TEAM_NOT_REACHED in kinds
    assert TimelineKind.ON_CALL_ALERTED not in kinds


def test_what_belongs_to_another_county_is_marked_for_passing_on(demo: Directory) -> None:
    work = MemoryWork()
    child = replace(command().children[0], municipality="091", send_anyway=True)
    order = replace(command(), children=(child,))
    submit(order, directory=demo, now=MONDAY_NOON, ids=CountingIds(), work=work)
    (case,) = work.kept.cases.values()
    assert (case.transfer_to, case.marks) == ("90", (Mark.TRANSFER,))
