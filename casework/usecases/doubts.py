"""Messages of which nobody knows whether they were sent, or arrived: the provider is asked, and then it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from casework.messages import Message
from casework.ports import UnitOfWork

#: A provider lists a new message with a delay; earlier than this a 'no' proves nothing.
ASK_AFTER = timedelta(seconds=60)
#: From this age on a 'no' is believed: the message is sent again, once.
BELIEVE_AFTER = timedelta(minutes=5)
#: Until this age the provider is asked at all; then the call task on the case is what remains.
ASK_UNTIL = timedelta(hours=24)
#: A text without a final receipt is asked about after this time, and again each time as much later.
UNCONFIRMED_AFTER = timedelta(hours=1)
BATCH = 20
#: How many texts without a receipt are asked about in one round.
ROUND = 50


@dataclass(frozen=True, slots=True)
class Doubt:
    """An `unknown` SMS, its address opened; `known` are provider ids that belong to other attempts.

    `attempts` counts those tries of which nobody knows how they ended: a certain refusal is none of them.
    `number` is that of the row's claim: a row that was sent again meanwhile is another doubt.
    """

    message: Message
    attempt_id: UUID
    attempts: int
    number: int
    since: datetime
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """An attempt that the provider took, and of which it has not said how it ended."""

    attempt_id: UUID
    provider_id: str


def doubtful_messages(*, now: datetime, work: UnitOfWork) -> list[Doubt]:
    """What to ask the provider about at this moment, the longest unasked first."""
    with work:
        return list(work.upkeep.doubts(now - ASK_UNTIL, now - ASK_AFTER, BATCH))


def asked_about(attempt_id: UUID, *, now: datetime, work: UnitOfWork) -> None:
    """Note that the provider is asked about an attempt, were it in vain: its turn comes again after the others'."""
    with work:
        work.upkeep.asked([attempt_id], now)
        work.commit()


def settle_doubt(doubt: Doubt, provider_id: str, *, now: datetime, work: UnitOfWork) -> None:
    """`provider_id` '' says that the provider has no such message. Then it goes out at most once more."""
    with work:
        if provider_id:
            work.upkeep.settle_found(doubt, provider_id, now)
        elif now - doubt.since >= BELIEVE_AFTER and doubt.attempts < 2:
            work.upkeep.settle_missing(doubt, now)
        work.commit()


def unconfirmed_messages(*, now: datetime, work: UnitOfWork) -> Sequence[Unconfirmed]:
    """Texts that were taken an hour ago and have no final receipt, the longest unasked first."""
    with work:
        return work.upkeep.unconfirmed(now - UNCONFIRMED_AFTER, ROUND)
