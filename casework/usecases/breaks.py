"""A channel with a fault of its settings: nothing is sent by it but one message now and then, until one goes through.

An expired token or a sender that is not approved would otherwise burn through every message that waits.
"""

from __future__ import annotations

from datetime import datetime

from casework.messages import LEASE, PROBE_EVERY, Channel, Claimed
from casework.ports import UnitOfWork


def claim_probes(*, now: datetime, work: UnitOfWork) -> list[Claimed]:
    """One message for each broken channel whose time to be tried has come; of two callers one gets it.

    Where nothing waits, the channel counts as whole again: the next message is the probe.
    """
    probes: list[Claimed] = []
    with work:
        for channel in work.channels.to_probe(now, next_at=now + PROBE_EVERY):
            found = work.outbox.claim_probe(channel, now, now + LEASE)
            probes += found
            if not found:
                work.channels.mended(channel)
        work.commit()
    return probes


def channel_works(channel: Channel, *, work: UnitOfWork) -> bool:
    """The provider has taken, or refused for its own sake, a message: whether the channel had been broken."""
    with work:
        was_broken = work.channels.mended(channel)
        work.commit()
    return was_broken
