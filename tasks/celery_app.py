"""The Celery application of workers and Beat: named queues, JSON only, no results, short fixed intervals.

The broker carries wake-ups. It may be lost at any moment and nothing is lost with it.
"""

from __future__ import annotations

from celery import Celery
from kombu.entity import Exchange
from kombu.entity import Queue as BrokerQueue

from casework.messages import Queue
from tasks import transport

#: Seconds after which a task is killed; far below the broker's visibility time-out of an hour.
_HARD_LIMIT = 600

transport.hear_again()
app = Celery(
    "luotsi",
    include=[
        "tasks.outbox",
        "tasks.canary",
        "tasks.copies",
        "tasks.deadlines",
        "tasks.directory",
        "tasks.follow_ups",
        "tasks.housekeeping",
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

_PERIODIC = {"queue": Queue.PERIODIC.value}
# A tick that could not run in time is followed by the next one: no backlog after a broker's outage.
app.conf.beat_schedule = {
    "sweep": {"task": "outbox.sweep", "schedule": 10.0, "options": {**_PERIODIC, "expires": 10}},
    "reconcile": {
        "task": "outbox.reconcile",
        "schedule": 60.0,
        "options": {**_PERIODIC, "expires": 60},
    },
    "confirm": {
        "task": "outbox.confirm",
        "schedule": 300.0,
        "options": {**_PERIODIC, "expires": 300},
    },
    "raise-due": {
        "task": "deadlines.raise_due",
        "schedule": 60.0,
        "options": {**_PERIODIC, "expires": 60},
    },
    "digest": {
        "task": "deadlines.digest",
        "schedule": 60.0,
        "options": {**_PERIODIC, "expires": 60},
    },
    "follow-ups": {
        "task": "follow_ups.send_due",
        "schedule": 60.0,
        "options": {**_PERIODIC, "expires": 60},
    },
    "review": {
        "task": "directory.review",
        "schedule": 60.0,
        "options": {**_PERIODIC, "expires": 60},
    },
    "prove": {
        "task": "directory.prove",
        "schedule": 300.0,
        "options": {**_PERIODIC, "expires": 300},
    },
    "forget-copies": {
        "task": "copies.forget",
        "schedule": 300.0,
        "options": {**_PERIODIC, "expires": 300},
    },
    "purge": {
        "task": "housekeeping.purge",
        "schedule": 600.0,
        "options": {**_PERIODIC, "expires": 600},
    },
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
}
