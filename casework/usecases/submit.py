"""Take in what a person sent: route, and store submission, cases, clocks, timeline and messages in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.calendar import is_open
from casework.commands import AddInformation, ChildConcerned, Scope, Submit
from casework.deadlines import acknowledgement_due, reply_due
from casework.directory import Directory
from casework.errors import NotFound
from casework.messages import Message, Purpose
from casework.model import (
    Case,
    CaseHead,
    CaseState,
    Clock,
    ClockKind,
    KnownAs,
    Mark,
    Receipt,
    Submission,
    TimelineEntry,
    TimelineKind,
)
from casework.notices import About, alert_points, sender_notice, staff_notice
from casework.ports import Ids, UnitOfWork
from casework.routing import Decision, Target, route
from casework.usecases.cases import promise_again


@dataclass(frozen=True, slots=True)
class _Opened:
    """One case with the decision that placed it and what follows from both."""

    case: Case
    decision: Decision
    clocks: tuple[Clock, ...]
    timeline: tuple[TimelineEntry, ...]


def submit(
    command: Submit, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> Receipt:
    """Store a submission and plan its messages.

    Raises AlreadySubmitted where the id is taken; then nothing of this call was written.
    """
    opened = [_open(child, command, directory, now, ids) for child in command.children]
    submission = Submission(
        id=command.submission_id,
        reference=command.reference,
        form=command.form,
        domain_identifier=command.domain_identifier,
        form_version=command.form_version,
        language=command.language,
        received_at=now,
        known_as=KnownAs.NOT_IDENTIFIED,
        shared=command.shared,
        sender=command.sender,
        code_hash=ids.code_hash(command.code),
    )
    messages = _notices(command, opened, directory, now, ids)
    with work:
        work.submissions.add(
            submission,
            [item.case for item in opened],
            [clock for item in opened for clock in item.clocks],
            [entry for item in opened for entry in item.timeline],
            messages,
        )
        work.commit()
    return Receipt(
        submission_id=submission.id,
        reference=submission.reference,
        received_at=now,
        alarm=any(item.decision.alarm for item in opened),
    )


def _open(
    child: ChildConcerned, command: Submit, directory: Directory, now: datetime, ids: Ids
) -> _Opened:
    decision = route(
        Target(
            form=command.form,
            language=command.language,
            municipality=child.municipality,
            here_now=child.here_now,
            send_anyway=child.send_anyway,
            cannot_wait=command.cannot_wait,
            statutory=command.statutory,
        ),
        directory,
        now,
    )
    marks = [Mark.TRANSFER] if decision.transfer_to else []
    if command.suspect:
        marks.append(Mark.MAYBE_AUTOMATED)
    alerted: tuple[str, ...] = ()
    if decision.alert_on_call:
        if _reachable(directory, directory.on_call_team):
            alerted = (directory.on_call_team,)
        else:
            marks.append(Mark.TEAM_NOT_REACHED)
    case = Case(
        id=ids.row(),
        submission_id=command.submission_id,
        number=ids.reference(),
        team=decision.team,
        worker=decision.worker,
        state=CaseState.RECEIVED,
        created_at=now,
        language=command.language,
        municipality=None if child.non_disclosure else child.municipality,
        after_hours=decision.after_hours,
        urgent=command.cannot_wait,
        alerted_teams=alerted,
        # For some counties their name is that of the municipality.
        transfer_to=None if child.non_disclosure else decision.transfer_to,
        marks=tuple(marks),
        directory_revision=directory.revision,
        child=child.answers,
        reasons=decision.reasons,
    )
    clocks = _clocks(case, command, directory, now, ids)
    return _Opened(case, decision, clocks, _first_entries(case, decision, now, ids))


def _reachable(directory: Directory, key: str) -> bool:
    team = directory.teams.get(key)
    return team is not None and bool(alert_points(team, urgent=True))


def _clocks(
    case: Case, command: Submit, directory: Directory, now: datetime, ids: Ids
) -> tuple[Clock, ...]:
    team = directory.teams[case.team]
    due = acknowledgement_due(team, directory, now)
    opened = Clock(ids.row(), case.id, ClockKind.ACKNOWLEDGEMENT, now, due, act_at=due)
    if command.statutory:
        # A notifier is promised the receipt and nothing else: what follows is secret.
        return (opened,)
    reply_by = reply_due(command.form, team, directory, now)
    return (opened, Clock(ids.row(), case.id, ClockKind.PROMISED_REPLY, now, reply_by, act_at=None))


def _first_entries(
    case: Case, decision: Decision, now: datetime, ids: Ids
) -> tuple[TimelineEntry, ...]:
    kinds = [TimelineKind.RECEIVED, TimelineKind.ROUTED]
    if decision.alert_on_call:
        # The timeline says what was done, not what should have been.
        alerted = bool(case.alerted_teams)
        kinds.append(TimelineKind.ON_CALL_ALERTED if alerted else TimelineKind.TEAM_NOT_REACHED)
    if decision.alarm:
        kinds.append(TimelineKind.ALARM_RAISED)
    # One microsecond apart, so that the order of what happened at once is the order of the list.
    return tuple(
        TimelineEntry(
            ids.row(),
            case.id,
            now + timedelta(microseconds=index),
            kind,
            actor="sender" if kind is TimelineKind.RECEIVED else "luotsi",
            detail={"team": case.team} if kind is TimelineKind.ROUTED else {},
        )
        for index, kind in enumerate(kinds)
    )


def _notices(
    command: Submit, opened: Sequence[_Opened], directory: Directory, now: datetime, ids: Ids
) -> list[Message]:
    first_of_team: dict[str, Case] = {}
    urgent_teams: set[str] = set()
    for item in opened:
        first_of_team.setdefault(item.decision.team, item.case)
        if command.cannot_wait:
            urgent_teams.add(item.decision.team)
        if item.decision.alert_on_call:
            first_of_team.setdefault(directory.on_call_team, item.case)
            urgent_teams.add(directory.on_call_team)
    planned = [
        staff_notice(
            directory.teams[key],
            _about(case),
            Purpose.STAFF_URGENT if key in urgent_teams else Purpose.STAFF_NEW,
            ids,
            now,
        )
        for key, case in first_of_team.items()
        # A team that the directory lacks was alarmed about when the case was routed.
        if key in directory.teams
    ]
    planned.append(
        sender_notice(
            command.contact,
            _about(opened[0].case),
            Purpose.RECEIVED,
            command.language,
            ids,
            now,
        )
    )
    return [message for message in planned if message is not None]


def _about(case: Case) -> About:
    return About(case.submission_id, case.id, case.number, f"received:{case.submission_id}")


def add_information(
    command: AddInformation,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> None:
    """Add text to a submission that was sent already, and tell everybody who was told of it.

    What was answered or closed is opened again. When it now cannot wait, the case is urgent from here on, and a
    team that is not at work is not the only one to hear of it. The same addition once more changes nothing.
    Raises NotFound where there is no such submission.
    """
    with work:
        if work.submissions.has_addition(command.submission_id, command.addition_id):
            return
        heads = work.cases.heads_of(command.submission_id)
        if not heads:
            raise NotFound("submission")
        timeline: list[TimelineEntry] = []
        told: dict[str, CaseHead] = {}
        hidden = any(
            child.get("non_disclosure") == "yes" for child in command.answers.get(Scope.CHILD, ())
        )
        for head in heads:
            if hidden:
                work.cases.hide_place(head.id)
            timeline += _note_addition(head, command, directory, now, ids, work)
            for key in (head.team, *sorted(head.alerted_teams)):
                told.setdefault(key, head)
            if command.cannot_wait and _calls_on_call(head, directory, now):
                told.setdefault(directory.on_call_team, head)
        event = f"addition:{command.addition_id}"
        purpose = Purpose.STAFF_URGENT if command.cannot_wait else Purpose.STAFF_NEW
        messages = [
            staff_notice(
                directory.teams.get(team) or directory.teams[directory.fallback_team],
                About(head.submission_id, head.id, head.number, event),
                purpose,
                ids,
                now,
            )
            for team, head in told.items()
        ]
        work.submissions.add_information(
            command.submission_id,
            command.addition_id,
            command.answers,
            now,
            timeline,
            [message for message in messages if message is not None],
        )
        work.commit()


def _calls_on_call(head: CaseHead, directory: Directory, now: datetime) -> bool:
    """Whether the on-call must hear of it: the team is not at work, and the on-call can be reached."""
    team = directory.teams.get(head.team)
    at_work = team is not None and is_open(team.hours, directory.holidays, now)
    return not at_work and _reachable(directory, directory.on_call_team)


def _note_addition(
    head: CaseHead,
    command: AddInformation,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> list[TimelineEntry]:
    """Mark the case in the inbox, open it again where it was finished, and make it urgent where it is."""
    kinds = [TimelineKind.ADDITION_RECEIVED]
    work.cases.mark(head.id, Mark.NEW_INFORMATION)
    finished = head.state in {CaseState.ANSWERED, CaseState.CLOSED}
    if finished and work.cases.move(head.id, CaseState.IN_PROGRESS, now):
        promise_again(head, directory, now, work)
        kinds.append(TimelineKind.CASE_REOPENED)
    if command.cannot_wait:
        work.cases.make_urgent(head.id)
        if _calls_on_call(head, directory, now):
            work.cases.alert(head.id, directory.on_call_team)
            kinds.append(TimelineKind.ON_CALL_ALERTED)
    return [
        TimelineEntry(ids.row(), head.id, now + timedelta(microseconds=index), kind, "sender")
        for index, kind in enumerate(kinds)
    ]
