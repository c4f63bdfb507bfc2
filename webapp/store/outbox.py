"""Rows of messages: claimed with SKIP LOCKED, moved by conditional UPDATE, their receipts only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_, select, true, update

from casework.messages import (
    LEASE,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Queue,
    origins,
)
from webapp.store.crypto import Keys, OpenKey
from webapp.store.following import chosen_otherwise
from webapp.store.message_rows import (
    CANNOT_BE_OPENED,
    key_of_submission,
    message_of,
    note_unopened,
    opened,
    values_of,
)
from webapp.store.submissions import message_row, submission_keys
from webapp.store.tables import attempts, messages, receipts

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork


class OutboxRows:
    """Implements `casework.ports.Outbox`."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys

    def add(self, rows: Sequence[Message]) -> None:
        named = {message.submission_id for message in rows if message.submission_id is not None}
        opened_keys = submission_keys(self._work, self._keys, named) if named else {}
        sealed = []
        for message in rows:
            # What belongs to no submission is sealed with the house's own key.
            key = (
                opened_keys.get(message.submission_id) if message.submission_id else self._keys.own
            )
            if isinstance(key, OpenKey):
                sealed.append(message_row(message, key))
            else:
                note_unopened(message.id, key or KeyError(message.submission_id))
        self._work.queue(messages, sealed, on_conflict="on conflict do nothing")

    def recipients_of(self, event: str) -> frozenset[str]:
        found = self._work.connection.execute(
            select(messages.c.recipient).where(messages.c.event == event)
        )
        return frozenset(row.recipient for row in found)

    def claim(
        self, queue: Queue, now: datetime, lease_until: datetime, limit: int
    ) -> list[Claimed]:
        due = (
            select(messages.c.id)
            .where(
                messages.c.queue == queue.value,
                messages.c.state == MessageState.PENDING.value,
                messages.c.next_at <= now,
                or_(messages.c.expires_at.is_(None), messages.c.expires_at > now),
            )
            .order_by(messages.c.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        rows = self._work.connection.execute(
            update(messages)
            .where(messages.c.id == due.c.id)
            .values(
                state=MessageState.CLAIMED.value,
                attempts=messages.c.attempts + 1,
                lease_until=lease_until,
                changed_at=now,
            )
            .returning(*messages.c, key_of_submission())
        )
        claimed = [
            one for row in rows.mappings().all() if (one := self._opened_or_failed(row, now))
        ]
        # The order of an UPDATE's rows is nobody's promise; the oldest goes first.
        return sorted(claimed, key=lambda one: one.message.not_before)

    def _opened_or_failed(self, row: Mapping[Any, Any], now: datetime) -> Claimed | None:
        try:
            return opened(self._keys, row)
        except CANNOT_BE_OPENED as error:
            note_unopened(row["id"], error)
        self._work.connection.execute(
            update(messages)
            .where(messages.c.id == row["id"], messages.c.state == MessageState.CLAIMED.value)
            .values(state=MessageState.FAILED.value, lease_until=None, next_at=None, changed_at=now)
        )
        return None

    def begin(self, claimed: Claimed, attempt_id: UUID, now: datetime) -> bool:
        if now >= claimed.lease_until:
            return False
        moved = self._work.connection.execute(
            update(messages)
            .where(self._ours(claimed), not_(chosen_otherwise()))
            .values(
                state=MessageState.SUBMITTING.value,
                changed_at=now,
                lease_until=now + LEASE,
            )
        )
        if moved.rowcount != 1:
            self._suppress(self._ours(claimed), chosen_otherwise(), now=now)
            return False
        self._work.queue(
            attempts,
            [{"id": attempt_id, "message_id": claimed.message.id, "started_at": now}],
        )
        return True

    def suppress_waiting(
        self, submission_id: UUID, recipient: str, now: datetime, *, event: str = ""
    ) -> None:
        # A claimed one too: its worker looks at the state before it lets anything leave.
        self._suppress(
            messages.c.submission_id == submission_id,
            messages.c.recipient == recipient,
            messages.c.state.in_([MessageState.PENDING.value, MessageState.CLAIMED.value]),
            messages.c.event == event if event else true(),
            now=now,
        )

    def suppress(self, claimed: Claimed, now: datetime) -> None:
        self._suppress(self._ours(claimed), now=now)

    @staticmethod
    def _ours(claimed: Claimed) -> ColumnElement[bool]:
        """The row is still claimed as it was."""
        return and_(
            messages.c.id == claimed.message.id,
            messages.c.state == MessageState.CLAIMED.value,
            messages.c.attempts == claimed.attempts,
        )

    def _suppress(self, *which: ColumnElement[bool], now: datetime) -> None:
        self._work.connection.execute(
            update(messages)
            .where(*which)
            .values(
                state=MessageState.SUPPRESSED.value, lease_until=None, next_at=None, changed_at=now
            )
        )

    def finish(
        self,
        claimed: Claimed,
        attempt_id: UUID,
        outcome: Outcome,
        state: MessageState,
        next_at: datetime | None,
        now: datetime,
    ) -> bool:
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
        moved = connection.execute(
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
        return moved.rowcount == 1

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
                    messages.c.state.in_(values_of(origins(to))),
                )
                .values(state=to.value, changed_at=now, lease_until=None)
                .returning(*messages.c)
            )
            .mappings()
            .first()
        )
        return message_of(row) if row else None
