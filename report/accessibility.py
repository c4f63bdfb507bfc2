"""The page about accessibility: figures, the table of criteria, the faults of others, and what is left to people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from casework.calendar import HELSINKI
from report.by_hand import WAYS
from report.criteria import CRITERIA, Criterion
from report.findings import Findings
from report.others import FAULTS, Fault
from tests.browser import nu
from tests.browser.axe import TAGS
from tests.browser.checks import MOST_BYTES, MOST_REQUESTS
from tests.browser.conftest import ALL_LANGUAGES, LANGUAGES

__all__ = ["LANGUAGES", "written"]


def written(found: Findings, now: datetime) -> str:
    """The whole page, as Markdown."""
    parts = [
        _HEAD.format(day=now.astimezone(HELSINKI).date(), tags=", ".join(TAGS)),
        _table(("what", "figure"), _figures(found)),
        _TABLE,
        _table(
            ("criterion", "checks and tests", "result of this run", "left to a person"),
            (_criterion(one, found) for one in CRITERIA),
        ),
        _OTHERS,
        _table(
            ("whose", "fault", "ours", "checks and tests", "result of this run"),
            (_fault(one, found) for one in FAULTS),
        ),
        _BY_HAND,
        *(f"- **{what}.** {how}" for what, how in WAYS),
        _FOOT.format(pages=", ".join(sorted(found.pages))),
    ]
    return "\n".join(parts)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(found: Findings) -> list[tuple[str, str]]:
    most_bytes, most_requests = found.heaviest()
    doubts = found.doubts()
    known = "; ".join(f"{words}: {why}" for words, why in nu.KNOWN.items())
    return [
        ("pages in their states", f"{found.states}"),
        ("languages", f"{', '.join(LANGUAGES)}, and {ALL_LANGUAGES[-1]}: made up, right to left"),
        ("pages looked at", f"{len(found.looks)}"),
        ("Chromium", found.browser_version),
        (
            "axe-core",
            f"{found.axe_version}, {len(found.all_rules())} rules with something to judge",
        ),
        (
            "axe and the HTML checker",
            f"on {found.pages_of_check('axe')} pages: those of the made-up language have the same markup",
        ),
        ("axe: violations", f"{len(found.complaints('axe'))}"),
        ("axe: could not decide", f"{len(doubts)}{': ' if doubts else ''}{'; '.join(doubts)}"),
        (
            "Nu HTML checker: errors",
            f"{len(found.complaints('html'))} (left out in the CSS: {known})",
        ),
        ("journeys through a whole form", f"{found.journeys()}, all to the receipt"),
        ("heaviest page of a form", f"{most_bytes:,} bytes of {MOST_BYTES:,}"),
        ("most requests of a form's page", f"{most_requests} of {MOST_REQUESTS}"),
        ("faults in all", f"{len(found.all_faults)}"),
    ]


def _named(one: Criterion | Fault, found: Findings) -> list[str]:
    checks = [f"`checks.{name}` ({found.pages_of_check(name)})" for name in one.checks]
    return checks + [f"`{name}` ({found.outcomes[name].total()})" for name in one.tests]


def _criterion(one: Criterion, found: Findings) -> list[str]:
    rules = found.rules("judged", one.number)
    seen = [f"axe `{rule}` ({pages})" for rule, pages in sorted(rules.items())]
    return [
        f"{one.number} {one.name}",
        "<br>".join(seen + _named(one, found)) or "–",
        _result(one, found, rules),
        one.person or "–",
    ]


def _result(one: Criterion, found: Findings, rules: Any) -> str:
    violated = [
        words for words in found.complaints("axe") if any(f"axe: {r}:" in words for r in rules)
    ]
    if violated:
        return f"**{len(violated)} faults**"
    if not (rules or one.checks or one.tests):
        return f"does not arise: {one.absent}" if one.absent else "not tested"
    doubts = sum(found.rules("undecided", one.number).values())
    open_question = f"; axe could not decide on {doubts} pages" if doubts else ""
    absent = f"; {one.absent}" if one.absent else ""
    return f"{found.result(one)}{open_question}{absent}"


def _fault(one: Fault, found: Findings) -> list[str]:
    return [one.whose, one.what, one.ours, "<br>".join(_named(one, found)), found.result(one)]


_HEAD = """# Accessibility: what the tests found

Made by `./run report` on {day}; change the tests, not this page.

**This is a partial assessment by automated tests. It is no statement of conformance:** machines find a part of
the faults only, and no person with a disability, no screen reader and no expert has taken part. A county that
uses Luotsi must assess its own service and publish its own accessibility statement.

Every page was looked at, in every state and language, with axe ({tags}), the Nu HTML checker and our own checks
(`tests/browser/checks.py`); other tests then used the service as people do: by keyboard alone, without JavaScript,
on a telephone, in forced colours. 'No fault found' means just that.
"""

_TABLE = """
## Each criterion of WCAG 2.2, levels A and AA

A number in brackets tells on how many pages a rule or check had something to judge, or how often a test was run.
"""

_OTHERS = """
## Faults that others have told of themselves

Beside each, what these pages do, and what shows it. The others may have mended theirs since.
"""

_BY_HAND = """
## What only a person can judge, and how

Nobody has done any of this for this release.
"""

_FOOT = """- **A county's own colours, logo and texts.** Colours with too little contrast are refused by `luotsi directory
  check`; the words and the logo are the county's to judge.

## The pages

{pages}.

Each in the states of `tests/browser/pages.py`: not answered, wrong, answered, and what may come between.
"""
