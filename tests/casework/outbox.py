"""An outbox in memory, and a machine that does to any outbox whatever workers, providers and time can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework.directory import Directory
from casework.messages import (
    LEASE,
    MOVES,
    RECEIPT_STATES,
    UNFINISHED,
    Channel,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Purpose,
    Queue,
    Verdict,
    origins,
)
from casework.usecases import (
    Doubt,
    begin_attempt,
    claim_messages,
    doubtful_messages,
    finish_attempt,
    record_receipt,
    settle_doubt,
    sweep_outbox,
)
from tests.casework.fakes import CountingIds, MemoryWork

START = datetime(2026, 3, 2, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """What a row of any outbox shows of itself."""

    state: MessageState
    next_at: datetime | None
    lease_until: datetime | None
    attempts: int


@dataclass
class Kept:
    message: Message
    row: Row
    attempts: list[Any] = field(default_factory=list)


@dataclass
class Attempt:
    id: UUID
    started_at: datetime
    provider_id: str = ""


class MemoryOutbox:
    """`casework.ports.Outbox`: conditional moves over a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Kept] = {}

    def add(self, messages: Sequence[Message]) -> None:
        taken = {(k.message.event, k.message.recipient, k.message.channel) for k in self._all()}
        for m in messages:
            if (m.event, m.recipient, m.channel) not in taken:
                row = Row(m.state, m.not_before, None, 0)
                self.rows[m.id] = Kept(m, row)

    def _all(self) -> list[Kept]:
        return list(self.rows.values())

    def _of(self, attempt_id: UUID) -> Kept | None:
        mine = (k for k in self._all() if any(a.id == attempt_id for a in k.attempts))
        return next(mine, None)

    def claim(
        self, queue: Queue, now: datetime, lease_until: datetime, limit: int
    ) -> list[Claimed]:
        due = [
            k
            for k in self._all()
            if k.message.queue is queue
            and k.row.state is MessageState.PENDING
            and k.row.next_at is not None
            and k.row.next_at <= now
        ][:limit]
        for k in due:
            k.row = Row(MessageState.CLAIMED, k.row.next_at, lease_until, k.row.attempts + 1)
        return [Claimed(k.message, k.row.attempts, lease_until) for k in due]

    def begin(self, claimed: Claimed, attempt_id: UUID, now: datetime) -> bool:
        k = self.rows[claimed.message.id]
        ours = (k.row.state, k.row.attempts) == (MessageState.CLAIMED, claimed.attempts)
        if now >= claimed.lease_until or not ours:
            return False
        k.row = replace(k.row, state=MessageState.SUBMITTING, lease_until=now + LEASE)
        k.attempts.append(Attempt(attempt_id, now))
        return True

    def finish(
        self,
        claimed: Claimed,
        attempt_id: UUID,
        outcome: Outcome,
        state: MessageState,
        next_at: datetime | None,
        now: datetime,
    ) -> None:
        k = self.rows[claimed.message.id]
        next(a for a in k.attempts if a.id == attempt_id).provider_id = outcome.provider_id
        waiting = {MessageState.SUBMITTING, MessageState.UNKNOWN}
        if k.row.state in waiting and k.row.attempts == claimed.attempts:
            k.row = Row(state, next_at, None, k.row.attempts - (not outcome.counts))

    def add_receipt(self, *receipt: Any) -> None:
        pass

    def apply_receipt(self, attempt_id: UUID, to: MessageState, now: datetime) -> Message | None:
        k = self._of(attempt_id)
        if k is None or k.row.state not in origins(to):
            return None
        k.row = replace(k.row, state=to, lease_until=None)
        return replace(k.message, state=to)

    def release_leases(self, now: datetime) -> None:
        for k in self._over(MessageState.CLAIMED, now):
            k.row = Row(MessageState.PENDING, now, None, k.row.attempts)

    def _over(self, state: MessageState, now: datetime) -> list[Kept]:
        return [
            k
            for k in self._all()
            if k.row.state is state and k.row.lease_until is not None and k.row.lease_until <= now
        ]

    def _sweep(self, found: list[Kept], to: MessageState) -> list[Message]:
        for k in found:
            k.row = Row(to, None, None, k.row.attempts)
        return [replace(k.message, state=to) for k in found]

    def expire(self, now: datetime) -> list[Message]:
        over = [
            k
            for k in self._all()
            if k.row.state is MessageState.PENDING
            and k.message.expires_at is not None
            and k.message.expires_at <= now
        ]
        return self._sweep(over, MessageState.EXPIRED)

    def give_up_submitting(self, now: datetime) -> list[Message]:
        return self._sweep(self._over(MessageState.SUBMITTING, now), MessageState.UNKNOWN)

    def give_up_receipts(self, since: datetime, now: datetime) -> list[Message]:
        return []

    def doubts(self, since: datetime, until: datetime, limit: int) -> list[Doubt]:
        return [
            Doubt(k.message, last.id, k.row.attempts, last.started_at, frozenset())
            for k in self._all()
            if k.row.state is MessageState.UNKNOWN
            and k.message.channel is Channel.SMS
            and since <= (last := k.attempts[-1]).started_at <= until
            and not last.provider_id
        ]

    def settle_found(self, doubt: Doubt, provider_id: str, now: datetime) -> None:
        self._settle(doubt, MessageState.ACCEPTED, None)

    def settle_missing(self, doubt: Doubt, now: datetime) -> None:
        self._settle(doubt, MessageState.PENDING, now)

    def _settle(self, doubt: Doubt, to: MessageState, next_at: datetime | None) -> None:
        k = self.rows[doubt.message.id]
        if k.row.state is MessageState.UNKNOWN:
            k.row = Row(to, next_at, k.row.lease_until, k.row.attempts)

    def waiting_queues(self, now: datetime) -> frozenset[Queue]:
        return frozenset(k.message.queue for k in self._all())


class OutboxWork(MemoryWork):
    """A unit of work over a lasting outbox; the cases' rows are as in `MemoryWork`."""

    def __init__(self, outbox: MemoryOutbox) -> None:
        super().__init__()
        self._outbox = outbox

    @property
    def outbox(self) -> Any:
        return self._outbox


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


def message(number: int, **changes: Any) -> Message:
    """A text to a team's phone, due at START."""
    given: dict[str, Any] = {
        "id": UUID(int=100 + number),
        "submission_id": UUID(int=1),
        "case_id": UUID(int=2),
        "case_number": "ABCD-EFGH",
        "event": f"received:{number}",
        "recipient": "team:on-call:on-call-mobile",
        "channel": Channel.SMS,
        "purpose": Purpose.STAFF_URGENT,
        "language": "fi",
        "queue": Queue.URGENT,
        "created_at": START,
        "not_before": START,
        "expires_at": None,
        "address": "+358500000125",
    }
    return Message(**{**given, **changes})


def some_messages() -> list[Message]:
    """To a team by phone, to a sender by phone with an end, to a sender by mail."""
    return [
        message(1),
        message(2, recipient="sender", expires_at=START + timedelta(hours=12)),
        message(3, recipient="sender", channel=Channel.EMAIL, address="testi@example.org"),
    ]
