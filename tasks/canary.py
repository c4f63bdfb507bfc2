"""The canary of each queue: sent by Beat through the queue itself, so that whoever consumes it proves to be there.

The queue of the brooms has none of its own: there each sweep sings when it is done, since a sweep that does not come
through is what has to be noticed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from casework.messages import Queue
from tasks.celery_app import app
from tasks.house import house
from webapp.wiring import now

log = structlog.get_logger()

#: Leases and retries are told by the clocks of all workers together: they must not differ by more than this.
CLOCKS_DIFFER: Final = timedelta(seconds=5)


@app.task(name="canary.sing")
def sing(queue: str) -> None:
    """Note that this queue is consumed, now."""
    note(Queue(queue))


def note(queue: Queue) -> None:
    """The queue is consumed, now; whose clock goes wrong says so."""
    ahead = house().sending.sing(queue, now())
    if abs(ahead) > CLOCKS_DIFFER:
        log.error("clock_differs", seconds=round(ahead.total_seconds(), 1))
