"""What a run of the tests found, read from pytest's own results."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from report.criteria import Criterion
from report.names import JOURNEYS
from tests.browser import records

_ROOT = Path(__file__).resolve().parent.parent
#: The tests that speak about accessibility.
EVIDENCE = (
    *sorted((_ROOT / "tests" / "browser").glob("test_*.py")),
    _ROOT / "tests/house/test_colours.py",
    _ROOT / "tests/casework/test_contrast.py",
    _ROOT / "tests/forms/test_purposes.py",
)


@dataclass
class Findings:
    """`looks`: what was found on each page (`tests.browser.records`); `outcomes`: name of a test -> how it ended."""

    looks: list[dict[str, Any]] = field(default_factory=list)
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    #: Tests of pages that ended before their checks.
    unseen: list[str] = field(default_factory=list)

    @property
    def languages(self) -> list[str]:
        return sorted({look["language"] for look in self.looks})

    @property
    def pages(self) -> Counter[str]:
        return Counter(look["page"] for look in self.looks)

    @property
    def states(self) -> int:
        return len({(look["page"], look["state"]) for look in self.looks})

    @property
    def axe_version(self) -> str:
        return next((look["axe"] for look in self.looks if look["axe"]), "")

    @property
    def browser_version(self) -> str:
        return next((look["chromium"] for look in self.looks), "")

    @property
    def all_faults(self) -> list[str]:
        """All complaints about pages, and every other test that did not pass."""
        failed = [name for name, seen in self.outcomes.items() if set(seen) - {"passed"}]
        return [*self.complaints(), *self.unseen, *failed]

    def complaints(self, *checks: str) -> list[str]:
        """The complaints of these checks, or of all."""
        return [
            f"{look['page']}:{look['state']} in {look['language']}: {name}: {words}"
            for look in self.looks
            for name, all_words in look["checks"].items()
            if not checks or name in checks
            for words in all_words
        ]

    def pages_of_check(self, name: str) -> int:
        """How many pages a check looked at."""
        return sum(name in look["checks"] for look in self.looks)

    def rules(self, outcome: str, criterion: str) -> Counter[str]:
        """axe rule -> pages on which it `judged` the criterion, or left it `undecided`."""
        return Counter(
            rule
            for look in self.looks
            for rule, criteria in look[outcome].items()
            if criterion in criteria
        )

    def doubts(self) -> list[str]:
        """Where axe could not decide."""
        return [
            f"{rule} on {look['page']}:{look['state']} in {look['language']}"
            for look in self.looks
            for rule in look["undecided"]
        ]

    def all_rules(self) -> set[str]:
        return {rule for look in self.looks for rule in look["judged"]}

    def journeys(self) -> int:
        return sum(self.outcomes[name]["passed"] for name in JOURNEYS)

    def heaviest(self) -> tuple[int, int]:
        """The most bytes and the most requests of a form's page."""
        forms = [look for look in self.looks if look["form"]]
        return max(look["bytes"] for look in forms), max(look["requests"] for look in forms)

    def failed(self, names: tuple[str, ...]) -> list[str]:
        return [name for name in names if set(self.outcomes[name]) - {"passed"}]

    def not_run(self, names: tuple[str, ...]) -> list[str]:
        return [name for name in names if not self.outcomes[name]["passed"]]

    def result(self, one: Criterion | Any) -> str:
        """How the checks and tests of a criterion or fault ended, in words."""
        faults = len(self.complaints(*one.checks)) if one.checks else 0
        if faults or self.failed(one.tests):
            return f"**{faults + len(self.failed(one.tests))} faults**"
        if self.not_run(one.tests) or any(not self.pages_of_check(name) for name in one.checks):
            return "**a test did not run**"
        return "no fault found"


def of_a_run(folder: Path) -> Findings:
    """Run the tests that speak about accessibility, on two processes, and read how each ended."""
    told = folder / "outcomes.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--junitxml={told}"]
    subprocess.run(
        [*command, *map(str, EVIDENCE)], cwd=_ROOT, check=False, stdout=subprocess.DEVNULL
    )
    return read(told)


def read(told: Path) -> Findings:
    """The findings in a file of results (JUnit's XML)."""
    found = Findings()
    for case in ElementTree.parse(told).iter("testcase"):
        failed = any(case.find(fault) is not None for fault in ("failure", "error"))
        outcome = (
            "failed" if failed else "skipped" if case.find("skipped") is not None else "passed"
        )
        looks = list(_looks(case))
        found.looks += looks
        if looks:
            continue
        name = case.attrib["name"]
        if name.startswith("test_a_page_") and "machine_can_see" in name and failed:
            found.unseen.append(f"{name} {outcome}")
        else:
            found.outcomes[name.split("[")[0]][outcome] += 1
    return found


def _looks(case: ElementTree.Element) -> Iterator[dict[str, Any]]:
    for told in case.iter("property"):
        if told.attrib["name"] == records.NAME:
            yield json.loads(told.attrib["value"])
