"""Errors, the Back button, another language, and leaving at once: what a browser remembers, and what it must not."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import MakeVisitor
from tests.browser.journey import at, by_pointer
from tests.browser.reaching import HERE, at_step, click, go_on

SECRET = "Tätä ei saa kukaan muu nähdä."


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_the_error_summary_takes_the_focus_and_leads_to_the_fields(
    script: bool, visit: MakeVisitor
) -> None:
    visitor = visit("fi", java_script_enabled=script)
    page = visitor.open(at_step("language")(visitor))
    go_on(page)
    links = page.locator(".hds-error-summary__body a")
    # Autofocus comes a moment after the page.
    page.locator("#errors:focus").wait_for()
    for place in range(links.count()):
        target = str(links.nth(place).get_attribute("href")).removeprefix("#")
        links.nth(place).press("Enter")
        assert page.evaluate("document.activeElement.id") == target


def test_back_after_an_error_opens_the_page_and_the_way_goes_on(visit: MakeVisitor) -> None:
    visitor = visit("sv")
    page = visitor.open(at_step("you")(visitor))
    go_on(page)
    assert page.title().startswith("Fel: ")
    page.go_back()
    assert at(page) == "you"
    assert not page.title().startswith("Fel: ")
    page.locator("label[for='identity-1']").click()
    go_on(page)
    assert at(page) == "language"


def test_what_was_typed_stays_beside_the_error(visit: MakeVisitor) -> None:
    visitor = visit("fi")
    page = visitor.open(at_step("contact")(visitor))
    page.locator("label[for='way-1']").click()
    page.locator("[name='phone']").fill("nolla viisi")
    go_on(page)
    assert page.locator("[name='phone']").input_value() == "nolla viisi"
    assert page.locator("[name='way']:checked").get_attribute("value") == "call"


def test_back_from_the_receipt_and_a_second_sending_show_the_same_receipt(
    visit: MakeVisitor,
) -> None:
    visitor = visit("fi")
    page = visitor.page
    for step in by_pointer(page, "fi"):
        if step == "check":
            other_tab = visitor.context.new_page()
            other_tab.goto(page.url)
            # What lies behind draws no frames, and a click would wait for them.
            page.bring_to_front()
    code = page.locator("#access-code").inner_text()
    page.go_back()
    assert page.locator("#access-code").inner_text() == code
    other_tab.bring_to_front()
    go_on(other_tab)
    assert at(other_tab) == "receipt"
    assert other_tab.locator("#access-code").inner_text() == code


def test_another_language_shows_the_same_page_of_the_same_draft(visit: MakeVisitor) -> None:
    visitor = visit("fi")
    page = visitor.open(visitor.walk_to("check", HERE).replace("/check", "/children"))
    before = urlsplit(page.url).path
    click(page, ".lang a[hreflang='sv']")
    assert urlsplit(page.url).path == before.replace("/fi/", "/sv/")
    assert page.locator("html").get_attribute("lang") == "sv"
    assert page.locator("[name='children-0-child_name']").input_value() == "Esimerkki Lapsi"
    go_on(page)
    assert at(page) == "you"


def test_another_language_on_an_error_page_goes_on_with_the_same_draft(visit: MakeVisitor) -> None:
    visitor = visit("fi")
    page = visitor.open(at_step("you")(visitor))
    go_on(page)
    click(page, ".lang a[hreflang='en']")
    assert at(page) == "you"
    assert page.locator("html").get_attribute("lang") == "en"


def test_leaving_deletes_the_draft_and_back_shows_no_answer(visit: MakeVisitor) -> None:
    visitor = visit("fi")
    seen: list[tuple[int, str]] = []

    def weather(route: Route) -> None:
        """The site's own answer, with a page of ours where it leads out into the world."""
        answer = route.fetch(max_redirects=0)
        seen.append((answer.status, answer.headers["location"]))
        kept = {name: value for name, value in answer.headers.items() if name != "location"}
        route.fulfill(status=200, headers={**kept, "content-type": "text/html"}, body="Sunny")

    visitor.context.route("**/exit", weather)
    page = visitor.open(at_step("matter")(visitor))
    page.locator("[name='message']").fill(SECRET)
    go_on(page)
    cookie = visitor.context.cookies()[0]["value"]
    click(page, ".toolbar a.exit")
    assert seen == [(303, "https://www.ilmatieteenlaitos.fi/")]
    assert cookie not in {kept["value"] for kept in visitor.context.cookies()}
    for _ in range(2):
        page.go_back()
        assert SECRET not in page.content()
        assert page.locator("input:visible, textarea:visible").count() == 0
