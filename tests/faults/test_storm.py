"""Messages in a small storm: none lost, none sent twice but where nobody could know; a plain sender does both.

The large one, and what the figures are, is `./run bench messages`.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import redis
from celery import Celery

from bench.storm import ours, weather
from bench.storm.letters import Letters, number
from bench.storm.noon import forenoon
from bench.storm.plain import PlainScene, plain_scene
from bench.storm.post import Post
from bench.storm.scene import (
    READ_TIMEOUT,
    WORKERS,
    ClockedSink,
    Scene,
    empty_valkey,
    valkey_away,
    waiting,
)
from tests.faults.stack import SWEPT, Stack
from tests.live import processes, until
from webapp import wiring
from webapp.embedded.twilio_behaviour import Behaviour
from webapp.embedded.twilio_storm import Storm

SEED: Final = 11
MESSAGES, RATE = 200, 20.0
#: Places whose numbers meet for certain what the dice may spare the others: accepted, and never answered.
IN_DOUBT: Final = (0, 1, 2, 3, 20, 21)
NEVER_ANSWERED: Final = Behaviour(delay=READ_TIMEOUT + 2, callbacks="dropped", times=1)
PATIENCE: Final = 60.0
#: The worker is caught in the one moment that matters in some of them only.
OUTAGES, WAKE_UPS = 3, 400


@pytest.fixture
def scene(stack: Stack, tmp_path: Path) -> Iterator[Scene]:
    """The stack's servers and web process; workers and Beats of its own, who wait no half minute for an answer."""
    for name in ("a", "b", "beat"):
        stack.crew.end(name)
    stack.may_complain = True
    with ClockedSink() as mail:
        settings = stack.settings.model_copy(
            update={
                "smtp_url": type(stack.settings.smtp_url)(mail.url),
                "twilio_read_timeout": READ_TIMEOUT,
            }
        )
        changes = {"LUOTSI_SMS_PER_SECOND": "0", **forenoon(tmp_path)}
        with processes(tmp_path, settings, **changes) as crew:
            opened = Scene(
                stack.postgres, stack.valkey, stack.twilio, mail, settings, stack.owner, crew
            )
            opened.start_workers()
            yield opened


def storm_there() -> Storm:
    return Storm(seed=SEED, hold=READ_TIMEOUT + 2)


def faults() -> list[weather.Fault]:
    """A kill every three seconds, of one worker or the other; the broker emptied and started anew between them."""
    dice = random.Random(SEED)
    kills = [
        weather.Fault(at, "kill_worker", dice.choice(tuple(WORKERS))) for at in (3.0, 6.5, 10.0)
    ]
    others = [weather.Fault(5.0, "empty_valkey"), weather.Fault(8.0, "restart_valkey")]
    return sorted([*kills, *others], key=lambda fault: fault.at)


def test_no_message_is_lost_or_doubled_in_a_storm(scene: Scene) -> None:
    house = wiring.build(scene.settings)
    scene.twilio.storm(storm_there())
    for place in IN_DOUBT:
        scene.twilio.behave(number(place), NEVER_ANSWERED)
    post = Post(Letters(house), range(MESSAGES), RATE)
    post.start()
    happened = weather.befall(scene, faults(), lambda: False)
    post.join(PATIENCE)
    assert post.finished()
    account = ours.come_to_rest(scene, house, hurry=True)
    house.engine.dispose()
    assert happened.count("kill_worker") == 3
    assert len(post.committed) == MESSAGES
    assert account.faults() == []
    assert {one.id for one in account.rows} >= set(post.committed)
    # What goes round in circles inside the house comes right by the leases alone, a minute and a half late.
    assert not [line for line in scene.crew.complaints() if "Deadlock" in line]
    # It was a storm: answers were lost, and so were tries.
    verdicts = Counter(verdict for one in account.rows for _, verdict in one.attempts)
    assert verdicts["unknown"] > 0
    # A worker may have been killed with one of them in hand, and heard of no answer either.
    assert verdicts["unknown"] + verdicts[None] >= len(IN_DOUBT)
    assert verdicts["refused_for_now"] > 0


def test_workers_that_were_busy_when_the_broker_went_away_hear_it_again(scene: Scene) -> None:
    """They could not tell it what they had done, and must not wait for ever until they can."""
    house = wiring.build(scene.settings)
    letters, celery = Letters(house), wiring.producer(scene.valkey.url)
    for _ in range(OUTAGES):
        for _ in range(WAKE_UPS):
            celery.send_task(wiring.DRAIN_TASK, kwargs={"queue": "default"}, queue="default")
        with redis.Redis.from_url(scene.valkey.url) as broker:
            until(lambda: broker.llen("default") < WAKE_UPS - 20, PATIENCE, "the worker is busy")
        with valkey_away(scene.valkey):
            # As long as an outage is; whoever has something to tell the broker tries meanwhile.
            time.sleep(1.5)
    letters.store(letters.made([0]))
    until(scene.twilio.messages, 2 * SWEPT, "the message was found by the sweep")
    house.engine.dispose()


@pytest.mark.parametrize("acks_late", [False, True], ids=["acks_early", "acks_late"])
def test_a_plain_sender_loses_and_doubles_in_the_same_storm(
    stack: Stack, tmp_path: Path, acks_late: bool
) -> None:
    url = stack.postgres.owner_url
    with plain_scene(url, tmp_path, tuple(WORKERS), acks_late=acks_late) as plain:
        plain.twilio.storm(storm_there())
        for place in IN_DOUBT:
            plain.twilio.behave(number(place), NEVER_ANSWERED)
        celery = Celery(broker=plain.valkey.url, set_as_current=False)
        for place in range(40):
            plain.publish(celery, place)
        until(lambda: _doubled(plain) >= len(IN_DOUBT), PATIENCE, "each in doubt sent again")
        _hold(plain)
        for place in range(40, 60):
            plain.publish(celery, place)
        empty_valkey(plain.valkey)
        for name in tuple(plain.workers):
            plain.kill_worker(name)
        until(lambda: waiting(plain.valkey) >= 2, what="both workers are back")
        plain.publish(celery, 60)
        until(lambda: number(60) in _taken(plain), PATIENCE, "the last one sent")
        account = plain.tally()
    # A worker held by the signal may have had a task in hand; the others are gone for good.
    assert account.lost >= 20 - 2 * len(WORKERS)
    assert account.doubled >= len(IN_DOUBT)


def _hold(plain: PlainScene) -> None:
    for worker in plain.workers.values():
        os.killpg(worker.pid, signal.SIGSTOP)


def _taken(plain: PlainScene) -> Counter[str]:
    return Counter(one.to for one in plain.twilio.messages())


def _doubled(plain: PlainScene) -> int:
    return sum(times > 1 for times in _taken(plain).values())
