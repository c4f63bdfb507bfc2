"""The report names tests and checks of ours: each of them must exist, or its table would promise too much."""

from __future__ import annotations

import re
from pathlib import Path

from report.criteria import CRITERIA
from tests.browser import checks

_TESTS = Path(__file__).parent


def test_each_test_and_check_that_the_report_names_exists() -> None:
    ours = "\n".join(path.read_text("utf-8") for path in _TESTS.glob("test_*.py"))
    known = set(re.findall(r"^def (test_\w+)", ours, re.MULTILINE))
    named = {name for criterion in CRITERIA for name in criterion.tests}
    assert named - known == set()
    checked = {name for criterion in CRITERIA for name in criterion.checks}
    assert {name for name in checked if not hasattr(checks, name)} == set()


def test_the_report_lists_every_criterion_of_levels_a_and_aa_once() -> None:
    numbers = [criterion.number for criterion in CRITERIA]
    # WCAG 2.2 has 86 criteria: 31 of level A, 24 of AA (4.1.1 was taken out), 31 of AAA.
    assert len(numbers) == len(set(numbers)) == 55
