"""Rows of planned contacts. What is due is taken with every lock that saying it needs, and without ever waiting."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Connection, func, select, text, update

from casework.commands import Contact
from casework.errors import ErasedContent, TamperedContent
from casework.follow_ups import (
    HEARD,
    DueFollowUp,
    FollowUpKind,
    FollowUpState,
    PlannedFollowUp,
    contact_kept,
    contact_to_keep,
)
from webapp.store.cases import HEAD_COLUMNS, head_of
from webapp.store.crypto import Keys, OpenKey
from webapp.store.message_tables import follow_ups
from webapp.store.submissions import submission_key, submission_keys
from webapp.store.tables import cases, timeline

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

log = structlog.get_logger()

_PLANNED = FollowUpState.PLANNED.value
_FIELD = "follow_up_contact"

#: Whoever holds one of the three acts on the case or the message just now: the row waits for the next minute. A
#: sender who chooses another number holds the message, so that nothing goes to the number that is being given up.
#: Source: postgresql.org/docs/current/sql-select.html#SQL-FOR-UPDATE-SHARE
_LOCK = text(
    "select f.id from follow_ups f"
    " join cases c on c.id = f.case_id join submissions s on s.id = f.submission_id"
    " where f.state = 'planned' and f.due_at <= :now"
    " order by f.due_at, f.id limit :limit"
    " for update of f skip locked for no key update of c skip locked"
    " for share of s skip locked"
)
_PUT_OFF = text(
    "update follow_ups set due_at = given.due_at"
    " from unnest(cast(:ids as uuid[]), cast(:times as timestamptz[])) as given (id, due_at)"
    " where follow_ups.id = given.id"
)


class FollowUpRows:
    """Implements `casework.message_ports.FollowUps`."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys

    def plan(self, planned: Sequence[PlannedFollowUp]) -> None:
        rows = [self._row(one) for one in planned]
        # Before the message itself, which must stay the last part of the one statement that stores it.
        self._work.queue(follow_ups, rows, on_conflict="on conflict (id) do nothing", first=True)

    def _row(self, one: PlannedFollowUp) -> dict[str, Any]:
        sealed = None
        if one.contact is not None:
            key = submission_key(self._work, self._keys, one.submission_id)
            sealed = _sealed(key, one.contact, one.id)
        return {
            "id": one.id,
            "submission_id": one.submission_id,
            "case_id": one.case_id,
            "kind": one.kind.value,
            "planned_by": one.planned_by,
            "planned_at": one.planned_at,
            "due_at": one.due_at,
            "state": one.state.value,
            "contact_sealed": sealed,
        }

    def of(self, case_id: UUID) -> Sequence[PlannedFollowUp]:
        return follow_ups_of(self._work.connection, case_id)

    def heard_at(self, case_id: UUID) -> datetime | None:
        heard = timeline.c.kind.in_([kind.value for kind in HEARD])
        query = select(func.max(timeline.c.at)).where(timeline.c.case_id == case_id, heard)
        return self._work.connection.execute(query).scalar()

    def cancel(
        self, case_id: UUID, follow_up_id: UUID, reason: str, at: datetime
    ) -> PlannedFollowUp | None:
        which = (follow_ups.c.case_id == case_id) & (follow_ups.c.id == follow_up_id)
        return next(iter(self._cancel(which, reason, at)), None)

    def cancel_of_case(self, case_id: UUID, reason: str, at: datetime) -> Sequence[PlannedFollowUp]:
        return self._cancel(follow_ups.c.case_id == case_id, reason, at)

    def cancel_of_submission(
        self, submission_id: UUID, reason: str, at: datetime
    ) -> Sequence[PlannedFollowUp]:
        return self._cancel(follow_ups.c.submission_id == submission_id, reason, at)

    def _cancel(
        self, which: ColumnElement[bool], reason: str, at: datetime
    ) -> Sequence[PlannedFollowUp]:
        rows = self._work.connection.execute(
            update(follow_ups)
            .where(which, follow_ups.c.state == _PLANNED)
            .values(_ended(FollowUpState.CANCELLED, reason, at))
            .returning(*follow_ups.c)
        )
        return [_planned_of(row) for row in rows.mappings()]

    def restore(self, again: PlannedFollowUp) -> bool:
        restored = self._work.connection.execute(
            update(follow_ups)
            .where(
                follow_ups.c.id == again.id,
                follow_ups.c.state == FollowUpState.CANCELLED.value,
            )
            .values(
                state=_PLANNED,
                due_at=again.due_at,
                ended_at=None,
                reason="",
                contact_sealed=self._row(again)["contact_sealed"],
            )
        )
        return restored.rowcount == 1

    def replace_contact(self, submission_id: UUID, contact: Contact) -> None:
        connection = self._work.connection
        waiting = (
            connection.execute(
                select(follow_ups.c.id)
                .where(follow_ups.c.submission_id == submission_id, follow_ups.c.state == _PLANNED)
                .with_for_update()
            )
            .scalars()
            .all()
        )
        if not waiting:
            return
        key = submission_key(self._work, self._keys, submission_id)
        for row_id in waiting:
            connection.execute(
                update(follow_ups)
                .where(follow_ups.c.id == row_id)
                .values(contact_sealed=_sealed(key, contact, row_id))
            )

    def due(self, now: datetime, limit: int) -> Sequence[DueFollowUp]:
        connection = self._work.connection
        ids = connection.execute(_LOCK, {"now": now, "limit": limit}).scalars().all()
        if not ids:
            return []
        # Read once the locks are held, so that what others have just committed counts.
        columns = [column.label(f"planned_{column.name}") for column in follow_ups.c]
        rows = (
            connection.execute(
                select(*columns, *HEAD_COLUMNS)
                .join(cases, cases.c.id == follow_ups.c.case_id)
                .where(follow_ups.c.id.in_(ids))
                .order_by(follow_ups.c.due_at, follow_ups.c.id)
            )
            .mappings()
            .all()
        )
        named = {row["submission_id"] for row in rows if row["planned_contact_sealed"]}
        keys = submission_keys(self._work, self._keys, named) if named else {}
        return [self._due(row, keys.get(row["submission_id"])) for row in rows]

    @staticmethod
    def _due(row: Mapping[Any, Any], key: OpenKey | Exception | None) -> DueFollowUp:
        sealed, planned = row["planned_contact_sealed"], _planned_of(row, "planned_")
        if sealed is None:
            return DueFollowUp(planned, head_of(row))
        try:
            if not isinstance(key, OpenKey):
                raise key or ErasedContent(_FIELD)
            contact = contact_kept(key.open_json(sealed, planned.id, _FIELD))
        except (ErasedContent, TamperedContent, KeyError, TypeError, ValueError) as error:
            _note_unopened(planned.id, error)
            return DueFollowUp(planned, head_of(row), is_readable=False)
        return DueFollowUp(_planned_of(row, "planned_", contact), head_of(row))

    def end(self, ids: Collection[UUID], state: FollowUpState, reason: str, at: datetime) -> None:
        self._work.connection.execute(
            update(follow_ups)
            .where(follow_ups.c.id.in_(ids), follow_ups.c.state == _PLANNED)
            .values(_ended(state, reason, at))
        )

    def put_off(self, moved: Mapping[UUID, datetime]) -> None:
        if moved:
            self._work.connection.execute(
                _PUT_OFF, {"ids": list(moved), "times": list(moved.values())}
            )


