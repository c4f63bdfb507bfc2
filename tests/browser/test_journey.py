"""The whole way from the start page to the receipt, as different people go it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import checks
from tests.browser.conftest import LANGUAGES, MakeVisitor
from tests.browser.journey import CHILD, Keyboard, at, by_keyboard, by_pointer
from tests.browser.reaching import HERE, TWO


def code_of(page: Page) -> str:
    return page.locator("#access-code").inner_text()


def test_by_keyboard_alone_with_a_visible_focus_at_every_stop(visit: MakeVisitor) -> None:
    page = visit("fi").page
    by_keyboard(page, "fi")
    assert at(page) == "receipt"
    code = code_of(page)
    keys = Keyboard(page)
    keys.go("form[action$='/receipt'] button")
    assert page.locator("#access-code").count() == 0
    keys.go("main a[href$='/follow-up']")
    keys.write("code", code)
    keys.go("main form button")
    assert page.locator(".state").count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_javascript(language: str, visit: MakeVisitor) -> None:
    page = visit(language, java_script_enabled=False).page
    steps = list(by_pointer(page, language))
    assert steps[-1] == "receipt"
    assert len(code_of(page).replace("-", "")) == 16


def test_on_a_window_as_small_as_four_hundred_percent_zoom_leaves(visit: MakeVisitor) -> None:
    page = visit("sv", viewport={"width": 320, "height": 256}, has_touch=True).page
    for step in by_pointer(page, "sv"):
        assert list(checks.reflow(page)) == [], step
    assert code_of(page)


def test_nothing_hides_the_focus_in_a_small_window(visit: MakeVisitor) -> None:
    page = visit("en", viewport={"width": 320, "height": 256}).page
    by_keyboard(page, "en")
    assert at(page) == "receipt"


def test_enter_in_a_childs_name_goes_on_and_neither_adds_nor_removes_a_child(
    visit: MakeVisitor,
) -> None:
    visitor = visit("fi")
    page = visitor.open(visitor.walk_to("check", TWO).replace("/check", "/children"))
    page.locator("[name='children-1-child_name']").fill("Toinen Nimi")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert at(page) == "you"
    page.go_back()
    names = page.locator("[name$='-child_name']")
    assert [names.nth(i).input_value() for i in range(names.count())] == [CHILD, "Toinen Nimi"]


def test_the_shown_page_of_a_choice_is_the_same_with_the_choice_made(visit: MakeVisitor) -> None:
    """Going back to a page shows what was chosen there, marked in the browser too (WCAG 3.3.7)."""
    visitor = visit("en")
    page = visitor.open(visitor.walk_to("check", HERE).replace("/check", "/matter"))
    assert page.locator("[name='topic']:checked").get_attribute("value") == "school"
    assert page.locator("[name='message']").input_value().startswith("Tarvitsen")
