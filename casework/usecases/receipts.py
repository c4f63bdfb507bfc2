"""What a provider says of a message, in any order and as often as it likes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.directory import Directory
from casework.messages import NOT_DELIVERED, RECEIPT_STATES, MessageState
from casework.ports import Ids, UnitOfWork
from casework.refusals import refusal_of
from casework.usecases.other_ways import take_other_way


def record_receipt(
    attempt_id: UUID,
    *,
    provider_id: str,
    status: str,
    error_code: str,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> None:
    """Keep the receipt, and move the message along where that is a legal move. A repeated one is nothing new."""
    state = RECEIPT_STATES.get(status)
    reason = refusal_of(error_code).reason if state in NOT_DELIVERED else ""
    with work:
        work.outbox.add_receipt(ids.row(), attempt_id, provider_id, status, error_code, now)
        moved = work.outbox.apply_receipt(attempt_id, state, reason, now) if state else None
        if moved and moved.state in NOT_DELIVERED:
            take_other_way(moved, directory=directory, now=now, ids=ids, work=work)
        elif state is MessageState.DELIVERED and not moved:
            # It was given up and has arrived after all: what was to replace it, and has not left, stays here.
            work.outbox.suppress_again(attempt_id, now)
        work.commit()
