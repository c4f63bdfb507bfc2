"""What befalls the house, and when: the same for the same seed and length. A worker is killed every ten seconds."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

#: A worker is killed as often as this, in seconds.
KILL_EVERY: Final = 10.0
#: When else something happens, as parts of the whole.
_ONCE: Final = (
    ("restart_valkey", 0.22),
    ("restart_beat", 0.33),
    ("empty_valkey", 0.47),
    ("restart_valkey", 0.61),
    ("restart_postgres", 0.78),
)


class Victim(Protocol):
    """What the weather can befall."""

    def kill_worker(self, name: str) -> None: ...
    def restart_valkey(self) -> None: ...
    def empty_valkey(self) -> None: ...
    def restart_beat(self) -> None: ...
    def restart_postgres(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Fault:
    """`at`: seconds after the beginning. `name`: a method of the victim; `worker`: who is killed."""

    at: float
    name: str
    worker: str = ""


def faults(seconds: float, seed: int, workers: Sequence[str], until: float = 0.0) -> list[Fault]:
    """All faults of a storm that is planned to last so long, in order; the killing goes on `until` then."""
    dice = random.Random(seed)
    kills = [
        Fault(KILL_EVERY * (turn + 1), "kill_worker", dice.choice(workers))
        for turn in range(int(max(seconds, until) / KILL_EVERY))
    ]
    once = [Fault(seconds * part, name) for name, part in _ONCE]
    return sorted([*kills, *once], key=lambda fault: fault.at)


def befall(victim: Victim, planned: Sequence[Fault], calm: Callable[[], bool]) -> list[str]:
    """Let each fault happen at its time until it is `calm`; what happened, in order.

    Processes die with the thread that started them: call it from the main thread.
    """
    began = time.monotonic()
    happened: list[str] = []
    for fault in planned:
        while time.monotonic() < began + fault.at:
            if calm():
                return happened
            time.sleep(0.05)
        if fault.worker:
            victim.kill_worker(fault.worker)
        else:
            getattr(victim, fault.name)()
        happened.append(fault.name)
    return happened
