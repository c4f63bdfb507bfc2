"""Whose cases a person may see, as a condition on rows: `casework.access.relation_to` for many cases at once."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, not_, or_

from casework.access import Visible
from casework.model import Mark
from webapp.store.tables import cases


def visible_to(seen: Visible) -> ColumnElement[bool]:
    """The cases that the viewer may open."""
    belongs = _belonging(seen.teams, seen, orphans=seen.orphans)
    if (seen.protected, seen.protected_orphans) != (seen.teams, seen.orphans):
        theirs = _belonging(seen.protected, seen, orphans=seen.protected_orphans)
        belongs = and_(belongs, or_(not_(cases.c.protected), theirs))
    if seen.worker:
        belongs = or_(belongs, cases.c.worker == seen.worker)
    if seen.unopened:
        belongs = or_(belongs, cases.c.marks.contains([Mark.NOT_OPENED.value]))
    return belongs


def _belonging(teams: frozenset[str], seen: Visible, *, orphans: bool) -> ColumnElement[bool]:
    ours = or_(cases.c.team.in_(teams), cases.c.alerted_teams.overlap(list(teams)))
    return or_(ours, cases.c.team.not_in(seen.known)) if orphans else ours
