"""The plain sender in the same storm: its own broker and provider, the same faults by the same seed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import Engine, create_engine, text

from bench.storm import weather
from bench.storm.letters import number
from bench.storm.scene import READ_TIMEOUT, empty_valkey, valkey_away, waiting
from tests.faults.plain_sender import QUEUE, SEND, TABLE
from tests.live import until
from webapp.embedded.place import temporary_home
from webapp.embedded.process import die_with_parent, kill_group
from webapp.embedded.twilio_emulator import TwilioEmulator
from webapp.embedded.twilio_storm import Storm
from webapp.embedded.valkey import EmbeddedValkey

_ROOT: Final = Path(__file__).resolve().parents[2]
#: When nothing has been sent for so long, nothing more will be, in seconds: longer than a retry and a time-out.
_SILENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class PlainTally:
    """How many texts were to be sent, how many the provider never had, and how many it had twice or more."""

    texts: int
    lost: int
    doubled: int


def celery_worker(
    module: str, name: str, queue: str, env: dict[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """A worker as Celery itself starts it, with two processes; dies with the thread that starts it."""
    argv = [sys.executable, "-m", "celery", "-A", module, "worker", f"--queues={queue}"]
    argv += ["--concurrency=2", f"--hostname={name}@%h", "--loglevel=WARNING"]
    with log.open("ab") as out:
        return subprocess.Popen(
            [*argv, "--without-gossip", "--without-mingle"],
            env={**os.environ, **env},
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )


@dataclass
class PlainScene:
    """Implements `bench.storm.weather.Victim`. It has no Beat, and the database is not its weak spot."""

    valkey: EmbeddedValkey
    twilio: TwilioEmulator
    engine: Engine
    env: dict[str, str]
    folder: Path
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_worker(self, name: str) -> None:
        log = self.folder / f"plain-{name}.log"
        module = "tests.faults.plain_sender"
        self.workers[name] = celery_worker(module, f"plain-{name}", QUEUE, self.env, log)

    def kill_worker(self, name: str) -> None:
        kill_group(self.workers.pop(name))
        self.start_worker(name)

    def restart_valkey(self) -> None:
        with valkey_away(self.valkey):
            """It is back at once."""

    def empty_valkey(self) -> None:
        empty_valkey(self.valkey)

    def restart_beat(self) -> None:
        """It has none."""

    def restart_postgres(self) -> None:
        """It has none of its own."""

    def stop(self) -> None:
        for worker in self.workers.values():
            kill_group(worker)

    def publish(self, celery: Celery, place: int) -> None:
        """Store one text and publish its task, as the view of a usual system does."""
        with self.engine.begin() as connection:
            row = text("insert into plain_texts (id, number) values (:id, :number)")
            connection.execute(row, {"id": place, "number": number(place)})
        try:
            celery.send_task(SEND, args=[place], queue=QUEUE)
        except OperationalError:
            # The broker is away: the person was told that it is stored, and nobody sends it.
            return

    def tally(self) -> PlainTally:
        with self.engine.connect() as connection:
            texts = connection.execute(text("select count(*) from plain_texts")).scalar_one()
        taken = Counter(one.to for one in self.twilio.messages())
        doubled = sum(times > 1 for times in taken.values())
        return PlainTally(texts, texts - len(taken), doubled)


@contextmanager
def plain_scene(
    database_url: str, folder: Path, workers: Sequence[str], *, acks_late: bool
) -> Iterator[PlainScene]:
    """Its table made anew, its workers started. `database_url`: of a role that may make the table."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("drop table if exists plain_texts"))
        connection.execute(text(TABLE))
    home = temporary_home("plain-valkey")
    with EmbeddedValkey(home) as valkey, TwilioEmulator() as twilio:
        env = {
            "PLAIN_BROKER_URL": valkey.url,
            "PLAIN_DATABASE_URL": database_url,
            "PLAIN_TWILIO_URL": twilio.url,
            "PLAIN_READ_TIMEOUT": str(READ_TIMEOUT),
            "PLAIN_ACKS_LATE": "1" if acks_late else "",
        }
        opened = PlainScene(valkey, twilio, engine, env, folder)
        try:
            for name in workers:
                opened.start_worker(name)
            until(lambda: waiting(valkey) >= len(workers), what="all workers wait for the broker")
            yield opened
        finally:
            opened.stop()
            with engine.begin() as connection:
                connection.execute(text("drop table plain_texts"))
            engine.dispose()
    shutil.rmtree(home, ignore_errors=True)


def storm(
    scene: PlainScene, weather_there: Storm, texts: int, rate: float, seed: int
) -> PlainTally:
    """Publish at `rate` a second while faults befall it, then wait until nothing more is sent."""
    scene.twilio.storm(weather_there)
    celery = Celery(broker=scene.valkey.url, set_as_current=False)
    began, published = time.monotonic(), 0

    def done() -> bool:
        """Called all the time between the faults: whatever is due by now is published here."""
        nonlocal published
        due = min(texts, int((time.monotonic() - began) * rate))
        for place in range(published, due):
            scene.publish(celery, place)
        published = max(published, due)
        return published == texts

    planned = weather.faults(texts / rate, seed, tuple(scene.workers))
    weather.befall(scene, planned, done)
    while not done():
        time.sleep(0.05)
    _until_silent(scene)
    return scene.tally()


def _until_silent(scene: PlainScene) -> None:
    last, since = -1, time.monotonic()
    while time.monotonic() - since < _SILENCE:
        taken = scene.twilio.creates
        if taken != last:
            last, since = taken, time.monotonic()
        time.sleep(0.2)
