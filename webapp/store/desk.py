"""What the desk reads: the inbox, page by page, and the whole of one case. Access was decided before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, ScalarSelect, and_, func, or_, select, tuple_

from casework.access import Visible
from casework.follow_ups import PlannedFollowUp
from casework.model import STATUTORY_CLOCKS, CaseHead, CaseState, Clock, ClockKind
from webapp.store.case_file import CaseFile, clocks_of, read_case_file
from webapp.store.cases import HEAD_COLUMNS, head_of
from webapp.store.crypto import Keys
from webapp.store.follow_ups import follow_ups_of
from webapp.store.inbound import WAITS
from webapp.store.message_tables import inbound_texts
from webapp.store.tables import cases, clocks, submissions
from webapp.store.visibility import visible_to


@dataclass(frozen=True, slots=True)
class InboxRow:
    """`limit` is the nearest limit of law that is still to be met; `text_waits`: a text that came in waits for it."""

    head: CaseHead
    acknowledge_by: datetime | None
    reply_by: datetime | None
    limit: datetime | None
    text_waits: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of the inbox begins: after this row, newest first."""

    created_at: datetime
    case_id: UUID


class Desk:
    """Reads for staff pages; never decides who may read."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._keys = keys

    def inbox(
        self, seen: Visible, *, closed: bool, after: Cursor | None, limit: int
    ) -> Sequence[InboxRow]:
        """Cases of these teams, or alerted to them, newest first: `limit` rows following `after`."""
        if not seen.teams:
            return []
        state = (
            # Of an erased case there is nothing to look up.
            and_(cases.c.state == CaseState.CLOSED.value, cases.c.key_wrapped.is_not(None))
            if closed
            else cases.c.state != CaseState.CLOSED.value
        )
        ack, reply = clocks.alias("ack"), clocks.alias("reply")
        query = (
            select(
                *HEAD_COLUMNS,
                ack.c.due_at.label("acknowledge_by"),
                reply.c.due_at.label("reply_by"),
                _nearest_limit().label("limit"),
                _text_waits().label("text_waits"),
            )
            .outerjoin(ack, _running(ack, ClockKind.ACKNOWLEDGEMENT))
            .outerjoin(reply, _running(reply, ClockKind.PROMISED_REPLY))
            .where(visible_to(seen), state)
            .order_by(cases.c.created_at.desc(), cases.c.id.desc())
            .limit(limit)
        )
        if after is not None:
            query = query.where(
                tuple_(cases.c.created_at, cases.c.id) < (after.created_at, after.case_id)
            )
        with self._reads.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            InboxRow(
                head_of(row),
                row["acknowledge_by"],
                row["reply_by"],
                row["limit"],
                row["text_waits"],
            )
            for row in rows
        ]

    def count(self, seen: Visible, *, state: CaseState) -> int:
        with self._reads.connect() as connection:
            return int(
                connection.execute(
                    select(func.count())
                    .select_from(cases)
                    .where(visible_to(seen), cases.c.state == state.value)
                ).scalar_one()
            )

    def find(self, text: str) -> UUID | None:
        """The case whose number, or whose submission's reference, is `text` (upper case, with hyphen)."""
        with self._reads.connect() as connection:
            return connection.execute(
                select(cases.c.id)
                .join(submissions, submissions.c.id == cases.c.submission_id)
                .where(or_(cases.c.number == text, submissions.c.reference == text))
                .order_by(cases.c.id)
                .limit(1)
            ).scalar()

    def clocks(self, case_id: UUID) -> Sequence[Clock]:
        """What is waited for in a case, and nothing that anybody wrote."""
        with self._reads.connect() as connection:
            return clocks_of(connection, case_id)

    def planned(self, case_id: UUID) -> Sequence[PlannedFollowUp]:
        """The contacts that are or were planned for a case, by the time when they are due."""
        with self._reads.connect() as connection:
            return follow_ups_of(connection, case_id)

    def case_file(self, case_id: UUID) -> CaseFile:
        """Everything about one case, opened."""
        with self._reads.connect() as connection:
            return read_case_file(connection, self._keys, case_id)


def _running(clock: Any, kind: ClockKind) -> Any:
    return and_(
        clock.c.case_id == cases.c.id, clock.c.kind == kind.value, clock.c.ended_at.is_(None)
    )


def _text_waits() -> ColumnElement[bool]:
    """Asked for the rows that are shown, by the key of the case."""
    waits = select(inbound_texts.c.id).where(WAITS, inbound_texts.c.case_id == cases.c.id)
    return waits.correlate(cases).exists()


def _nearest_limit() -> ScalarSelect[Any]:
    """Of the case's clocks of law that run: asked for the rows that are shown, by the key of (case, kind)."""
    law = [kind.value for kind in STATUTORY_CLOCKS]
    return (
        select(func.min(clocks.c.due_at))
        .where(clocks.c.case_id == cases.c.id, clocks.c.kind.in_(law), clocks.c.ended_at.is_(None))
        .correlate(cases)
        .scalar_subquery()
    )
