"""The canary of each queue: sent by Beat through the queue itself, so that whoever consumes it proves to be there.

The queue of the brooms has none of its own: there each sweep sings when it is done, since a sweep that does not come
through is what has to be noticed.
"""

from __future__ import annotations

import structlog

from casework.messages import Queue
from tasks.celery_app import app
from tasks.house import house
from webapp.store.sending import CLOCKS_DIFFER
from webapp.wiring import now

log = structlog.get_logger()


@app.task(name="canary.sing")
def sing(queue: str) -> None:
    """Note that this queue is consumed, now."""
    note(Queue(queue))


def note(queue: Queue) -> None:
    """The queue is consumed, now; whose clock goes wrong says so."""
    ahead = house().sending.sing(queue, now())
    if abs(ahead) > CLOCKS_DIFFER:
        log.error("clock_differs", seconds=round(ahead.total_seconds(), 1))
