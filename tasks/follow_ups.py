"""Planned contacts: every minute, whatever is due is said."""

from __future__ import annotations

import structlog

from casework import usecases
from casework.messages import Queue
from casework.usecases.saying import BATCH
from tasks.celery_app import app
from tasks.house import house
from webapp.wiring import now

log = structlog.get_logger()


@app.task(name="follow_ups.send_due")
def send_due() -> None:
    """Say what is due, batch by batch, and wake those who send."""
    the_house = house()
    count = BATCH
    while count == BATCH:
        count = usecases.say_due(
            directory=the_house.directory, now=now(), ids=the_house.ids, work=the_house.work()
        )
        if count:
            log.info("follow_ups_due", count=count)
            the_house.wake_up.wake(frozenset({Queue.DEFAULT}))
