"""The Celery application of workers and Beat: named queues, JSON only, no results, short fixed intervals.

The broker carries wake-ups. It may be lost at any moment and nothing is lost with it.
"""

from __future__ import annotations

from celery import Celery
from celery.signals import setup_logging
from celery.utils.log import get_multiprocessing_logger
from kombu.entity import Exchange
from kombu.entity import Queue as BrokerQueue

from casework.messages import Queue
from tasks import transport
from webapp import logs

#: Seconds after which a task is killed; far below the broker's visibility time-out of an hour.
_HARD_LIMIT = 600


@setup_logging.connect
def use_our_logs(**_: object) -> None:
    """Celery would write of a failed task what the database said of it, which quotes the row; hearing this, it sets up
    no handler of its own in workers and Beat."""
    logs.configure()
    # That of the pool of processes hands nothing on by itself.
    get_multiprocessing_logger().propagate = True


transport.hear_again()
app = Celery(
    "luotsi",
    include=[
        "tasks.outbox",
        "tasks.asking",
        "tasks.canary",
        "tasks.copies",
        "tasks.deadlines",
        "tasks.directory",
        "tasks.follow_ups",
        "tasks.housekeeping",
        "tasks.stopping",
    ],
    set_as_current=True,
)
app.conf.update(
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_queues=[
        BrokerQueue(queue.value, Exchange(queue.value), routing_key=queue.value)  # type: ignore[no-untyped-call]
        for queue in Queue
    ],
    task_default_queue=Queue.DEFAULT.value,
    task_create_missing_queues=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=_HARD_LIMIT,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_soft_shutdown_timeout=30,
    worker_enable_soft_shutdown_on_idle=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 5},
    enable_utc=True,
    timezone="UTC",
    # The schedule is short intervals, so nothing of it needs to survive a restart on disk.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=5,
)

# A tick that could not run in time is followed by the next one: no backlog after a broker's outage. Beat's clock says
# until when it may run and the worker's whether it still may: clocks that differ a little must not end the brooms.
_LEAST_PATIENCE = 120.0


def _every(seconds: float, task: str, queue: Queue = Queue.PERIODIC) -> dict[str, object]:
    patience = max(seconds, _LEAST_PATIENCE)
    options = {"queue": queue.value, "expires": patience}
    return {"task": task, "schedule": seconds, "options": options}


# What asks the provider goes where nobody waits for seconds: it may be slow to answer, and the worker of the brooms has
# the urgent alerts too.
app.conf.beat_schedule = {
    "sweep": _every(10.0, "outbox.sweep"),
    "reconcile": _every(60.0, "asking.reconcile", Queue.BULK),
    "confirm": _every(300.0, "asking.confirm", Queue.BULK),
    "raise-due": _every(60.0, "deadlines.raise_due"),
    "digest": _every(60.0, "deadlines.digest"),
    "follow-ups": _every(60.0, "follow_ups.send_due"),
    "review": _every(60.0, "directory.review"),
    "prove": _every(300.0, "directory.prove"),
    "forget-copies": _every(300.0, "copies.forget", Queue.BULK),
    "purge": _every(600.0, "housekeeping.purge"),
}
# Each goes through the queue of which it tells. One that is late still sings when it is reached: a queue that
# is slow is not a queue that stands still.
app.conf.beat_schedule |= {
    f"canary-{queue.value}": {
        "task": "canary.sing",
        "schedule": 60.0,
        "kwargs": {"queue": queue.value},
        "options": {"queue": queue.value, "expires": 900},
    }
    for queue in Queue
    if queue is not Queue.PERIODIC  # there the sweep sings
}
