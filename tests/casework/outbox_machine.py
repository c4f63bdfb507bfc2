"""A machine that does to any outbox whatever workers, providers and time can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework.directory import Directory
from casework.messages import (
    MOVES,
    NOT_DELIVERED,
    RECEIPT_STATES,
    UNFINISHED,
    Channel,
    Claimed,
    MessageState,
    Outcome,
    Queue,
    Rate,
    Verdict,
)
from casework.usecases import (
    Doubt,
    asked_about,
    begin_attempt,
    channel_works,
    claim_messages,
    claim_probes,
    doubtful_messages,
    finish_attempt,
    give_back,
    record_receipt,
    settle_doubt,
    spoil_message,
    suppress_message,
    sweep_outbox,
)
from casework.usecases.doubts import ASK_AFTER
from tests.casework.fakes import CountingIds
from tests.casework.memory_desk import root_of
from tests.casework.outbox import SAID, START, Row


class Store(Protocol):
    """What the machine needs of an outbox: units of work, and a look at its rows."""

    directory: Directory

    def work(self) -> Any: ...

    def take_back(self, at: datetime) -> None:
        """The phrase of `tests.casework.outbox.SAID`."""

    def rows(self) -> dict[UUID, Row]: ...


#: What a provider may answer that has taken the message, and one that has not. Its answer may be lost either way.
LOST = Outcome(Verdict.UNKNOWN, reason="read_timeout")
TAKEN = (Outcome(Verdict.ACCEPTED), LOST)
NOT_TAKEN = (
    Outcome(Verdict.REFUSED_FOR_NOW, retry_after=timedelta(seconds=5)),
    Outcome(Verdict.REFUSED_FOR_NOW, counts=False),
    Outcome(Verdict.REFUSED_FOR_NOW, counts=False, breaks=True, reason="not_authorised"),
    Outcome(Verdict.REFUSED, reason="invalid_number"),
    LOST,
)
FINAL = {state for state, targets in MOVES.items() if not targets}
#: Nearly all that these tests send is urgent.
QUEUES = st.sampled_from([Queue.URGENT, Queue.URGENT, Queue.URGENT, Queue.DEFAULT])
FEW = {Channel.SMS: Rate(1, 2)}


@dataclass(frozen=True)
class HandedOver:
    """An attempt that a provider has before it, and whether it takes it: the truth, which we may never hear."""

    claimed: Claimed
    attempt: UUID
    taken: bool


class OutboxMachine(RuleBasedStateMachine):
    """Workers that die, providers that answer late or never, receipts in any order, and time that passes."""

    open_store: Callable[[], Store]

    @initialize()
    def begin_with_rows(self) -> None:
        self.store = type(self).open_store()
        self.ids = CountingIds()
        self.ids.count = 10_000
        self.now = START
        self.in_hand: list[Claimed] = []
        self.handed_over: list[HandedOver] = []
        #: What the provider has, by message: the attempts that it took, in order, and when.
        self.taken: dict[UUID, list[tuple[UUID, Any]]] = {}
        #: All attempts by message, in order.
        self.begun: dict[UUID, list[UUID]] = {}
        #: What a person or a team's phone got of one event, as far as it is not proved that it did not arrive.
        self.told: dict[tuple[str, str], list[UUID]] = {}
        self.proved_lost: set[UUID] = set()
        self.answers: list[tuple[Doubt, str]] = []
        self.is_taken_back = False
        self.seen = self.store.rows()

    def rooms(self) -> Any:
        return {
            "directory": self.store.directory,
            "now": self.now,
            "ids": self.ids,
            "work": self.store.work(),
        }

    def look(self, *, may_know: bool = False) -> None:
        """Compare with the last look; `may_know`: this step brought word of what had happened."""
        rows = self.store.rows()
        for id_, before in self.seen.items():
            after = rows[id_]
            if before.state in FINAL:
                assert after.state == before.state, "what is final stays"
            if before.state is MessageState.UNKNOWN and after.state is not MessageState.UNKNOWN:
                assert may_know, "only a receipt or an answer ends not knowing"
            assert after.state in reachable(before.state)
        self.seen = rows

    @rule(seconds=st.sampled_from([1, 20, 61, 100, 301, 1000, 4000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(queue=QUEUES, slowly=st.booleans())
    def a_worker_claims(self, queue: Queue, slowly: bool) -> None:
        claimed, *_ = claim_messages(queue, rates=FEW if slowly else None, **self.rooms())
        self.in_hand += claimed
        self.look()

    @precondition(lambda self: self.in_hand)
    @rule(dies=st.booleans(), taken=st.booleans())
    def a_worker_begins(self, dies: bool, taken: bool) -> None:
        claimed = self.in_hand.pop(0)
        if dies:
            return
        attempt = begin_attempt(claimed, **self.rooms())
        if attempt is not None:
            message = claimed.message.id
            assert self.seen[message].state is MessageState.CLAIMED
            said = root_of(claimed.message) == SAID.detail["event"]
            assert not (said and self.is_taken_back), "what was taken back leaves"
            self.handed_over.append(HandedOver(claimed, attempt, taken))
            self.begun.setdefault(message, []).append(attempt)
            if taken:
                self.taken.setdefault(message, []).append((attempt, self.now))
                root = root_of(claimed.message), claimed.message.recipient
                before = [one for one in self.told.get(root, []) if one not in self.proved_lost]
                assert not before, f"{root} was told twice"
                self.told.setdefault(root, []).append(attempt)
        self.look()

    @rule(taken=st.booleans(), answer=st.integers(0, 9))
    def a_worker_sends_one(self, taken: bool, answer: int) -> None:
        """The usual way, whole, so that the machine comes far in few steps."""
        self.a_worker_claims(Queue.URGENT, slowly=False)
        if self.in_hand:
            self.a_worker_begins(dies=False, taken=taken)
        if self.handed_over:
            self.a_provider_answers(answer, dies=False, which=len(self.handed_over) - 1)

    @precondition(lambda self: self.in_hand)
    @rule(how=st.sampled_from(["give back", "spoil", "suppress"]))
    def a_worker_does_not_begin(self, how: str) -> None:
        claimed = self.in_hand.pop()
        if how == "give back":
            give_back([claimed], now=self.now, work=self.store.work())
        elif how == "spoil":
            spoil_message(claimed, "cannot_be_rendered", **self.rooms())
        else:
            suppress_message(claimed, "over_budget", **self.rooms())
        self.look()

    @precondition(lambda self: self.handed_over)
    @rule(answer=st.integers(0, 9), dies=st.booleans(), which=st.integers(0, 3))
    def a_provider_answers(self, answer: int, dies: bool, which: int) -> None:
        one = self.handed_over.pop(which % len(self.handed_over))
        answers = TAKEN if one.taken else NOT_TAKEN
        outcome = answers[answer % len(answers)]
        if outcome.verdict is Verdict.ACCEPTED:
            outcome = Outcome(Verdict.ACCEPTED, provider_id=f"SM{one.attempt}")
        if not dies:
            finish_attempt(one.claimed, one.attempt, outcome, **self.rooms())
        self.look(may_know=True)

    @rule(which=st.integers(0, 5), status=st.sampled_from([*RECEIPT_STATES, "read", ""]))
    def a_receipt_comes(self, which: int, status: str) -> None:
        """Only of what the provider took, but in any order; and of an attempt that nobody knows."""
        known = [attempt for took in self.taken.values() for attempt, _ in took]
        attempts = [*known, UUID(int=5)]
        attempt = attempts[which % len(attempts)]
        if RECEIPT_STATES.get(status) in NOT_DELIVERED:
            self.proved_lost.add(attempt)
        record_receipt(
            attempt, provider_id=f"SM{attempt}", status=status, error_code="30003", **self.rooms()
        )
        self.look(may_know=True)

    @precondition(lambda self: any(len(begun) > 1 for begun in self.begun.values()))
    @rule(which=st.integers(0, 5), status=st.sampled_from(["failed", "undelivered"]))
    def an_attempt_is_said_to_have_failed_after_another_has_begun(
        self, which: int, status: str
    ) -> None:
        """Of the other it tells nothing."""
        older = [attempt for begun in self.begun.values() for attempt in begun[:-1]]
        attempt, before = older[which % len(older)], self.store.rows()
        record_receipt(
            attempt, provider_id=f"SM{attempt}", status=status, error_code="30006", **self.rooms()
        )
        assert self.store.rows() == before
        self.look()

    @precondition(lambda self: not self.is_taken_back)
    @rule()
    def a_worker_takes_back_what_was_said(self) -> None:
        self.store.take_back(self.now)
        self.is_taken_back = True
        self.look()

    @rule()
    def the_broom_passes(self) -> None:
        sweep_outbox(**self.rooms())
        self.look()

    @rule()
    def the_provider_is_asked(self) -> None:
        for doubt in doubtful_messages(now=self.now, work=self.store.work()):
            assert self.seen[doubt.message.id].state is MessageState.UNKNOWN
            asked_about(doubt.attempt_id, now=self.now, work=self.store.work())
            self.answers.append((doubt, self.listed(doubt)))

    @precondition(lambda self: self.answers)
    @rule(which=st.integers(0, 3))
    def the_answer_is_believed(self, which: int) -> None:
        """At once, or when much has happened since the question."""
        doubt, found = self.answers.pop(which % len(self.answers))
        settle_doubt(doubt, found, now=self.now, work=self.store.work())
        self.look(may_know=True)

    def listed(self, doubt: Doubt) -> str:
        """What the provider's list tells of the message: whatever it took a minute ago or earlier."""
        took = [
            f"SM{attempt}"
            for attempt, at in self.taken.get(doubt.message.id, [])
            if at <= self.now - ASK_AFTER and f"SM{attempt}" not in doubt.known
        ]
        return took[0] if took else ""

    @rule(works=st.booleans())
    def broken_channels_are_probed(self, works: bool) -> None:
        for probe in claim_probes(**self.rooms()):
            self.in_hand.append(probe)
            if works:
                channel_works(probe.message.channel, now=self.now, work=self.store.work())
        self.look()

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        for message, took in getattr(self, "taken", {}).items():
            assert len(took) <= 1, f"{message} was taken by {len(took)} attempts"

    @invariant()
    def whatever_is_unfinished_has_a_time(self) -> None:
        for row in getattr(self, "seen", {}).values():
            if row.state is MessageState.PENDING:
                assert row.next_at is not None
            elif row.state in UNFINISHED:
                assert row.lease_until is not None
            elif row.state is not MessageState.UNKNOWN:
                assert row.next_at is None

    def teardown(self) -> None:
        """Once the world has come to rest, so does every row by itself: nothing waits for ever, and of what nobody
        knows somebody has been told."""
        if not hasattr(self, "store"):
            return
        self.handed_over.clear()
        self.in_hand.clear()
        for minutes in (2, 2, 2, 10, 10, 20, 60, 60, 300, 1500, 60, 60):
            self.now += timedelta(minutes=minutes)
            self.broken_channels_are_probed(works=True)
            self.the_broom_passes()
            self.the_provider_is_asked()
            while self.answers:
                self.the_answer_is_believed(0)
            for queue in (Queue.URGENT, Queue.DEFAULT):
                self.in_hand += claim_messages(queue, **self.rooms()).rows
            self.look()
            while self.in_hand:
                self.a_worker_begins(dies=False, taken=True)
            while self.handed_over:
                self.a_provider_answers(0, dies=False, which=0)
        for row in self.store.rows().values():
            assert row.state not in UNFINISHED, row


def reachable(state: MessageState) -> set[MessageState]:
    """Where legal moves lead from a state, itself included; one step of the machine may make several."""
    found, edge = {state}, {state}
    while edge:
        edge = {to for at in edge for to in MOVES[at]} - found
        found |= edge
    return found
