"""A bad day at the provider: every fault at once, for every number, the same again for the same seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from webapp.embedded.twilio_behaviour import ACCEPT, Behaviour, Receipt


@dataclass(frozen=True, slots=True)
class Storm:
    """Shares between 0 and 1. What a request meets and what its receipts meet is drawn apart.

        twilio.storm(Storm(seed=7))              # 2 % time out, 5 % 429, 1 % 500 after acceptance, ...
        twilio.storm(Storm(seed=7, cut=0.01, late=0.2))
        twilio.storm(None)                       # fair weather again

    The dice fall by seed, number and how many requests came for that number before, so neither threads
    nor other numbers change what one message meets.

    Of all requests, one at most: `timed_out`: accepted, and no answer for `hold` seconds (more than
    the client's patience); `throttled`: 429, not accepted, Retry-After 1; `faulted`: 500 though
    accepted; `cut`: accepted, and the connection closed; `unavailable`: 503, not accepted.
    Of all messages that are accepted: `early`: every receipt comes before the answer.
    Of all receipts, one at most: `dropped`: never told; `doubled`: told twice; `reordered`: told
    before the one that should precede it; `late`: told after another `lateness` seconds.
    """

    seed: int = 0
    timed_out: float = 0.02
    throttled: float = 0.05
    faulted: float = 0.01
    cut: float = 0.0
    unavailable: float = 0.0
    early: float = 0.05
    dropped: float = 0.05
    doubled: float = 0.05
    reordered: float = 0.05
    late: float = 0.05
    hold: float = 40.0
    lateness: float = 0.5

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Storm:
        """Raises ValueError or TypeError for a field that does not exist or is no number."""
        given = dict(given)
        known = {one.name for one in fields(cls)}
        if strange := set(given) - known:
            raise ValueError(f"no such weather: {', '.join(sorted(strange))}")
        seed = int(given.get("seed", 0))
        shares = {name: float(value) for name, value in given.items() if name != "seed"}
        return cls(seed, **shares)

    def behaviour(self, to: str, turn: int) -> Behaviour:
        """What the `turn`th request for the number `to` meets."""
        dice = random.Random(f"{self.seed} {to} {turn}")
        met = self._request(dice.random())
        return Behaviour(
            status=met.status,
            code=met.code,
            stores=met.stores,
            delay=met.delay,
            cut=met.cut,
            retry_after=met.retry_after,
            receipts_first=dice.random() < self.early,
            planned=self._receipts(dice),
        )

    def _request(self, throw: float) -> Behaviour:
        for share, behaviour in (
            (self.timed_out, Behaviour(delay=self.hold)),
            (self.throttled, Behaviour(status=429, code=20429, retry_after=1)),
            (self.faulted, Behaviour(status=500, code=20500, stores=True)),
            (self.cut, Behaviour(cut=True)),
            (self.unavailable, Behaviour(status=503, code=20503)),
        ):
            if throw < share:
                return behaviour
            throw -= share
        return ACCEPT

    def _receipts(self, dice: random.Random) -> tuple[Receipt, ...]:
        told: list[Receipt] = []
        for status in ACCEPT.statuses:
            throw = dice.random()
            receipt, before = Receipt(status), len(told)
            for share, changed, place in (
                (self.dropped, Receipt(status, times=0), len(told)),
                (self.doubled, Receipt(status, times=2), len(told)),
                (self.late, Receipt(status, delay=self.lateness), len(told)),
                (self.reordered, receipt, max(0, len(told) - 1)),
            ):
                if 0 <= throw < share:
                    receipt, before = changed, place
                throw -= share
            told.insert(before, receipt)
        return tuple(told)
