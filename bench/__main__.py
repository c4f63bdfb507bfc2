"""`./run bench`: all of it, written to docs/benchmarks.md. `--quick` prints a short run and writes nothing."""

from __future__ import annotations

import argparse
import sys

from bench import pickup, report, size, submission
from bench.stage import ROOT, stage


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("--quick", action="store_true")
    quick: bool = parser.parse_args(arguments).quick
    rounds = 2 if quick else 7
    with stage() as ready:
        parts = [
            submission.measure(ready, rounds=rounds, requests=160 if quick else 480),
            submission.trips(ready),
            pickup.measure(ready, samples=10 if quick else 60),
            size.measure(ready, rounds=1 if quick else 5),
        ]
    text = report.page(parts)
    print(text)
    if not quick:
        (ROOT / "docs" / "benchmarks.md").write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
