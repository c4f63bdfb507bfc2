"""Clocks: every minute, whoever is due is reminded."""

from __future__ import annotations

import structlog

from casework import usecases
from casework.messages import Queue
from casework.usecases.clocks import BATCH
from tasks.celery_app import app
from tasks.house import house
from webapp.wiring import now

log = structlog.get_logger()


@app.task(name="deadlines.raise_due")
def raise_due() -> None:
    """Act on every clock that is due, batch by batch, and wake those who send."""
    the_house = house()
    raised = BATCH
    while raised == BATCH:
        raised = usecases.raise_due(
            directory=the_house.directory, now=now(), ids=the_house.ids, work=the_house.work()
        )
        if raised:
            log.info("clocks_raised", count=raised)
            the_house.wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))


@app.task(name="deadlines.digest")
def digest() -> None:
    """Tell each lead, once a day, that the summary of the morning is ready."""
    the_house = house()
    told = usecases.send_digests(
        directory=the_house.directory, now=now(), ids=the_house.ids, work=the_house.work()
    )
    if told:
        log.info("digests_sent", count=told)
        the_house.wake_up.wake(frozenset({Queue.DEFAULT}))
