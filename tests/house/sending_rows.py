"""Rows around the sending, written as the house would: messages, canaries, planned contacts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, text

from casework.messages import Queue
from casework.usecases import submit
from tests.casework.fakes import command
from webapp.wiring import House, now

MINUTE = timedelta(minutes=1)


def run(owner: Engine, sql: str, **values: Any) -> None:
    with owner.begin() as connection:
        connection.execute(text(sql), values)


def write(owner: Engine, state: str, channel: str = "sms", **values: Any) -> None:
    """One row of the outbox; `values` are columns."""
    at = now()
    row = {
        "id": uuid4(),
        "case_number": "",
        "event": str(uuid4()),
        "recipient": "sender",
        "channel": channel,
        "purpose": "received",
        "language": "fi",
        "queue": "default",
        "state": state,
        "address_sealed": b"x",
        "created_at": at,
        "changed_at": at,
        **values,
    }
    names = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    run(owner, f"insert into messages ({names}) values ({places})", **row)


def sing(house: House, *queues: Queue, ago: timedelta = timedelta(0)) -> None:
    for queue in queues or Queue:
        house.sending.sing(queue, now() - ago)


def plan(house: House, owner: Engine, late: timedelta, state: str = "planned") -> None:
    """A contact of a fresh case, whose time came so long ago."""
    order = command(
        submission_id=uuid4(), reference=house.ids.reference(), code=house.ids.access_code()
    )
    submit(order, directory=house.directory, now=now(), ids=house.ids, work=house.work())
    run(
        owner,
        "insert into follow_ups "
        "(id, submission_id, case_id, kind, planned_by, planned_at, due_at, state) "
        "select :id, submission_id, id, 'ask_help', 'luotsi', now(), :due, :state from cases "
        "where submission_id = :submission limit 1",
        id=uuid4(),
        due=now() - late,
        state=state,
        submission=order.submission_id,
    )
