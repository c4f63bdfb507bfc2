"""A case goes to another team or another worker; the promise made to its sender goes along unchanged."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack
from uuid import UUID

from casework.access import Viewer
from casework.deadlines import acknowledgement_due
from casework.errors import IllegalMove
from casework.escalation import first_act
from casework.model import CaseHead, CaseState, ClockKind, Mark, TimelineKind
from casework.notices import first_notice, own_key
from casework.teams import Team
from casework.usecases.acting import Held, Rooms, held


def move_case(
    case_id: UUID, viewer: Viewer, team: str, worker: str | None = None, **rooms: Unpack[Rooms]
) -> None:
    """To another team, to a worker of one, or within the team to another worker; an unopened case too.

    Raises NotFound without a relation; IllegalMove where the case is there already or is closed, the directory
    has no such team, or the worker is not of it.
    """
    with held(case_id, viewer, TimelineKind.CASE_MOVED, unopened=True, **rooms) as case:
        _move(case, team, worker)


def accept_proposal(case_id: UUID, viewer: Viewer, **rooms: Unpack[Rooms]) -> None:
    """To the team where the directory of today would send it. Raises as `move_case` does."""
    with held(case_id, viewer, TimelineKind.CASE_MOVED, unopened=True, **rooms) as case:
        if case.head.proposed_team is None:
            raise IllegalMove("no move is proposed")
        _move(case, case.head.proposed_team, None)


def decline_proposal(case_id: UUID, viewer: Viewer, **rooms: Unpack[Rooms]) -> None:
    """The case stays where it is. Raises NotFound without a relation, IllegalMove where no move is proposed."""
    with held(case_id, viewer, TimelineKind.MOVE_DECLINED, **rooms) as case:
        if case.head.proposed_team is None:
            raise IllegalMove("no move is proposed")
        case.work.cases.propose(case_id, None)
        case.note(TimelineKind.MOVE_DECLINED, {"to": case.head.proposed_team})


def _move(case: Held, key: str, worker: str | None) -> None:
    head, team = case.head, case.directory.teams.get(key)
    if head.state is CaseState.CLOSED or team is None or (key, worker) == (head.team, head.worker):
        raise IllegalMove("cannot be moved there")
    if worker is not None and not _belongs(worker, team, case):
        raise IllegalMove("not a worker of that team")
    first = not case.work.cases.happened(head.id, TimelineKind.CASE_MOVED)
    case.work.cases.reassign(head.id, key, worker)
    moved = case.note(TimelineKind.CASE_MOVED, _detail(head, key, worker))
    if key != head.team and (first or head.state is not CaseState.RECEIVED):
        # Whoever was to open it is not who has it now. An unopened case moved once more keeps its ladder: passed
        # from team to team it must not stay silent.
        kind = ClockKind.ACKNOWLEDGEMENT
        due = acknowledgement_due(team, case.directory, case.now)
        act_at = first_act(kind, case.now, due, team, case.directory)
        case.work.clocks.restart(head.id, kind, case.now, due, act_at)
        if head.state is not CaseState.RECEIVED:
            # Ended, like the clock, by the first view.
            case.work.cases.mark(head.id, Mark.NEW_INFORMATION)
    _tell(case, replace(head, team=key, worker=worker), f"moved:{moved}")


def _belongs(worker: str, team: Team, case: Held) -> bool:
    return worker in case.directory.workers and worker in {*team.members, team.lead}


def _detail(head: CaseHead, key: str, worker: str | None) -> dict[str, str]:
    """Keys of teams and, where one is named or lets go of it, of workers."""
    named = {"from": head.team, "to": key, "from_worker": head.worker, "to_worker": worker}
    return {name: value for name, value in named.items() if value is not None}


def _tell(case: Held, moved: CaseHead, event: str) -> None:
    """Tell whoever has it now, unless it is the person who moved it, or the same team without a name."""
    given = moved.worker is not None and moved.worker != case.viewer.worker
    if moved.team == case.head.team and not given:
        return
    urgent = moved.urgent or moved.statutory
    notice = first_notice(
        own_key(moved), moved, event, case.directory, case.ids, case.now, urgent=urgent
    )
    if notice is None:
        case.note(TimelineKind.TEAM_NOT_REACHED, {"team": moved.team})
        case.work.cases.mark(moved.id, Mark.TEAM_NOT_REACHED)
    else:
        case.work.outbox.add([notice])
