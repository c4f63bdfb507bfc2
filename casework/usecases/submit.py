"""Take in what a person sent: route, and store submission, cases, clocks, timeline and messages in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.commands import ChildConcerned, Submit
from casework.deadlines import acknowledgement_due, reply_due, statutory_limits, transfer_due
from casework.directory import Directory
from casework.escalation import first_act
from casework.follow_ups import BY_RULE
from casework.messages import Message, Purpose
from casework.model import (
    Case,
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
from casework.notices import (
    about,
    first_notice,
    is_reachable,
    own_key,
    sender_notice,
    team_key,
)
from casework.ports import Ids, UnitOfWork
from casework.routing import Decision, Target, route
from casework.usecases.planning import entries_of, plan_by_rule


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
        known_as=_known_as(opened),
        shared=command.shared,
        sender=command.sender,
        code_hash=ids.code_hash(command.code),
    )
    messages = _notices(command, opened, directory, now, ids)
    # One for the message, not one for each child.
    planned = plan_by_rule(opened[0].case, command.form, command.contact, directory, now, ids)
    with work:
        work.submissions.add(
            submission,
            [item.case for item in opened],
            [clock for item in opened for clock in item.clocks],
            [
                *(entry for item in opened for entry in item.timeline),
                *entries_of(planned, TimelineKind.FOLLOW_UP_PLANNED, BY_RULE, now),
            ],
            messages,
        )
        work.follow_ups.plan(planned)
        work.commit()
    return Receipt(
        submission_id=submission.id,
        reference=submission.reference,
        received_at=now,
        alarm=any(item.decision.alarm for item in opened),
    )


def _known_as(opened: Sequence[_Opened]) -> KnownAs:
    """Whoever wrote a client code that there is, is known by it; that proves nothing more."""
    rules = {reason.rule for item in opened for reason in item.decision.reasons}
    return KnownAs.CLIENT_CODE if "client_code" in rules else KnownAs.NOT_IDENTIFIED


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
            client_code=child.client_code,
            worker_name=child.worker_name,
        ),
        directory,
        now,
    )
    marks = [Mark.TRANSFER] if decision.transfer_to else []
    if command.suspect:
        marks.append(Mark.MAYBE_AUTOMATED)
    alerted: tuple[str, ...] = ()
    if decision.alert_on_call:
        if is_reachable(directory.on_call_team, directory):
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
        statutory=command.statutory,
        protected=child.non_disclosure,
        shown_team=_shown(decision, child, command),
    )
    clocks = _clocks(case, decision, command, directory, now, ids)
    return _Opened(case, decision, clocks, _first_entries(case, decision, now, ids))


def _shown(decision: Decision, child: ChildConcerned, command: Submit) -> str | None:
    """The team that the sender goes on being told of. A later move would tell where the family lives now: to whom it
    hides from, and to whoever notifies of a family in order to find it."""
    if decision.shown_team is None and (child.non_disclosure or command.statutory):
        return decision.team
    return decision.shown_team


def _clocks(
    case: Case,
    decision: Decision,
    command: Submit,
    directory: Directory,
    now: datetime,
    ids: Ids,
) -> tuple[Clock, ...]:
    team = directory.teams[case.team]
    # At night whoever was alerted is the one that is waited for.
    opener = directory.teams[directory.on_call_team] if case.alerted_teams else team
    limits = {ClockKind.ACKNOWLEDGEMENT: acknowledgement_due(opener, directory, now)}
    if command.statutory:
        # A notifier is promised the receipt and nothing else: what follows is secret.
        limits.update(statutory_limits(directory, now))
    else:
        shown = directory.teams[decision.shown_team or case.team]
        limits[ClockKind.PROMISED_REPLY] = reply_due(command.form, shown, directory, now)
    if decision.transfer_to:
        limits[ClockKind.TRANSFER] = transfer_due(team, directory, now)
    return tuple(
        Clock(ids.row(), case.id, kind, now, due, first_act(kind, now, due, waited, directory))
        for kind, due in limits.items()
        for waited in (opener if kind is ClockKind.ACKNOWLEDGEMENT else team,)
    )


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
    told: dict[str, Case] = {}
    urgent: set[str] = set()
    for item in opened:
        told.setdefault(own_key(item.case), item.case)
        if command.cannot_wait:
            urgent.add(own_key(item.case))
        if item.case.alerted_teams:
            told.setdefault(team_key(directory.on_call_team), item.case)
            urgent.add(team_key(directory.on_call_team))
    planned = [
        first_notice(key, case, _event(case), directory, ids, now, urgent=key in urgent)
        for key, case in told.items()
    ]
    planned.append(
        sender_notice(
            command.contact,
            about(opened[0].case, _event(opened[0].case)),
            Purpose.RECEIVED,
            command.language,
            ids,
            now,
        )
    )
    return [message for message in planned if message is not None]


def _event(case: Case) -> str:
    return f"received:{case.submission_id}"
