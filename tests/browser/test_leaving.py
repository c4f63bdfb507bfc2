"""Leaving at once, as the keyboard and the script do it: covered first, and everything unsent is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import MakeVisitor
from tests.browser.reaching import at_step, fill

SECRET = "Tätä kukaan muu ei saa nähdä."


@pytest.fixture
def form(visit: MakeVisitor) -> Page:
    """The first page of a form with something written on it; the weather page is one of ours."""
    visitor = visit("fi")
    page = visitor.open(at_step("matter")(visitor))
    page.route("**/fi/exit", _weather)
    fill("message", SECRET)(page)
    return page


def _weather(route: Route) -> None:
    """The house answers; where it leads to is not reached from a test."""
    answer = route.fetch(max_redirects=0)
    assert answer.status == 303
    assert answer.headers["location"].startswith("https://")
    route.fulfill(status=200, content_type="text/html", body="<title>Weather</title>")


def gone(page: Page, was: str) -> None:
    """The neutral page is shown, and neither Back nor the address brings anything back."""
    page.wait_for_url("**/fi/exit")
    assert page.title() == "Weather"
    page.go_back()
    assert SECRET not in page.content()
    answer = page.goto(was)
    assert answer is not None
    assert answer.status == 404


def test_shift_pressed_three_times_leaves_at_once(form: Page) -> None:
    was = form.url
    form.locator("h1").first.click()
    for _ in range(3):
        form.keyboard.press("Shift")
    gone(form, was)


def test_writing_capitals_does_not_leave(form: Page) -> None:
    was = form.url
    form.locator("[name='message']").press("End")
    for letter in "ABCDE":
        form.keyboard.press(f"Shift+{letter}")
    assert form.url == was
    assert form.locator("[name='message']").input_value() == f"{SECRET}ABCDE"


def test_the_link_leaves_too(form: Page) -> None:
    was = form.url
    form.locator("a[data-leave]").click()
    gone(form, was)
