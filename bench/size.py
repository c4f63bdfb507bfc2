"""Memory of a web process after some use, and the time from nothing to the first answer."""

from __future__ import annotations

from statistics import median

from bench import drafts
from bench.load import run
from bench.report import Part, Row
from bench.stage import Stage, limit_requests
from webapp import wiring


def measure(stage: Stage, *, rounds: int) -> Part:
    house = wiring.build(stage.settings)
    memory: dict[str, list[float]] = {"ours": [], "limit": []}
    cold: dict[str, list[float]] = {"ours": [], "limit": []}
    for _ in range(rounds):
        limit = stage.start_limit(workers=1)
        run(limit.port, limit_requests(limit.port, 200), 4, 200)
        memory["limit"].append(limit.memory())
        cold["limit"].append(limit.started_in)
        limit.stop()
        ours = stage.start_ours(workers=1)
        run(ours.port, drafts.ready_to_send(house, ours.port, 200, drafts.CALM), 4, 303)
        memory["ours"].append(ours.memory())
        cold["ours"].append(ours.started_in)
        ours.stop()
    house.engine.dispose()
    mine, theirs = median(memory["ours"]), median(memory["limit"])
    start, their_start = median(cold["ours"]), median(cold["limit"])
    return Part(
        "Memory and cold start",
        "Proportional set size of one worker process after 200 submissions; time from the start of the command "
        "to the first answer (ours: /readyz, which asks the database).",
        [
            Row(
                "memory of a web process",
                f"{mine:.0f} MiB",
                f"{theirs:.0f} MiB",
                f"{mine / theirs:.2f}",
                "<= 1.35",
                mine / theirs <= 1.35,
            ),
            Row(
                "cold start",
                f"{start:.2f} s",
                f"{their_start:.2f} s",
                f"{start / their_start:.2f}",
                "<= 3",
                start / their_start <= 3,
            ),
        ],
    )
