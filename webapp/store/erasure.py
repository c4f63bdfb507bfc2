"""Erasing one submission: its keys, its addresses, whatever waits to be sent. Rows stay, and nothing in them opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update

from casework.follow_ups import WhyCancelled
from casework.messages import MessageState
from casework.model import STATUTORY_CLOCKS, CaseState, KnownAs
from casework.usecases.erasure import Erasable, Erased
from webapp.store.copies import copies_of, queue_copies
from webapp.store.inbound import WAITS
from webapp.store.message_rows import without_number
from webapp.store.message_tables import inbound_texts
from webapp.store.tables import (
    attempts,
    cases,
    clocks,
    drafts,
    messages,
    receipts,
    submissions,
)

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

#: Why a message was not sent.
REASON = "erased"
_NOT_LEFT = [MessageState.PENDING.value, MessageState.CLAIMED.value]
_LAW = frozenset(kind.value for kind in STATUTORY_CLOCKS)

_IN_DOUBT = text(
    """
    select count(*) from messages m
    where m.submission_id = :submission and m.channel = 'sms' and m.state = 'unknown'
    and not exists (
        select from attempts a left join receipts r on r.attempt_id = a.id
        where a.message_id = m.id and coalesce(a.provider_id, r.provider_id, '') <> ''
    )
    """
)

#: Submissions erased since a moment that have gained something again: an address, a receipt, a copy elsewhere.
_TRACED = text(
    """
    select s.id from submissions s
    where s.erased_at >= :since and exists (
        select from messages m left join attempts a on a.message_id = m.id
        where m.submission_id = s.id and (
            m.address_sealed <> '' or m.address_hash is not null
            or exists (select from receipts r where r.attempt_id = a.id)
            or (
                m.channel = 'sms' and a.provider_id is not null
                and not exists (select from provider_copies c where c.provider_id = a.provider_id)
            )
        )
    )
    """
)


class ErasureRows:
    """Implements `casework.message_ports.Erasure`."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work

    def find(self, reference: str) -> Erasable | None:
        """Held so weakly that who is just storing a message for it may go on, and a second erasure may not."""
        connection = self._work.connection
        found = connection.execute(
            select(submissions.c.id, submissions.c.erased_at)
            .where(submissions.c.reference == reference)
            .with_for_update(key_share=True)
        ).first()
        if found is None:
            return None
        # Clocks before cases, as everybody who acts on a case: in another order two would wait for each other.
        waited = connection.execute(
            select(clocks.c.kind, clocks.c.ended_at)
            .join(cases, cases.c.id == clocks.c.case_id)
            .where(cases.c.submission_id == found.id)
            .order_by(clocks.c.case_id, clocks.c.due_at, clocks.c.id)
            .with_for_update(of=clocks)
        ).all()
        rows = connection.execute(
            select(cases.c.id, cases.c.number, cases.c.state)
            .where(cases.c.submission_id == found.id)
            .order_by(cases.c.id)
        ).all()
        running = [row.kind for row in waited if row.ended_at is None and row.kind in _LAW]
        return Erasable(
            submission_id=found.id,
            case_ids=tuple(row.id for row in rows),
            open=tuple(row.number for row in rows if row.state != CaseState.CLOSED.value),
            running=tuple(dict.fromkeys(running)),
            texts=self._unread(found.id),
            erased_at=found.erased_at,
        )

    def _unread(self, submission_id: UUID) -> int:
        waiting = select(func.count()).where(inbound_texts.c.submission_id == submission_id, WAITS)
        return int(self._work.connection.execute(waiting).scalar_one())

    def erase(self, submission_id: UUID, code_hash: bytes, now: datetime) -> Erased:
        # Messages before cases, as who records how an attempt ended. The submission itself last: to change its code
        # is to wait for everybody who is just storing something that belongs to it.
        stopped = self._stop_messages(submission_id, now)
        closed = self._close_cases(submission_id, now)
        plans = len(
            self._work.follow_ups.cancel_of_submission(submission_id, WhyCancelled.ERASED, now)
        )
        texts = self._empty_texts(submission_id, now)
        mine = delete(drafts).where(drafts.c.submission_id == submission_id)
        return Erased(
            cases=closed,
            stopped=stopped,
            follow_ups=plans,
            texts=texts,
            drafts=self._work.connection.execute(mine).rowcount,
            in_doubt=self._in_doubt(submission_id),
            copies=queue_copies(self._work.connection, copies_of(submission_id), now),
            receipts=self._destroy_keys(submission_id, code_hash, now),
        )

    def traced(self, since: datetime) -> Sequence[UUID]:
        rows = self._work.connection.execute(_TRACED, {"since": since})
        return [row.id for row in rows]

    def erase_again(self, submission_id: UUID, now: datetime) -> None:
        self._stop_messages(submission_id, now)
        queue_copies(self._work.connection, copies_of(submission_id), now)
        self._erase_receipts(submission_id)

    def register(self) -> Sequence[tuple[datetime, str]]:
        """When each was erased, and its reference; the oldest first. For whoever restores a backup."""
        rows = self._work.connection.execute(
            select(submissions.c.erased_at, submissions.c.reference)
            .where(submissions.c.erased_at.is_not(None))
            .order_by(submissions.c.erased_at, submissions.c.id)
        )
        return [(row.erased_at, row.reference) for row in rows if row.erased_at]

    def _stop_messages(self, submission_id: UUID, now: datetime) -> int:
        """What has not left stays here, and no address stays in any: how many had not left.

        A worker that has one claimed looks at its state before anything leaves; one that is handing it over
        finishes, and finds its row. Nobody is asked to call about any of them.
        """
        mine = messages.c.submission_id == submission_id
        stopped = self._change(
            messages,
            mine,
            messages.c.state.in_(_NOT_LEFT),
            state=MessageState.SUPPRESSED.value,
            reason=REASON,
            next_at=None,
            lease_until=None,
            changed_at=now,
        )
        self._change(
            messages,
            mine,
            address_sealed=b"",
            spare_sealed=None,
            address_hash=None,
            event=without_number(),
            retold_at=func.coalesce(messages.c.retold_at, now),
        )
        self._change(
            messages,
            mine,
            messages.c.recipient.like("worker:%"),
            # Unique still, and nobody's name.
            recipient=func.concat("worker:", messages.c.id),
        )
        return stopped

    def _close_cases(self, submission_id: UUID, now: datetime) -> int:
        mine = cases.c.submission_id == submission_id
        self._change(
            clocks,
            clocks.c.case_id.in_(select(cases.c.id).where(mine)),
            clocks.c.ended_at.is_(None),
            ended_at=now,
            paused_at=None,
            act_at=None,
        )
        return self._change(
            cases,
            mine,
            state=CaseState.CLOSED.value,
            closed_at=func.coalesce(cases.c.closed_at, now),
            marks=[],
            proposed_team=None,
            # Who worked with the family, and what kind of matter it was.
            worker=None,
            shown_team=None,
            protected=False,
            statutory=False,
            urgent=False,
            municipality=None,
            transfer_to=None,
            key_wrapped=None,
            child_sealed=None,
            reasons_sealed=None,
        )

    def _empty_texts(self, submission_id: UUID, now: datetime) -> int:
        return self._change(
            inbound_texts,
            inbound_texts.c.submission_id == submission_id,
            number_sealed=None,
            body_sealed=None,
            handled_at=func.coalesce(inbound_texts.c.handled_at, now),
        )

    def _in_doubt(self, submission_id: UUID) -> int:
        """Texts that may have left, and of which no id is known: nobody can find them at the provider any more."""
        found = self._work.connection.execute(_IN_DOUBT, {"submission": submission_id})
        return int(found.scalar_one())

    def _destroy_keys(self, submission_id: UUID, code_hash: bytes, now: datetime) -> int:
        """From here on nothing opens, in no copy of these rows that is made later: how many receipts went."""
        self._change(
            submissions,
            submissions.c.id == submission_id,
            erased_at=now,
            known_as=KnownAs.NOT_IDENTIFIED.value,
            code_hash=code_hash,
            key_wrapped=None,
            shared_sealed=None,
            sender_key_wrapped=None,
            sender_sealed=None,
        )
        return self._erase_receipts(submission_id)

    def _erase_receipts(self, submission_id: UUID) -> int:
        """Receipts are append-only, but for what the owner's function takes away of an erased submission."""
        connection = self._work.connection
        count = connection.execute(
            select(func.count())
            .select_from(receipts)
            .join(attempts, attempts.c.id == receipts.c.attempt_id)
            .join(messages, messages.c.id == attempts.c.message_id)
            .where(messages.c.submission_id == submission_id)
        ).scalar_one()
        connection.execute(select(func.erase_receipts(submission_id)))
        return int(count)

    def _change(self, table: Any, *which: ColumnElement[bool], **values: Any) -> int:
        changed = self._work.connection.execute(update(table).where(*which).values(**values))
        return changed.rowcount
