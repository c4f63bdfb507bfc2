"""Every page, in every state and language, against what a machine can judge of WCAG 2.2."""

from __future__ import annotations

import re

import pytest

from tests.browser import checks
from tests.browser.conftest import LANGUAGES, MakeVisitor
from tests.browser.pages import STATES
from tests.browser.state import State
from tests.browser.visitor import Visitor

ON_THE_SITE = [state for state in STATES if not state.without_database]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ON_THE_SITE, ids=str)
def test_a_page_has_no_fault_that_a_machine_can_see(
    state: State, language: str, windows: dict[str, Visitor]
) -> None:
    visitor = windows[language]
    visitor.forget()
    page = state.show(visitor)
    assert checks.status(page) == state.answer
    assert checks.everything(page, language, wrong=state.wrong) == []


@pytest.mark.parametrize("state", [s for s in STATES if s.without_database], ids=str)
def test_a_page_without_its_database_has_none_either(
    state: State, visit: MakeVisitor, without_database: str
) -> None:
    for language in LANGUAGES:
        page = state.show(visit(language, without_database))
        assert checks.status(page) == state.answer
        assert checks.everything(page, language, wrong=state.wrong) == [], language


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_pages_share_a_title(language: str, windows: dict[str, Visitor]) -> None:
    visitor = windows[language]
    reached = [state for state in ON_THE_SITE if state.act is None]
    titles: dict[str, list[str]] = {}
    # Of each page the first state will do.
    for page, state in {state.page: state for state in reversed(reached)}.items():
        visitor.forget()
        text = visitor.client.get(state.reach(visitor)).text
        found = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
        assert found, page
        titles.setdefault(found.group(1), []).append(page)
    assert len(titles) > 15
    assert {title: pages for title, pages in titles.items() if len(pages) > 1} == {}
