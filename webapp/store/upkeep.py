"""The brooms' view of the outbox: what is over, what was left behind, what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from casework.messages import (
    MAX_LOST_WORKERS,
    RETELL_AFTER,
    RETOLD_AT_ONCE,
    Channel,
    Message,
    MessageState,
    Queue,
    origins,
)
from casework.notices import SENDER
from webapp.store.message_rows import (
    channel_broken,
    message_of,
    readable,
    values_of,
)
from webapp.store.questions import TAKEN, QuestionRows
from webapp.store.tables import messages


class UpkeepRows(QuestionRows):
    """Implements `casework.message_ports.Upkeep`."""

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
        found = self._free(
            messages.c.state == MessageState.CLAIMED.value,
            messages.c.lease_until <= now,
        )
        self._work.connection.execute(
            update(messages)
            .where(messages.c.id == found.c.id)
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
        found = self._free(
            messages.c.state.in_(TAKEN),
            messages.c.channel == Channel.SMS.value,
            messages.c.changed_at <= since,
        )
        self._work.connection.execute(
            update(messages)
            .where(messages.c.id == found.c.id)
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
        """The ids of such rows that this version can read, locked."""
        return self._free(readable(), *which, limit=limit)

    def _free(self, *which: Any, limit: int | None = None) -> Any:
        """The ids of such rows, locked; what others hold is passed over, so that a broom never waits."""
        return (
            select(messages.c.id)
            .where(*which)
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
