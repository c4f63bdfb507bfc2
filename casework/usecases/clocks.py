"""Clocks whose time to act has come. Safe to run twice at once: rows are locked, notices are unique."""

from __future__ import annotations

from datetime import datetime

from casework.calendar import is_open, next_opening
from casework.directory import Directory
from casework.messages import Message, Purpose
from casework.model import DueClock, TimelineEntry, TimelineKind
from casework.notices import About, staff_notice
from casework.ports import Ids, UnitOfWork

BATCH = 500


def raise_due(*, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork) -> int:
    """Remind the teams whose acknowledgement is due, each once and in its opening hours.

    Returns the number of clocks acted on; a full batch means that there may be more.
    """
    with work:
        due = work.cases.due_clocks(now, BATCH)
        for clock in due:
            _remind(clock, directory, now, ids, work)
        work.commit()
    return len(due)


def _remind(
    clock: DueClock, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    head = clock.case
    team = directory.teams.get(head.team) or directory.teams[directory.fallback_team]
    if not is_open(team.hours, directory.holidays, now):
        opens = next_opening(team.hours, directory.holidays, now)
        if opens is not None:
            work.cases.set_act_at(clock.id, opens)
            return
    notice: Message | None = staff_notice(
        team,
        About(head.submission_id, head.id, head.number, f"reminder:{clock.id}"),
        Purpose.STAFF_REMINDER,
        ids,
        now,
    )
    kind = TimelineKind.TEAM_REMINDED if notice else TimelineKind.TEAM_NOT_REACHED
    if notice:
        work.outbox.add([notice])
    work.cases.append_timeline(
        [TimelineEntry(ids.row(), head.id, now, kind, "luotsi", {"team": team.key})]
    )
    work.cases.set_act_at(clock.id, None)
