"""Fair weather: how soon messages are handed over at a steady rate, and how soon one whose wake-up was lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from bench.storm import ours
from bench.storm.letters import Letters
from bench.storm.post import Post
from bench.storm.scene import Scene, valkey_away
from tests.live import until
from webapp import wiring

#: Messages a second of a busy county, and within how many seconds they are to be handed over.
RATE: Final = 20.0
SOON: Final = 10.0
#: How long the broker is away when a wake-up is lost in an outage.
_AWAY: Final = 3.0
#: Nobody waits for longer: a message that takes so long has as good as not recovered.
_LONGEST: Final = 90.0


def share_handed_over(scene: Scene, house: wiring.House, seconds: float) -> tuple[float, float]:
    """Of all messages at RATE a second the share that a provider had within SOON; and the longest wait."""
    scene.clean()
    post = Post(Letters(house), range(int(RATE * seconds)), RATE)
    post.start()
    until(post.finished, seconds + 60, "all stored")
    stored = ours.Ride(post.committed, Counter(), seconds)
    ends = time.monotonic() + _LONGEST
    while len(waits := ours.waits(stored, scene.tally())) < len(post.committed):
        if time.monotonic() > ends:
            waits.append(_LONGEST)
            break
        time.sleep(0.5)
    return sum(wait <= SOON for wait in waits) / len(post.committed), waits[-1]


def _taken(scene: Scene) -> list[object]:
    return [*scene.twilio.messages(), *scene.mail.received]


def lost_wake_ups(scene: Scene, house: wiring.House, samples: int) -> list[float]:
    """Seconds from each commit until the provider had the message, where nobody was told of it.

    In turn the wake-up was never sent, and the broker was away when it was sent and came back empty.
    """
    letters = Letters(house)
    return [
        _recovery(scene, letters, place, _outage if place % 2 else _silence)
        for place in range(samples)
    ]


def _recovery(
    scene: Scene, letters: Letters, place: int, befalls: Callable[[Scene, Letters, int], None]
) -> float:
    scene.clean()
    began = time.monotonic()
    befalls(scene, letters, place)
    while not _taken(scene) and time.monotonic() - began < _LONGEST:
        time.sleep(0.02)
    return time.monotonic() - began


def _silence(scene: Scene, letters: Letters, place: int) -> None:
    letters.store(letters.made([place]))


def _outage(scene: Scene, letters: Letters, place: int) -> None:
    with valkey_away(scene.valkey):
        made = letters.made([place])
        letters.store(made)
        letters.wake(made)
        time.sleep(_AWAY)
