"""Rows of messages: claimed with SKIP LOCKED, moved by conditional UPDATE, their receipts only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import func, select, update

from casework.errors import ErasedContent, TamperedContent
from casework.messages import (
    LEASE,
    Channel,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Purpose,
    Queue,
    origins,
)
from casework.usecases.doubts import Doubt
from webapp.store.crypto import Keys
from webapp.store.submissions import message_row, submission_key
from webapp.store.tables import attempts, messages, receipts, submissions

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

log = structlog.get_logger()

#: One such row must not hold up all others: it is left out, or has failed, and is named in the log.
_CANNOT_BE_OPENED = (ErasedContent, TamperedContent)
others = attempts.alias("others")
newest = attempts.alias("newest")


def _values(states: Iterable[MessageState]) -> list[str]:
    return sorted(state.value for state in states)


class OutboxRows:
    """Implements `casework.ports.Outbox`."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys

    def add(self, rows: Sequence[Message]) -> None:
        for message in rows:
            try:
                key = submission_key(self._work, self._keys, message.submission_id)
            except _CANNOT_BE_OPENED as error:
                _note(message.id, error)
                continue
            self._work.queue(
                messages, [message_row(message, key)], on_conflict="on conflict do nothing"
            )

    def claim(
        self, queue: Queue, now: datetime, lease_until: datetime, limit: int
    ) -> list[Claimed]:
        due = (
            select(messages.c.id)
            .where(
                messages.c.queue == queue.value,
                messages.c.state == MessageState.PENDING.value,
                messages.c.next_at <= now,
            )
            .order_by(messages.c.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        rows = self._work.connection.execute(
            update(messages)
            .where(messages.c.id == due.c.id, submissions.c.id == messages.c.submission_id)
            .values(
                state=MessageState.CLAIMED.value,
                attempts=messages.c.attempts + 1,
                lease_until=lease_until,
                changed_at=now,
            )
            .returning(*messages.c, submissions.c.key_wrapped)
        )
        opened = [one for row in rows.mappings().all() if (one := self._opened_or_failed(row, now))]
        # The order of an UPDATE's rows is nobody's promise; the oldest goes first.
        return sorted(opened, key=lambda claimed: claimed.message.not_before)

    def _opened_or_failed(self, row: Mapping[Any, Any], now: datetime) -> Claimed | None:
        try:
            return self._opened(row)
        except _CANNOT_BE_OPENED as error:
            _note(row["id"], error)
        self._work.connection.execute(
            update(messages)
            .where(messages.c.id == row["id"], messages.c.state == MessageState.CLAIMED.value)
            .values(state=MessageState.FAILED.value, lease_until=None, next_at=None, changed_at=now)
        )
        return None

    def _opened(self, row: Mapping[Any, Any]) -> Claimed:
        key = self._keys.unwrap(row["key_wrapped"], row["submission_id"], "submission_key")
        address = key.open(row["address_sealed"], row["id"], "address").decode()
        return Claimed(message_of(row, address), row["attempts"], row["lease_until"])

    def begin(self, claimed: Claimed, attempt_id: UUID, now: datetime) -> bool:
        if now >= claimed.lease_until:
            return False
        moved = self._work.connection.execute(
            update(messages)
            .where(
                messages.c.id == claimed.message.id,
                messages.c.state == MessageState.CLAIMED.value,
                messages.c.attempts == claimed.attempts,
            )
            .values(
                state=MessageState.SUBMITTING.value,
                changed_at=now,
                lease_until=now + LEASE,
            )
        )
        if moved.rowcount != 1:
            return False
        self._work.queue(
            attempts,
            [{"id": attempt_id, "message_id": claimed.message.id, "started_at": now}],
        )
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
        connection = self._work.connection
        connection.execute(
            update(attempts)
            .where(attempts.c.id == attempt_id)
            .values(
                ended_at=now,
                verdict=outcome.verdict.value,
                reason=outcome.reason,
                provider_id=outcome.provider_id or None,
            )
        )
        # A receipt may have been faster than we are: then its state stays. A lease that ran out meanwhile
        # left the row `unknown`; now we know.
        connection.execute(
            update(messages)
            .where(
                messages.c.id == claimed.message.id,
                messages.c.state.in_([MessageState.SUBMITTING.value, MessageState.UNKNOWN.value]),
                messages.c.attempts == claimed.attempts,
            )
            .values(
                state=state.value,
                next_at=next_at,
                lease_until=None,
                changed_at=now,
                attempts=messages.c.attempts - (0 if outcome.counts else 1),
            )
        )

    def add_receipt(
        self,
        receipt_id: UUID,
        attempt_id: UUID,
        provider_id: str,
        status: str,
        error_code: str,
        now: datetime,
    ) -> None:
        """Append one receipt; the same one again is nothing new."""
        self._work.queue(
            receipts,
            [
                {
                    "id": receipt_id,
                    "attempt_id": attempt_id,
                    "provider_id": provider_id,
                    "status": status,
                    "error_code": error_code,
                    "received_at": now,
                }
            ],
            on_conflict="on conflict do nothing",
        )

    def apply_receipt(self, attempt_id: UUID, to: MessageState, now: datetime) -> Message | None:
        """Move the attempt's message along, if that is a legal move; the message when it moved."""
        row = (
            self._work.connection.execute(
                update(messages)
                .where(
                    attempts.c.id == attempt_id,
                    messages.c.id == attempts.c.message_id,
                    messages.c.state.in_(_values(origins(to))),
                )
                .values(state=to.value, changed_at=now, lease_until=None)
                .returning(*messages.c)
            )
            .mappings()
            .first()
        )
        return message_of(row) if row else None

    def expire(self, now: datetime) -> list[Message]:
        """Waiting rows whose time is over."""
        return self._sweep(
            MessageState.EXPIRED,
            now,
            messages.c.state == MessageState.PENDING.value,
            messages.c.expires_at <= now,
        )

    def release_leases(self, now: datetime) -> None:
        """Claimed rows whose worker died before anything left: back to waiting."""
        self._work.connection.execute(
            update(messages)
            .where(
                messages.c.state == MessageState.CLAIMED.value,
                messages.c.lease_until <= now,
            )
            .values(state=MessageState.PENDING.value, next_at=now, lease_until=None, changed_at=now)
        )

    def give_up_submitting(self, now: datetime) -> list[Message]:
        """Rows whose worker died while the provider had the message: nobody knows, so never sent blindly."""
        return self._sweep(
            MessageState.UNKNOWN,
            now,
            messages.c.state == MessageState.SUBMITTING.value,
            messages.c.lease_until <= now,
        )

    def give_up_receipts(self, since: datetime, now: datetime) -> list[Message]:
        """SMS handed over before `since` without a final receipt."""
        return self._sweep(
            MessageState.UNKNOWN,
            now,
            messages.c.state.in_(_values({MessageState.ACCEPTED, MessageState.SENT})),
            messages.c.channel == Channel.SMS.value,
            messages.c.changed_at <= since,
        )

    def _sweep(self, to: MessageState, now: datetime, *which: Any) -> list[Message]:
        rows = self._work.connection.execute(
            update(messages)
            .where(messages.c.state.in_(_values(origins(to))), *which)
            .values(state=to.value, changed_at=now, lease_until=None, next_at=None)
            .returning(*messages.c)
        )
        return [message_of(row) for row in rows.mappings()]

    def doubts(self, since: datetime, until: datetime, limit: int) -> Sequence[Doubt]:
        """`unknown` SMS whose last attempt began between the two, opened."""
        last = (
            select(newest.c.id)
            .where(newest.c.message_id == messages.c.id)
            .order_by(newest.c.started_at.desc())
            .limit(1)
            .correlate(messages)
            .scalar_subquery()
        )
        taken = (
            select(func.array_agg(others.c.provider_id))
            .where(others.c.started_at >= since, others.c.provider_id.is_not(None))
            .scalar_subquery()
        )
        rows = self._work.connection.execute(
            select(
                *messages.c,
                submissions.c.key_wrapped,
                attempts.c.id.label("attempt_id"),
                attempts.c.started_at,
                taken.label("taken"),
            )
            .join(submissions, submissions.c.id == messages.c.submission_id)
            .join(attempts, attempts.c.id == last)
            .where(
                messages.c.state == MessageState.UNKNOWN.value,
                messages.c.channel == Channel.SMS.value,
                attempts.c.started_at.between(since, until),
                attempts.c.provider_id.is_(None),
            )
            .limit(limit)
        )
        return [doubt for row in rows.mappings() if (doubt := self._doubt(row))]

    def _doubt(self, row: Mapping[Any, Any]) -> Doubt | None:
        try:
            message = self._opened(row).message
        except _CANNOT_BE_OPENED as error:
            _note(row["id"], error)
            return None
        return Doubt(
            message=message,
            attempt_id=row["attempt_id"],
            attempts=row["attempts"],
            since=row["started_at"],
            known=frozenset(row["taken"] or ()),
        )

    def settle_found(self, doubt: Doubt, provider_id: str, now: datetime) -> None:
        self._work.connection.execute(
            update(attempts)
            .where(attempts.c.id == doubt.attempt_id)
            .values(provider_id=provider_id)
        )
        self._settle(doubt, MessageState.ACCEPTED, None, now)

    def settle_missing(self, doubt: Doubt, now: datetime) -> None:
        self._settle(doubt, MessageState.PENDING, now, now)

    def _settle(
        self, doubt: Doubt, to: MessageState, next_at: datetime | None, now: datetime
    ) -> None:
        self._work.connection.execute(
            update(messages)
            .where(
                messages.c.id == doubt.message.id,
                messages.c.state == MessageState.UNKNOWN.value,
            )
            .values(state=to.value, next_at=next_at, changed_at=now)
        )

    def waiting_queues(self, now: datetime) -> frozenset[Queue]:
        """Queues with a row that may go now."""
        rows = self._work.connection.execute(
            select(messages.c.queue)
            .where(messages.c.state == MessageState.PENDING.value, messages.c.next_at <= now)
            .distinct()
        )
        return frozenset(Queue(row.queue) for row in rows)


def _note(message_id: UUID, error: Exception) -> None:
    log.error("message_cannot_be_opened", message=str(message_id), fault=type(error).__name__)


def message_of(row: Mapping[Any, Any], address: str = "") -> Message:
    """A message from its row; the address stays sealed unless it was opened."""
    return Message(
        id=row["id"],
        submission_id=row["submission_id"],
        case_id=row["case_id"],
        case_number=row["case_number"],
        event=row["event"],
        recipient=row["recipient"],
        channel=Channel(row["channel"]),
        purpose=Purpose(row["purpose"]),
        language=row["language"],
        queue=Queue(row["queue"]),
        created_at=row["created_at"],
        not_before=row["next_at"] or row["created_at"],
        expires_at=row["expires_at"],
        address=address,
        state=MessageState(row["state"]),
    )
