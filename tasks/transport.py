"""Celery's Redis transport, so that a worker hears again after its broker was away."""

from __future__ import annotations

from typing import Any

from kombu.transport import redis
from kombu.transport.virtual import QoS
from redis.exceptions import ResponseError

#: Never written. To delete it is refused by a broker that takes nothing, and changes nothing in another.
_NOTHING = "_kombu.nothing"


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


class WritableChannel(redis.Channel):
    """A broker that takes nothing, such as one that is a replica now, is away: kombu waits, and longer each time, as
    for one that does not answer. Without this it would connect again at once, to be refused at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Raises redis' ResponseError where the broker takes nothing."""
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        try:
            self.client.delete(_NOTHING)
        except Exception:
            self.connection.cycle.discard(self)
            self._disconnect_pools()  # type: ignore[no-untyped-call]
            raise


def hear_again() -> None:
    """From now on every worker of this process has it."""
    redis.Channel.QoS = ForgivingQoS
    redis.Transport.Channel = WritableChannel
    # What a broker answers instead of doing its work ("UNBLOCKED", "READONLY", "MISCONF") would end a worker.
    redis.Transport.connection_errors += (ResponseError,)
