"""What Celery does by itself, for comparison: a task with one UPDATE, and the limit's view with two bare tasks.

Set by the environment: BARE_BROKER_URL, BENCH_DATABASE_URL, BARE_PROVIDER_URL.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Final

import requests
from celery import Celery
from flask import Flask, Response, request
from sqlalchemy import Engine, create_engine, text

from bench import limit_app

QUEUE: Final = "bare"
UPDATE: Final = "bare.update"
TABLE: Final = "create table bench.rows (id integer primary key, state text not null)"

app = Celery("bare", broker=os.environ.get("BARE_BROKER_URL", ""), set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    task_default_queue=QUEUE,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return create_engine(os.environ["BENCH_DATABASE_URL"], pool_size=2)


@lru_cache(maxsize=1)
def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


@app.task(name=UPDATE, shared=False)  # type: ignore[untyped-decorator]
def update(row_id: int) -> None:
    """One UPDATE in one transaction."""
    with _engine().begin() as connection:
        connection.execute(
            text("update bench.rows set state = 'sent' where id = :id"), {"id": row_id}
        )


@app.task(name="bare.send", shared=False)  # type: ignore[untyped-decorator]
def send(to: str) -> None:
    """One message handed to the provider over HTTP, and nothing noted of it."""
    _session().post(
        os.environ["BARE_PROVIDER_URL"],
        data={"To": to, "Body": "Viestisi on saapunut."},
        timeout=30,
    )


def create() -> Flask:
    """The limit, which also publishes two tasks for each form that it stores."""
    limit = limit_app.create()

    @limit.after_request
    def tell(answer: Response) -> Response:
        if request.method == "POST" and answer.status_code == 200:
            send.delay("+358500000001")
            send.delay("+358500000002")
        return answer

    return limit
