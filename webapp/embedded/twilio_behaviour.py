"""How the emulated Twilio treats a message: refuse, dawdle, forget, repeat; by recipient or by chance."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, Protocol

Outcome = Literal["delivered", "sent", "undelivered", "failed"]
Callbacks = Literal["normal", "dropped", "doubled", "reordered"]

#: Long enough to outlast any client's patience; a reset or a stop lets go at once.
HOLD_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """One status of a message: how many `times` it is told (0: never), and seconds of `delay` before."""

    status: str
    times: int = 1
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What happens to one request to create a message, and to its receipts.

    `status` and `code`: the HTTP answer and Twilio's code. `stores`: whether the message is accepted;
    None: as the status tells. `delay`: seconds before the answer, after storing. `cut`: close the
    connection instead of answering. `retry_after`: seconds, as a header. `outcome` and `error_code`:
    how the message ends. `callbacks`, `callback_delay` (seconds before each): how its receipts come.
    `receipts_first`: all of them before the request is answered. `planned`: each receipt by itself,
    instead of `callbacks`. `share`: the part of requests that this applies to; `times`: how many of
    them, None for all.
    """

    status: int = 201
    code: int | None = None
    stores: bool | None = None
    delay: float = 0.0
    cut: bool = False
    retry_after: int | None = None
    outcome: Outcome = "delivered"
    error_code: int | None = None
    callbacks: Callbacks = "normal"
    callback_delay: float = 0.0
    receipts_first: bool = False
    planned: tuple[Receipt, ...] | None = None
    share: float = 1.0
    times: int | None = None

    @property
    def accepted(self) -> bool:
        return self.status < 300 if self.stores is None else self.stores

    @property
    def statuses(self) -> tuple[str, ...]:
        """What the message goes through after it was accepted."""
        if self.outcome == "failed":
            return ("queued", "failed")
        return ("queued", "sent") if self.outcome == "sent" else ("queued", "sent", self.outcome)

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """In the order in which they are told."""
        if self.planned is not None:
            return self.planned
        statuses = self.statuses[::-1] if self.callbacks == "reordered" else self.statuses
        times = {"dropped": 0, "doubled": 2}.get(self.callbacks, 1)
        return tuple(Receipt(status, times, self.callback_delay) for status in statuses)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Behaviour:
        """Raises ValueError for a field that does not exist."""
        known = {one.name for one in fields(cls)} - {"planned"}
        if strange := set(given) - known:
            raise ValueError(f"no such behaviour: {', '.join(sorted(strange))}")
        return cls(**given)


ACCEPT: Final = Behaviour()
TIME_OUT_AFTER_ACCEPTING: Final = Behaviour(delay=HOLD_SECONDS)
CUT_AFTER_ACCEPTING: Final = Behaviour(cut=True)
FAULT_AFTER_ACCEPTING: Final = Behaviour(status=500, code=20500, stores=True)
UNAVAILABLE: Final = Behaviour(status=503, code=20503)
TOO_MANY: Final = Behaviour(status=429, code=20429, retry_after=1)

#: A number that ends so behaves so, without any set-up: '00' and Twilio's code.
BY_ENDING: Final[Mapping[str, Behaviour]] = {
    **{
        f"00{code}": Behaviour(status=400, code=code)
        for code in (21211, 21408, 21610, 21612, 21614)
    },
    **{
        f"00{code}": Behaviour(outcome="undelivered", error_code=code)
        for code in (30003, 30005, 30006, 30008)
    },
    "0020429": TOO_MANY,
    "0020500": FAULT_AFTER_ACCEPTING,
    "0020503": UNAVAILABLE,
    "0099901": TIME_OUT_AFTER_ACCEPTING,
    "0099902": Behaviour(delay=2),
    "0099903": Behaviour(callbacks="dropped"),
    "0099904": CUT_AFTER_ACCEPTING,
}


#: Not a number: every request but those that create a message.
ASKED: Final = "asked"


class Weather(Protocol):
    """What decides for every number at once, see `webapp.embedded.twilio_storm`."""

    def behaviour(self, to: str, turn: int) -> Behaviour: ...


class Manners:
    """Which behaviour the next request to a number meets. Safe between threads; repeatable by seed."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._set: dict[str, list[Behaviour]] = {}
            self._dice = random.Random(self._seed)
            self._weather: Weather | None = None
            self._turns: dict[str, int] = {}

    def set(self, to: str, behaviours: Sequence[Behaviour]) -> None:
        """For the number `to`, or for all others with '*'. With several, each takes its share of the
        requests and the rest is accepted."""
        with self._lock:
            self._set[to] = list(behaviours)

    def turn_to(self, weather: Weather | None) -> None:
        """From now on for all numbers without a setting of their own; None: fair again."""
        with self._lock:
            self._weather = weather

    def next(self, to: str) -> Behaviour:
        """A number's own setting goes first, then the weather, the number's ending, '*', acceptance."""
        with self._lock:
            turn = self._turns[to] = self._turns.get(to, 0) + 1
            if drawn := self._drawn(to):
                return drawn
            if self._weather:
                return self._weather.behaviour(to, turn)
            return BY_ENDING.get(to[-7:]) or self._drawn("*") or ACCEPT

    def when_asked(self) -> Behaviour:
        """How a request that creates nothing is treated."""
        with self._lock:
            return self._drawn(ASKED) or ACCEPT

    def _drawn(self, key: str) -> Behaviour | None:
        """One of the key's behaviours by the dice; one that has been used up is left out."""
        if key not in self._set:
            return None
        throw = self._dice.random()
        for place, behaviour in enumerate(self._set[key]):
            if behaviour.times == 0:
                continue
            if throw < behaviour.share:
                if behaviour.times is not None:
                    self._set[key][place] = replace(behaviour, times=behaviour.times - 1)
                return behaviour
            throw -= behaviour.share
        return None
