"""The canaries: each queue has one, and who consumes the queue notes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from casework.messages import Queue
from tasks import canary
from tasks.celery_app import app
from tasks.house import house as opened
from tasks.house import use
from webapp.store import sending
from webapp.wiring import House, now


@pytest.fixture(autouse=True)
def worker(house: House) -> Iterator[None]:
    use(house.settings)
    yield
    opened().engine.dispose()


def heard(house: House) -> dict[Queue, datetime]:
    with house.engine.connect() as connection:
        return dict(sending.sung(connection))


def test_beat_sends_a_canary_through_each_queue_and_names_that_queue() -> None:
    sent = [entry for entry in app.conf.beat_schedule.values() if entry["task"] == "canary.sing"]
    assert [entry["kwargs"]["queue"] for entry in sent] == list(Queue)
    for entry in sent:
        assert entry["options"]["queue"] == entry["kwargs"]["queue"]
        assert entry["schedule"] == 60.0
        # One that comes late still proves that somebody is there.
        assert entry["options"]["expires"] >= sending.LATE.total_seconds()


def test_a_canary_that_was_consumed_is_noted_for_its_queue_alone(house: House) -> None:
    before = now()
    canary.sing(Queue.BULK.value)
    found = heard(house)
    assert list(found) == [Queue.BULK]
    assert before <= found[Queue.BULK] <= now()


def test_a_second_canary_takes_the_place_of_the_first_and_a_late_one_takes_nothing_back(
    house: House, owner: Engine
) -> None:
    first = datetime(2026, 3, 2, 10, tzinfo=UTC)
    for minutes in (0, 2, 1):
        house.sending.sing(Queue.URGENT, first + timedelta(minutes=minutes))
    assert heard(house) == {Queue.URGENT: first + timedelta(minutes=2)}


def test_a_queue_that_an_earlier_version_had_stands_in_nobodys_way(
    house: House, owner: Engine
) -> None:
    with owner.begin() as connection:
        connection.execute(text("insert into canaries values ('receipts', now())"))
    assert heard(house) == {}


def test_an_unknown_queue_is_not_noted(house: House) -> None:
    with pytest.raises(ValueError, match="nobody"):
        canary.sing("nobody")
    assert heard(house) == {}
