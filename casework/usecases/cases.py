"""What staff do with a case: open it, answer the sender, close it, take either back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Unpack
from uuid import UUID

from casework.access import Relation, Viewer
from casework.deadlines import reply_due
from casework.directory import Directory
from casework.errors import IllegalMove, StillRunning
from casework.escalation import first_act
from casework.model import (
    HOLDS_OPEN,
    CaseHead,
    CaseState,
    ClockKind,
    Mark,
    TimelineEntry,
    TimelineKind,
)
from casework.ports import AccessLog, Ids, UnitOfWork
from casework.usecases.acting import (
    NOTHING,
    CaseAct,
    Rooms,
    actor,
    authorised,
    held,
    own_team,
    promising_team,
)
from casework.usecases.planning import cancel_of_case

_ENDED_BY_OPENING = frozenset({Mark.NEW_INFORMATION, Mark.TEAM_NOT_REACHED, Mark.NOT_OPENED})
_ENDED_BY = {
    CaseState.ANSWERED: frozenset({Mark.CALL_NEEDED}),
    # A transfer is over before a case can be closed, and until then keeps its mark.
    CaseState.CLOSED: frozenset(Mark) - {Mark.TRANSFER},
}


def promise_again(head: CaseHead, directory: Directory, now: datetime, work: UnitOfWork) -> None:
    """Run the promised reply anew, but not to a sender who has asked not to be contacted."""
    choice = work.cases.contact_choice(head.id)
    if choice is None or not choice.withdrawn:
        promise(head, directory, now, work)


def promise(head: CaseHead, directory: Directory, now: datetime, work: UnitOfWork) -> None:
    """Run the promised reply anew from `now`: the old limit may long be past."""
    kind = ClockKind.PROMISED_REPLY
    due = reply_due(head.form, promising_team(head, directory), directory, now)
    act_at = first_act(kind, now, due, own_team(head, directory), directory)
    work.clocks.restart(head.id, kind, now, due, act_at)


def open_case(
    case_id: UUID,
    viewer: Viewer,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
    log: AccessLog,
) -> tuple[CaseHead, Relation]:
    """Log the view, then acknowledge the case if nobody has yet. Only opening acknowledges.

    Raises NotFound both where there is no such case and where the viewer has no relation to it. When the log
    row cannot be written its error goes up, and the page is not shown.
    """
    head, relation = authorised(case_id, viewer, directory, work)
    log.record(viewer, case_id, "view", relation, now)
    seen = head.marks & _ENDED_BY_OPENING
    if seen and head.state is not CaseState.RECEIVED:
        with work:
            work.clocks.of(case_id)
            work.cases.unmark(case_id, seen)
            # Runs again where something was added that had to be read.
            work.clocks.end(case_id, ClockKind.ACKNOWLEDGEMENT, now)
            work.commit()
    if head.state is CaseState.RECEIVED:
        with work:
            # Who acts on a case holds its clocks first: in another order two would wait for each other.
            work.clocks.of(case_id)
            work.cases.unmark(case_id, _ENDED_BY_OPENING)
            if work.cases.move(case_id, CaseState.IN_PROGRESS, now):
                if relation is Relation.NOT_OPENED:
                    _let_in(case_id, viewer, directory, work)
                work.clocks.end(case_id, ClockKind.ACKNOWLEDGEMENT, now)
                acknowledged = TimelineEntry(
                    ids.row(), case_id, now, TimelineKind.ACKNOWLEDGED, actor(viewer)
                )
                work.cases.append_timeline([acknowledged])
                work.commit()
    return head, relation


def look_at_dates(case_id: UUID, viewer: Viewer, **rooms: Unpack[Rooms]) -> CaseHead:
    """Log that the dates of a case are looked at; opens and acknowledges nothing. Raises NotFound."""
    head, relation = authorised(case_id, viewer, rooms["directory"], rooms["work"])
    rooms["log"].record(viewer, case_id, "dates", relation, rooms["now"])
    return head


def _let_in(case_id: UUID, viewer: Viewer, directory: Directory, work: UnitOfWork) -> None:
    """Whoever opened at last what nobody else did may go on with it: the case is shown to the teams of this lead."""
    for team in directory.teams.values():
        if team.lead == viewer.worker:
            work.cases.alert(case_id, team.key)


def _moving(to: CaseState, kind: TimelineKind, detail: Mapping[str, str] = NOTHING) -> CaseAct:
    """Moves the case, ends or restarts its promise, and notes both in the log and on the timeline."""

    def act(case_id: UUID, viewer: Viewer, **rooms: Unpack[Rooms]) -> None:
        with held(case_id, viewer, kind, **rooms) as case:
            if to is CaseState.CLOSED and (waiting := case.waiting(HOLDS_OPEN)):
                raise StillRunning(waiting)
            if not case.work.cases.move(case_id, to, case.now):
                raise IllegalMove(f"{case.head.state} -> {to}")
            if to is CaseState.IN_PROGRESS:
                promise_again(case.head, case.directory, case.now, case.work)
            else:
                case.work.clocks.end(case_id, ClockKind.PROMISED_REPLY, case.now)
                case.work.cases.unmark(case_id, _ENDED_BY[to])
            if to is CaseState.CLOSED and case.head.proposed_team is not None:
                case.work.cases.propose(case_id, None)
            if to is CaseState.CLOSED:
                cancel_of_case(case)
            case.note(kind, detail)

    return act


#: The sender was answered by phone; ends the promised-reply clock.
answer_case = _moving(CaseState.ANSWERED, TimelineKind.SENDER_ANSWERED)
#: The sender was answered by set phrases on the follow-up page; ends the promise too.
answer_on_page = _moving(CaseState.ANSWERED, TimelineKind.SENDER_ANSWERED, {"by": "page"})
#: Nothing more is to be done; ends the promised-reply clock. Raises StillRunning while something of law waits.
close_case = _moving(CaseState.CLOSED, TimelineKind.CASE_CLOSED)
#: The undo of both: the case is being handled again, and its promise runs on.
reopen_case = _moving(CaseState.IN_PROGRESS, TimelineKind.CASE_REOPENED)
