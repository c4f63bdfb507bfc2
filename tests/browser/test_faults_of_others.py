"""Faults that other public forms have told of themselves, and that no check of every page looks for."""

from __future__ import annotations

import pytest

from tests.browser.conftest import MakeVisitor
from tests.browser.journey import at
from tests.browser.reaching import HERE, answered, at_step, click, go_on, press
from webapp import catalogues

LIMIT = 10_000
#: What a person can fill in; a trap for programs is hidden from people.
_ASKED = "main :is(input:not([type=hidden], .trap *), select, textarea):visible"
#: Lines of nine characters and their end: browsers send that end as two.
LINES = "\n".join(["yhdeksän!"] * (LIMIT // 10))


def in_finnish(msgid: str) -> str:
    return str(catalogues.translations("fi").gettext(msgid))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_line_break_counts_once(script: bool, visit: MakeVisitor) -> None:
    """GOV.UK Forms counted each twice. Exactly the limit goes through; one more is told, with the right number."""
    visitor = visit("fi", java_script_enabled=script)
    page = visitor.open(at_step("matter")(visitor))
    page.locator("[name='message']").fill(f"{LINES}xx")
    assert page.locator("[name='message']").input_value().count("\n") == 999
    go_on(page)
    assert str(LIMIT + 1) in page.locator("#message-error").inner_text().replace("\u00a0", "")
    page.locator("[name='message']").fill(f"{LINES}x")
    go_on(page)
    assert at(page) == "children"


def test_the_characters_that_are_left_are_shown_and_said(visit: MakeVisitor) -> None:
    """Open Forms showed them to eyes alone."""
    visitor = visit("fi")
    page = visitor.open(at_step("matter")(visitor))
    left = in_finnish("Characters left:")
    assert page.locator(".counter").inner_text() == f"{left} 10\u00a0000"
    page.locator("[name='message']").fill("x" * (LIMIT - 1))
    page.locator("[name='message']").press("End")
    page.keyboard.type("y")
    status = page.locator("main [role='status']")
    status.filter(has_text=f"{left} 0").wait_for(state="attached")
    assert page.locator(".counter").inner_text() == f"{left} 0"


def test_the_page_that_checks_answers_asks_nothing_and_leads_to_what_is_missing(
    visit: MakeVisitor,
) -> None:
    """GOV.UK Forms' check page had errors without a title that says so, and links that missed the field."""
    visitor = visit("fi")
    page = visitor.open(visitor.walk_to("check", HERE))
    assert page.locator(_ASKED).count() == 0
    other = visit("fi")
    unanswered = other.walk_to("you", HERE)
    page = other.open(unanswered.replace("/you", "/check"))
    assert at(page) == "you"


def test_after_adding_or_taking_off_a_child_the_focus_is_where_one_goes_on(
    visit: MakeVisitor,
) -> None:
    """FixMyStreet's focus fell to the top of the page."""
    visitor = visit("fi")
    page = visitor.open(at_step("children")(visitor))
    press("add")(page)
    page.locator("fieldset.entry:nth-of-type(2):focus").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "children-1-municipality"
    press("remove-1")(page)
    page.locator("fieldset.entry:first-of-type:focus").wait_for()


def test_a_link_back_stays_on_a_page_with_an_error_and_leads_back(visit: MakeVisitor) -> None:
    """GOV.UK Forms' link disappeared."""
    visitor = visit("fi")
    page = visitor.open(answered("you", HERE)(visitor))
    before = page.locator("a.back").get_attribute("href")
    page.evaluate(
        "document.querySelectorAll('main [type=radio]').forEach(e => { e.checked = false })"
    )
    go_on(page)
    assert page.locator(".hds-error-summary__body").count() == 1
    assert page.locator("a.back").get_attribute("href") == before
    click(page, "a.back")
    assert at(page) == "children"
