"""The brooms: every waiting state of a message is ended by somebody, whatever was killed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.directory import Directory
from casework.messages import (
    DOUBT_PATIENCE,
    RECEIPT_PATIENCE,
    Message,
    MessageState,
    Purpose,
    Queue,
)
from casework.ports import Ids, UnitOfWork
from casework.usecases.other_ways import (
    ask_for_call,
    doubt_arrival,
    in_turn,
    take_other_way,
    tell_next,
)

#: Rows of one transaction, so that no act on a case ever waits long for a broom; and of one sweep, so that it ends.
BATCH = 50
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Swept:
    """`waiting`: queues that have something to send. The counts are for the log."""

    waiting: frozenset[Queue]
    parked: int = 0
    retold: int = 0
    doubted: int = 0


def sweep_outbox(*, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork) -> Swept:
    """End what is over, give back what a dead worker had claimed, and tell others where an alert is stuck.

    A row that was being handed over when its worker died is `unknown`: it may have been sent, so it is never
    sent again blindly; the provider is asked, and staff are told by another way at once. Rows that others hold
    are passed over until the next sweep, and so is a batch that others held up.
    """
    rooms = (directory, now, ids, work)
    parked = _each(lambda: work.upkeep.park(now, BATCH), _told_otherwise, *rooms)
    _each(lambda: work.upkeep.expire(now, BATCH), _told_otherwise, *rooms)
    with work:
        work.upkeep.release_leases(now)
        work.upkeep.give_up_receipts(now - RECEIPT_PATIENCE, now)
        work.commit()
    doubted = _each(lambda: work.upkeep.give_up_submitting(now, BATCH), doubt_arrival, *rooms)
    long = now - DOUBT_PATIENCE
    _each(lambda: work.upkeep.long_doubts(long, now, BATCH), ask_for_call, *rooms)
    # Once: those beyond the few that one recipient is told of at a time wait for the next sweep.
    retold = _each(lambda: work.upkeep.stuck(now, BATCH), tell_next, *rooms, rounds=1)
    with work:
        waiting = work.upkeep.waiting_queues(now)
    return Swept(waiting, parked, retold, doubted)


def _each(
    found: Callable[[], Sequence[Message]],
    follow: Callable[..., None],
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
    *,
    rounds: int = ROUNDS,
) -> int:
    """What follows from each message that a broom finds, batch by batch; how many there were."""
    count = 0
    for _ in range(rounds):
        try:
            with work:
                batch = found()
                for message in in_turn(batch):
                    follow(message, directory=directory, now=now, ids=ids, work=work)
                work.commit()
        except Exception as error:
            if not work.is_held_up(error):
                raise
            break
        count += len(batch)
        if len(batch) < BATCH:
            break
    return count


def _told_otherwise(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    # A confirmation that came too late needs nobody: the page has said it all along.
    if message.purpose is not Purpose.RECEIVED or message.state is MessageState.FAILED:
        take_other_way(message, directory=directory, now=now, ids=ids, work=work)
