"""`./run bench`: all of it, written to docs/benchmarks.md. `--quick` prints a short run and writes nothing.

`./run bench submissions` measures the web server alone, `directory` the directory's own code, `messages` sends messages
through a storm, `--seed` another one; each renews its own parts of the page.
"""

from __future__ import annotations

import argparse
import sys

from bench import directory, due, messages, pickup, report, size, submission
from bench.report import Part
from bench.stage import ROOT, stage

_PAGE = ROOT / "docs" / "benchmarks.md"


def _chosen(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=messages.SEED)
    parser.add_argument("only", nargs="?", choices=("submissions", "directory", "messages"))
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    chosen = _chosen(arguments)
    quick: bool = chosen.quick
    parts: list[Part] = []
    if chosen.only in {None, "submissions"}:
        parts += _submissions(quick=quick)
    if chosen.only in {None, "directory"}:
        parts.append(
            directory.measure(rounds=1 if quick else 5, targets=1_000 if quick else 20_000)
        )
    if chosen.only in {None, "messages"}:
        parts += messages.measure(quick=quick, seed=chosen.seed)
    text = report.page(parts)
    print(text)
    if not quick:
        if chosen.only and _PAGE.exists():
            text = report.renewed(_PAGE.read_text("utf-8"), parts)
        _PAGE.write_text(text, "utf-8")
    return 0


def _submissions(*, quick: bool) -> list[Part]:
    rounds = 2 if quick else 7
    with stage() as ready:
        return [
            submission.measure(ready, rounds=rounds, requests=160 if quick else 480),
            submission.trips(ready),
            pickup.measure(ready, samples=10 if quick else 60),
            size.measure(ready, rounds=1 if quick else 5),
            # Last: it fills the database.
            due.measure(ready, rounds=2 if quick else 5),
        ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
