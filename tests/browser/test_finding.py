"""Finding one's form and one's team in a browser without a script, by keyboard alone, and on paper."""

from __future__ import annotations

import pytest

from tests.browser.conftest import MakeVisitor
from tests.browser.journey import Keyboard
from tests.browser.reaching import click, go_on
from tests.browser.site import CLOSED


def test_the_questions_lead_to_the_right_form_by_keyboard_alone(visit: MakeVisitor) -> None:
    page = visit("fi", java_script_enabled=True).page
    page.goto("/fi/")
    keys = Keyboard(page)
    for ending in ("/which/client", "/which/who", "/which/private", "/forms/notification"):
        keys.go(f"main a[href$='{ending}']")
        assert page.url.endswith(ending)
    page.go_back()
    keys.go("a.back")
    assert page.url.endswith("/which/who")


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_a_team_is_found_by_choosing_writing_and_being_asked_again_without_a_script(
    language: str, visit: MakeVisitor
) -> None:
    page = visit(language, java_script_enabled=False).page
    page.goto(f"/{language}/")
    page.locator("#municipality").select_option(CLOSED)
    click(page, ".finder:has(select) button")
    assert page.url.endswith(f"/{language}/contact?municipality={CLOSED}")
    page.locator("#place").fill("kem")
    click(page, ".finder:has(#place) button")
    go_on(page)
    assert page.locator("#errors").count() == 1
    page.locator("label[for='municipality-0']").click()
    go_on(page)
    assert page.url.count("=") == 1
    page.locator("#place").fill("Eiolekunta")
    click(page, ".finder:has(#place) button")
    assert page.locator("#place").input_value() == "Eiolekunta"
    page.locator("#errors a").click()
    assert page.evaluate("document.activeElement.id") == "place"


def test_a_printed_card_has_numbers_hours_and_its_address_and_nothing_to_press(
    visit: MakeVisitor,
) -> None:
    visitor = visit("sv")
    page = visitor.open(f"/sv/contact?municipality={CLOSED}")
    page.emulate_media(media="print")
    assert page.locator(".hours").is_visible()
    assert page.locator(".card .phone").is_visible()
    address = page.locator(".share .address")
    assert address.is_visible()
    assert address.inner_text().endswith(f"/sv/contact?municipality={CLOSED}")
    pressed = "button:visible, .hds-button:visible, select:visible, input:visible, .toolbar:visible"
    assert page.locator(pressed).count() == 0
