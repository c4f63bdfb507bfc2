"""What the follow-up page reads of the timeline: set phrases, and how the sender was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from casework.model import SaidPhrase, TimelineKind
from webapp.store.tables import timeline


def said_in(
    connection: Connection, case_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[SaidPhrase]]:
    """The set phrases that stand on the page, by case, oldest first; none that was taken back."""
    kinds = [TimelineKind.PHRASE_SAID.value, TimelineKind.PHRASE_TAKEN_BACK.value]
    rows = connection.execute(
        select(timeline)
        .where(timeline.c.case_id.in_(case_ids), timeline.c.kind.in_(kinds))
        .order_by(timeline.c.at, timeline.c.id)
    ).all()
    taken = {row.detail.get("entry") for row in rows}
    found: dict[UUID, list[SaidPhrase]] = {}
    for row in rows:
        if row.kind == TimelineKind.PHRASE_SAID.value and str(row.id) not in taken:
            said = SaidPhrase(row.id, row.detail["phrase"], row.at)
            found.setdefault(row.case_id, []).append(said)
    return found


def answered_here(connection: Connection, case_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Cases whose sender was last answered by set phrases on the page, and not by phone."""
    rows = connection.execute(
        select(timeline.c.case_id, timeline.c.detail)
        .where(
            timeline.c.case_id.in_(case_ids),
            timeline.c.kind == TimelineKind.SENDER_ANSWERED.value,
        )
        .order_by(timeline.c.at, timeline.c.id)
    ).all()
    last = {row.case_id: row.detail.get("by") for row in rows}
    return frozenset(case_id for case_id, by in last.items() if by == "page")
