"""Rows of cases and their timeline. Every move is a conditional UPDATE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update

from casework.model import (
    CASE_MOVES,
    CaseHead,
    CaseState,
    ContactChoice,
    Mark,
    SaidPhrase,
    TimelineEntry,
    TimelineKind,
)
from webapp.store.following import contact_choice, said_in
from webapp.store.submissions import timeline_row
from webapp.store.tables import cases, timeline

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

HEAD_COLUMNS = (
    cases.c.id,
    cases.c.submission_id,
    cases.c.number,
    cases.c.team,
    cases.c.worker,
    cases.c.alerted_teams,
    cases.c.state,
    cases.c.form,
    cases.c.language,
    cases.c.urgent,
    cases.c.after_hours,
    cases.c.created_at,
    cases.c.transfer_to,
    cases.c.marks,
    cases.c.statutory,
    cases.c.protected,
    cases.c.shown_team,
    cases.c.proposed_team,
    cases.c.key_wrapped.is_(None).label("erased"),
)

#: Which time a state leaves on the case; reopening takes the later ones away.
_STAMPS: Mapping[CaseState, Mapping[str, bool]] = {
    CaseState.IN_PROGRESS: {"answered_at": False, "closed_at": False},
    CaseState.ANSWERED: {"answered_at": True},
    CaseState.CLOSED: {"closed_at": True},
}


def head_of(row: Mapping[Any, Any]) -> CaseHead:
    return CaseHead(
        id=row["id"],
        submission_id=row["submission_id"],
        number=row["number"],
        team=row["team"],
        worker=row["worker"],
        alerted_teams=frozenset(row["alerted_teams"]),
        state=CaseState(row["state"]),
        form=row["form"],
        language=row["language"],
        urgent=row["urgent"],
        after_hours=row["after_hours"],
        created_at=row["created_at"],
        transfer_to=row["transfer_to"],
        marks=frozenset(Mark(mark) for mark in row["marks"]),
        statutory=row["statutory"],
        protected=row["protected"],
        shown_team=row["shown_team"],
        proposed_team=row["proposed_team"],
        erased=row["erased"],
    )


class CaseRows:
    """Implements `casework.ports.Cases`."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work

    def head(self, case_id: UUID) -> CaseHead | None:
        found = self._heads(cases.c.id == case_id)
        return found[0] if found else None

    def heads_of(self, submission_id: UUID) -> Sequence[CaseHead]:
        return self._heads(cases.c.submission_id == submission_id)

    def _heads(self, which: ColumnElement[bool]) -> Sequence[CaseHead]:
        rows = self._work.connection.execute(
            select(*HEAD_COLUMNS).where(which).order_by(cases.c.id)
        )
        return [head_of(row) for row in rows.mappings()]

    def hold(self, case_ids: Sequence[UUID]) -> None:
        # Not their keys: whoever stores what belongs to a case must not wait.
        self._work.connection.execute(
            select(cases.c.id)
            .where(cases.c.id.in_(case_ids))
            .order_by(cases.c.id)
            .with_for_update(key_share=True)
        )

    def move(self, case_id: UUID, to: CaseState, at: datetime) -> bool:
        origins = [state.value for state, targets in CASE_MOVES.items() if to in targets]
        stamps: dict[str, Any] = {
            name: at if stamped else None for name, stamped in _STAMPS[to].items()
        }
        if to is CaseState.IN_PROGRESS:
            # Reopening keeps the time of the first acknowledgement.
            stamps["acknowledged_at"] = func.coalesce(cases.c.acknowledged_at, at)
        moved = self._work.connection.execute(
            update(cases)
            .where(cases.c.id == case_id, cases.c.state.in_(origins))
            .values(state=to.value, **stamps)
        )
        return moved.rowcount == 1

    def mark(self, case_id: UUID, mark: Mark) -> None:
        self._change(case_id, marks=_with(cases.c.marks, mark.value))

    def unmark(self, case_id: UUID, marks: frozenset[Mark]) -> None:
        left: ColumnElement[Any] = cases.c.marks
        for mark in sorted(marks):
            left = func.array_remove(left, mark.value)
        self._change(case_id, marks=left)

    def hide_place(self, case_id: UUID) -> None:
        # A team that was proposed for the place tells it too, and so does one to which it is moved later.
        marks = func.array_remove(cases.c.marks, Mark.MOVE_PROPOSED.value)
        self._change(
            case_id,
            municipality=None,
            transfer_to=None,
            protected=True,
            shown_team=func.coalesce(cases.c.shown_team, cases.c.team),
            proposed_team=None,
            marks=marks,
        )

    def make_urgent(self, case_id: UUID) -> None:
        self._change(case_id, urgent=True)

    def alert(self, case_id: UUID, team: str) -> None:
        self._change(case_id, alerted_teams=_with(cases.c.alerted_teams, team))

    def _change(self, case_id: UUID, **values: Any) -> None:
        self._work.connection.execute(update(cases).where(cases.c.id == case_id).values(**values))

    def append_timeline(self, entries: Sequence[TimelineEntry]) -> None:
        rows = [timeline_row(entry) for entry in entries]
        self._work.queue(timeline, rows, on_conflict="on conflict (id) do nothing")

    def happened(self, case_id: UUID, kind: TimelineKind) -> bool:
        entry = exists().where(timeline.c.case_id == case_id, timeline.c.kind == kind.value)
        return bool(self._work.connection.execute(select(entry)).scalar_one())

    def contact_choice(self, case_id: UUID) -> ContactChoice | None:
        return contact_choice(self._work.connection, case_id)

    def said(self, case_id: UUID) -> Sequence[SaidPhrase]:
        return said_in(self._work.connection, [case_id]).get(case_id, [])

    def mark_many(self, case_ids: Sequence[UUID], mark: Mark) -> None:
        self._work.connection.execute(
            update(cases)
            .where(cases.c.id.in_(case_ids))
            .values(marks=_with(cases.c.marks, mark.value))
        )

    def alert_many(self, alerts: Sequence[tuple[UUID, str]]) -> None:
        by_team: dict[str, list[UUID]] = {}
        for case_id, team in alerts:
            by_team.setdefault(team, []).append(case_id)
        for team, case_ids in by_team.items():
            self._work.connection.execute(
                update(cases)
                .where(cases.c.id.in_(case_ids))
                .values(alerted_teams=_with(cases.c.alerted_teams, team))
            )

    def set_statutory(self, case_id: UUID, statutory: bool) -> None:
        self._change(case_id, statutory=statutory)

    def reassign(self, case_id: UUID, team: str, worker: str | None) -> None:
        left = func.array_remove(cases.c.marks, Mark.MOVE_PROPOSED.value)
        self._change(case_id, team=team, worker=worker, proposed_team=None, marks=left)

    def end_transfer(self, case_id: UUID) -> None:
        left = func.array_remove(cases.c.marks, Mark.TRANSFER.value)
        self._change(case_id, transfer_to=None, marks=left)

    def unreviewed(self, revision: int, limit: int) -> Sequence[tuple[CaseHead, str | None, int]]:
        rows = self._work.connection.execute(
            select(*HEAD_COLUMNS, cases.c.municipality, cases.c.reviewed_revision)
            .where(cases.c.state != CaseState.CLOSED.value, cases.c.reviewed_revision < revision)
            .order_by(cases.c.reviewed_revision, cases.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [
            (head_of(row), row["municipality"], row["reviewed_revision"]) for row in rows.mappings()
        ]

    def review(self, case_ids: Sequence[UUID], revision: int) -> None:
        self._work.connection.execute(
            update(cases).where(cases.c.id.in_(case_ids)).values(reviewed_revision=revision)
        )

    def propose(self, case_id: UUID, team: str | None) -> None:
        marks: ColumnElement[Any] = func.array_remove(cases.c.marks, Mark.MOVE_PROPOSED.value)
        if team is not None:
            marks = _with(cases.c.marks, Mark.MOVE_PROPOSED.value)
        self._change(case_id, proposed_team=team, marks=marks)


def _with(column: ColumnElement[Any], value: str) -> ColumnElement[Any]:
    """An array that holds the value once."""
    return func.array_append(func.array_remove(column, value), value)
