"""Contacts planned for later: by a team's rule when a message comes in, or by a worker; cancelled when they are needless."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Unpack
from uuid import UUID, uuid5

from casework.access import Viewer
from casework.commands import Contact
from casework.directory import Directory
from casework.errors import IllegalMove
from casework.follow_ups import (
    BY_RULE,
    RULED_FORMS,
    FollowUpKind,
    FollowUpState,
    Heard,
    Plan,
    PlannedFollowUp,
    WhyCancelled,
    due_at,
    opening,
)
from casework.model import Case, CaseState, TimelineEntry, TimelineKind
from casework.notices import ways
from casework.ports import Ids, UnitOfWork
from casework.usecases.acting import Held, Rooms, actor, held, promising_team

#: What a planned contact leaves on the timeline comes after what it follows from, which happened at the same moment.
_AFTER = {
    TimelineKind.FOLLOW_UP_CANCELLED: timedelta(microseconds=10),
    TimelineKind.FOLLOW_UP_DONE: timedelta(microseconds=10),
    TimelineKind.FOLLOW_UP_PLANNED: timedelta(microseconds=11),
}


def plan_by_rule(
    case: Case, form: str, contact: Contact, directory: Directory, now: datetime, ids: Ids
) -> tuple[PlannedFollowUp, ...]:
    """What the rule of the team that the sender is shown plans for a message that came in now, at most one."""
    team = directory.teams[case.shown_team or case.team]
    if team.ask_after_days is None or form not in RULED_FORMS or not _allows(contact, now):
        return ()
    due = due_at(team.ask_after_days, team, directory, now)
    kind = FollowUpKind.HELP_RECEIVED
    return (
        PlannedFollowUp(
            ids.row(), case.submission_id, case.id, kind, BY_RULE, now, due, contact=contact
        ),
    )


def _allows(contact: Contact, now: datetime) -> bool:
    """Whether a message may ever reach the sender; safe hours only put it off."""
    return next(ways(contact, now), None) is not None


def entries_of(
    planned: Iterable[PlannedFollowUp], kind: TimelineKind, by: str, at: datetime
) -> list[TimelineEntry]:
    """What the timeline tells of each: the same for the same act, were it stored twice."""
    return [
        TimelineEntry(
            uuid5(one.id, f"{kind} {at.isoformat()}"),
            one.case_id,
            at + _AFTER[kind],
            kind,
            by,
            _detail(one),
        )
        for one in planned
    ]


def _detail(one: PlannedFollowUp) -> dict[str, str]:
    reason = {"reason": one.reason} if one.reason else {}
    return {"follow_up": str(one.id), "what": one.kind.value, **reason}


def plan_follow_up(
    case_id: UUID, viewer: Viewer, plan: Plan, heard: Heard, **rooms: Unpack[Rooms]
) -> None:
    """Plan a contact. Raises NotFound without a relation; IllegalMove where the case is closed, or the sender has
    written or chosen otherwise since `heard`."""
    with held(case_id, viewer, TimelineKind.FOLLOW_UP_PLANNED, **rooms) as case:
        _plan(case, plan, heard)


def move_follow_up(
    case_id: UUID,
    viewer: Viewer,
    follow_up_id: UUID,
    plan: Plan,
    heard: Heard,
    **rooms: Unpack[Rooms],
) -> None:
    """Plan it for another time: the old one is cancelled, and another takes its place.

    Raises as `plan_follow_up`, and IllegalMove where it waits no more.
    """
    with held(case_id, viewer, TimelineKind.FOLLOW_UP_PLANNED, **rooms) as case:
        _cancel_one(case, follow_up_id, WhyCancelled.MOVED)
        _plan(case, plan, heard)


def _plan(case: Held, plan: Plan, heard: Heard) -> None:
    _check(case, heard)
    by, head = actor(case.viewer), case.head
    team = promising_team(head, case.directory)
    planned = PlannedFollowUp(
        uuid5(head.id, str(plan.press_id)),
        head.submission_id,
        head.id,
        plan.kind,
        by,
        case.now,
        due_at(plan.when, team, case.directory, case.now),
        contact=_contact(heard, case.now),
    )
    if all(one.id != planned.id for one in case.work.follow_ups.of(head.id)):
        case.work.follow_ups.plan([planned])
        note([planned], TimelineKind.FOLLOW_UP_PLANNED, by, case.now, case.work)


def _check(case: Held, heard: Heard) -> None:
    if case.head.state is CaseState.CLOSED:
        raise IllegalMove("the case is closed")
    if case.work.follow_ups.heard_at(case.head.id) != heard.at:
        # A number that was just given up must never be written to.
        raise IllegalMove("the sender has written meanwhile")


def _contact(heard: Heard, now: datetime) -> Contact | None:
    return heard.contact if _allows(heard.contact, now) else None


def cancel_follow_up(
    case_id: UUID, viewer: Viewer, follow_up_id: UUID, **rooms: Unpack[Rooms]
) -> None:
    """It is not said. Raises NotFound without a relation, IllegalMove where it waits no more."""
    with held(case_id, viewer, TimelineKind.FOLLOW_UP_CANCELLED, **rooms) as case:
        _cancel_one(case, follow_up_id, WhyCancelled.BY_WORKER)


def _cancel_one(case: Held, follow_up_id: UUID, reason: WhyCancelled) -> None:
    found = case.work.follow_ups.cancel(case.head.id, follow_up_id, reason, case.now)
    if found is None:
        raise IllegalMove("it is not planned any more")
    by = actor(case.viewer)
    note([found], TimelineKind.FOLLOW_UP_CANCELLED, by, case.now, case.work)


def restore_follow_up(
    case_id: UUID, viewer: Viewer, follow_up_id: UUID, heard: Heard, **rooms: Unpack[Rooms]
) -> None:
    """The undo of a worker's cancelling: it waits for its time again, or for the next opening if that has passed.

    Raises as `plan_follow_up`, and IllegalMove where it was not cancelled by a worker.
    """
    with held(case_id, viewer, TimelineKind.FOLLOW_UP_PLANNED, **rooms) as case:
        _check(case, heard)
        rows = case.work.follow_ups
        cancelled = {one.id: one for one in rows.of(case_id)}.get(follow_up_id)
        if cancelled is None or cancelled.reason != WhyCancelled.BY_WORKER:
            raise IllegalMove("it was not cancelled by a worker")
        team = promising_team(case.head, case.directory)
        due = max(cancelled.due_at, opening(team, case.directory, case.now))
        again = replace(
            cancelled,
            due_at=cancelled.due_at if cancelled.due_at > case.now else due,
            state=FollowUpState.PLANNED,
            ended_at=None,
            reason="",
            contact=_contact(heard, case.now),
        )
        if not rows.restore(again):
            raise IllegalMove("it was not cancelled by a worker")
        note([again], TimelineKind.FOLLOW_UP_PLANNED, actor(case.viewer), case.now, case.work)


def cancel_all(
    submission_id: UUID, reason: WhyCancelled, by: str, now: datetime, work: UnitOfWork
) -> None:
    """Nothing that was planned for the sender of this message is said any more."""
    found = work.follow_ups.cancel_of_submission(submission_id, reason, now)
    note(found, TimelineKind.FOLLOW_UP_CANCELLED, by, now, work)


def cancel_of_case(case: Held) -> None:
    """Nothing that was planned for this case is said any more: it is closed."""
    found = case.work.follow_ups.cancel_of_case(case.head.id, WhyCancelled.CLOSED, case.now)
    note(found, TimelineKind.FOLLOW_UP_CANCELLED, actor(case.viewer), case.now, case.work)


def note(
    which: Sequence[PlannedFollowUp], kind: TimelineKind, by: str, at: datetime, work: UnitOfWork
) -> None:
    """Put it on the timeline of each one's case."""
    work.cases.append_timeline(entries_of(which, kind, by, at))
