"""What a sender adds to a message that was sent already."""

from __future__ import annotations

from datetime import datetime, timedelta

from casework.calendar import is_open
from casework.commands import AddInformation
from casework.deadlines import acknowledgement_due
from casework.directory import Directory
from casework.errors import NotFound
from casework.escalation import first_act
from casework.follow_ups import WhyCancelled
from casework.model import CaseHead, CaseState, ClockKind, Mark, TimelineEntry, TimelineKind
from casework.notices import first_notice, is_reachable, own_key, team_key
from casework.ports import Ids, UnitOfWork
from casework.usecases.cases import promise_again
from casework.usecases.planning import cancel_all


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
        # All clocks before cases, as everybody holds them: in another order two would wait for each other.
        for head in heads:
            work.clocks.of(head.id)
        for head in heads:
            if command.non_disclosure:
                work.cases.hide_place(head.id)
            timeline += _note_addition(head, command, directory, now, ids, work)
            alerted = map(team_key, sorted(head.alerted_teams))
            for key in dict.fromkeys((own_key(head), *alerted)):
                told.setdefault(key, head)
            if command.cannot_wait and _calls_on_call(head, directory, now):
                told.setdefault(team_key(directory.on_call_team), head)
        # What was to be asked may just have been told.
        cancel_all(command.submission_id, WhyCancelled.ADDITION, "sender", now, work)
        event = f"addition:{command.addition_id}"
        messages = [
            first_notice(key, head, event, directory, ids, now, urgent=command.cannot_wait)
            for key, head in told.items()
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
    return not at_work and is_reachable(directory.on_call_team, directory)


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
    if command.cannot_wait or finished:
        _wait_for_reader(head, command, directory, now, work)
    if command.cannot_wait:
        work.cases.make_urgent(head.id)
        if _calls_on_call(head, directory, now):
            work.cases.alert(head.id, directory.on_call_team)
            kinds.append(TimelineKind.ON_CALL_ALERTED)
    return [
        TimelineEntry(ids.row(), head.id, now + timedelta(microseconds=index), kind, "sender")
        for index, kind in enumerate(kinds)
    ]


def _wait_for_reader(
    head: CaseHead, command: AddInformation, directory: Directory, now: datetime, work: UnitOfWork
) -> None:
    """The case is to be opened anew, by its ladder: what was added to it may be worse than what it began with."""
    team = directory.teams.get(head.team) or directory.teams[directory.fallback_team]
    at_night = command.cannot_wait and _calls_on_call(head, directory, now)
    opener = directory.teams[directory.on_call_team] if at_night else team
    due = acknowledgement_due(opener, directory, now)
    act_at = first_act(ClockKind.ACKNOWLEDGEMENT, now, due, opener, directory)
    work.clocks.restart(head.id, ClockKind.ACKNOWLEDGEMENT, now, due, act_at)
