"""The canary of each queue: sent by Beat through the queue itself, so that whoever consumes it proves to be there."""

from __future__ import annotations

from casework.messages import Queue
from tasks.celery_app import app
from tasks.house import house
from webapp.wiring import now


@app.task(name="canary.sing")
def sing(queue: str) -> None:
    """Note that this queue is consumed, now."""
    house().sending.sing(Queue(queue), now())
