"""An outbox in memory, and messages to put into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from casework.messages import (
    LEASE,
    MAX_ATTEMPTS,
    Channel,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Purpose,
    Queue,
    origins,
)
from casework.usecases import Doubt
from tests.casework.fakes import MemoryWork

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
    """`casework.ports.Outbox` and `Upkeep`: conditional moves over a dictionary."""

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

    def suppress(self, claimed: Claimed, now: datetime) -> None:
        k = self.rows[claimed.message.id]
        if k.row.state is MessageState.CLAIMED and k.row.attempts == claimed.attempts:
            k.row = Row(MessageState.SUPPRESSED, None, None, k.row.attempts)

    def finish(
        self,
        claimed: Claimed,
        attempt_id: UUID,
        outcome: Outcome,
        state: MessageState,
        next_at: datetime | None,
        now: datetime,
    ) -> bool:
        k = self.rows[claimed.message.id]
        next(a for a in k.attempts if a.id == attempt_id).provider_id = outcome.provider_id
        waiting = {MessageState.SUBMITTING, MessageState.UNKNOWN}
        if k.row.state not in waiting or k.row.attempts != claimed.attempts:
            return False
        k.row = Row(state, next_at, None, k.row.attempts - (not outcome.counts))
        return True

    def add_receipt(self, *receipt: Any) -> None:
        pass

    def apply_receipt(self, attempt_id: UUID, to: MessageState, now: datetime) -> Message | None:
        k = self._of(attempt_id)
        if k is None or k.row.state not in origins(to):
            return None
        k.row = replace(k.row, state=to, lease_until=None)
        return replace(k.message, state=to)

    def park(self, now: datetime) -> list[Message]:
        over = [k for k in self._over(MessageState.CLAIMED, now) if k.row.attempts >= MAX_ATTEMPTS]
        return self._sweep(over, MessageState.FAILED)

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

    @property
    def upkeep(self) -> Any:
        return self._outbox


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
