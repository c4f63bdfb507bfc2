"""Copies of texts at the provider: a number together with the county's name is a secret, and is not left there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.ports import UnitOfWork

#: How long a copy may lie at the provider after its message came to rest: who complains of a text does so soon.
KEEP_COPIES = timedelta(days=7)
#: So far back texts are looked for that were never queued; all older ones were, unless no worker ran for months.
LOOK_BACK = timedelta(days=90)
#: How long one worker has the copies that it took, and how many they are.
LEASE = timedelta(minutes=15)
ROUND = 100
#: From this number of tries on somebody is told; it goes on all the same.
ALARM_AFTER = 10


@dataclass(frozen=True, slots=True)
class Copy:
    """One text at the provider, and how often it was tried to delete it there."""

    provider_id: str
    tries: int


def retry_copy(tries: int) -> timedelta:
    """How long after the try of this number: five minutes, then twice as long each time, at most a day."""
    return min(timedelta(minutes=5 * 2 ** min(tries - 1, 9)), timedelta(days=1))


def copies_to_forget(*, now: datetime, work: UnitOfWork) -> tuple[Copy, ...]:
    """Queue what has lain long enough, and take what is due now; nobody else gets it meanwhile."""
    with work:
        work.copies.queue_old(now - LOOK_BACK, now - KEEP_COPIES, now)
        taken = work.copies.take(now, now + LEASE, ROUND)
        work.copies.purge(now - LOOK_BACK)
        work.commit()
    return tuple(taken)


def copy_forgotten(copy: Copy, *, now: datetime, work: UnitOfWork) -> None:
    """The provider has it no more."""
    with work:
        work.copies.done(copy.provider_id, now)
        work.commit()


def copy_kept(copy: Copy, *, now: datetime, work: UnitOfWork) -> bool:
    """The provider did not delete it; it is asked again later. Whether somebody should be told by now."""
    tries = copy.tries + 1
    with work:
        work.copies.again(copy.provider_id, tries, now + retry_copy(tries))
        work.commit()
    return tries >= ALARM_AFTER


def give_copies_back(copies: Sequence[Copy], *, until: datetime, work: UnitOfWork) -> None:
    """They were not tried, and are not before `until`."""
    with work:
        for copy in copies:
            work.copies.again(copy.provider_id, copy.tries, until)
        work.commit()
