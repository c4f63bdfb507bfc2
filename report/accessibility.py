"""The table of criteria: each with its tests and what they found, in this run and no other."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from playwright.sync_api import Browser

from casework.calendar import HELSINKI
from report.criteria import CRITERIA, Criterion
from tests.browser import checks
from tests.browser.pages import STATES
from tests.browser.visitor import Visitor

LANGUAGES = ("fi", "sv", "en")
_ROOT = Path(__file__).resolve().parent.parent
#: axe names a criterion in a rule's tags: wcag143 is 1.4.3, wcag1410 is 1.4.10.
_TAG = re.compile(r"wcag(\d)(\d)(\d{1,2})")


@dataclass
class Findings:
    """What was looked at and found. Counts are pages (a state in a language)."""

    looked_at: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    axe_version: str = ""
    browser_version: str = ""
    #: criterion -> axe rule -> pages on which the rule had something to judge
    judged: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    #: criterion -> axe rule -> pages on which axe could not decide
    undecided: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    #: axe rule, or name of a check -> complaints
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: name of a browser test -> its outcomes
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def all_faults(self) -> list[str]:
        failed = [name for name, seen in self.outcomes.items() if set(seen) - {"passed"}]
        return [fault for found in self.faults.values() for fault in found] + failed


def look(browser: Browser, url: str) -> Findings:
    """Every page of the browser tests that the site itself can show, by axe and by our own checks."""
    found = Findings(browser_version=browser.version)
    for language in LANGUAGES:
        visitor = Visitor(browser, url, language)
        for state in STATES:
            if not state.without_database:
                visitor.forget()
                page = state.show(visitor)
                _add_axe(checks.axe(page), found)
                known = checks.facts(page)
                found.faults["title"] += checks.title(known, language, wrong=state.wrong)
                found.faults["structure"] += checks.structure(known)
                found.faults["targets"] += checks.targets(known)
                found.faults["reflow"] += checks.reflow(page)
                found.looked_at += 1
                found.pages[state.page] += 1
        visitor.close()
    return found


def _add_axe(answer: dict[str, Any], found: Findings) -> None:
    found.axe_version = answer["testEngine"]["version"]
    for outcome, where in (("passes", found.judged), ("incomplete", found.undecided)):
        for rule in answer[outcome]:
            for criterion in _criteria(rule):
                where[criterion][rule["id"]] += 1
    for rule in answer["violations"]:
        found.faults[rule["id"]] += [node["html"][:160] for node in rule["nodes"]]
        for criterion in _criteria(rule):
            found.judged[criterion][rule["id"]] += 1


def _criteria(rule: dict[str, Any]) -> Iterator[str]:
    for tag in rule["tags"]:
        if named := _TAG.fullmatch(tag):
            yield ".".join(named.groups())


def run_tests(folder: Path, found: Findings) -> None:
    """The browser tests that do more than look at a page, and how each ended."""
    told = folder / "outcomes.xml"
    tests = _ROOT / "tests" / "browser"
    files = sorted(tests.glob("test_*.py"))
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", f"--junitxml={told}"),
            *("-k", "not fault_that_a_machine_can_see"),
            *map(str, files),
        ],
        cwd=_ROOT,
        check=False,
        stdout=subprocess.DEVNULL,
    )
    for case in ElementTree.parse(told).iter("testcase"):
        failed = any(case.find(fault) is not None for fault in ("failure", "error"))
        missing = case.find("skipped") is not None
        outcome = "failed" if failed else "skipped" if missing else "passed"
        found.outcomes[case.attrib["name"].split("[")[0]][outcome] += 1


def written(found: Findings, now: datetime) -> str:
    """The whole page, as Markdown."""
    lines = [_HEAD.format(day=now.astimezone(HELSINKI).date(), **_figures(found))]
    lines += [
        "| criterion | tests | result of this run | left to a person |",
        "|---|---|---|---|",
    ]
    lines += [_row(criterion, found) for criterion in CRITERIA]
    lines += [_FOOT.format(pages=", ".join(sorted(found.pages)))]
    return "\n".join(lines)


def _figures(found: Findings) -> dict[str, Any]:
    return {
        "looked_at": found.looked_at,
        "languages": len(LANGUAGES),
        "states": found.looked_at // len(LANGUAGES),
        "axe": found.axe_version,
        "chromium": found.browser_version,
        "faults": len(found.all_faults) or "no",
        "tags": ", ".join(checks.TAGS),
    }


def _row(criterion: Criterion, found: Findings) -> str:
    rules = found.judged.get(criterion.number, Counter())
    tests = [f"axe `{rule}` ({pages})" for rule, pages in sorted(rules.items())]
    tests += [f"`checks.{name}` ({found.looked_at})" for name in criterion.checks]
    tests += [f"`{name}`" for name in criterion.tests]
    cells = (
        f"{criterion.number} {criterion.name}",
        "<br>".join(tests) or "–",
        _result(criterion, found, [*rules, *criterion.checks]),
        criterion.person or "–",
    )
    return f"| {' | '.join(cells)} |"


def _result(criterion: Criterion, found: Findings, looked_by: list[str]) -> str:
    faults = sum(len(found.faults.get(name, ())) for name in looked_by)
    unseen = [name for name in criterion.tests if not found.outcomes[name]["passed"]]
    failed = [name for name in criterion.tests if set(found.outcomes[name]) - {"passed"}]
    if faults or failed:
        return f"**{faults + len(failed)} faults**"
    if unseen:
        return "**a test did not run**"
    doubts = sum(found.undecided.get(criterion.number, Counter()).values())
    open_question = f"; axe could not decide on {doubts} pages" if doubts else ""
    if looked_by or criterion.tests:
        return f"no fault found{open_question}"
    return f"does not arise: {criterion.absent}" if criterion.absent else "not tested"


_HEAD = """# Accessibility: what the tests found

Made by `./run report` on {day}; change the tests, not this page.

**This is a partial assessment by automated tests. It is no statement of conformance:** machines find a part of
the faults only, and no person with a disability, no screen reader and no expert has taken part. A county that
uses Luotsi must assess its own service and publish its own accessibility statement.

{looked_at} pages ({states} states in {languages} languages) were looked at with axe-core {axe} ({tags}) and our own
checks, in Chromium {chromium}; other browser tests then used the service as people do. They found {faults} faults.
'No fault found' means just that. A number in brackets tells on how many pages a rule had something to judge.
"""

_FOOT = """
## What only a person can judge

- NVDA with Firefox, JAWS with Chrome, VoiceOver on iOS, TalkBack on Android: is it understood by ear?
- Voice control; a switch; a real zoom of 400 %; Windows contrast themes as people set them.
- Plain Finnish and Swedish, with people who use them; the same for the words of errors and hints.
- Whether leaving at once works for somebody who is being watched: history, other programs, other people.
- The staff's pages by keyboard and by ear: only their sign-in, inbox and case pages were looked at here.
- Colours, logo and texts that a county brings itself.

## The pages

{pages}.

Each in the states of `tests/browser/pages.py`: not answered, wrong, answered, and what may come between.
"""
