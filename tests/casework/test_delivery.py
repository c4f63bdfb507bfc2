"""When a message cannot be handed over: the next way, then another team, then a call; never silence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from casework.directory import Directory
from casework.messages import Claimed, Message, MessageState, Outcome, Purpose, Queue, Verdict
from casework.model import Mark, TimelineKind
from casework.usecases import begin_attempt, claim_messages, finish_attempt, submit
from tests.casework.fakes import CountingIds, command
from tests.casework.outbox import MemoryOutbox, OutboxWork

NIGHT = datetime(2026, 3, 2, 20, tzinfo=UTC)
REFUSED = Outcome(Verdict.REFUSED, reason="invalid_number")
UNKNOWN = Outcome(Verdict.UNKNOWN, reason="timed_out")


class House:
    """An urgent message at night: the team of the coast and the on-call are alerted."""

    def __init__(self, directory: Directory) -> None:
        self.directory, self.ids = directory, CountingIds()
        self.work = OutboxWork(MemoryOutbox())
        order = command(cannot_wait=True)
        submit(order, directory=directory, now=NIGHT, ids=self.ids, work=self.work)
        with self.work:
            self.work.outbox.add(self.work.kept.messages)
            self.work.commit()

    def one(self, queue: Queue) -> list[Claimed]:
        return claim_messages(queue, **self.rooms())[0]

    def rooms(self) -> Any:
        return {"directory": self.directory, "now": NIGHT, "ids": self.ids, "work": self.work}

    def end(self, claimed: Claimed, outcome: Outcome) -> None:
        attempt = begin_attempt(claimed, **self.rooms())
        assert attempt is not None
        finish_attempt(claimed, attempt, outcome, **self.rooms())

    def refuse_all(self) -> list[Message]:
        """Every alert is refused until nobody is left to be told; in the order of the tries."""
        tried = []
        while claimed := self.one(Queue.URGENT):
            for one in claimed:
                tried.append(one.message)
                self.end(one, REFUSED)
            assert len(tried) < 40, "it never ends"
        return tried


def team(message: Message) -> str:
    return message.recipient.split(":")[1]


def test_when_no_way_to_a_team_works_the_fallback_and_the_on_call_are_told_each_once(
    demo: Directory,
) -> None:
    house = House(demo)
    tried = house.refuse_all()
    assert {team(message) for message in tried} == {"coast", "on-call", "management"}
    recipients = [(message.event, message.recipient) for message in tried]
    assert len(recipients) == len(set(recipients))
    (case,) = house.work.kept.cases.values()
    assert Mark.TEAM_NOT_REACHED in case.marks
    assert "management" in case.alerted_teams  # what a team is told of it may open
    assert all(message.purpose is Purpose.STAFF_URGENT for message in tried)


def test_an_alert_that_may_not_have_arrived_also_goes_the_teams_next_way(demo: Directory) -> None:
    house = House(demo)
    first = house.one(Queue.URGENT)[0]
    house.end(first, UNKNOWN)
    following = [one.message for one in house.one(Queue.URGENT)]
    assert [team(one) for one in following] == [team(first.message)]
    assert following[0].channel is not first.message.channel


def test_a_receipt_that_was_faster_than_the_lost_answer_leaves_nothing_to_do(
    demo: Directory,
) -> None:
    house = House(demo)
    claimed = house.one(Queue.URGENT)[0]
    attempt = begin_attempt(claimed, **house.rooms())
    assert attempt is not None
    with house.work:
        house.work.outbox.apply_receipt(attempt, MessageState.DELIVERED, "", NIGHT)
        house.work.commit()
    finish_attempt(claimed, attempt, UNKNOWN, **house.rooms())
    (case,) = house.work.kept.cases.values()
    assert case.marks == ()
    assert TimelineKind.TEAM_NOT_REACHED not in house.work.kept.kinds(case.id)
    assert house.one(Queue.URGENT) == []
