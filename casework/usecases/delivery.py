"""Hand messages to their providers, one attempt at a time, with no transaction open while the provider thinks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.directory import Directory
from casework.messages import (
    LEASE,
    NOT_DELIVERED,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Purpose,
    Queue,
    after_attempt,
)
from casework.model import Mark, TimelineEntry, TimelineKind
from casework.notices import (
    CALM,
    About,
    notice_to,
    staff_notice,
    team_recipients,
    worker_recipients,
)
from casework.ports import Ids, UnitOfWork

#: Marks the event of an alert to another team than the one that could not be reached.
_UNREACHED = "unreached:"

#: Rows claimed at once; small, so that a slow provider does not hold many.
BATCH = 10


def claim_messages(queue: Queue, *, now: datetime, work: UnitOfWork) -> list[Claimed]:
    """Claim what may go now, each row for the length of a lease; committed on return."""
    with work:
        claimed = work.outbox.claim(queue, now, now + LEASE, BATCH)
        work.commit()
    return claimed


def suppress_message(claimed: Claimed, *, now: datetime, work: UnitOfWork) -> None:
    """Not sent, by a rule of ours: the page alone tells the sender."""
    with work:
        work.outbox.suppress(claimed, now)
        work.commit()


def begin_attempt(claimed: Claimed, *, now: datetime, ids: Ids, work: UnitOfWork) -> UUID | None:
    """Note, before anything leaves, that it may have left. None: the lease is no longer ours, or the sender has
    chosen another way of contact."""
    attempt_id = ids.row()
    with work:
        begun = work.outbox.begin(claimed, attempt_id, now)
        work.commit()
    return attempt_id if begun else None


def finish_attempt(
    claimed: Claimed,
    attempt_id: UUID,
    outcome: Outcome,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> None:
    """Store how the attempt ended; after a final refusal, take the next way or ask for a call."""
    state, next_at = after_attempt(claimed, outcome, now)
    with work:
        # A receipt may have been faster and told otherwise: then there is nothing to be done.
        moved = work.outbox.finish(claimed, attempt_id, outcome, state, next_at, now)
        if moved and state in NOT_DELIVERED:
            take_other_way(claimed.message, directory=directory, now=now, ids=ids, work=work)
        elif moved and state is MessageState.UNKNOWN:
            doubt_arrival(claimed.message, directory=directory, now=now, ids=ids, work=work)
        work.commit()


def take_other_way(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """After a message could not be delivered: the team's next contact point, then another team, or a call."""
    if message.case_id is None and message.recipient.startswith("worker:"):
        _other_way_of_lead(message, directory, now, ids, work)
    elif not _for_team(message):
        ask_for_call(message, now=now, ids=ids, work=work)
    elif not _next_point(message, directory, now, ids, work):
        ask_for_call(message, now=now, ids=ids, work=work)
        _alert_others(message, directory, now, ids, work)


def _other_way_of_lead(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """The summary of the morning by the lead's other way, once."""
    worker = directory.workers.get(message.recipient.split(":", 2)[1])
    told = work.outbox.recipients_of(message.event)
    ways = worker_recipients(worker, urgent=False) if worker else ()
    for way in [way for way in ways if way.key not in told][:1]:
        matter = About(None, None, "", message.event)
        work.outbox.add([notice_to(way, matter, message.purpose, ids, now)])


def doubt_arrival(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """Nobody knows whether it arrived. A team is told by its next way too, since two alerts do no harm; a
    sender is never texted twice, so a person sees to it."""
    if not (_for_team(message) and _next_point(message, directory, now, ids, work)):
        ask_for_call(message, now=now, ids=ids, work=work)


def _for_team(message: Message) -> bool:
    """For staff, about a case: to a team's contact point or to a worker."""
    return message.case_id is not None and message.recipient.startswith(("team:", "worker:"))


def _about(message: Message, event: str) -> About:
    assert message.case_id is not None
    return About(message.submission_id, message.case_id, message.case_number, event)


def _next_point(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> bool:
    """Alert by the way after the one that failed, of a worker also those of the case's team; False: none is left."""
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


def ask_for_call(message: Message, *, now: datetime, ids: Ids, work: UnitOfWork) -> None:
    """Note on the case, and in the inbox, that a message did not arrive, or may not have."""
    if message.case_id is None:
        return
    staff = _for_team(message)
    if not staff and _needs_no_call(message, work):
        return
    kind = TimelineKind.TEAM_NOT_REACHED if staff else TimelineKind.CALL_NEEDED
    entry = TimelineEntry(
        ids.row(), message.case_id, now, kind, "luotsi", {"message": str(message.id)}
    )
    work.cases.append_timeline([entry])
    work.cases.mark(message.case_id, Mark.TEAM_NOT_REACHED if staff else Mark.CALL_NEEDED)


def _needs_no_call(message: Message, work: UnitOfWork) -> bool:
    """Whether the sender has been on the follow-up page since, and chose another way there, or does not want one."""
    assert message.case_id is not None
    choice = work.cases.contact_choice(message.case_id)
    return choice is not None and (choice.withdrawn or choice.at >= message.created_at)
