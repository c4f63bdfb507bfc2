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
    Queue,
    after_attempt,
)
from casework.model import TimelineEntry, TimelineKind
from casework.notices import About, staff_notice
from casework.ports import Ids, UnitOfWork

#: Rows claimed at once; small, so that a slow provider does not hold many.
BATCH = 10


def claim_messages(queue: Queue, *, now: datetime, work: UnitOfWork) -> list[Claimed]:
    """Claim what may go now, each row for the length of a lease; committed on return."""
    with work:
        claimed = work.outbox.claim(queue, now, now + LEASE, BATCH)
        work.commit()
    return claimed


def begin_attempt(claimed: Claimed, *, now: datetime, ids: Ids, work: UnitOfWork) -> UUID | None:
    """Note, before anything leaves, that it may have left. None: the lease is no longer ours."""
    attempt_id = ids.row()
    with work:
        if not work.outbox.begin(claimed, attempt_id, now):
            return None
        work.commit()
    return attempt_id


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
        work.outbox.finish(claimed, attempt_id, outcome, state, next_at, now)
        if state in NOT_DELIVERED:
            take_other_way(claimed.message, directory=directory, now=now, ids=ids, work=work)
        elif state is MessageState.UNKNOWN:
            ask_for_call(claimed.message, now=now, ids=ids, work=work)
        work.commit()


def take_other_way(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """After a message could not be delivered: the team's next contact point, or a call by a person."""
    if message.case_id is not None and message.recipient.startswith("team:"):
        _, team_key, point_key = message.recipient.split(":", 2)
        team = directory.teams.get(team_key)
        about = About(message.submission_id, message.case_id, message.case_number, message.event)
        notice = team and staff_notice(team, about, message.purpose, ids, now, after=point_key)
        if notice:
            work.outbox.add([notice])
            return
    ask_for_call(message, now=now, ids=ids, work=work)


def ask_for_call(message: Message, *, now: datetime, ids: Ids, work: UnitOfWork) -> None:
    """Note on the case that a message did not arrive, or may not have, and that a person must see to it."""
    if message.case_id is None:
        return
    staff = message.recipient.startswith("team:")
    kind = TimelineKind.TEAM_NOT_REACHED if staff else TimelineKind.CALL_NEEDED
    entry = TimelineEntry(
        ids.row(), message.case_id, now, kind, "luotsi", {"message": str(message.id)}
    )
    work.cases.append_timeline([entry])
