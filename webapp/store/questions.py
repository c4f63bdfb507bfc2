"""What the provider is asked of messages: which, in which turn, and what follows from its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import case, func, not_, null, or_, select, update

from casework.messages import RECEIPT_PATIENCE, Channel, MessageState, Verdict
from casework.usecases.doubts import Doubt, Unconfirmed
from webapp.store.crypto import Keys
from webapp.store.erasure import REASON as ERASED
from webapp.store.message_rows import CANNOT_BE_OPENED, note_unopened, opened, readable
from webapp.store.tables import attempts, messages, submissions

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

others = attempts.alias("others")
newest = attempts.alias("newest")
TAKEN = [MessageState.ACCEPTED.value, MessageState.SENT.value]


class QuestionRows:
    """The part of `casework.message_ports.Upkeep` that ends not knowing."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys

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
                messages.c.state.in_([*TAKEN, MessageState.UNKNOWN.value]),
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
            self._settle(doubt, now, state=MessageState.ACCEPTED.value, next_at=None)

    def settle_missing(self, doubt: Doubt, now: datetime) -> None:
        # Whom it was for is gone where the submission was erased since the question: then it waits for nothing.
        goes = messages.c.address_sealed != b""
        self._settle(
            doubt,
            now,
            state=case((goes, MessageState.PENDING.value), else_=MessageState.SUPPRESSED.value),
            reason=case((goes, messages.c.reason), else_=ERASED),
            next_at=case((goes, now), else_=null()),
        )

    def _settle(self, doubt: Doubt, now: datetime, **values: Any) -> None:
        self._work.connection.execute(
            update(messages)
            .where(
                messages.c.id == doubt.message.id,
                messages.c.state == MessageState.UNKNOWN.value,
                messages.c.attempts == doubt.number,
            )
            .values(changed_at=now, **values)
        )
