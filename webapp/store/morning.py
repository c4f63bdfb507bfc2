"""What a lead reads in the morning: unopened cases, limits of the week, messages that did not arrive. No content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, case, select

from casework.access import Visible
from casework.follow_ups import FollowUpKind, FollowUpState
from casework.messages import Channel, MessageState
from casework.model import CaseHead, CaseState, ClockKind, Mark
from webapp.store.cases import HEAD_COLUMNS, head_of
from webapp.store.message_rows import values_of
from webapp.store.message_tables import follow_ups
from webapp.store.tables import cases, clocks, messages
from webapp.store.visibility import visible_to

#: More lines help nobody in the morning; the page says that there are more.
LONGEST = 200
_NOT_ARRIVED = {
    MessageState.UNDELIVERED,
    MessageState.FAILED,
    MessageState.EXPIRED,
    MessageState.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A running clock of a case that the reader may open."""

    case_id: UUID
    number: str
    team: str
    kind: ClockKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Coming:
    """A contact that is planned for a case that the reader may open."""

    case_id: UUID
    number: str
    team: str
    kind: FollowUpKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not arrive, or of which nobody knows."""

    case_id: UUID
    number: str
    recipient: str
    channel: Channel
    state: MessageState
    changed_at: datetime


class Morning:
    """Reads for the summary; never decides who may read."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")

    def not_opened(self, seen: Visible) -> Sequence[CaseHead]:
        """Cases that nobody has opened though everybody was told, the oldest first."""
        query = (
            select(*HEAD_COLUMNS)
            .where(visible_to(seen), cases.c.marks.contains([Mark.NOT_OPENED.value]))
            .order_by(cases.c.created_at, cases.c.id)
            .limit(LONGEST)
        )
        with self._reads.connect() as connection:
            return [head_of(row) for row in connection.execute(query).mappings()]

    def unopened(self, seen: Visible) -> Sequence[CaseHead]:
        """Cases that nobody has opened: those first of which everybody has been told, then the oldest."""
        told = case((cases.c.marks.contains([Mark.NOT_OPENED.value]), 0), else_=1)
        query = (
            select(*HEAD_COLUMNS)
            .where(visible_to(seen), cases.c.state == CaseState.RECEIVED.value)
            .order_by(told, cases.c.created_at, cases.c.id)
            .limit(LONGEST + 1)
        )
        with self._reads.connect() as connection:
            return [head_of(row) for row in connection.execute(query).mappings()]

    def limits(self, seen: Visible, until: datetime) -> Sequence[Limit]:
        """Running clocks whose limit has passed or comes before `until`, but for the first opening."""
        query = (
            select(cases.c.id, cases.c.number, cases.c.team, clocks.c.kind, clocks.c.due_at)
            .join(cases, cases.c.id == clocks.c.case_id)
            .where(
                visible_to(seen),
                clocks.c.ended_at.is_(None),
                clocks.c.paused_at.is_(None),
                clocks.c.due_at < until,
                clocks.c.kind != ClockKind.ACKNOWLEDGEMENT.value,
            )
            .order_by(clocks.c.due_at, cases.c.id)
            .limit(LONGEST + 1)
        )
        with self._reads.connect() as connection:
            return [
                Limit(row.id, row.number, row.team, ClockKind(row.kind), row.due_at)
                for row in connection.execute(query)
            ]

    def follow_ups(self, seen: Visible, until: datetime) -> Sequence[Coming]:
        """Planned contacts that are due before `until`, the first ones first."""
        due = follow_ups.c
        query = (
            select(cases.c.id, cases.c.number, cases.c.team, due.kind, due.due_at)
            .join(cases, cases.c.id == due.case_id)
            .where(visible_to(seen), due.state == FollowUpState.PLANNED.value, due.due_at < until)
            .order_by(due.due_at, due.id)
            .limit(LONGEST + 1)
        )
        with self._reads.connect() as connection:
            return [
                Coming(row.id, row.number, row.team, FollowUpKind(row.kind), row.due_at)
                for row in connection.execute(query)
            ]

    def undelivered(self, seen: Visible, since: datetime) -> Sequence[Undelivered]:
        """Messages about open cases that did not arrive since then, the newest first."""
        query = (
            select(
                cases.c.id,
                cases.c.number,
                messages.c.recipient,
                messages.c.channel,
                messages.c.state,
                messages.c.changed_at,
            )
            .join(cases, cases.c.id == messages.c.case_id)
            .where(
                visible_to(seen),
                cases.c.state != CaseState.CLOSED.value,
                messages.c.state.in_(values_of(_NOT_ARRIVED)),
                messages.c.changed_at >= since,
            )
            .order_by(messages.c.changed_at.desc(), messages.c.id)
            .limit(LONGEST + 1)
        )
        with self._reads.connect() as connection:
            return [
                Undelivered(
                    row.id,
                    row.number,
                    row.recipient,
                    Channel(row.channel),
                    MessageState(row.state),
                    row.changed_at,
                )
                for row in connection.execute(query)
            ]
