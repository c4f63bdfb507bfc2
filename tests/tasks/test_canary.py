"""The canaries: each queue has one, and who consumes the queue notes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import Engine, text

from casework.messages import Queue
from tasks import canary, outbox
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
    # In the queue of the brooms each sweep sings.
    assert {entry["kwargs"]["queue"] for entry in sent} == set(Queue) - {Queue.PERIODIC}
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


def test_a_sweep_that_came_through_is_the_canary_of_its_queue(house: House) -> None:
    outbox.sweep()
    assert list(heard(house)) == [Queue.PERIODIC]


def test_a_tick_outlives_clocks_that_differ_by_a_minute() -> None:
    ticks = [e for e in app.conf.beat_schedule.values() if e["task"] != "canary.sing"]
    assert min(entry["options"]["expires"] for entry in ticks) >= 120


@pytest.mark.parametrize(("seconds", "told"), [(0, False), (-30, True), (30, True)])
def test_a_worker_says_that_its_clock_goes_wrong(
    house: House, monkeypatch: pytest.MonkeyPatch, seconds: int, told: bool
) -> None:
    monkeypatch.setattr(canary, "now", lambda: now() + timedelta(seconds=seconds))
    with structlog.testing.capture_logs() as logs:
        canary.sing(Queue.BULK.value)
    assert [line["event"] for line in logs] == ["clock_differs"] * told


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
