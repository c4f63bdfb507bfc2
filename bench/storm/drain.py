"""How fast the outbox is drained, beside Celery's own rate for a task with one UPDATE.

Both by two workers of two processes on the same broker and database, in turn. Texts and mails stay on the machine,
as in the demo: what a provider takes of the time is no property of the outbox.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from celery import Celery

from bench.storm import bare
from bench.storm.letters import Letters, in_groups
from bench.storm.plain import celery_worker
from bench.storm.scene import Scene, waiting
from casework.messages import Queue
from tests.live import until
from webapp import wiring
from webapp.embedded.process import kill_group

_LONGEST: Final = 120.0
_ALL_QUEUES: Final = ",".join(queue.value for queue in Queue)
_KEEP_HERE: Final = {"LUOTSI_SMS_PROVIDER": "outbox", "LUOTSI_MAIL_PROVIDER": "outbox"}
_UNFINISHED: Final = (
    "select 1 from messages where state in ('pending', 'claimed', 'submitting') limit 1"
)


def rates(scene: Scene, house: wiring.House, rounds: int, count: int) -> list[tuple[float, float]]:
    """(messages, tasks) a second of each round, after one round to warm up."""
    with _our_workers(scene), _bare_workers(scene) as held:
        until(lambda: waiting(scene.valkey) >= 4, what="four workers wait")
        ours = Letters(house)
        found = [
            (_ours(scene, ours, count), _theirs(scene, held, count)) for _ in range(rounds + 1)
        ]
    return found[1:]


@contextmanager
def _our_workers(scene: Scene) -> Iterator[None]:
    before = dict(scene.crew.changes)
    scene.crew.changes |= _KEEP_HERE
    names = ("drain-1", "drain-2")
    for name in names:
        scene.crew.start_worker(name, _ALL_QUEUES)
    try:
        yield
    finally:
        for name in names:
            scene.crew.end(name)
        scene.crew.changes = before


@contextmanager
def _bare_workers(scene: Scene) -> Iterator[list[subprocess.Popen[bytes]]]:
    scene.run("drop schema if exists bench cascade")
    for statement in ("create schema bench", bare.TABLE, *_GRANTS):
        scene.run(statement)
    env = {
        "BARE_BROKER_URL": scene.valkey.url,
        "BENCH_DATABASE_URL": scene.settings.database_url.get_secret_value(),
    }
    log = scene.crew.folder / "bare.log"
    workers = [
        celery_worker("bench.storm.bare", f"bare-{number}", bare.QUEUE, env, log)
        for number in (1, 2)
    ]
    try:
        yield workers
    finally:
        for worker in workers:
            kill_group(worker)
        scene.run("drop schema bench cascade")


_GRANTS: Final = (
    "grant usage on schema bench to luotsi_app",
    "grant select, update on bench.rows to luotsi_app",
)


def _ours(scene: Scene, letters: Letters, count: int) -> float:
    scene.clean()
    for group in in_groups(range(count), 20):
        made = letters.made(group)
        letters.store(made)
    return _rate(scene, count, lambda: letters.wake(made), _UNFINISHED)


def _theirs(scene: Scene, workers: list[subprocess.Popen[bytes]], count: int) -> float:
    scene.run("truncate bench.rows")
    scene.run(
        "insert into bench.rows select n, 'waiting' from generate_series(1, :count) n", count=count
    )
    for worker in workers:
        os.killpg(worker.pid, signal.SIGSTOP)
    celery = Celery(broker=scene.valkey.url, set_as_current=False)
    for place in range(1, count + 1):
        celery.send_task(bare.UPDATE, args=[place], queue=bare.QUEUE)

    def let_go() -> None:
        for worker in workers:
            os.killpg(worker.pid, signal.SIGCONT)

    return _rate(scene, count, let_go, "select 1 from bench.rows where state <> 'sent' limit 1")


def _rate(scene: Scene, count: int, begin: Callable[[], None], left: str) -> float:
    began = time.monotonic()
    begin()
    until(lambda: not scene.rows(left), _LONGEST, "drained")
    return count / (time.monotonic() - began)
