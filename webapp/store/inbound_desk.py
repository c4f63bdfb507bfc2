"""Texts that came in, as the desk reads them: opened, with their cases. Access was decided before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import (
    ColumnElement,
    Engine,
    ScalarSelect,
    Select,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from casework.access import Visible
from casework.errors import ErasedContent, TamperedContent
from casework.messages import UNFINISHED
from casework.model import CaseHead
from casework.notices import SENDER
from webapp.store.cases import HEAD_COLUMNS, head_of
from webapp.store.crypto import Keys
from webapp.store.inbound import BODY, IS_NOTE, NUMBER, WAITS
from webapp.store.message_rows import values_of, without_number
from webapp.store.message_tables import inbound_texts, opt_outs
from webapp.store.tables import cases, messages, submissions
from webapp.store.visibility import visible_to

log = structlog.get_logger()

#: How long a number is found again, and how long a handled text of nobody's case is kept.
MONTH: Final = timedelta(days=30)
_ID: ColumnElement[UUID] = inbound_texts.c.id


@dataclass(frozen=True, slots=True)
class TextLine:
    """A note as the desk shows it: with its case, or of nobody's case with the reference of which its team was told.

    `number` and `body` are None where their key was destroyed.
    """

    id: UUID
    received_at: datetime
    team: str
    head: CaseHead | None
    reference: str
    handled_at: datetime | None
    handled_by: str | None
    protected: bool
    number: str | None = field(repr=False)
    body: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Named:
    """A note of nobody's case, found by the reference of which its team was told."""

    id: UUID
    team: str
    protected: bool
    handled_at: datetime | None


class InboundTexts:
    """Reads for the desk; never decides who may read. Forgets what is over."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._keys = keys

    def count(self, seen: Visible) -> int:
        """How many wait for somebody who sees these cases and teams."""
        query = select(func.count()).select_from(_with_cases()).where(WAITS, _readable_by(seen))
        with self._at_once.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def waiting(self, seen: Visible, limit: int) -> Sequence[TextLine]:
        """Notes that nobody has handled, the oldest first."""
        query = _lines().where(WAITS, _readable_by(seen))
        return self._read(query.order_by(inbound_texts.c.received_at, _ID).limit(limit))

    def handled(self, seen: Visible, since: datetime, limit: int) -> Sequence[TextLine]:
        """Notes that were handled since then, the last one first."""
        done = inbound_texts.c.handled_at
        query = _lines().where(IS_NOTE, done >= since, _readable_by(seen))
        return self._read(query.order_by(done.desc(), _ID).limit(limit))

    def of_case(self, case_id: UUID) -> Sequence[TextLine]:
        """All notes of a case, the oldest first."""
        query = _lines().where(IS_NOTE, inbound_texts.c.case_id == case_id)
        return self._read(query.order_by(inbound_texts.c.received_at, _ID))

    def named(self, reference: str) -> Named | None:
        """The note of nobody's case of which its team was told by this reference (upper case, with hyphen)."""
        text = inbound_texts.c
        query = select(_ID, text.team, text.protected, text.handled_at).where(
            IS_NOTE, text.case_id.is_(None), _reference() == reference
        )
        with self._at_once.connect() as connection:
            row = connection.execute(query.limit(1)).first()
        return Named(row.id, row.team, row.protected, row.handled_at) if row else None

    def has_stopped(self, number_hash: bytes) -> bool:
        """Whether the number takes none of our texts."""
        query = select(opt_outs.c.number_hash).where(opt_outs.c.number_hash == number_hash)
        with self._at_once.connect() as connection:
            return connection.execute(query).first() is not None

    def _read(self, query: Select[Any]) -> Sequence[TextLine]:
        with self._at_once.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [self._line(row) for row in rows]

    def _line(self, row: Mapping[Any, Any]) -> TextLine:
        number = body = None
        try:
            key = self._keys.own
            if row["of"] is not None:
                key = self._keys.unwrap(row["key_wrapped"], row["of"], "submission_key")
            if row["number_sealed"] is not None and row["body_sealed"] is not None:
                number = key.open(row["number_sealed"], row["text_id"], NUMBER).decode()
                body = key.open(row["body_sealed"], row["text_id"], BODY).decode()
        except ErasedContent:
            pass  # as was wished; the line says so
        except TamperedContent:
            log.warning("text_cannot_be_opened", text=str(row["text_id"]))
        return TextLine(
            id=row["text_id"],
            received_at=row["received_at"],
            team=row["text_team"],
            head=head_of(row) if row["id"] is not None else None,
            reference=row["reference"] or "",
            handled_at=row["handled_at"],
            handled_by=row["handled_by"],
            protected=row["text_protected"],
            number=number,
            body=body,
        )

    def purge(self, now: datetime) -> int:
        """Forget handled texts of nobody's case, by which number a sender was written to, and the numbers of those
        who texted and have no case, after a month; how many texts went."""
        old = now - MONTH
        over = and_(inbound_texts.c.case_id.is_(None), inbound_texts.c.handled_at < old)
        found = and_(messages.c.address_hash.is_not(None), messages.c.created_at < old)
        strangers = and_(
            messages.c.submission_id.is_(None),
            messages.c.recipient == SENDER,
            messages.c.address_sealed != b"",
            messages.c.state.not_in(values_of(UNFINISHED)),
            messages.c.created_at < old,
        )
        with self._at_once.connect() as connection:
            connection.execute(
                update(messages).where(found).values(address_hash=None, event=without_number())
            )
            connection.execute(
                update(messages).where(strangers).values(address_sealed=b"", spare_sealed=None)
            )
            return connection.execute(delete(inbound_texts).where(over)).rowcount


def _with_cases() -> Any:
    return inbound_texts.outerjoin(cases, cases.c.id == inbound_texts.c.case_id)


def _reference() -> ScalarSelect[str]:
    """Of a note of nobody's case: the reference of which its team was told."""
    told = select(messages.c.case_number).where(
        messages.c.event == func.concat("texted:", _ID), messages.c.case_id.is_(None)
    )
    return told.limit(1).correlate(inbound_texts).scalar_subquery()


def _lines() -> Select[Any]:
    return select(
        _ID.label("text_id"),
        inbound_texts.c.team.label("text_team"),
        inbound_texts.c.protected.label("text_protected"),
        inbound_texts.c.submission_id.label("of"),
        inbound_texts.c.received_at,
        inbound_texts.c.number_sealed,
        inbound_texts.c.body_sealed,
        inbound_texts.c.handled_at,
        inbound_texts.c.handled_by,
        submissions.c.key_wrapped,
        _reference().label("reference"),
        *HEAD_COLUMNS,
    ).select_from(
        _with_cases().outerjoin(submissions, submissions.c.id == inbound_texts.c.submission_id)
    )


def _readable_by(seen: Visible) -> ColumnElement[bool]:
    """`casework.usecases.relation_to_text` for many notes at once."""
    team, protected = inbound_texts.c.team, inbound_texts.c.protected
    ours: ColumnElement[bool] = or_(
        and_(team.in_(seen.teams), ~protected), team.in_(seen.protected)
    )
    if seen.orphans:
        ours = or_(ours, and_(team.not_in(seen.known), ~protected))
    if seen.protected_orphans:
        ours = or_(ours, team.not_in(seen.known))
    return or_(and_(inbound_texts.c.case_id.is_(None), ours), visible_to(seen))
