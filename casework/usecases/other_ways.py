"""What follows when a message did not arrive, or may not have: the next way, another team, or a person who calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from casework.directory import Directory
from casework.messages import AGAIN, Channel, Message, MessageState, Purpose
from casework.model import Mark, TimelineEntry, TimelineKind
from casework.notices import (
    CALM,
    SENDER,
    About,
    first_notice,
    notice_to,
    own_key,
    staff_notice,
    team_recipients,
    worker_recipients,
)
from casework.ports import Ids, UnitOfWork

#: Marks the event of an alert to another team than the one that could not be reached.
_UNREACHED = "unreached:"
#: The class of refusal which may mean no more than that, see `casework.refusals`.
_MAYBE_OFF = "unreachable"
#: When it goes again, as often as there are times here.
_LATER = (timedelta(minutes=30), timedelta(hours=4))
#: Reasons of our own for which nobody is asked to call: the sender reads the page, as promised.
_PAGE_ALONE = frozenset({"over_number_cap", "over_budget", "country"})


def take_other_way(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """After a message could not be delivered: the team's next contact point, then another team; for a sender the
    same number later, where its phone may have been off, then the other way that was allowed, then a call."""
    if message.case_id is None:
        _without_case(message, directory, now, ids, work)
        return
    if is_for_staff(message):
        tell_next(message, directory=directory, now=now, ids=ids, work=work)
    elif not (_again_later(message, now, ids, work) or _by_spare(message, now, ids, work)):
        ask_for_call(message, directory=directory, now=now, ids=ids, work=work)


def tell_next(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """Staff by the next way; where none is left, it is noted on the case and other teams are told."""
    if message.case_id is None:
        _without_case(message, directory, now, ids, work)
    elif not next_point(message, directory=directory, now=now, ids=ids, work=work):
        ask_for_call(message, directory=directory, now=now, ids=ids, work=work)
        _alert_others(message, directory, now, ids, work)


def _again_later(message: Message, now: datetime, ids: Ids, work: UnitOfWork) -> bool:
    """Whether the text goes to the same phone again: twice at most, and only within the person's safe hours."""
    if message.state is not MessageState.UNDELIVERED or message.channel is not Channel.SMS:
        return False
    if message.reason != _MAYBE_OFF:
        return False
    event, _, tried = message.event.partition(AGAIN)
    number = int(tried or 0)
    if number >= len(_LATER):
        return False
    at = now + _LATER[number]
    if message.expires_at is None or at >= message.expires_at or _chosen_since(message, work):
        return False
    work.outbox.add_again(message, ids.row(), f"{event}{AGAIN}{number + 1}", at, now)
    return True


def _by_spare(message: Message, now: datetime, ids: Ids, work: UnitOfWork) -> bool:
    """Whether it goes by the other way that the sender allowed."""
    if _chosen_since(message, work):
        return False
    return work.outbox.add_spare(message, ids.row(), now)


