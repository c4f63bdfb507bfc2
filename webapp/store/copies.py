"""Copies of texts that are to be deleted at the provider, each until it is, and long enough not to be queued anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, delete, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from casework.messages import Channel, MessageState
from casework.usecases.copies import Copy
from webapp.store.message_tables import inbound_texts, provider_copies
from webapp.store.tables import attempts, messages, receipts

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

#: States in which the provider, or a worker, has not done with a text.
_MOVING = [
    MessageState.PENDING.value,
    MessageState.CLAIMED.value,
    MessageState.SUBMITTING.value,
    MessageState.ACCEPTED.value,
    MessageState.SENT.value,
]
#: Texts queued at once: the rest comes in the next rounds.
_QUEUED_AT_ONCE = 5000


class CopyRows:
    """Implements `casework.message_ports.Copies`."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work

    def queue_old(self, since: datetime, until: datetime, now: datetime) -> int:
        rested = _texts(attempts.c.provider_id).where(
            attempts.c.started_at.between(since, until),
            messages.c.state.not_in(_MOVING),
            messages.c.changed_at <= until,
        )
        came_in = _came_in().where(inbound_texts.c.received_at.between(since, until))
        old = union_all(rested, came_in).subquery()
        known = provider_copies.c.provider_id == old.c.provider_id
        fresh = select(old.c.provider_id).where(~select(provider_copies).where(known).exists())
        return queue_copies(self._work.connection, fresh.limit(_QUEUED_AT_ONCE), now)

    def take(self, now: datetime, until: datetime, limit: int) -> Sequence[Copy]:
        due = (
            select(provider_copies.c.provider_id)
            .where(provider_copies.c.done_at.is_(None), provider_copies.c.next_at <= now)
            .order_by(provider_copies.c.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        rows = self._work.connection.execute(
            update(provider_copies)
            .where(provider_copies.c.provider_id == due.c.provider_id)
            .values(next_at=until)
            .returning(provider_copies.c.provider_id, provider_copies.c.tries)
        )
        return [Copy(row.provider_id, row.tries) for row in rows]

    def done(self, provider_id: str, now: datetime) -> None:
        self._change(provider_id, done_at=now)

    def again(self, provider_id: str, tries: int, next_at: datetime) -> None:
        self._change(provider_id, tries=tries, next_at=next_at)

    def _change(self, provider_id: str, **values: Any) -> None:
        self._work.connection.execute(
            update(provider_copies)
            .where(provider_copies.c.provider_id == provider_id)
            .values(**values)
        )

    def purge(self, before: datetime) -> None:
        self._work.connection.execute(
            delete(provider_copies).where(provider_copies.c.done_at < before)
        )


def copies_of(submission_id: UUID) -> Any:
    """Under what ids the provider has texts of a submission: by its answers or, where one was lost, its receipts; and
    what came in."""
    mine = messages.c.submission_id == submission_id
    answered = _texts(attempts.c.provider_id).where(mine)
    told = _texts(receipts.c.provider_id).join(receipts, receipts.c.attempt_id == attempts.c.id)
    came_in = _came_in().where(inbound_texts.c.submission_id == submission_id)
    return union_all(answered, told.where(mine), came_in)


def _texts(provider_id: ColumnElement[Any]) -> Select[Any]:
    return (
        select(provider_id.label("provider_id"))
        .select_from(attempts)
        .join(messages, messages.c.id == attempts.c.message_id)
        .where(messages.c.channel == Channel.SMS.value, provider_id != "")
    )


def _came_in() -> Select[Any]:
    """The provider keeps what was written to us, too."""
    return select(inbound_texts.c.provider_id)


def queue_copies(connection: Connection, ids: Any, now: datetime) -> int:
    """Want the copies of these ids deleted from now on; how many were not wanted before."""
    found = ids.subquery()
    wanted = select(found.c.provider_id, literal(now), literal(now)).distinct()
    columns = ["provider_id", "wanted_at", "next_at"]
    queued = connection.execute(
        insert(provider_copies)
        .from_select(columns, wanted)
        .on_conflict_do_nothing()
        .returning(provider_copies.c.provider_id)
    )
    return len(queued.all())
