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
    """The whole page, of these parts alone."""
    return "\n".join([*_head(), *(_section(part) for part in parts)])


def renewed(text: str, parts: Sequence[Part]) -> str:
    """The page `text` with these parts measured anew; those that it lacked come last."""
    sections = {one.partition("\n")[0]: one for one in text.split("\n## ")[1:]}
    for part in parts:
        sections[part.title] = _section(part).removeprefix("## ")
    kept = "\n".join(f"## {one.rstrip()}\n" for one in sections.values())
    return "\n".join([*_head(), kept])


def _head() -> list[str]:
    return [
        "# Benchmarks",
        "",
        f"Made by `./run bench` on {platform.machine()}, two cores, Python {platform.python_version()},",
        "embedded PostgreSQL (durable) and Valkey. Each part says when it was measured.",
        "*The limit* is a plain Flask-WTF view with 12 fields, CSRF, one render and six inserts in one",
        "transaction (`bench/limit_app.py`) on the same Granian and PostgreSQL. Medians of interleaved rounds.",
        "Load generator, servers and database share the two cores, for both alike.",
        "",
    ]


def _section(part: Part) -> str:
    lines = [f"## {part.title}", "", f"{datetime.now(UTC):%Y-%m-%d}. {part.words}", ""]
    lines += ["| what | ours | limit | ratio | budget | held |", "|---|---|---|---|---|---|"]
    for row in part.rows:
        held = {True: "yes", False: "**no**", None: ""}[row.held]
        lines.append(
            f"| {row.what} | {row.ours} | {row.limit} | {row.ratio} | {row.budget} | {held} |"
        )
    return "\n".join([*lines, ""])