def _without_case(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """The summary of the morning by the lead's other way, once; what a team is told by its next contact point."""
    if message.recipient.startswith("team:"):
        next_point(message, directory=directory, now=now, ids=ids, work=work)
        return
    if not message.recipient.startswith("worker:"):
        return
    worker = directory.workers.get(message.recipient.split(":", 2)[1])
    told = work.outbox.recipients_of(message.event)
    ways = worker_recipients(worker, urgent=False) if worker else ()
    for way in [way for way in ways if way.key not in told][:1]:
        matter = About(None, None, "", message.event)
        work.outbox.add([notice_to(way, matter, message.purpose, ids, now)])


def doubt_arrival(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """Nobody knows whether it arrived. Staff are told by the next way too, since two alerts do no harm; a sender is
    never texted twice: the provider is asked first, and where that does not end it, a person calls."""
    if message.recipient != SENDER:
        tell_next(message, directory=directory, now=now, ids=ids, work=work)


def is_for_staff(message: Message) -> bool:
    """About a case, to a team's contact point or to a worker."""
    return message.case_id is not None and message.recipient.startswith(("team:", "worker:"))


def _about(message: Message, event: str) -> About:
    return About(message.submission_id, message.case_id, message.case_number, event)


def next_point(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> bool:
    """Alert by the way after this one, of a worker also those of the case's team; False: none is left."""
    kind, key, way = message.recipient.split(":", 2)
    matter = _about(message, message.event)
    if kind == "worker":
        return _next_of_worker(message, matter, directory, now, ids, work)
    team = directory.teams.get(key)
    notice = team and staff_notice(team, matter, message.purpose, ids, now, after=way)
    if notice:
        work.outbox.add([notice])
    return notice is not None


def _next_of_worker(
    message: Message,
    matter: About,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> bool:
    """The worker's other way, and then the first of the case's team; whoever was told before is not told again."""
    assert message.case_id is not None
    worker = directory.workers.get(message.recipient.split(":", 2)[1])
    head = work.cases.head(message.case_id)
    team = directory.teams.get(head.team) if head else None
    urgent = message.purpose not in CALM
    ways = worker_recipients(worker, urgent=urgent) if worker else ()
    told = work.outbox.recipients_of(message.event)
    points = team_recipients(team, urgent=urgent)[:1] if team else ()
    left = [way for way in (*ways, *points) if way.key not in told]
    if left:
        work.outbox.add([notice_to(left[0], matter, message.purpose, ids, now)])
    return bool(left)


def _alert_others(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """No way to the team is left: the fallback team is told, and after it the on-call; each once."""
    case_id, (kind, failed, _) = message.case_id, message.recipient.split(":", 2)
    assert case_id is not None
    if kind == "worker":
        head = work.cases.head(case_id)
        failed = head.team if head else failed
    if failed == directory.on_call_team and message.event.startswith(_UNREACHED):
        return
    other = directory.fallback_team
    if failed == directory.fallback_team:
        other = directory.on_call_team
    event = f"{_UNREACHED}{message.event.removeprefix(_UNREACHED)}"
    team = directory.teams.get(other)
    notice = team and staff_notice(team, _about(message, event), Purpose.STAFF_URGENT, ids, now)
    if notice:
        work.cases.alert(case_id, other)
        work.outbox.add([notice])


def ask_for_call(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """Note on the case, and in the inbox, that a message did not arrive, or may not have; for a sender, whoever has
    the case is told that somebody must call."""
    if message.case_id is None:
        return
    staff = is_for_staff(message)
    if not staff and (message.reason in _PAGE_ALONE or _chosen_since(message, work)):
        return
    kind = TimelineKind.TEAM_NOT_REACHED if staff else TimelineKind.CALL_NEEDED
    entry = TimelineEntry(
        ids.row(), message.case_id, now, kind, "luotsi", {"message": str(message.id)}
    )
    work.cases.append_timeline([entry])
    work.cases.mark(message.case_id, Mark.TEAM_NOT_REACHED if staff else Mark.CALL_NEEDED)
    if not staff:
        _tell_of_call(message, directory, now, ids, work)


def _tell_of_call(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """The case's own worker or team: once a message, by the ways that are for what may wait."""
    assert message.case_id is not None
    head = work.cases.head(message.case_id)
    notice = head and first_notice(
        own_key(head), head, f"undelivered:{message.id}", directory, ids, now, urgent=False
    )
    if notice:
        work.outbox.add([replace(notice, purpose=Purpose.STAFF_UNDELIVERABLE)])


def _chosen_since(message: Message, work: UnitOfWork) -> bool:
    """Whether the sender has been on the follow-up page since, and chose another way there, or does not want one."""
    assert message.case_id is not None
    choice = work.cases.contact_choice(message.case_id)
    return choice is not None and (choice.withdrawn or choice.at >= message.created_at)
