"""The brooms: every waiting state of a message is ended by somebody, whatever was killed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.directory import Directory
from casework.messages import (
    DOUBT_PATIENCE,
    RECEIPT_PATIENCE,
    MessageState,
    Purpose,
    Queue,
)
from casework.ports import Ids, UnitOfWork
from casework.usecases.other_ways import ask_for_call, doubt_arrival, next_point, take_other_way


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
    sent again blindly; the provider is asked, and staff are told by another way at once.
    """
    with work:
        parked = work.upkeep.park(now)
        for message in (*parked, *work.upkeep.expire(now)):
            # A confirmation that came too late needs nobody: the page has said it all along.
            if message.purpose is not Purpose.RECEIVED or message.state is MessageState.FAILED:
                take_other_way(message, directory=directory, now=now, ids=ids, work=work)
        work.upkeep.release_leases(now)
        doubted = work.upkeep.give_up_submitting(now)
        for message in doubted:
            doubt_arrival(message, directory=directory, now=now, ids=ids, work=work)
        work.upkeep.give_up_receipts(now - RECEIPT_PATIENCE, now)
        for message in work.upkeep.long_doubts(now - DOUBT_PATIENCE, now):
            ask_for_call(message, directory=directory, now=now, ids=ids, work=work)
        stuck = work.upkeep.stuck(now)
        for message in stuck:
            next_point(message, directory=directory, now=now, ids=ids, work=work)
        waiting = work.upkeep.waiting_queues(now)
        work.commit()
    return Swept(waiting, len(parked), len(stuck), len(doubted))
