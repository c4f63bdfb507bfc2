"""The page of results: ratios first, since absolute figures belong to the machine."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Row:
    """One budget: `held` is None where there is none to hold."""

    what: str
    ours: str
    limit: str
    ratio: str
    budget: str
    held: bool | None


@dataclass(frozen=True)
class Part:
    title: str
    words: str
    rows: Sequence[Row]


def page(parts: Sequence[Part]) -> str:
    lines = [
        "# Benchmarks",
        "",
        f"Made by `./run bench` on {datetime.now(UTC):%Y-%m-%d} on {platform.machine()}, two cores,",
        f"Python {platform.python_version()}, embedded PostgreSQL (durable) and Valkey.",
        "*The limit* is a plain Flask-WTF view with 12 fields, CSRF, one render and six inserts in one",
        "transaction (`bench/limit_app.py`) on the same Granian and PostgreSQL. Medians of interleaved rounds.",
        "Load generator, servers and database share the two cores, for both alike.",
        "",
    ]
    for part in parts:
        lines += [f"## {part.title}", "", part.words, ""]
        lines += ["| what | ours | limit | ratio | budget | held |", "|---|---|---|---|---|---|"]
        for row in part.rows:
            held = {True: "yes", False: "**no**", None: ""}[row.held]
            lines.append(
                f"| {row.what} | {row.ours} | {row.limit} | {row.ratio} | {row.budget} | {held} |"
            )
        lines.append("")
    return "\n".join(lines)
