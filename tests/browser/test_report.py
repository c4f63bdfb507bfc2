"""The report names tests and checks of ours: each of them must exist, or its table would promise too much."""

from __future__ import annotations

import re

from report import names
from report.criteria import CRITERIA
from report.findings import EVIDENCE
from report.others import FAULTS
from tests.browser.checks import PLAN

ALL = (*CRITERIA, *FAULTS)


def test_each_test_and_check_that_the_report_names_exists_and_is_run_for_it() -> None:
    ours = "\n".join(path.read_text("utf-8") for path in EVIDENCE)
    known = set(re.findall(r"^def (test_\w+)", ours, re.MULTILINE))
    named = {value for name, value in vars(names).items() if name.isupper() and name != "JOURNEYS"}
    assert named - known == set()
    assert {test for one in ALL for test in one.tests} | set(names.JOURNEYS) == named
    plans = PLAN.values()
    checks = {check.__name__ for plan in plans for check in (*plan.always, *plan.real, *plan.once)}
    assert {check for one in ALL for check in one.checks} - checks == set()


def test_each_fault_of_others_is_answered_by_a_check_or_a_test() -> None:
    assert [fault.what for fault in FAULTS if not fault.checks and not fault.tests] == []
    assert {fault.whose for fault in FAULTS} == {"GOV.UK Forms", "Open Forms", "FixMyStreet"}


def test_the_report_lists_every_criterion_of_levels_a_and_aa_once() -> None:
    numbers = [criterion.number for criterion in CRITERIA]
    # WCAG 2.2 has 86 criteria: 31 of level A, 24 of AA (4.1.1 was taken out), 31 of AAA.
    assert len(numbers) == len(set(numbers)) == 55
