"""A worker that is frozen, asked to end, cut off or slow: nothing leaves twice or late, and nothing waits behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine

from casework.caps import CAP_PER_NUMBER
from casework.messages import ATTEMPT_TAKES, LEASE, Claimed, Queue
from casework.notices import SENDER
from casework.usecases.delivery import BATCH
from tasks import asking, outbox, stopping
from tasks.celery_app import app
from tests.tasks.conftest import Provider
from tests.tasks.test_strangers_sending import NUMBERS, of_senders, query

pytestmark = pytest.mark.usefixtures("clock", "provider")
Write = Callable[..., None]
DEFAULT = Queue.DEFAULT.value


@pytest.fixture
def asked_to_end() -> Iterator[None]:
    stopping.ask()
    yield
    stopping._asked[0] = 0


def attempts(owner: Engine, what: str) -> list[tuple[object, ...]]:
    return query(
        owner,
        f"select {what} from attempts a join messages m on m.id = a.message_id"
        " where m.recipient = 'sender' order by a.started_at",
    )


def after_begin(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    real = outbox.usecases.begin_attempt

    def begin(claimed: Claimed, **named: Any) -> Any:
        begun = real(claimed, **named)
        if claimed.message.recipient == SENDER:
            then()
        return begun

    monkeypatch.setattr(outbox.usecases, "begin_attempt", begin)


def test_a_process_that_was_frozen_after_its_attempt_began_hands_nothing_over(
    owner: Engine,
    provider: Provider,
    clock: time_machine.Traveller,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(NUMBERS[0])
    with monkeypatch.context() as patched:
        after_begin(patched, lambda: clock.shift(6))
        outbox.drain(DEFAULT)
    assert provider.handed == []
    assert attempts(owner, "verdict, a.reason") == [("refused_for_now", "held_up")]
    assert of_senders(owner, "state, attempts") == [("pending", 0)]
    clock.shift(3600)
    outbox.drain(DEFAULT)
    assert len(provider.handed) == 1
    assert query(owner, "select count from number_caps") == [(1,), (1,)]


def test_what_is_frozen_until_its_lease_has_ended_is_in_nobodys_way(
    owner: Engine,
    provider: Provider,
    clock: time_machine.Traveller,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another worker has given it up as in doubt; this one knows that nothing left."""
    write(NUMBERS[0])

    def freeze() -> None:
        clock.shift(100)
        outbox.sweep()
        assert of_senders(owner) == [("unknown",)]

    with monkeypatch.context() as patched:
        after_begin(patched, freeze)
        outbox.drain(DEFAULT)
    assert provider.handed == []
    assert of_senders(owner) == [("pending",)]


@pytest.mark.usefixtures("asked_to_end")
def test_a_worker_that_is_asked_to_end_takes_up_nothing_more(
    owner: Engine, provider: Provider, write: Write
) -> None:
    write(*NUMBERS[:3])
    outbox.drain(DEFAULT)
    assert provider.handed == []
    assert of_senders(owner, "state, attempts, lost_workers") == [("pending", 0, 0)] * 3


def test_a_worker_that_is_asked_to_end_in_a_batch_gives_the_rest_back(
    owner: Engine, provider: Provider, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(*NUMBERS[:4])
    monkeypatch.setattr(stopping, "is_asked", lambda: len(provider.handed) >= 2)
    outbox.drain(DEFAULT)
    assert len(provider.handed) == 2
    states = of_senders(owner, "state, lost_workers")
    assert sorted(states) == [("accepted", 0)] * 2 + [("pending", 0)] * 2


def test_a_drain_ends_long_before_it_would_be_killed(
    provider: Provider, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        write(*NUMBERS[:BATCH])
    woken: list[Any] = []
    monkeypatch.setattr(outbox.house().wake_up, "wake", woken.append)
    monkeypatch.setattr(outbox, "_DRAIN_TAKES", 0.0)
    real, late = time.monotonic, iter(range(10_000))
    monkeypatch.setattr(outbox.time, "monotonic", lambda: real() + 30 * next(late))
    outbox.drain(DEFAULT)
    assert provider.handed == []
    assert woken == [frozenset({Queue.DEFAULT})]
    assert app.conf.task_time_limit >= outbox_longest()


def outbox_longest() -> float:
    """Of a drain with its last batch: the lease of that ends it but for the message in hand."""
    return 120.0 + (LEASE + ATTEMPT_TAKES).total_seconds()


def test_one_cut_connection_keeps_nobody_else_waiting(
    owner: Engine, provider: Provider, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(*NUMBERS[:5])
    real, calls = outbox.usecases.begin_attempt, iter(range(100))

    def cut(claimed: Claimed, **named: Any) -> Any:
        if claimed.message.recipient == SENDER and next(calls) == 1:
            raise ConnectionError("cut")
        return real(claimed, **named)

    monkeypatch.setattr(outbox.usecases, "begin_attempt", cut)
    with pytest.raises(ConnectionError):
        outbox.drain(DEFAULT)
    states = of_senders(owner, "state, lost_workers")
    assert sorted(states) == [("accepted", 0), ("claimed", 0)] + [("pending", 0)] * 3
    outbox.drain(DEFAULT)
    assert len(provider.handed) == 4


def test_a_text_whose_attempts_never_began_keeps_its_share_of_the_day(
    owner: Engine,
    provider: Provider,
    clock: time_machine.Traveller,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = outbox.usecases.begin_attempt

    def cut(claimed: Claimed, **named: Any) -> Any:
        if claimed.message.recipient == SENDER:
            raise ConnectionError("cut")
        return real(claimed, **named)

    write(NUMBERS[0])
    with monkeypatch.context() as patched:
        patched.setattr(outbox.usecases, "begin_attempt", cut)
        for _ in range(CAP_PER_NUMBER + 1):
            with pytest.raises(ConnectionError):
                outbox.drain(DEFAULT)
            clock.shift(100)
            outbox.sweep()
    outbox.drain(DEFAULT)
    assert len(provider.handed) == 1
    assert query(owner, "select count from number_caps") == [(1,), (1,)]


def test_a_round_of_questions_ends_however_well_each_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr(asking.time, "monotonic", lambda: clock[0])
    patience = asking.Patience()
    for second in range(21):
        clock[0] = float(second)
        assert patience.ask(lambda: None) is not None
        assert not patience.is_over
    clock[0] = 20.5
    assert patience.is_over


def test_what_asks_the_provider_shares_no_queue_with_alerts_or_brooms() -> None:
    beat = app.conf.beat_schedule.values()
    asks = {"asking.reconcile", "asking.confirm", "copies.forget"}
    queues = {entry["task"]: entry["options"]["queue"] for entry in beat}
    assert {queues[task] for task in asks} == {Queue.BULK.value}
    assert queues["outbox.sweep"] == Queue.PERIODIC.value
