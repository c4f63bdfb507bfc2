"""The brooms' view of the outbox: what is over, what was left behind, what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update

from casework.messages import MAX_ATTEMPTS, Channel, Message, MessageState, Queue, Verdict, origins
from casework.usecases.doubts import Doubt
from webapp.store.crypto import Keys
from webapp.store.message_rows import (
    CANNOT_BE_OPENED,
    message_of,
    note_unopened,
    opened,
    values_of,
)
from webapp.store.tables import attempts, messages, submissions

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

others = attempts.alias("others")
newest = attempts.alias("newest")


class UpkeepRows:
    """Implements `casework.ports.Upkeep`."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys

    def expire(self, now: datetime) -> list[Message]:
        """Waiting rows whose time is over."""
        return self._sweep(
            MessageState.EXPIRED,
            now,
            messages.c.state == MessageState.PENDING.value,
            messages.c.expires_at <= now,
        )

    def park(self, now: datetime) -> list[Message]:
        """Claimed rows whose workers died again and again: such a row is not taken up any more."""
        return self._sweep(
            MessageState.FAILED,
            now,
            messages.c.state == MessageState.CLAIMED.value,
            messages.c.lease_until <= now,
            messages.c.attempts >= MAX_ATTEMPTS,
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
            messages.c.state.in_(values_of({MessageState.ACCEPTED, MessageState.SENT})),
            messages.c.channel == Channel.SMS.value,
            messages.c.changed_at <= since,
        )

    def _sweep(self, to: MessageState, now: datetime, *which: Any) -> list[Message]:
        rows = self._work.connection.execute(
            update(messages)
            .where(messages.c.state.in_(values_of(origins(to))), *which)
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
        unknown = (
            select(func.count())
            .select_from(newest)
            .where(
                newest.c.message_id == messages.c.id,
                or_(newest.c.verdict.is_(None), newest.c.verdict == Verdict.UNKNOWN.value),
            )
            .correlate(messages)
            .scalar_subquery()
        )
        rows = self._work.connection.execute(
            select(
                *messages.c,
                submissions.c.key_wrapped,
                unknown.label("unknown_attempts"),
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
            message = opened(self._keys, row).message
        except CANNOT_BE_OPENED as error:
            note_unopened(row["id"], error)
            return None
        return Doubt(
            message=message,
            attempt_id=row["attempt_id"],
            attempts=row["unknown_attempts"],
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
