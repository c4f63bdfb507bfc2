"""A channel with a fault of its settings: nothing is sent by it but one message now and then, until one goes through.

An expired token or a sender that is not approved would otherwise burn through every message that waits.
"""

from __future__ import annotations

from datetime import datetime

from casework.directory import Directory
from casework.messages import LEASE, PROBE_EVERY, Channel, Claimed
from casework.ports import Ids, UnitOfWork
from casework.usecases.other_ways import take_other_way


def claim_probes(
    *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> list[Claimed]:
    """One message for each broken channel whose time to be tried has come; of two callers one gets it.

    Where nothing waits, the channel counts as whole again: the next message is the probe.
    """
    probes: list[Claimed] = []
    with work:
        for channel in work.channels.to_probe(now, next_at=now + PROBE_EVERY):
            found = work.outbox.claim_probe(channel, now, now + LEASE)
            unopened = work.outbox.unopened()
            for message in unopened:
                take_other_way(message, directory=directory, now=now, ids=ids, work=work)
            probes += found
            if not found and not unopened:
                work.channels.mended(channel, now)
        work.commit()
    return probes


def channel_works(channel: Channel, *, now: datetime, work: UnitOfWork) -> bool:
    """The provider has taken, or refused for its own sake, a message: whether that ended a break.

    It does not end one that receipts told of: there the provider takes everything and delivers nothing.
    """
    with work:
        was_broken = work.channels.mended(channel, now)
        work.commit()
    return was_broken
