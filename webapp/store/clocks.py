"""Rows of clocks. What is due is found by an index of its own, and moved on in one statement a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from casework.model import Clock, ClockKind, DueClock
from webapp.store.cases import HEAD_COLUMNS, head_of
from webapp.store.submissions import clock_row
from webapp.store.tables import cases, clocks

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

#: Parallel arrays: one round trip and one plan for however many clocks.
_ADVANCE = text(
    "update clocks set step = given.step, act_at = given.act_at"
    " from unnest(cast(:ids as uuid[]), cast(:steps as int[]), cast(:times as timestamptz[]))"
    " as given (id, step, act_at) where clocks.id = given.id"
)


class ClockRows:
    """Implements `casework.ports.Clocks`."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work

    def of(self, case_id: UUID) -> Sequence[Clock]:
        rows = self._work.connection.execute(
            select(clocks)
            .where(clocks.c.case_id == case_id)
            .order_by(clocks.c.due_at, clocks.c.id)
            .with_for_update()
        )
        return [clock_of(row) for row in rows.mappings()]

    def start(self, started: Sequence[Clock]) -> None:
        for clock in started:
            row = clock_row(clock)
            anew = {name: row[name] for name in ("started_at", "due_at", "act_at")}
            self._work.connection.execute(
                insert(clocks)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["case_id", "kind"],
                    set_={**anew, "step": 0, "ended_at": None, "paused_at": None},
                )
            )

    def restart(
        self,
        case_id: UUID,
        kind: ClockKind,
        started_at: datetime,
        due_at: datetime,
        act_at: datetime | None,
    ) -> None:
        self._change(
            (_one(case_id, kind),),
            started_at=started_at,
            due_at=due_at,
            act_at=act_at,
            step=0,
            ended_at=None,
            paused_at=None,
        )

    def end(self, case_id: UUID, kind: ClockKind, at: datetime) -> bool:
        unended = (_one(case_id, kind), clocks.c.ended_at.is_(None))
        return self._change(unended, ended_at=at, paused_at=None)

    def drop(self, case_id: UUID, kinds: frozenset[ClockKind]) -> None:
        named = clocks.c.kind.in_([kind.value for kind in kinds])
        self._work.connection.execute(delete(clocks).where(clocks.c.case_id == case_id, named))

    def pause(self, case_id: UUID, kind: ClockKind, at: datetime) -> bool:
        running = (
            _one(case_id, kind),
            clocks.c.ended_at.is_(None),
            clocks.c.paused_at.is_(None),
        )
        return self._change(running, paused_at=at, act_at=None)

    def resume(
        self, case_id: UUID, kind: ClockKind, due_at: datetime, act_at: datetime | None
    ) -> bool:
        paused = (
            _one(case_id, kind),
            clocks.c.ended_at.is_(None),
            clocks.c.paused_at.is_not(None),
        )
        return self._change(paused, paused_at=None, due_at=due_at, act_at=act_at, step=0)

    def _change(self, which: Sequence[ColumnElement[bool]], **values: Any) -> bool:
        changed = self._work.connection.execute(update(clocks).where(*which).values(**values))
        return changed.rowcount == 1

    def due(self, now: datetime, limit: int) -> Sequence[DueClock]:
        rows = self._work.connection.execute(
            select(
                *(column.label(f"clock_{column.name}") for column in clocks.columns),
                *HEAD_COLUMNS,
            )
            .join(cases, cases.c.id == clocks.c.case_id)
            .where(clocks.c.ended_at.is_(None), clocks.c.act_at <= now)
            .order_by(clocks.c.act_at)
            .limit(limit)
            .with_for_update(of=clocks, skip_locked=True)
        )
        return [DueClock(clock_of(row, "clock_"), head_of(row)) for row in rows.mappings()]

    def advance(self, moved: Sequence[Clock]) -> None:
        self._work.connection.execute(
            _ADVANCE,
            {
                "ids": [clock.id for clock in moved],
                "steps": [clock.step for clock in moved],
                "times": [clock.act_at for clock in moved],
            },
        )


def _one(case_id: UUID, kind: ClockKind) -> ColumnElement[bool]:
    return (clocks.c.case_id == case_id) & (clocks.c.kind == kind.value)


def clock_of(row: Mapping[Any, Any], prefix: str = "") -> Clock:
    """A clock from its row, its columns named with a prefix."""
    return Clock(
        id=row[prefix + "id"],
        case_id=row[prefix + "case_id"],
        kind=ClockKind(row[prefix + "kind"]),
        started_at=row[prefix + "started_at"],
        due_at=row[prefix + "due_at"],
        act_at=row[prefix + "act_at"],
        step=row[prefix + "step"],
        ended_at=row[prefix + "ended_at"],
        paused_at=row[prefix + "paused_at"],
    )
