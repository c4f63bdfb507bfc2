"""Every page, in every state and language, against what a machine can judge of WCAG 2.2."""

from __future__ import annotations

import pytest

from tests.browser import checks
from tests.browser.conftest import MakeVisitor
from tests.browser.pages import STATES, State

LANGUAGES = ("fi", "sv", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_page_has_no_fault_that_a_machine_can_see(
    state: State, language: str, visit: MakeVisitor, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("without_database") if state.without_database else ""
    page = state.show(visit(language, url))
    assert checks.everything(page, language, wrong=state.wrong) == []
