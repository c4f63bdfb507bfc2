"""Planned contacts under kills, two Beats and several workers: each is said once, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from tests.faults.stack import BY_SMS, SENDER_MOBILE, Stack
from tests.live import until

TASK = "follow_ups.send_due"
#: A backend that waits for the table that the test holds: no other task writes there while nothing is due.
WAITS = "select 1 from pg_locks where not granted and relation = 'timeline'::regclass"


def told(stack: Stack) -> list[str]:
    return [
        row["state"] for row in stack.rows("select * from messages where event like 'follow_up:%'")
    ]


def said(stack: Stack) -> int:
    return stack.timeline().count("phrase_said")


def planned(stack: Stack) -> list[str]:
    return [row["state"] for row in stack.rows("select state from follow_ups")]


def plan(stack: Stack) -> None:
    """One message by somebody who may be texted at any hour; what its team's rule planned is due now."""
    stack.send(contact=BY_SMS)
    stack.run("update follow_ups set due_at = now() - interval '1 minute'")
    assert planned(stack) == ["planned"]


@contextmanager
def nothing_can_happen_to_a_case(stack: Stack) -> Iterator[None]:
    with stack.owner.begin() as connection:
        connection.execute(text("lock table timeline in share mode"))
        yield


def test_a_worker_killed_in_the_middle_leaves_no_half_and_it_is_said_once(stack: Stack) -> None:
    stack.may_complain = True
    plan(stack)
    with nothing_can_happen_to_a_case(stack):
        stack.publish(TASK, "periodic")
        until(lambda: bool(stack.rows(WAITS)), what="the task is in the middle")
        stack.crew.kill("a")
    assert (said(stack), told(stack), planned(stack)) == (0, [], ["planned"])
    stack.start_missing()
    stack.after(TASK, lambda: planned(stack) == ["done"])
    stack.publish(TASK, "periodic")
    stack.let_morning_come()
    until(lambda: stack.texts_to(SENDER_MOBILE) == 2, what="the receipt and the follow-up")
    assert (said(stack), len(told(stack))) == (1, 1)


def test_however_many_beats_strike_at_once_it_is_said_once(stack: Stack) -> None:
    plan(stack)
    for _ in range(12):
        stack.publish(TASK, "periodic")
    until(lambda: planned(stack) == ["done"])
    stack.publish(TASK, "periodic")
    until(lambda: stack.broker.llen("periodic") == 0, what="all were taken")
    assert (said(stack), len(told(stack))) == (1, 1)
