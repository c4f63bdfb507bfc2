"""Whom of staff an alert reaches next: the other ways of its team or worker, and then another team."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from casework.directory import Directory
from casework.messages import Message, Purpose
from casework.notices import (
    CALM,
    About,
    Recipient,
    notice_to,
    staff_notice,
    team_key,
    team_recipients,
    worker_recipients,
)
from casework.ports import Ids, UnitOfWork

#: Marks the event of an alert to another team than the one that could not be reached.
_UNREACHED = "unreached:"


def without_case(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """The summary of the morning by the lead's other way, once; what a team is told by its next contact point, then
    the fallback team. A sender is not followed."""
    is_team = message.recipient.startswith("team:")
    if not is_team and not message.recipient.startswith("worker:"):
        return
    if not next_point(message, directory, now, ids, work) and is_team:
        _tell_fallback(message, directory, now, ids, work)


def alert_others(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """No way to the team is left: the fallback team is told, and after it the on-call; each once."""
    case_id, (kind, failed, _) = message.case_id, message.recipient.split(":", 2)
    assert case_id is not None
    if kind == "worker":
        head = work.cases.head(case_id)
        failed = head.team if head else failed
    event = _unreached(message)
    told = _told_instead(message, work)
    for other in (directory.fallback_team, directory.on_call_team):
        if other == failed or _is_told(other, told):
            continue
        team = directory.teams.get(other)
        notice = team and staff_notice(team, _about(message, event), Purpose.STAFF_URGENT, ids, now)
        if notice:
            work.cases.alert(case_id, other)
            work.outbox.add([notice])
            return


def _about(message: Message, event: str) -> About:
    return About(message.submission_id, message.case_id, message.case_number, event)


def next_point(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> bool:
    """Alert by the first way that was not told yet, whatever the order of the ways was before.

    False: none is left, and by none of the others it has left the house or is about to.
    """
    ways = _ways(message, directory, work)
    told = work.outbox.recipients_of(message.event)
    left = [way for way in ways if way.key not in told]
    if left:
        matter = _about(message, message.event)
        work.outbox.add([notice_to(left[0], matter, message.purpose, ids, now)])
        return True
    if message.case_id is not None:
        # Of two ways that fail at once, the second sees what became of the first.
        work.cases.hold([message.case_id])
    on_the_way = work.outbox.on_the_way(message.event) - {message.recipient}
    return any(way.key in on_the_way for way in ways)


def _ways(message: Message, directory: Directory, work: UnitOfWork) -> tuple[Recipient, ...]:
    """A team's contact points in the order of use; the worker's own ways, and then the first of the case's team."""
    kind, key, _ = message.recipient.split(":", 2)
    urgent = message.purpose not in CALM
    if kind == "team":
        return _points(key, directory, urgent=urgent)
    worker = directory.workers.get(key)
    head = work.cases.head(message.case_id) if message.case_id else None
    own = worker_recipients(worker, urgent=urgent) if worker else ()
    return (*own, *_points(head.team, directory, urgent=urgent)[:1]) if head else own


def _points(key: str, directory: Directory, *, urgent: bool) -> tuple[Recipient, ...]:
    team = directory.teams.get(key)
    return team_recipients(team, urgent=urgent) if team else ()


def _unreached(message: Message) -> str:
    """The event of what others are told since the team could not be reached."""
    return f"{_UNREACHED}{message.event.removeprefix(_UNREACHED)}"


def _tell_fallback(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """The fallback team in place of another one; where it has no way left either, the log calls for a person."""
    event, team = _unreached(message), directory.teams.get(directory.fallback_team)
    failed = {message.recipient} | _told_instead(message, work)
    notice = None
    if team is not None and not _is_told(team.key, failed):
        notice = staff_notice(team, _about(message, event), message.purpose, ids, now)
    if notice is not None:
        work.outbox.add([notice])
    else:
        work.outbox.note_untold(message)


def _told_instead(message: Message, work: UnitOfWork) -> frozenset[str]:
    """Who was told in place of a team, where this is one of those alerts."""
    event = _unreached(message)
    return work.outbox.recipients_of(event) if event == message.event else frozenset()


def _is_told(team: str, recipients: Collection[str]) -> bool:
    return any(one.startswith(f"{team_key(team)}:") for one in recipients)
