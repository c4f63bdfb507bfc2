"""A sender as most systems have it, to compare with: a Celery task for each message, and a retry after any fault.

It looks whether the message was sent, sends it, marks it as sent; its queue is the only place that knows what is
still to be sent. Run by real workers of its own: `celery -A tests.faults.plain_sender worker`. Set by the
environment: PLAIN_BROKER_URL, PLAIN_DATABASE_URL, PLAIN_TWILIO_URL, PLAIN_READ_TIMEOUT in seconds,
PLAIN_ACKS_LATE ('1': a task is acknowledged after it ran, else before).
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any, Final

from celery import Celery, Task
from sqlalchemy import Engine, create_engine, text
from twilio.rest import Client

from tasks.channels.twilio_http import TwilioHttp
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN

QUEUE: Final = "plain"
SEND: Final = "plain.send"
#: Its one table, for a schema of its own.
TABLE: Final = """create table plain_texts (
    id integer primary key, number text not null, state text not null default 'waiting')"""
#: Seconds until a task that failed is tried again, and how often (Celery's own default).
_AGAIN_AFTER, _TRIES_MORE = 2, 3

app = Celery("plain", broker=os.environ.get("PLAIN_BROKER_URL", ""), set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    task_default_queue=QUEUE,
    task_acks_late=os.environ.get("PLAIN_ACKS_LATE") == "1",
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return create_engine(os.environ["PLAIN_DATABASE_URL"], pool_size=2, pool_pre_ping=True)


@lru_cache(maxsize=1)
def _twilio() -> Any:
    patience = (5.0, float(os.environ["PLAIN_READ_TIMEOUT"]))
    http = TwilioHttp(os.environ["PLAIN_TWILIO_URL"], patience)
    return Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)


@app.task(bind=True, name=SEND, max_retries=_TRIES_MORE, shared=False)  # type: ignore[untyped-decorator]
def send(self: Task[Any, Any], text_id: int) -> None:
    """Send one text, unless it was sent."""
    try:
        with _engine().connect() as connection:
            found = text("select number, state from plain_texts where id = :id")
            row = connection.execute(found, {"id": text_id}).one()
        if row.state == "sent":
            return
        _twilio().messages.create(to=row.number, from_="+15005550006", body="Viestisi on saapunut.")
        with _engine().begin() as connection:
            mark = text("update plain_texts set state = 'sent' where id = :id")
            connection.execute(mark, {"id": text_id})
    except Exception as error:
        raise self.retry(exc=error, countdown=_AGAIN_AFTER) from error