def _note_unopened(row_id: UUID, error: Exception) -> None:
    log.error("follow_up_not_opened", follow_up=str(row_id), fault=type(error).__name__)


def follow_ups_of(connection: Connection, case_id: UUID) -> Sequence[PlannedFollowUp]:
    """Everything that is or was planned for a case, by the time when it is due; nobody's address is opened."""
    rows = connection.execute(
        select(follow_ups)
        .where(follow_ups.c.case_id == case_id)
        .order_by(follow_ups.c.due_at, follow_ups.c.planned_at, follow_ups.c.id)
    )
    return [_planned_of(row) for row in rows.mappings()]


def _sealed(key: OpenKey, contact: Contact, row_id: UUID) -> bytes:
    return key.seal_json(contact_to_keep(contact), row_id, _FIELD)


def _ended(state: FollowUpState, reason: str, at: datetime) -> dict[str, Any]:
    """What is over keeps no address."""
    return {"state": state.value, "reason": reason, "ended_at": at, "contact_sealed": None}


def _planned_of(
    row: Mapping[Any, Any], prefix: str = "", contact: Contact | None = None
) -> PlannedFollowUp:
    return PlannedFollowUp(
        id=row[prefix + "id"],
        submission_id=row[prefix + "submission_id"],
        case_id=row[prefix + "case_id"],
        kind=FollowUpKind(row[prefix + "kind"]),
        planned_by=row[prefix + "planned_by"],
        planned_at=row[prefix + "planned_at"],
        due_at=row[prefix + "due_at"],
        state=FollowUpState(row[prefix + "state"]),
        ended_at=row[prefix + "ended_at"],
        reason=row[prefix + "reason"],
        contact=contact,
    )
