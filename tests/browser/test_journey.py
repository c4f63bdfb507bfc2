"""The whole way through every form to its receipt, as different people go it."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page

from forms.registry import FORMS
from tests.browser import layout
from tests.browser.conftest import LANGUAGES, MakeVisitor
from tests.browser.journey import CHILD, MOST_PAGES, Keyboard, at, by_keyboard, by_pointer
from tests.browser.reaching import HERE, TWO, click, go_on

#: Every form, in languages by turns: a journey finds the same in each.
BY_TURNS = list(zip(FORMS, itertools.cycle(LANGUAGES)))

_ASKED = "main form :is(legend:not(.hds-fieldset-legend), label.hds-text-input__label):visible"


def code_of(page: Page) -> str:
    return page.locator("#access-code").inner_text()


@pytest.mark.parametrize("slug", FORMS)
def test_by_keyboard_alone_with_a_visible_focus_at_every_stop(
    slug: str, visit: MakeVisitor
) -> None:
    page = visit("fi").page
    assert list(by_keyboard(page, "fi", slug))[-1] == "receipt"
    code = code_of(page)
    keys = Keyboard(page)
    keys.go("form[action$='/receipt'] button")
    assert page.locator("#access-code").count() == 0
    keys.go("main a[href$='/follow-up']")
    keys.write("code", code)
    keys.go("main form button")
    assert page.locator(".state").count() == 1


@pytest.mark.parametrize(
    ("slug", "language"), [*BY_TURNS, *(("guidance", one) for one in LANGUAGES[1:])]
)
def test_without_javascript_and_with_nothing_asked_twice(
    slug: str, language: str, visit: MakeVisitor
) -> None:
    """WCAG 3.3.7: nothing about the writer is wanted again, and no page has a question twice."""
    page = visit(language, java_script_enabled=False).page
    purposes: list[str] = []
    asked: list[str] = []
    steps = []
    for step in by_pointer(page, language, slug):
        steps.append(step)
        if step not in {"start", "form", "check", "receipt"}:
            purposes += page.locator("main :is(input, textarea):visible").evaluate_all(
                "all => all.map(e => e.autocomplete).filter(kind => kind && kind !== 'off')"
            )
            asked += [f"{step}: {question}" for question in page.locator(_ASKED).all_inner_texts()]
    assert steps[-1] == "receipt"
    assert len(code_of(page).replace("-", "")) == 16
    assert len(asked) > 1
    assert sorted(asked) == sorted(set(asked))
    assert sorted(purposes) == sorted(set(purposes))


@pytest.mark.parametrize(("slug", "language"), BY_TURNS[::-1])
def test_on_a_phone(slug: str, language: str, visit: MakeVisitor) -> None:
    width, height = layout.PHONE
    page = visit(language, viewport={"width": width, "height": height}, has_touch=True).page
    for step in by_pointer(page, language, slug):
        assert list(layout.lost(page)) == [], step
    assert code_of(page)


def test_on_a_window_as_small_as_four_hundred_percent_zoom_leaves(visit: MakeVisitor) -> None:
    page = visit("sv", viewport={"width": 320, "height": 256}, has_touch=True).page
    for step in by_pointer(page, "sv"):
        assert list(layout.lost(page)) == [], step
    assert code_of(page)


def test_nothing_hides_the_focus_in_a_small_window(visit: MakeVisitor) -> None:
    page = visit("en", viewport={"width": 320, "height": 256}).page
    assert list(by_keyboard(page, "en"))[-1] == "receipt"


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


def test_back_leads_page_by_page_to_the_start_and_every_answer_is_still_there(
    visit: MakeVisitor,
) -> None:
    visitor = visit("fi")
    page = visitor.open(visitor.walk_to("check", HERE))
    ways = []
    for _ in range(MOST_PAGES):
        click(page, "a.back")
        ways.append(at(page))
        if at(page) == "guidance":
            break
        assert page.locator(".hds-error-summary__body").count() == 0
        typed = page.locator("main :is(input:checked, textarea, select, [type=text], [type=email])")
        assert any(typed.nth(i).input_value() for i in range(typed.count())), page.url
    assert ways[-1] == "guidance"
    assert len(ways) > 5


def test_each_link_to_change_an_answer_has_a_name_of_its_own_and_comes_back_to_the_check(
    visit: MakeVisitor,
) -> None:
    visitor = visit("fi")
    page = visitor.open(visitor.walk_to("check", TWO))
    links = page.locator(".answers-section .change a")
    names = [" ".join(text.split()) for text in links.all_text_contents()]
    headings = [
        " ".join(text.split()) for text in page.locator(".answers-section h2").all_text_contents()
    ]
    assert len(names) > 4
    assert names == [f"{names[0].split(':')[0]}: {heading}" for heading in headings]
    click(page, ".answers-section .change a >> nth=1")
    assert at(page) != "check"
    go_on(page)
    assert at(page) == "check"
