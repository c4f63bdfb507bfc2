"""Rows of texts that came in, and of numbers that want none of ours. What was written is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from casework.commands import SafeTime
from casework.inbound import Correspondent, InboundText, Kind, Place
from casework.model import CaseHead, CaseState
from casework.notices import SENDER
from webapp.store.case_file import read_case_file
from webapp.store.cases import HEAD_COLUMNS, head_of
from webapp.store.crypto import Keys
from webapp.store.message_rows import CANNOT_BE_OPENED
from webapp.store.message_tables import inbound_texts, opt_outs
from webapp.store.submissions import submission_key
from webapp.store.tables import cases, messages, submissions

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

log = structlog.get_logger()

#: The fields to which what is sealed is bound, beside the row.
NUMBER: Final = "inbound_number"
BODY: Final = "inbound_body"
IS_NOTE = inbound_texts.c.kind == Kind.NOTE.value
#: What was erased asks for nobody any more.
IS_WRITTEN = and_(IS_NOTE, inbound_texts.c.body_sealed.is_not(None))
WAITS = and_(IS_WRITTEN, inbound_texts.c.handled_at.is_(None))


class InboundRows:
    """Implements `casework.message_ports.Inbound`."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys

    def correspondent(self, number_hash: bytes) -> Correspondent | None:
        rows = self._written_to(number_hash)
        newest = next((row for row in rows if row["state"] != CaseState.CLOSED.value), None)
        if newest is None:
            return None
        others = [row for row in rows if row["submission_id"] != newest["submission_id"]]
        if any(row["state"] != CaseState.CLOSED.value or row["protected"] for row in others):
            return None
        return self._known(head_of(newest), newest["written_at"])

    def origin(self, number_hash: bytes) -> UUID | None:
        found = {row["submission_id"] for row in self._written_to(number_hash)}
        if len(found) != 1:
            return None
        (submission_id,) = found
        try:
            submission_key(self._work, self._keys, submission_id)
        except CANNOT_BE_OPENED as error:
            fault = type(error).__name__
            log.warning("case_cannot_be_opened", submission=str(submission_id), fault=fault)
            return None
        return cast(UUID, submission_id)

    def is_protected(self, number_hash: bytes) -> bool:
        return any(row["protected"] for row in self._written_to(number_hash))

    def _written_to(self, number_hash: bytes) -> Sequence[RowMapping]:
        """The cases, closed ones too, whose senders this number was written for, the newest message's first: of
        several children the one of whom it told."""
        # The submissions are held, so that no key is destroyed before the text is sealed with it.
        return (
            self._work.connection.execute(
                select(*HEAD_COLUMNS, messages.c.created_at.label("written_at"))
                .join_from(messages, submissions, submissions.c.id == messages.c.submission_id)
                .join(cases, cases.c.submission_id == submissions.c.id)
                .where(
                    messages.c.address_hash == number_hash,
                    messages.c.recipient == SENDER,
                    submissions.c.key_wrapped.is_not(None),
                )
                .order_by(
                    messages.c.created_at.desc(),
                    (cases.c.id == messages.c.case_id).desc(),
                    cases.c.id,
                )
                .with_for_update(read=True, of=submissions)
            )
            .mappings()
            .all()
        )

    def _known(self, head: CaseHead, written_at: datetime) -> Correspondent | None:
        """None where nothing of the case opens: then the text must not be lost with it."""
        try:
            sender = read_case_file(self._work.connection, self._keys, head.id).sender or {}
        except CANNOT_BE_OPENED as error:
            log.warning("case_cannot_be_opened", case=str(head.id), fault=type(error).__name__)
            return None
        named = frozenset(SafeTime(name) for name in sender.get("safe_times") or ())
        return Correspondent(head, written_at, named or frozenset(SafeTime))

    def add(self, text: InboundText) -> bool:
        is_note, key = text.kind is Kind.NOTE, self._keys.own
        if is_note and text.submission_id is not None:
            key = submission_key(self._work, self._keys, text.submission_id)
        row = insert(inbound_texts).values(
            id=text.id,
            provider_id=text.provider_id,
            received_at=text.received_at,
            submission_id=text.submission_id,
            case_id=text.case_id,
            team=text.team,
            kind=text.kind.value,
            protected=text.protected,
            number_sealed=key.seal(_raw(text.number), text.id, NUMBER) if is_note else None,
            body_sealed=key.seal(_raw(text.body), text.id, BODY) if is_note else None,
            handled_at=None if is_note else text.received_at,
        )
        # Of two deliveries at once the second waits here until the first is stored.
        stored = self._work.connection.execute(
            row.on_conflict_do_nothing().returning(inbound_texts.c.id)
        )
        return stored.first() is not None

    def is_told(self, text: InboundText, since: datetime) -> bool:
        of_case = inbound_texts.c.case_id == text.case_id
        of_team = and_(inbound_texts.c.case_id.is_(None), inbound_texts.c.team == text.team)
        told = select(messages.c.id).where(
            messages.c.event == func.concat("texted:", inbound_texts.c.id)
        )
        row = select(inbound_texts.c.id).where(
            WAITS,
            inbound_texts.c.received_at > since,
            of_case if text.case_id else of_team,
            told.exists(),
        )
        return self._work.connection.execute(row.limit(1)).first() is not None

    def stop(self, number_hash: bytes) -> bool:
        row = insert(opt_outs).values(number_hash=number_hash)
        stored = row.on_conflict_do_nothing().returning(opt_outs.c.number_hash)
        return self._work.connection.execute(stored).first() is not None

    def start(self, number_hash: bytes) -> bool:
        gone = delete(opt_outs).where(opt_outs.c.number_hash == number_hash)
        return self._work.connection.execute(gone).rowcount == 1

    def has_stopped(self, number_hash: bytes) -> bool:
        row = select(opt_outs.c.number_hash).where(opt_outs.c.number_hash == number_hash)
        return self._work.connection.execute(row).first() is not None

    def place(self, text_id: UUID) -> Place | None:
        row = self._work.connection.execute(
            select(inbound_texts.c.case_id, inbound_texts.c.team, inbound_texts.c.protected).where(
                inbound_texts.c.id == text_id, IS_NOTE
            )
        ).first()
        return row and Place(row.case_id, row.team, row.protected)

    def handle(self, text_id: UUID, by: str, at: datetime) -> bool:
        return self._move(text_id, WAITS, handled_at=at, handled_by=by)

    def reopen(self, text_id: UUID) -> bool:
        handled = and_(IS_WRITTEN, inbound_texts.c.handled_at.is_not(None))
        return self._move(text_id, handled, handled_at=None, handled_by=None)

    def _move(self, text_id: UUID, which: ColumnElement[bool], **to: Any) -> bool:
        moved = update(inbound_texts).where(inbound_texts.c.id == text_id, which).values(**to)
        return self._work.connection.execute(moved).rowcount == 1


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "replace")
