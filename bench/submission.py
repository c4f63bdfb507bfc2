"""The final submission POST against the limit: throughput and tail at 16 and 64 at once, and one at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from bench import drafts
from bench.load import Result, run
from bench.report import Part, Row
from bench.stage import Server, Stage, limit_requests
from bench.trips import CountingRelay
from webapp import wiring

SEE_OTHER, OK = 303, 200


@dataclass
class _Rounds:
    ours: list[Result] = field(default_factory=list)
    limit: list[Result] = field(default_factory=list)

    def per_second(self, whose: str) -> float:
        results: list[Result] = getattr(self, whose)
        return median(result.per_second for result in results)

    def quantile(self, whose: str, share: float) -> float:
        results: list[Result] = getattr(self, whose)
        return median(result.quantile(share) for result in results)

    def errors(self) -> int:
        return sum(result.errors for result in (*self.ours, *self.limit))


def measure(stage: Stage, *, rounds: int, requests: int) -> Part:
    ours, limit = stage.start_ours(), stage.start_limit()
    house = wiring.build(stage.settings)
    levels = {16: requests, 64: requests, 1: requests // 3}
    found = {level: _Rounds() for level in levels}
    try:
        _round(house, ours, limit, {16: 64, 1: 16}, None)  # warm both up
        for number in range(rounds):
            _round(house, ours, limit, levels, found, ours_first=bool(number % 2))
    finally:
        ours.stop()
        limit.stop()
        house.engine.dispose()
    return Part(
        "The final submission POST",
        "CSRF, completeness, routing, sealing, case, clocks, timeline and outbox in one commit, then 303. "
        f"{rounds} rounds of {requests} requests at each level.",
        [*_many(found[16], 16), *_many(found[64], 64), *_one(found[1])],
    )


def _round(
    house: wiring.House,
    ours: Server,
    limit: Server,
    levels: dict[int, int],
    found: dict[int, _Rounds] | None,
    ours_first: bool = False,
) -> None:
    for level, count in levels.items():
        mine = drafts.ready_to_send(house, ours.port, count, drafts.CALM)
        theirs = limit_requests(limit.port, count)
        runs = [
            ("ours", lambda level=level, mine=mine: run(ours.port, mine, level, SEE_OTHER)),
            ("limit", lambda level=level, theirs=theirs: run(limit.port, theirs, level, OK)),
        ]
        for name, act in runs if ours_first else reversed(runs):
            result = act()
            if found is not None:
                getattr(found[level], name).append(result)


def _many(rounds: _Rounds, level: int) -> list[Row]:
    mine, theirs = rounds.per_second("ours"), rounds.per_second("limit")
    tail, their_tail = rounds.quantile("ours", 0.99), rounds.quantile("limit", 0.99)
    return [
        Row(
            f"requests a second, {level} at once",
            f"{mine:.0f}",
            f"{theirs:.0f}",
            f"{mine / theirs:.2f}",
            ">= 0.70",
            mine / theirs >= 0.70,
        ),
        Row(
            f"p99, {level} at once",
            f"{tail:.1f} ms",
            f"{their_tail:.1f} ms",
            f"{tail / their_tail:.2f}",
            "<= 1.3",
            tail / their_tail <= 1.3,
        ),
        Row(f"errors, {level} at once", f"{rounds.errors()}", "", "", "0", rounds.errors() == 0),
    ]


def _one(rounds: _Rounds) -> list[Row]:
    rows = []
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        mine, theirs = rounds.quantile("ours", share), rounds.quantile("limit", share)
        ratio = mine / theirs
        rows.append(
            Row(
                f"{name}, one at a time",
                f"{mine:.2f} ms",
                f"{theirs:.2f} ms",
                f"{ratio:.2f}",
                "<= 1.6",
                ratio <= 1.6,
            )
        )
    return rows


def trips(stage: Stage) -> Part:
    """Round trips between the web process and PostgreSQL for one submission, counted on the wire."""
    relay = CountingRelay(stage.postgres.port)
    house = wiring.build(stage.settings)
    server = stage.start_ours(
        workers=1, LUOTSI_DATABASE_URL=stage.through(relay.port).database_url.get_secret_value()
    )
    counts = []
    try:
        for request in drafts.ready_to_send(house, server.port, 40, drafts.CALM):
            before = relay.trips
            run(server.port, [request], 1, SEE_OTHER)
            counts.append(relay.trips - before)
    finally:
        server.stop()
        relay.close()
        house.engine.dispose()
    usual = median(counts)
    return Part(
        "SQL round trips",
        "Counted by a relay between the web process and PostgreSQL, for one submission once connections are "
        f"open; the least was {min(counts)}, the most {max(counts)} (a first use of a connection, or the "
        "five-second look for a newer directory).",
        [Row("round trips a submission", f"{usual:.0f}", "", "", "<= 3", usual <= 3)],
    )
