"""Messages of which nobody knows whether they were sent: the provider is asked, and then it is known."""

from __future__ import annotations

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
BATCH = 20


@dataclass(frozen=True, slots=True)
class Doubt:
    """An `unknown` SMS, its address opened; `known` are provider ids that belong to other attempts.

    `attempts` counts those tries of which nobody knows how they ended: a certain refusal is none of them.
    """

    message: Message
    attempt_id: UUID
    attempts: int
    since: datetime
    known: frozenset[str]


def doubtful_messages(*, now: datetime, work: UnitOfWork) -> list[Doubt]:
    """What to ask the provider about at this moment."""
    with work:
        return list(work.upkeep.doubts(now - ASK_UNTIL, now - ASK_AFTER, BATCH))


def settle_doubt(doubt: Doubt, provider_id: str, *, now: datetime, work: UnitOfWork) -> None:
    """`provider_id` '' says that the provider has no such message. Then it goes out at most once more."""
    with work:
        if provider_id:
            work.upkeep.settle_found(doubt, provider_id, now)
        elif now - doubt.since >= BELIEVE_AFTER and doubt.attempts < 2:
            work.upkeep.settle_missing(doubt, now)
        work.commit()
