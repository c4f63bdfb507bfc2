"""A machine that does to any outbox whatever workers, providers and time can do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework.directory import Directory
from casework.messages import (
    MOVES,
    RECEIPT_STATES,
    UNFINISHED,
    Claimed,
    MessageState,
    Outcome,
    Queue,
    Verdict,
)
from casework.usecases import (
    begin_attempt,
    claim_messages,
    doubtful_messages,
    finish_attempt,
    record_receipt,
    settle_doubt,
    sweep_outbox,
)
from tests.casework.fakes import CountingIds
from tests.casework.outbox import START, Row


class Store(Protocol):
    """What the machine needs of an outbox: units of work, and a look at its rows."""

    directory: Directory

    def work(self) -> Any: ...

    def rows(self) -> dict[UUID, Row]: ...


OUTCOMES = st.sampled_from(
    [
        Outcome(Verdict.ACCEPTED, provider_id="SM1"),
        Outcome(Verdict.REFUSED_FOR_NOW, retry_after=timedelta(seconds=5)),
        Outcome(Verdict.REFUSED_FOR_NOW, counts=False),
        Outcome(Verdict.REFUSED),
        Outcome(Verdict.UNKNOWN),
    ]
)
FINAL = {state for state, targets in MOVES.items() if not targets}


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
        self.handed_over: list[tuple[Claimed, UUID]] = []
        self.attempts: list[UUID] = [UUID(int=5)]
        self.seen = self.store.rows()

    def look(self, *, may_know: bool = False) -> None:
        """Compare with the last look; `may_know`: this step brought word of what had happened."""
        rows = self.store.rows()
        for id_, before in self.seen.items():
            after = rows[id_]
            if before.state in FINAL:
                assert after == before, "what is final stays"
            if before.state is MessageState.UNKNOWN and after.state is not MessageState.UNKNOWN:
                assert may_know, "only a receipt or an answer ends not knowing"
            assert after.state in reachable(before.state)
        self.seen = rows

    @rule(seconds=st.sampled_from([1, 20, 61, 100, 301, 4000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def a_worker_claims(self) -> None:
        self.in_hand += claim_messages(Queue.URGENT, now=self.now, work=self.store.work())
        self.look()

    @precondition(lambda self: self.in_hand)
    @rule(dies=st.booleans())
    def a_worker_begins(self, dies: bool) -> None:
        claimed = self.in_hand.pop(0)
        if dies:
            return
        attempt = begin_attempt(claimed, now=self.now, ids=self.ids, work=self.store.work())
        if attempt is not None:
            assert self.seen[claimed.message.id].state is MessageState.CLAIMED
            self.handed_over.append((claimed, attempt))
            self.attempts.append(attempt)
        self.look()

    @precondition(lambda self: self.handed_over)
    @rule(outcome=OUTCOMES, dies=st.booleans(), which=st.integers(0, 3))
    def a_provider_answers(self, outcome: Outcome, dies: bool, which: int) -> None:
        claimed, attempt = self.handed_over.pop(which % len(self.handed_over))
        if not dies:
            finish_attempt(
                claimed,
                attempt,
                outcome,
                directory=self.store.directory,
                now=self.now,
                ids=self.ids,
                work=self.store.work(),
            )
        self.look(may_know=True)

    @rule(which=st.integers(0, 5), status=st.sampled_from([*RECEIPT_STATES, "read", ""]))
    def a_receipt_comes(self, which: int, status: str) -> None:
        record_receipt(
            self.attempts[which % len(self.attempts)],
            provider_id="SM1",
            status=status,
            error_code="",
            directory=self.store.directory,
            now=self.now,
            ids=self.ids,
            work=self.store.work(),
        )
        self.look(may_know=True)

    @rule()
    def the_broom_passes(self) -> None:
        sweep_outbox(
            directory=self.store.directory, now=self.now, ids=self.ids, work=self.store.work()
        )
        self.look()

    @rule(found=st.booleans())
    def the_provider_is_asked(self, found: bool) -> None:
        for doubt in doubtful_messages(now=self.now, work=self.store.work()):
            assert self.seen[doubt.message.id].state is MessageState.UNKNOWN
            answer = "SM9" if found else ""
            settle_doubt(doubt, answer, now=self.now, work=self.store.work())
        self.look(may_know=True)

    @invariant()
    def whatever_is_unfinished_has_a_time(self) -> None:
        for row in getattr(self, "seen", {}).values():
            if row.state is MessageState.PENDING:
                assert row.next_at is not None
            elif row.state in UNFINISHED:
                assert row.lease_until is not None


def reachable(state: MessageState) -> set[MessageState]:
    """Where legal moves lead from a state, itself included; one step of the machine may make several."""
    found, edge = {state}, {state}
    while edge:
        edge = {to for at in edge for to in MOVES[at]} - found
        found |= edge
    return found
