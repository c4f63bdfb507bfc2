"""One try to send: claimed with SKIP LOCKED, begun and ended by conditional UPDATE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, literal, not_, or_, select, update

from casework.messages import (
    LEASE,
    NOT_DELIVERED,
    PROBE_EVERY,
    Begin,
    Channel,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Queue,
)
from webapp.store.crypto import Keys
from webapp.store.following import chosen_otherwise
from webapp.store.message_rows import (
    CANNOT_BE_OPENED,
    channel_broken,
    key_of_submission,
    message_of,
    note_unopened,
    opened,
    opted_out,
    readable,
)
from webapp.store.tables import attempts, messages

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

_S = MessageState
_TRIED = select(attempts.c.id).where(attempts.c.message_id == messages.c.id).exists().label("tried")


class AttemptRows:
    """The part of `casework.ports.Outbox` that workers use while they send."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys
        self._unopened: list[Message] = []

    def claim(
        self, queue: Queue, now: datetime, lease_until: datetime, limit: int
    ) -> list[Claimed]:
        return self._claim(
            now,
            lease_until,
            limit,
            messages.c.queue == queue.value,
            messages.c.next_at <= now,
            not_(channel_broken()),
        )

    def claim_probe(self, channel: Channel, now: datetime, lease_until: datetime) -> list[Claimed]:
        return self._claim(
            now,
            lease_until,
            1,
            messages.c.channel == channel.value,
            messages.c.next_at <= now + PROBE_EVERY,
        )

    def _claim(
        self, now: datetime, lease_until: datetime, limit: int, *which: ColumnElement[bool]
    ) -> list[Claimed]:
        due = (
            select(messages.c.id)
            .where(
                messages.c.state == _S.PENDING.value,
                or_(messages.c.expires_at.is_(None), messages.c.expires_at > now),
                readable(),
                *which,
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
                state=_S.CLAIMED.value,
                attempts=messages.c.attempts + 1,
                lease_until=lease_until,
                changed_at=now,
            )
            .returning(*messages.c, key_of_submission(), _TRIED)
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
        failed = message_of(row)
        self._rest(_S.FAILED, "cannot_be_opened", now, messages.c.id == failed.id)
        self._unopened.append(replace(failed, state=_S.FAILED, reason="cannot_be_opened"))
        return None

    def unopened(self) -> Sequence[Message]:
        found, self._unopened = self._unopened, []
        return found

    def give_back(
        self, claimed: Sequence[Claimed], next_at: datetime | None, now: datetime
    ) -> None:
        if not claimed:
            return
        self._work.connection.execute(
            update(messages)
            .where(or_(*(self._ours(one) for one in claimed)))
            .values(
                state=_S.PENDING.value,
                next_at=next_at or messages.c.next_at,
                lease_until=None,
                attempts=messages.c.attempts - 1,
                changed_at=now,
            )
        )

    def begin(self, claimed: Claimed, attempt_id: UUID, now: datetime) -> Begin:
        if now >= claimed.lease_until:
            return Begin.LOST
        moved = (
            update(messages)
            .where(self._ours(claimed), not_(chosen_otherwise()), not_(opted_out()))
            .values(
                state=_S.SUBMITTING.value,
                changed_at=now,
                lease_until=now + LEASE,
            )
            .returning(messages.c.id)
            .cte("moved")
        )
        begun = (
            insert(attempts)
            .from_select(
                ["id", "message_id", "started_at"],
                select(literal(attempt_id), moved.c.id, literal(now)),
            )
            .returning(attempts.c.id)
        )
        return Begin.BEGUN if self._work.at_once(begun) else self._refused(claimed, now)

    def _refused(self, claimed: Claimed, now: datetime) -> Begin:
        for why, which in (
            (Begin.CONTACT_CHANGED, chosen_otherwise()),
            (Begin.OPTED_OUT, opted_out()),
        ):
            if self._rest(_S.SUPPRESSED, why.value, now, self._ours(claimed), which):
                return why
        return Begin.LOST

    def finish(
        self,
        claimed: Claimed,
        attempt_id: UUID,
        outcome: Outcome,
        state: MessageState,
        next_at: datetime | None,
        now: datetime,
    ) -> bool:
        noted = (
            update(attempts)
            .where(attempts.c.id == attempt_id)
            .values(
                ended_at=now,
                verdict=outcome.verdict.value,
                reason=outcome.reason,
                provider_id=outcome.provider_id or attempts.c.provider_id,
            )
            .returning(attempts.c.message_id)
            .cte("noted")
        )
        # A receipt may have been faster than we are: then its state stays. A lease that ran out meanwhile
        # left the row `unknown`, or waiting to go again; now we know.
        ours = [_S.SUBMITTING.value, _S.UNKNOWN.value]
        if state in {_S.ACCEPTED, _S.SENT}:
            ours.append(_S.PENDING.value)
        moved = (
            update(messages)
            .where(
                # Through the attempt, so that it is held first: a receipt, which comes at the same moment, does so too.
                messages.c.id == noted.c.message_id,
                messages.c.state.in_(ours),
                messages.c.attempts == claimed.attempts,
            )
            .values(
                state=state.value,
                reason=outcome.reason,
                next_at=next_at,
                lease_until=None,
                changed_at=now,
                attempts=messages.c.attempts - (0 if outcome.counts else 1),
            )
            # Not waited for on disk: what a crash of the database takes of it is a doubt, and the provider is asked.
            # That an attempt begins is waited for, always.
            .returning(messages.c.id, func.set_config("synchronous_commit", "off", True))
        )
        if state in NOT_DELIVERED or state is _S.UNKNOWN or outcome.breaks:
            # What follows from it belongs to the same transaction.
            return bool(self._work.connection.execute(moved).all())
        return bool(self._work.at_once(moved))

    @staticmethod
    def _ours(claimed: Claimed) -> ColumnElement[bool]:
        """The row is still claimed as it was."""
        return and_(
            messages.c.id == claimed.message.id,
            messages.c.state == _S.CLAIMED.value,
            messages.c.attempts == claimed.attempts,
        )

    def _rest(
        self, state: MessageState, reason: str, now: datetime, *which: ColumnElement[bool]
    ) -> bool:
        """Move rows to a state in which they rest; whether there were any."""
        moved = self._work.connection.execute(
            update(messages)
            .where(*which)
            .values(
                state=state.value, reason=reason, lease_until=None, next_at=None, changed_at=now
            )
        )
        return moved.rowcount > 0
