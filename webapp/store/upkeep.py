"""The brooms' view of the outbox: what is over, what was left behind, what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, func, not_, or_, select, update

from casework.messages import (
    MAX_LOST_WORKERS,
    RECEIPT_PATIENCE,
    RETELL_AFTER,
    RETOLD_AT_ONCE,
    Channel,
    Message,
    MessageState,
    Queue,
    Verdict,
    origins,
)
from casework.notices import SENDER
from casework.usecases.doubts import Doubt, Unconfirmed
from webapp.store.crypto import Keys
from webapp.store.message_rows import (
    CANNOT_BE_OPENED,
    channel_broken,
    message_of,
    note_unopened,
    opened,
    readable,
    values_of,
)
from webapp.store.tables import attempts, messages, submissions

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

others = attempts.alias("others")
newest = attempts.alias("newest")
_TAKEN = [MessageState.ACCEPTED.value, MessageState.SENT.value]


class UpkeepRows:
    """Implements `casework.ports.Upkeep`."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys

    def expire(self, now: datetime, limit: int) -> list[Message]:
        """Waiting rows whose time is over."""
        return self._sweep(
            MessageState.EXPIRED,
            "safe_hours_over",
            now,
            limit,
            messages.c.state == MessageState.PENDING.value,
            messages.c.expires_at <= now,
        )

    def park(self, now: datetime, limit: int) -> list[Message]:
        """Claimed rows whose workers died again and again: such a row is not taken up any more."""
        return self._sweep(
            MessageState.FAILED,
            "workers_died",
            now,
            limit,
            messages.c.state == MessageState.CLAIMED.value,
            messages.c.lease_until <= now,
            messages.c.lost_workers >= MAX_LOST_WORKERS - 1,
        )

    def release_leases(self, now: datetime) -> None:
        """Claimed rows whose worker died before anything left: back to waiting, and counted.

        The number of the attempt stays: by it a worker that was only slow sees that the row is no longer its own.
        """
        self._work.connection.execute(
            update(messages)
            .where(
                messages.c.state == MessageState.CLAIMED.value,
                messages.c.lease_until <= now,
            )
            .values(
                state=MessageState.PENDING.value,
                lease_until=None,
                lost_workers=messages.c.lost_workers + 1,
                changed_at=now,
            )
        )

    def give_up_submitting(self, now: datetime, limit: int) -> list[Message]:
        """Rows whose worker died while the provider had the message: nobody knows, so never sent blindly."""
        return self._sweep(
            MessageState.UNKNOWN,
            "worker_died",
            now,
            limit,
            messages.c.state == MessageState.SUBMITTING.value,
            messages.c.lease_until <= now,
        )

    def give_up_receipts(self, since: datetime, now: datetime) -> None:
        """SMS handed over before `since` without a final receipt. After days nobody is asked to call for it."""
        self._work.connection.execute(
            update(messages)
            .where(
                messages.c.state.in_(_TAKEN),
                messages.c.channel == Channel.SMS.value,
                messages.c.changed_at <= since,
            )
            .values(
                state=MessageState.UNKNOWN.value,
                reason="no_receipt",
                changed_at=now,
                retold_at=now,
            )
        )

    def _sweep(
        self, to: MessageState, reason: str, now: datetime, limit: int, *which: Any
    ) -> list[Message]:
        """Move rows that nobody holds; the rest in the next round."""
        found = self._held(limit, messages.c.state.in_(values_of(origins(to))), *which)
        return self._changed(
            found,
            {
                "state": to.value,
                "reason": reason,
                "changed_at": now,
                "lease_until": None,
                "next_at": None,
            },
        )

    def _held(self, limit: int, *which: Any) -> Any:
        """The ids of such rows, locked; what others hold is passed over, so that a broom never waits."""
        return (
            select(messages.c.id)
            .where(readable(), *which)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("found")
        )

    def _changed(self, found: Any, values: Mapping[str, Any]) -> list[Message]:
        rows = self._work.connection.execute(
            update(messages)
            .where(messages.c.id == found.c.id)
            .values(values)
            .returning(*messages.c)
        )
        return [message_of(row) for row in rows.mappings()]

    def long_doubts(self, since: datetime, now: datetime, limit: int) -> list[Message]:
        """Messages to senders of which nobody has known since before `since` whether they arrived; each once."""
        return self._changed(
            self._held(
                limit,
                messages.c.retold_at.is_(None),
                messages.c.state == MessageState.UNKNOWN.value,
                messages.c.changed_at <= since,
                messages.c.recipient == SENDER,
            ),
            {"retold_at": now},
        )

    def stuck(self, now: datetime, limit: int) -> list[Message]:
        """Alerts that were tried, or whose channel is broken, and wait too long; each once, and of one recipient a
        few at a time."""
        long = or_(
            *(
                and_(messages.c.queue == queue.value, messages.c.created_at <= now - patience)
                for queue, patience in RETELL_AFTER.items()
            )
        )
        # What only waits for its turn, after an outage or in the provider's rate, leaves by itself.
        tried = and_(
            messages.c.next_at > now, or_(messages.c.attempts > 0, messages.c.reason != "")
        )
        turn = func.row_number().over(
            partition_by=messages.c.recipient, order_by=messages.c.created_at
        )
        in_turn = (
            select(messages.c.id, turn.label("turn"))
            .where(
                readable(),
                messages.c.retold_at.is_(None),
                messages.c.state == MessageState.PENDING.value,
                messages.c.recipient != SENDER,
                long,
                or_(tried, channel_broken()),
            )
            .subquery()
        )
        first = select(in_turn.c.id).where(in_turn.c.turn <= RETOLD_AT_ONCE)
        found = self._held(
            limit,
            messages.c.id.in_(first),
            messages.c.retold_at.is_(None),
            messages.c.state == MessageState.PENDING.value,
        )
        return self._changed(found, {"retold_at": now})

    def asked(self, attempt_ids: Sequence[UUID], now: datetime) -> None:
        if attempt_ids:
            self._work.connection.execute(
                update(attempts).where(attempts.c.id.in_(attempt_ids)).values(asked_at=now)
            )

    def unconfirmed(self, until: datetime, limit: int) -> list[Unconfirmed]:
        """SMS that the provider took before `until`, without a final receipt, not asked about since then."""
        rows = self._work.connection.execute(
            select(attempts.c.id, attempts.c.provider_id)
            .join(messages, messages.c.id == attempts.c.message_id)
            .where(
                messages.c.state.in_([*_TAKEN, MessageState.UNKNOWN.value]),
                messages.c.channel == Channel.SMS.value,
                messages.c.changed_at <= until,
                attempts.c.provider_id.is_not(None),
                attempts.c.started_at > until - RECEIPT_PATIENCE,
                or_(attempts.c.asked_at.is_(None), attempts.c.asked_at <= until),
            )
            .order_by(attempts.c.asked_at.nulls_first(), attempts.c.started_at)
            .limit(limit)
        )
        return [Unconfirmed(row.id, row.provider_id) for row in rows]

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
            # What a team is told of a text from nowhere belongs to no submission.
            .outerjoin(submissions, submissions.c.id == messages.c.submission_id)
            .join(attempts, attempts.c.id == last)
            .where(
                messages.c.state == MessageState.UNKNOWN.value,
                messages.c.channel == Channel.SMS.value,
                readable(),
                # Of an erased one the number is gone by which the provider could be asked.
                submissions.c.erased_at.is_(None),
                attempts.c.started_at.between(since, until),
                attempts.c.provider_id.is_(None),
                or_(attempts.c.asked_at.is_(None), attempts.c.asked_at <= until),
            )
            .order_by(attempts.c.asked_at.nulls_first(), attempts.c.started_at)
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
            number=row["attempts"],
            since=row["started_at"],
            known=frozenset(row["taken"] or ()),
        )

    def settle_found(self, doubt: Doubt, provider_id: str, now: datetime) -> None:
        # What belongs to another attempt meanwhile is not this one: the doubt stays, and is asked about again.
        another = select(others.c.id).where(others.c.provider_id == provider_id).exists()
        named = self._work.connection.execute(
            update(attempts)
            .where(attempts.c.id == doubt.attempt_id, not_(another))
            .values(provider_id=provider_id)
        )
        if named.rowcount == 1:
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
                messages.c.attempts == doubt.number,
            )
            .values(state=to.value, next_at=next_at, changed_at=now)
        )

    def waiting_queues(self, now: datetime) -> frozenset[Queue]:
        """Queues with a row that may go now."""
        rows = self._work.connection.execute(
            select(messages.c.queue)
            .where(
                messages.c.state == MessageState.PENDING.value,
                messages.c.next_at <= now,
                messages.c.queue.in_([queue.value for queue in Queue]),
            )
            .distinct()
        )
        return frozenset(Queue(row.queue) for row in rows)
