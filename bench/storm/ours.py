"""Our outbox in the storm, from the first message until every one of them rests."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from bench.storm import rest, weather
from bench.storm.letters import Letters
from bench.storm.post import Post
from bench.storm.scene import READ_TIMEOUT, Scene
from bench.storm.tally import Tally
from tests.live import until
from webapp import wiring
from webapp.embedded.twilio_storm import Storm

#: How much longer than planned the storm may go on where the workers do not keep up.
_AT_MOST: Final = 2.5
#: And how long the calm after it may take, in seconds.
_PATIENCE: Final = 300.0


@dataclass(frozen=True, slots=True)
class Ride:
    """`committed`: when each message was stored. `happened`: faults by name. Seconds of storm."""

    committed: Mapping[UUID, datetime]
    happened: Counter[str]
    seconds: float


def weather_there(seed: int) -> Storm:
    """How the provider behaves: its usual storm, with answers held back for longer than anybody waits."""
    return Storm(seed=seed, hold=READ_TIMEOUT + 2)


def ride(scene: Scene, house: wiring.House, count: int, rate: float, seed: int) -> Ride:
    """Store `count` messages at `rate` a second while faults befall the house; ends when none is due any more.

    Call it from the main thread.
    """
    scene.twilio.storm(weather_there(seed))
    post = Post(Letters(house), range(count), rate)
    began = time.monotonic()
    post.start()
    planned = weather.faults(
        count / rate, seed, tuple(scene.workers), until=_AT_MOST * count / rate
    )

    def calm() -> bool:
        return post.finished() and not _due(scene)

    happened = weather.befall(scene, planned, calm)
    until(calm, _PATIENCE, "all stored and none due")
    return Ride(post.committed, Counter(happened), time.monotonic() - began)


def _due(scene: Scene) -> bool:
    return bool(scene.rows(rest.DUE)[0]["due"])


def come_to_rest(scene: Scene, house: wiring.House, *, hurry: bool) -> Tally:
    """Wait until everything rests, and a person was asked to call where nobody can know; then the account.

    Raises TimeoutError.
    """
    helped = rest.Hurry(scene.run, publisher(house)) if hurry else None
    rest.wait(scene.rows, hurry=helped)
    rest.wait_for_calls(scene.rows, scene.run)
    # The notices that ask for a call are messages too.
    rest.wait(scene.rows, hurry=helped)
    return scene.tally()


def publisher(house: wiring.House) -> Callable[[str], None]:
    """Sends a periodic task by its name, as Beat does."""
    celery = wiring.producer(house.settings.broker_url.get_secret_value())

    def publish(task: str) -> None:
        celery.send_task(task, queue="periodic")

    return publish


def waits(ride: Ride, account: Tally) -> list[float]:
    """Seconds from each commit until the provider took the message, the shortest first."""
    taken = {one.id: one.taken[0] for one in account.rows if one.taken}
    return sorted(
        (taken[row] - at).total_seconds() for row, at in ride.committed.items() if row in taken
    )


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
