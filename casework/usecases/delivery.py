"""Hand messages to their providers, one attempt at a time, with no transaction open while the provider thinks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from casework.directory import Directory
from casework.message_times import after_attempt, may_begin
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
)
from casework.ports import Ids, UnitOfWork
from casework.usecases.other_ways import doubt_arrival, in_turn, take_other_way

#: Rows claimed at once; small, so that a slow provider does not hold many.
BATCH = 10


class Claim(NamedTuple):
    """What was claimed; from when on the provider's rate has room, where it had too little; and whether to ask again
    at once."""

    rows: list[Claimed]
    room_at: datetime | None
    more: bool


def claim_messages(
    queue: Queue,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
    rates: Mapping[Channel, Rate] | None = None,
) -> Claim:
    """Claim what may go now, each row for the length of a lease; committed on return.

    What the provider's rate has no room for is given back. Alerts that are urgent take their place in the rate and
    never wait for it. A row with which a worker died is claimed alone, so that it takes no other with it.
    """
    with work:
        found = work.outbox.claim(queue, now, now + LEASE, BATCH)
        unopened = in_turn(work.outbox.unopened())
        for message in unopened:
            take_other_way(message, directory=directory, now=now, ids=ids, work=work)
        rows, waits = _apart(found), []
        for channel, rate in (rates or {}).items():
            mine = [one for one in rows if one.message.channel is channel]
            urgent = queue is Queue.URGENT
            if mine:
                granted, room_at = work.channels.take(channel, rate, len(mine), now, force=urgent)
                if room_at is not None:
                    waits.append(room_at)
                    work.outbox.give_back(mine[granted:], room_at, now)
                    rows = [one for one in rows if one not in mine[granted:]]
        if len(alone := _apart(found)) < len(found):
            work.outbox.give_back([one for one in found if one not in alone], None, now)
        work.commit()
    more = len(found) + len(unopened) >= BATCH or len(alone) < len(found)
    return Claim(rows, min(waits, default=None), more)


def _apart(found: list[Claimed]) -> list[Claimed]:
    """Those that may be in one hand together: the oldest alone where a worker died with it, else all unsuspected."""
    if found and found[0].lost_workers:
        return found[:1]
    return [one for one in found if not one.lost_workers]


def give_back(
    claimed: Sequence[Claimed],
    *,
    now: datetime,
    work: UnitOfWork,
    wait: timedelta | None = None,
) -> None:
    """Claimed and not tried: there is no time left within the lease, or the provider wants us to `wait`."""
    with work:
        work.outbox.give_back(claimed, now + wait if wait else None, now)
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
