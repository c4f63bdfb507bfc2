"""Planned contacts whose time has come: each is said once, whoever asks how often, and nothing holds up the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from casework.directory import Directory
from casework.follow_ups import (
    BY_RULE,
    PHRASES,
    PURPOSES,
    DueFollowUp,
    FollowUpState,
    PlannedFollowUp,
    WhyCancelled,
    must_wait,
)
from casework.messages import Message
from casework.model import CaseState, Mark, TimelineEntry, TimelineKind
from casework.notices import about, sender_notice
from casework.ports import Ids, UnitOfWork
from casework.usecases.acting import promising_team
from casework.usecases.planning import note

BATCH = 100


def say_due(*, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork) -> int:
    """Say what is due, at most a batch of it: the phrase, the notice and the end of each in one commit.

    Where the team is closed now it waits for the next opening, and where the case is closed it is cancelled.
    Returns how many were looked at; a full batch means that there may be more.
    """
    with work:
        due = work.follow_ups.due(now, BATCH)
        saying: list[DueFollowUp] = []
        waits: dict[UUID, datetime] = {}
        for one in due:
            reason = _obstacle(one)
            later = must_wait(promising_team(one.case, directory), directory, now)
            if reason is not None:
                _give_up(one, reason, now, work)
            elif later is not None:
                waits[one.follow_up.id] = later
            else:
                saying.append(one)
        work.follow_ups.put_off(waits)
        _say(saying, now, ids, work)
        work.commit()
    return len(due)


def _obstacle(one: DueFollowUp) -> WhyCancelled | None:
    if one.case.state is CaseState.CLOSED:
        return WhyCancelled.CLOSED
    return None if one.is_readable else WhyCancelled.UNREADABLE


def _give_up(one: DueFollowUp, reason: WhyCancelled, now: datetime, work: UnitOfWork) -> None:
    cancelled = replace(one.follow_up, reason=reason.value)
    work.follow_ups.end([cancelled.id], FollowUpState.CANCELLED, reason, now)
    note([cancelled], TimelineKind.FOLLOW_UP_CANCELLED, BY_RULE, now, work)
    if reason is WhyCancelled.UNREADABLE:
        # Somebody wanted to be asked: then a person asks.
        work.cases.mark(one.case.id, Mark.CALL_NEEDED)


def _say(saying: Sequence[DueFollowUp], now: datetime, ids: Ids, work: UnitOfWork) -> None:
    if not saying:
        return
    told = [one.follow_up for one in saying]
    work.cases.append_timeline([_said(one, now) for one in told])
    note(told, TimelineKind.FOLLOW_UP_DONE, BY_RULE, now, work)
    notices = [_notice(one, now, ids) for one in saying]
    work.outbox.add([notice for notice in notices if notice is not None])
    work.follow_ups.end([one.id for one in told], FollowUpState.DONE, "", now)


def _said(one: PlannedFollowUp, now: datetime) -> TimelineEntry:
    """The phrase on the sender's page; its id hangs on the planned contact, so that it can stand there only once."""
    detail = {"phrase": PHRASES[one.kind].value, "event": _event(one)}
    return TimelineEntry(
        uuid5(one.id, "said"), one.case_id, now, TimelineKind.PHRASE_SAID, BY_RULE, detail
    )


def _notice(one: DueFollowUp, now: datetime, ids: Ids) -> Message | None:
    contact, kind = one.follow_up.contact, one.follow_up.kind
    if contact is None:
        return None
    matter = about(one.case, _event(one.follow_up))
    return sender_notice(contact, matter, PURPOSES[kind], one.case.language, ids, now)


def _event(one: PlannedFollowUp) -> str:
    return f"follow_up:{one.id}"
