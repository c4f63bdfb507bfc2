"""The directory's own code, on a county as large as the country: the proof, and where one message goes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from bench.county import DAYS, START, large_county
from bench.report import Part, Row
from casework.calendar import midnight
from casework.directory import Directory
from casework.directory_check import check
from casework.routing import Target, route
from forms.registry import FORMS


def measure(*, rounds: int, targets: int) -> Part:
    """`rounds` proofs of the same directory, and `targets` random messages at random moments of the year."""
    directory = large_county()
    checked = [_timed_check(directory) for _ in range(rounds)]
    routed = sorted(_timed_routes(directory, targets))
    middle, worst = median(routed) * 1000, routed[-1] * 1000
    p99 = routed[int(0.99 * len(routed))] * 1000
    proof = median(checked)
    return Part(
        "Directory",
        f"{len(directory.municipalities)} municipalities, {len(directory.teams)} teams with three shifts a day for "
        f"{DAYS} days, {len(directory.workers):,} workers, {len(directory.absences.entries):,} absences, "
        f"{len(directory.clients):,} client codes; in one process, without a database. Seconds of the processor. "
        f"Routes: {targets:,} random messages.",
        [
            Row("`directory check`", f"{proof:.1f} s", "", "", "<= 10 s", proof <= 10),
            Row("route, p50", f"{middle:.3f} ms", "", "", "<= 1 ms", middle <= 1),
            Row("route, p99", f"{p99:.3f} ms", "", "", "<= 1 ms", p99 <= 1),
            Row("route, worst", f"{worst:.3f} ms", "", "", "", None),
        ],
    )


def _timed_check(directory: Directory) -> float:
    began = time.process_time()
    holes = check(directory, START, DAYS, forms=tuple(FORMS))
    elapsed = time.process_time() - began
    if holes:
        raise RuntimeError(f"the county has a hole: {holes[0]}")
    return elapsed


def _timed_routes(directory: Directory, count: int) -> Iterator[float]:
    chance = random.Random(20260302)
    codes, clients = sorted(directory.municipalities), sorted(directory.clients)
    names = [worker.name for worker in directory.workers.values()]
    for _ in range(count):
        target = Target(
            form=chance.choice(sorted(FORMS)),
            language=chance.choice(("fi", "sv", "en", "uk")),
            municipality=chance.choice((*codes, None, "999")),
            cannot_wait=chance.random() < 0.1,
            statutory=chance.random() < 0.5,
            client_code=chance.choice(clients) if chance.random() < 0.3 else "",
            worker_name=chance.choice(names) if chance.random() < 0.3 else "",
        )
        at = _some_moment(chance)
        began = time.process_time()
        route(target, directory, at)
        yield time.process_time() - began


def _some_moment(chance: random.Random) -> datetime:
    return midnight(START) + timedelta(minutes=chance.randrange(DAYS * 24 * 60))
