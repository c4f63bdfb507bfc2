"""What a provider says of a message, in any order and as often as it likes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.directory import Directory
from casework.messages import NOT_DELIVERED, PROBE_EVERY, RECEIPT_STATES, MessageState
from casework.ports import Ids, UnitOfWork
from casework.refusals import Refusal, refusal_of
from casework.usecases.other_ways import take_other_way

#: The class of refusal that says so, see `casework.refusals`.
_WHOLE_ACCOUNT = "account_suspended"
_ARRIVES = frozenset({MessageState.SENT, MessageState.DELIVERED})


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a receipt: why the message did not arrive, whether its channel is broken since now, and a code that
    nobody knows; each empty where it tells nothing of the kind, or nothing new."""

    reason: str = ""
    broken: bool = False
    unknown_code: str = ""


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
    refusal: Refusal | None = None,
) -> Recorded:
    """Keep the receipt, and move the message along where that is a legal move. A repeated one is nothing new.

    A message that was tried again arrives by whichever attempt, and has failed only with the last: that an older one
    did not arrive is kept and moves nothing.
    One that tells of a fault of our whole account stops the channel: no other message would arrive either. Other
    faults of settings may concern one operator or number, which anybody can type, and stop nothing.
    `refusal`: what `error_code` means where it is not one of Twilio's.
    """
    state, broken = RECEIPT_STATES.get(status), False
    refusal = refusal or refusal_of(error_code) if state in NOT_DELIVERED else None
    reason = refusal.reason if refusal else ""
    with work:
        work.outbox.add_receipt(ids.row(), attempt_id, provider_id, status, error_code, now)
        moved = work.outbox.apply_receipt(attempt_id, state, reason, now) if state else None
        if moved and moved.state in NOT_DELIVERED:
            take_other_way(moved, directory=directory, now=now, ids=ids, work=work)
        elif state is MessageState.DELIVERED and not moved:
            # It was given up and has arrived after all: what was to replace it, and has not left, stays here.
            work.outbox.suppress_again(attempt_id, now)
        if moved and reason == _WHOLE_ACCOUNT:
            broken = work.channels.broke(
                moved.channel, reason, now, probe_at=now + PROBE_EVERY, by_receipt=True
            )
        elif moved and state in _ARRIVES:
            work.channels.arrives(moved.channel)
        work.commit()
    if moved is None or refusal is None:
        return Recorded()
    return Recorded(reason, broken, "" if refusal.known else refusal.code)
