"""What staff do with a case: open it, answer the sender, close it, take either back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from casework.access import Relation, Viewer, relation_to
from casework.deadlines import reply_due
from casework.directory import Directory
from casework.errors import IllegalMove, NotFound
from casework.model import CaseHead, CaseState, ClockKind, Mark, TimelineEntry, TimelineKind
from casework.ports import AccessLog, Ids, UnitOfWork

_ENDED_BY_OPENING = frozenset({Mark.NEW_INFORMATION, Mark.TEAM_NOT_REACHED})
_ENDED_BY = {
    CaseState.ANSWERED: frozenset({Mark.CALL_NEEDED}),
    CaseState.CLOSED: frozenset(Mark),
}


def promise_again(head: CaseHead, directory: Directory, now: datetime, work: UnitOfWork) -> None:
    """Run the promised reply anew, but not to a sender who has asked not to be contacted."""
    choice = work.cases.contact_choice(head.id)
    if choice is None or not choice.withdrawn:
        promise(head, directory, now, work)


def promise(head: CaseHead, directory: Directory, now: datetime, work: UnitOfWork) -> None:
    """Run the promised reply anew from `now`: the old limit may long be past."""
    team = directory.teams.get(head.team) or directory.teams[directory.fallback_team]
    due = reply_due(head.form, team, directory, now)
    work.clocks.restart(head.id, ClockKind.PROMISED_REPLY, now, due, due)


def authorised(
    case_id: UUID, viewer: Viewer, directory: Directory, work: UnitOfWork
) -> tuple[CaseHead, Relation]:
    """The case and the viewer's relation to it; lets go of the database before the log opens its own
    transaction, so that many readers at once never wait for each other's connections. Raises NotFound."""
    with work:
        head = work.cases.head(case_id)
    if head is None:
        raise NotFound("case")
    relation = relation_to(
        viewer,
        directory,
        team=head.team,
        worker=head.worker,
        alerted_teams=head.alerted_teams,
    )
    if relation is None:
        raise NotFound("case")
    return head, relation


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
            work.cases.unmark(case_id, seen)
            work.commit()
    if head.state is CaseState.RECEIVED:
        with work:
            work.cases.unmark(case_id, _ENDED_BY_OPENING)
            if work.cases.move(case_id, CaseState.IN_PROGRESS, now):
                work.clocks.end(case_id, ClockKind.ACKNOWLEDGEMENT, now)
                acknowledged = TimelineEntry(
                    ids.row(), case_id, now, TimelineKind.ACKNOWLEDGED, actor(viewer)
                )
                work.cases.append_timeline([acknowledged])
                work.commit()
    return head, relation


class CaseAct(Protocol):
    """One thing that staff do with a case that they have opened.

    Raises NotFound without a relation, IllegalMove where somebody else was faster.
    """

    def __call__(
        self,
        case_id: UUID,
        viewer: Viewer,
        *,
        directory: Directory,
        now: datetime,
        ids: Ids,
        work: UnitOfWork,
        log: AccessLog,
    ) -> None: ...


def _moving(
    to: CaseState, kind: TimelineKind, detail: Mapping[str, str] = MappingProxyType({})
) -> CaseAct:
    """Moves the case, ends or restarts its promise, and notes both in the log and on the timeline."""

    def act(
        case_id: UUID,
        viewer: Viewer,
        *,
        directory: Directory,
        now: datetime,
        ids: Ids,
        work: UnitOfWork,
        log: AccessLog,
    ) -> None:
        head, relation = authorised(case_id, viewer, directory, work)
        log.record(viewer, case_id, kind.value, relation, now)
        with work:
            # Only opening acknowledges, so nothing else leads out of `received`.
            if head.state is CaseState.RECEIVED or not work.cases.move(case_id, to, now):
                raise IllegalMove(f"{head.state} -> {to}")
            if to is CaseState.IN_PROGRESS:
                promise_again(head, directory, now, work)
            else:
                work.clocks.end(case_id, ClockKind.PROMISED_REPLY, now)
                work.cases.unmark(case_id, _ENDED_BY[to])
            entry = TimelineEntry(ids.row(), case_id, now, kind, actor(viewer), detail)
            work.cases.append_timeline([entry])
            work.commit()

    return act


#: The sender was answered by phone; ends the promised-reply clock.
answer_case = _moving(CaseState.ANSWERED, TimelineKind.SENDER_ANSWERED)
#: The sender was answered by set phrases on the follow-up page; ends the promise too.
answer_on_page = _moving(CaseState.ANSWERED, TimelineKind.SENDER_ANSWERED, {"by": "page"})
#: Nothing more is to be done; ends the promised-reply clock.
close_case = _moving(CaseState.CLOSED, TimelineKind.CASE_CLOSED)
#: The undo of both: the case is being handled again, and its promise runs on.
reopen_case = _moving(CaseState.IN_PROGRESS, TimelineKind.CASE_REOPENED)


def actor(viewer: Viewer) -> str:
    """A worker as the timeline names one."""
    return f"user:{viewer.user_id}"
