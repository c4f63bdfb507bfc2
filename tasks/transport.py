"""Celery's Redis transport, so that a worker hears again after its broker was away."""

from __future__ import annotations

from kombu.transport import redis
from kombu.transport.virtual import QoS


class ForgivingQoS(redis.QoS):
    """A task that was done is done, whether or not the broker could be told.

    kombu keeps the place of a task whose acknowledgement failed, for ever. When as many have failed as a worker may
    have in hand, which one outage at a busy moment is enough for, it asks for nothing more and never finds out that
    its connection is gone: it stands still until it is started anew.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            self._remove_from_indices(delivery_tag).execute()  # type: ignore[no-untyped-call]
        finally:
            QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]


def hear_again() -> None:
    """From now on every worker of this process has it."""
    redis.Channel.QoS = ForgivingQoS
