"""The brooms: every waiting state of a message is ended by somebody, whatever was killed meanwhile."""

from __future__ import annotations

from datetime import datetime

from casework.directory import Directory
from casework.messages import RECEIPT_PATIENCE, MessageState, Purpose, Queue
from casework.ports import Ids, UnitOfWork
from casework.usecases.delivery import doubt_arrival, take_other_way


def sweep_outbox(
    *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> frozenset[Queue]:
    """End what is over, give back what a dead worker had claimed; the queues that have something to send.

    A row that was being handed over when its worker died is `unknown`: it may have been sent, so it is never
    sent again blindly; the team is asked to look after it until a receipt tells better.
    """
    with work:
        for message in (*work.upkeep.park(now), *work.upkeep.expire(now)):
            # A confirmation that came too late needs nobody: the page has said it all along.
            if message.purpose is not Purpose.RECEIVED or message.state is MessageState.FAILED:
                take_other_way(message, directory=directory, now=now, ids=ids, work=work)
        work.upkeep.release_leases(now)
        for message in work.upkeep.give_up_submitting(now):
            doubt_arrival(message, directory=directory, now=now, ids=ids, work=work)
        work.upkeep.give_up_receipts(now - RECEIPT_PATIENCE, now)
        waiting = work.upkeep.waiting_queues(now)
        work.commit()
    return waiting
