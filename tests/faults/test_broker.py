"""The broker is stopped, hung or emptied: a person notices nothing, and no message is lost with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import requests

from tests.channels.conftest import closed_port
from tests.faults.stack import ALERT, COAST_MAIL, COAST_MOBILE, SWEPT, Stack
from tests.faults.visitor import Visitor, as_client
from tests.live import until
from tests.web import walking

#: What a broken broker may cost a person, in seconds.
COST = 0.5

Befalls = Callable[[Stack], AbstractContextManager[None]]


@contextmanager
def stopped(stack: Stack) -> Iterator[None]:
    stack.stop_valkey()
    try:
        yield
    finally:
        stack.start_valkey()


@contextmanager
def hung(stack: Stack) -> Iterator[None]:
    with stack.hung_valkey():
        yield


@contextmanager
def demoted(stack: Stack) -> Iterator[None]:
    """A broker that is the replica of one which is not there, as in the middle of a fail-over: it takes nothing."""
    with stack.broker as broker:
        broker.execute_command("REPLICAOF", "127.0.0.1", str(closed_port()))
        try:
            yield
        finally:
            broker.execute_command("REPLICAOF", "NO", "ONE")


def refusals(stack: Stack) -> list[str]:
    """What workers wrote of a broker that takes nothing."""
    return [line for line in stack.crew.logs().splitlines() if "consumer: Cannot connect" in line]


def timed(press: Callable[[], requests.Response]) -> tuple[float, requests.Response]:
    began = time.perf_counter()
    answer = press()
    return time.perf_counter() - began, answer


@pytest.fixture(autouse=True)
def workers_may_complain_of_the_broker(stack: Stack) -> None:
    stack.may_complain = True


@pytest.mark.parametrize("befalls", [stopped, hung, demoted])
def test_a_submission_needs_no_broker(stack: Stack, befalls: Befalls) -> None:
    visitors = [stack.visitor() for _ in range(6)]
    addresses = [stack.walk(visitor) for visitor in visitors]
    ready = list(zip(visitors, addresses, strict=True))
    pids = {name: child.pid for name, child in stack.crew.running.items()}

    def press(visitor: Visitor, at: str) -> float:
        page = visitor.get(at)
        fields = {"csrf_token": walking.token(page)}  # type: ignore[arg-type]
        seconds, answer = timed(lambda: visitor.post(at, fields))
        assert answer.status_code == 303
        receipt = visitor.get(answer.headers["Location"])
        assert (receipt.status_code, 'id="access-code"' in receipt.text) == (200, True)
        return seconds

    usual = max(press(*one) for one in ready[:3])
    stack.mail.wait_for(6)
    with befalls(stack):
        slowest = max(press(*one) for one in ready[3:])
        assert slowest < usual + COST
    # Without any restart, of web or worker or Beat:
    stack.mail.wait_for(12, timeout=2 * SWEPT)
    assert stack.mails_to(COAST_MAIL) == 6
    assert {name: child.pid for name, child in stack.crew.running.items()} == pids
    assert all(stack.crew.lives(name) for name in pids)


@pytest.mark.parametrize("befalls", [stopped, hung, demoted])
def test_limited_pages_do_not_wait_for_the_broker(stack: Stack, befalls: Befalls) -> None:
    visitor = stack.visitor()
    walking.begin(as_client(visitor))
    pages = {
        "/fi/forms/guidance": 303,
        "/fi/follow-up": 422,
        "/staff/login": 422,
    }
    tokens = {at: walking.token(visitor.get(at)) for at in pages}  # type: ignore[arg-type]

    def press(at: str) -> float:
        fields = {"csrf_token": tokens[at], "code": "ABCD", "email": "a@example.org"}
        seconds, answer = timed(lambda: visitor.post(at, fields))
        assert answer.status_code == pages[at], (at, answer.text)
        return seconds

    usual = max(press(at) for at in pages)
    with befalls(stack):
        spent = [press(at) for _ in range(3) for at in pages]
        assert max(spent) < usual + COST, spent
    stack.start_missing()


def test_messages_leave_although_the_broker_forgot_their_wake_up(stack: Stack) -> None:
    stack.crew.end("b")  # else the wake-up would be taken before it can be forgotten
    stack.send()
    with stack.broker as broker:
        until(lambda: broker.llen("default"), what="a wake-up in the broker")
        broker.flushall()
    stack.start_missing()
    until(lambda: set(stack.states().values()) == {"sent"}, SWEPT)
    # Bindings and all are gone; what is sent next finds its way to the workers that were there before.
    with stack.broker as broker:
        broker.flushall()
    stack.send()
    stack.mail.wait_for(4, timeout=SWEPT)


def test_a_wake_up_works_again_once_the_broker_is_back(stack: Stack) -> None:
    with stopped(stack):
        stack.send()
    stack.mail.wait_for(2, timeout=2 * SWEPT)
    # Now without Beat, whose sweep would hide a producer that has given up.
    stack.crew.end("beat")
    stack.send()
    stack.mail.wait_for(4, timeout=SWEPT)


def test_workers_outlive_a_broker_that_takes_nothing_and_an_alert_leaves_when_it_does(
    stack: Stack,
) -> None:
    pids = {name: child.pid for name, child in stack.crew.running.items()}
    before = len(refusals(stack))
    with demoted(stack):
        stack.send(**ALERT)
        # Each of the two workers has asked twice, and goes on asking.
        until(lambda: len(refusals(stack)) >= before + 4, what="refused and asked again")
        assert all(stack.crew.lives(name) for name in pids)
    until(lambda: stack.texts_to(COAST_MOBILE) == 1, 2 * SWEPT, stack.told)
    assert {name: child.pid for name, child in stack.crew.running.items()} == pids
    assert all(stack.crew.lives(name) for name in pids)
