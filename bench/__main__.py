"""`./run bench`: all of it, written to docs/benchmarks.md. `--quick` prints a short run and writes nothing.

`./run bench directory` measures the directory's own code alone, and prints it; `./run bench messages` sends
messages through a storm, `--seed` another one.
"""

from __future__ import annotations

import argparse
import sys

from bench import directory, due, messages, pickup, report, size, submission
from bench.stage import ROOT, stage


def _chosen(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=messages.SEED)
    parser.add_argument("only", nargs="?", choices=("directory", "messages"))
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    chosen = _chosen(arguments)
    quick: bool = chosen.quick
    if chosen.only == "messages":
        print(report.page(messages.measure(quick=quick, seed=chosen.seed)))
        return 0
    own = directory.measure(rounds=1 if quick else 5, targets=1_000 if quick else 20_000)
    if chosen.only:
        print(report.page([own]))
        return 0
    rounds = 2 if quick else 7
    with stage() as ready:
        parts = [
            submission.measure(ready, rounds=rounds, requests=160 if quick else 480),
            submission.trips(ready),
            pickup.measure(ready, samples=10 if quick else 60),
            size.measure(ready, rounds=1 if quick else 5),
            # Last: it fills the database.
            due.measure(ready, rounds=2 if quick else 5),
            own,
        ]
    parts += messages.measure(quick=quick, seed=chosen.seed)
    text = report.page(parts)
    print(text)
    if not quick:
        (ROOT / "docs" / "benchmarks.md").write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
