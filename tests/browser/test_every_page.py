"""Every page, in every state and language, against what a machine can judge of WCAG 2.2."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import checks, records
from tests.browser.checks import Instruments, Look
from tests.browser.conftest import ALL_LANGUAGES, LANGUAGES, MakeVisitor
from tests.browser.pages import STATES
from tests.browser.state import State
from tests.browser.visitor import Visitor

ON_THE_SITE = [state for state in STATES if not (state.without_database or state.in_trouble)]
Record = Callable[[str, object], None]


@pytest.mark.parametrize("language", ALL_LANGUAGES)
@pytest.mark.parametrize("state", ON_THE_SITE, ids=str)
def test_a_page_has_no_fault_that_a_machine_can_see(
    state: State,
    language: str,
    instruments: Instruments,
    windows: dict[str, Visitor],
    record_property: Record,
) -> None:
    visitor = windows[language]
    visitor.forget()
    page = state.show(visitor)
    look = Look(page, state, language, visitor.html, instruments)
    found = checks.everything(look, once=language == LANGUAGES[0])
    record_property(*records.record(look, found))
    assert not checks.complaints(found), "\n".join(checks.complaints(found))


@pytest.mark.parametrize("language", ALL_LANGUAGES)
@pytest.mark.parametrize("state", [s for s in STATES if s.without_database], ids=str)
def test_a_page_without_its_database_has_none_either(
    state: State,
    language: str,
    instruments: Instruments,
    visit: MakeVisitor,
    without_database: str,
    record_property: Record,
) -> None:
    visitor = visit(language, without_database)
    look = Look(state.show(visitor), state, language, visitor.html, instruments)
    found = checks.everything(look, once=language == LANGUAGES[0])
    record_property(*records.record(look, found))
    assert not checks.complaints(found), "\n".join(checks.complaints(found))


@pytest.mark.parametrize("language", ALL_LANGUAGES)
@pytest.mark.parametrize("state", [s for s in STATES if s.in_trouble], ids=str)
def test_a_page_while_messages_do_not_leave_has_none_either(
    state: State,
    language: str,
    instruments: Instruments,
    visit: MakeVisitor,
    in_trouble: str,
    record_property: Record,
) -> None:
    visitor = visit(language, in_trouble)
    look = Look(state.show(visitor), state, language, visitor.html, instruments)
    assert look.page.locator(".desk-trouble p").count() == 2
    found = checks.everything(look, once=language == LANGUAGES[0])
    record_property(*records.record(look, found))
    assert not checks.complaints(found), "\n".join(checks.complaints(found))


def test_head_help_and_foot_are_the_same_on_every_page(windows: dict[str, Visitor]) -> None:
    """WCAG 3.2.3, 3.2.4 and 3.2.6: the same links with the same words in the same order; the numbers first."""
    visitor = windows["sv"]
    frames: dict[tuple[str, ...], list[str]] = {}
    # Of each page the first state, and of those every fourth: all pages have one frame.
    pages = {state.page: state for state in reversed(ON_THE_SITE) if state.act is None}
    for state in list(pages.values())[::4]:
        visitor.forget()
        page = visitor.open(state.reach(visitor))
        if "/staff" not in page.url and "/dev" not in page.url:
            links = page.locator(".masthead__name, .urgent a, footer a").all_inner_texts()
            frames.setdefault(tuple(links), []).append(str(state))
    assert sum(map(len, frames.values())) > 10
    assert len(frames) == 1, frames
