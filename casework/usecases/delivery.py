"""Hand messages to their providers, one attempt at a time, with no transaction open while the provider thinks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from casework.directory import Directory
from casework.messages import (
    LEASE,
    NOT_DELIVERED,
    PROBE_EVERY,
    Begin,
    Channel,
    Claimed,
    MessageState,
    Outcome,
    Queue,
    Rate,
    after_attempt,
    may_begin,
)
from casework.ports import Ids, UnitOfWork
from casework.usecases.other_ways import doubt_arrival, take_other_way

#: Rows claimed at once; small, so that a slow provider does not hold many.
BATCH = 10


def claim_messages(
    queue: Queue,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
    rates: Mapping[Channel, Rate] | None = None,
) -> tuple[list[Claimed], datetime | None]:
    """Claim what may go now, each row for the length of a lease; committed on return.

    What the provider's rate has no room for is given back; then the second value says from when on there is room.
    Alerts that are urgent take their place in the rate and never wait for it.
    """
    with work:
        claimed = work.outbox.claim(queue, now, now + LEASE, BATCH)
        for message in work.outbox.unopened():
            take_other_way(message, directory=directory, now=now, ids=ids, work=work)
        room_at = None
        for channel, rate in (rates or {}).items():
            mine = [one for one in claimed if one.message.channel is channel]
            if mine:
                urgent = queue is Queue.URGENT
                granted, room_at = work.channels.take(channel, rate, len(mine), now, force=urgent)
                waiting = mine[granted:]
                work.outbox.give_back(waiting, room_at or now, now)
                claimed = [one for one in claimed if one not in waiting]
        work.commit()
    return claimed, room_at


def give_back(claimed: Sequence[Claimed], *, now: datetime, work: UnitOfWork) -> None:
    """Claimed, and there is no time left to send it within the lease: somebody else may."""
    with work:
        work.outbox.give_back(claimed, now, now)
        work.commit()


def suppress_message(
    claimed: Claimed,
    reason: str,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> None:
    """Not sent, by a rule of ours: the other way, or the page alone, tells the sender."""
    with work:
        if work.outbox.suppress(claimed, reason, now):
            message = replace(claimed.message, state=MessageState.SUPPRESSED, reason=reason)
            take_other_way(message, directory=directory, now=now, ids=ids, work=work)
        work.commit()


def spoil_message(
    claimed: Claimed,
    reason: str,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> None:
    """A message that can never be sent, by a fault of ours: parked, and told otherwise."""
    with work:
        if work.outbox.spoil(claimed, reason, now):
            message = replace(claimed.message, state=MessageState.FAILED, reason=reason)
            take_other_way(message, directory=directory, now=now, ids=ids, work=work)
        work.commit()


def begin_attempt(
    claimed: Claimed, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> UUID | None:
    """Note, before anything leaves, that it may have left. None: it must not leave.

    The lease is no longer ours, the person's safe hours are over, or the sender has chosen another way of contact
    or wants no texts.
    """
    message, attempt_id = claimed.message, ids.row()
    with work:
        if not may_begin(message, now):
            # The broom ends it at that moment, and does what follows from it.
            work.outbox.give_back([claimed], message.expires_at or now, now)
            work.commit()
            return None
        begun = work.outbox.begin(claimed, attempt_id, now)
        if begun is Begin.OPTED_OUT:
            told = replace(message, state=MessageState.SUPPRESSED, reason=begun.value)
            take_other_way(told, directory=directory, now=now, ids=ids, work=work)
        work.commit()
    return attempt_id if begun is Begin.BEGUN else None


def finish_attempt(
    claimed: Claimed,
    attempt_id: UUID,
    outcome: Outcome,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> bool:
    """Store how the attempt ended; after a final refusal, take the next way or ask for a call.

    Whether the channel as a whole has failed just now: nothing else of it is sent until a probe succeeds.
    """
    state, next_at = after_attempt(claimed, outcome, now)
    broken = False
    with work:
        # A receipt may have been faster and told otherwise: then there is nothing to be done.
        moved = work.outbox.finish(claimed, attempt_id, outcome, state, next_at, now)
        message = replace(claimed.message, state=state, reason=outcome.reason)
        if moved and state in NOT_DELIVERED:
            take_other_way(message, directory=directory, now=now, ids=ids, work=work)
        elif moved and state is MessageState.UNKNOWN:
            doubt_arrival(message, directory=directory, now=now, ids=ids, work=work)
        if outcome.breaks:
            broken = work.channels.broke(
                message.channel, outcome.reason, now, probe_at=now + PROBE_EVERY
            )
        work.commit()
    return broken
