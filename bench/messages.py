"""Messages: ten thousand of them in a storm, how soon they leave in fair weather, and how fast.

`./run bench messages` measures this alone. Beside it, in the same storm, a plain sender as most systems have one.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import structlog

from bench.report import Part, Row
from bench.storm import calm, drain, ours, pipeline, plain
from bench.storm.ours import Ride, quantile
from bench.storm.plain import PlainTally
from bench.storm.scene import READ_TIMEOUT, TWO_PAIRS, Scene, scene
from bench.storm.tally import Tally
from webapp import wiring

SEED = 20


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything. `hurry`: times set by rules are brought forward instead of waited for."""

    messages: int
    rate: float
    plain: int
    fair_seconds: float
    wake_ups: int
    rounds: int
    drained: int
    forms: int
    hurry: bool


FULL = Size(10_000, 28, 1_000, 30, 6, 5, 600, 240, hurry=False)
QUICK = Size(180, 12, 60, 5, 2, 1, 100, 40, hurry=True)


def measure(*, quick: bool, seed: int = SEED) -> list[Part]:
    """All parts, on servers of their own. Call it from the main thread: processes die with it."""
    size = QUICK if quick else FULL
    # What this process itself says of a broker that is away is part of the storm.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as place, scene(Path(place), TWO_PAIRS) as there:
        house = wiring.build(there.settings)
        try:
            return _measured(there, house, size, seed)
        finally:
            house.engine.dispose()


def _measured(there: Scene, house: wiring.House, size: Size, seed: int) -> list[Part]:
    drained = drain.rates(there, house, size.rounds, size.drained)
    piped = pipeline.rates(there, size.rounds, size.forms)
    there.start_all()
    share, longest = calm.share_handed_over(there, house, size.fair_seconds)
    recovered = calm.lost_wake_ups(there, house, size.wake_ups)
    there.clean()
    ride = ours.ride(there, house, size.messages, size.rate, seed)
    # The doubts of ours are waited out meanwhile.
    others = [_plain(there, size, seed, acks_late=late) for late in (False, True)]
    account = ours.come_to_rest(there, house, hurry=size.hurry)
    for fault in account.faults():
        print(fault)
    return [
        _storm_part(size, seed, ride, account),
        _plain_part(others),
        _fair_part(share, longest, recovered),
        _rate_part(size, drained, piped),
    ]


def _plain(there: Scene, size: Size, seed: int, *, acks_late: bool) -> PlainTally:
    url = there.postgres.owner_url
    with plain.plain_scene(
        url, there.crew.folder, tuple(there.workers), acks_late=acks_late
    ) as opened:
        return plain.storm(opened, ours.weather_there(seed), size.plain, size.rate, seed)


def _storm_part(size: Size, seed: int, ride: Ride, account: Tally) -> Part:
    waits = ours.waits(ride, account)
    unflagged = len(account.doubled_unflagged)
    befell = ", ".join(
        f"{count} x {name.replace('_', ' ')}" for name, count in ride.happened.items()
    )
    return Part(
        "Messages in a storm",
        f"{size.messages:,} texts, alerts and e-mails at {size.rate:.0f} a second (seed {seed}); {len(TWO_PAIRS)} workers"
        f" and two Beats. Within {ride.seconds:.0f} s: {befell}. Of the requests to the provider 2 % were"
        " accepted and never answered, 5 % got 429, 1 % got 500 though accepted; 5 % of the receipts each were dropped,"
        f" doubled, late or out of order. Read time-out {READ_TIMEOUT:.0f} s instead of 31. Then everything was left"
        " until it came to rest, and each row was held against what the provider and the mail server had taken.",
        [
            _none("lost", len(account.lost)),
            _none("sent twice, and no attempt was in doubt", unflagged),
            _figure("sent twice after an attempt in doubt", f"{len(account.doubled) - unflagged}"),
            _figure("never taken, in doubt, and told otherwise", f"{len(account.told_otherwise)}"),
            _none(
                "rows that say otherwise than the provider",
                len(account.untrue) + len(account.strays),
            ),
            *(
                _figure(f"commit to provider, p{part}", f"{quantile(waits, part / 100):.1f} s")
                for part in (50, 95, 99)
            ),
        ],
    )


def _figure(what: str, figure: str) -> Row:
    """One that no budget holds."""
    return Row(what, figure, "", "", "", None)


def _none(what: str, count: int) -> Row:
    """One that must be 0."""
    return Row(what, f"{count}", "", "", "0", count == 0)


def _plain_part(others: list[PlainTally]) -> Part:
    early, late = others
    return Part(
        "A plain sender in the same storm",
        "A Celery task for each text, as most systems have it (`tests/faults/plain_sender.py`): sent already? else send,"
        f" mark, and retry after any fault. {early.texts:,} texts each, the same faults, provider and seed; its tasks"
        " acknowledged before they run, and after (the broker gives those of a killed worker back after an hour).",
        [
            _figure("lost, acknowledged before", f"{early.lost}"),
            _figure("sent twice, acknowledged before", f"{early.doubled}"),
            _figure("lost or an hour late, acknowledged after", f"{late.lost}"),
            _figure("sent twice, acknowledged after", f"{late.doubled}"),
        ],
    )


def _fair_part(share: float, longest: float, recovered: list[float]) -> Part:
    slowest = max(recovered)
    return Part(
        "Messages in fair weather",
        f"At {calm.RATE:.0f} a second without faults; and single messages whose wake-up was never sent, or was sent"
        " while the broker was away.",
        [
            Row(
                f"handed over within {calm.SOON:.0f} s",
                f"{share:.1%}",
                "",
                "",
                ">= 99.5 %",
                share >= 0.995,
            ),
            _figure("the longest", f"{longest:.1f} s"),
            _figure("lost wake-up, p50", f"{median(recovered):.0f} s"),
            Row("lost wake-up, longest", f"{slowest:.0f} s", "", "", "<= 60 s", slowest <= 60),
        ],
    )


def _rate_part(
    size: Size, drained: list[tuple[float, float]], piped: list[tuple[float, float]]
) -> Part:
    return Part(
        "Rates of messages",
        f"Medians of {size.rounds} interleaved rounds; two workers of two processes for each side. The limit of the"
        f" drain is Celery's own rate for a task with one UPDATE ({size.drained} each, nothing leaves the machine); the"
        " limit of the whole pipeline is the view of the limit with two bare tasks for each form"
        f" ({size.forms} forms at 16 at once, every text handed to the same stub over HTTP).",
        [
            _ratio("outbox drained, messages a second", drained, 0.60),
            _ratio("whole pipeline, forms a second", piped, 0.70),
        ],
    )


def _ratio(what: str, found: list[tuple[float, float]], budget: float) -> Row:
    mine, theirs = (median(one[side] for one in found) for side in (0, 1))
    ratio = median(one / other for one, other in found)
    return Row(
        what, f"{mine:.0f}", f"{theirs:.0f}", f"{ratio:.2f}", f">= {budget:.2f}", ratio >= budget
    )
