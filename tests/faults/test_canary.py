"""The canaries on real queues: whoever consumes is heard, and who stands still is found out."""

from __future__ import annotations

import subprocess
import sys

from casework.messages import Queue
from tests.faults.stack import Stack
from tests.live import environment, until


def alive(stack: Stack, queues: str) -> subprocess.CompletedProcess[str]:
    """What a container's health check does."""
    return subprocess.run(
        [sys.executable, "-m", "webapp.cli", "alive", "--queues", queues],
        env=environment(stack.settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def heard(stack: Stack) -> set[str]:
    return {str(row["queue"]) for row in stack.rows("select queue from canaries")}


def test_both_workers_are_heard_on_their_queues_and_a_dead_one_is_missed(stack: Stack) -> None:
    stack.crew.kill("b")
    for queue in Queue:
        stack.publish("canary.sing", on=queue.value, queue=queue.value)
    until(lambda: heard(stack) >= {"urgent", "periodic"}, what="the first worker is heard")
    assert alive(stack, "urgent,periodic").returncode == 0
    missed = alive(stack, "default,bulk")
    assert missed.returncode == 1
    assert "bulk: has never been consumed" in missed.stderr
    assert stack.settings.database_url.get_secret_value() not in missed.stdout + missed.stderr
    # Started again, as whoever reads the health check would, it takes what waited.
    stack.start_missing()
    until(lambda: heard(stack) == {queue.value for queue in Queue}, what="both are heard")
    assert alive(stack, "default,bulk").returncode == 0


def test_after_the_broker_came_back_the_same_workers_are_heard_again(stack: Stack) -> None:
    """Celery issue 8030: connected after a restart of the broker, and taking nothing."""
    stack.may_complain = True
    stack.stop_valkey()
    stack.start_valkey()
    for queue in Queue:
        stack.publish("canary.sing", on=queue.value, queue=queue.value)
    until(
        lambda: heard(stack) == {queue.value for queue in Queue},
        60,
        "the workers take from the new broker",
    )
    assert alive(stack, ",".join(Queue)).returncode == 0
