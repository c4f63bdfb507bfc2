"""The desk on paper, and on a narrow screen: nothing is left out, cut off or too pale to read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import MakeVisitor
from tests.browser.desk_acts import dates
from tests.browser.planned_states import planned
from tests.browser.reaching import desk
from tests.browser.visitor import DUTY_WORKER

#: A4 at 96 dots an inch, as Chromium prints it.
PAPER = {"width": 794, "height": 1123}
PHONE = {"width": 360, "height": 740}

_BEYOND = """() => [...document.querySelectorAll('main *')]
  .filter(e => e.checkVisibility() && !e.closest('.vh')
    && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + '.' + e.className)"""


def printed(visit: MakeVisitor, language: str) -> Page:
    visitor = visit(language, viewport=PAPER)
    page = visitor.open(planned(visitor))
    page.emulate_media(media="print")
    return page


def test_the_printed_case_has_its_planned_contacts_and_no_form_and_fits_on_the_paper(
    visit: MakeVisitor,
) -> None:
    page = printed(visit, "sv")
    assert page.locator("#planned .limit:visible").count() == 2
    assert (
        page.locator("main button:visible, main input:visible, main summary:visible").count() == 0
    )
    assert page.evaluate(_BEYOND) == []


def test_printed_labels_are_black_on_nothing(visit: MakeVisitor) -> None:
    page = printed(visit, "fi")
    looks = page.locator(".hds-status-label").evaluate_all(
        "all => all.map(e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor]; })"
    )
    assert looks
    assert {tuple(look) for look in looks} == {("rgb(0, 0, 0)", "rgba(0, 0, 0, 0)")}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_on_a_phone_the_inbox_shows_when_a_case_is_to_be_opened_without_scrolling(
    visit: MakeVisitor, language: str
) -> None:
    visitor = visit(language, viewport=PHONE)
    page = visitor.open(desk(DUTY_WORKER)(visitor))
    box = page.locator("tbody tr:first-child td").first.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_on_a_phone_no_word_of_the_calendar_is_broken_and_the_caption_is_whole(
    visit: MakeVisitor, language: str
) -> None:
    visitor = visit(language, viewport=PHONE)
    page = visitor.open(dates(visitor))
    lines = page.locator(".month th [aria-hidden]").evaluate_all(
        "all => all.map(e => e.getClientRects().length)"
    )
    assert set(lines) == {1}
    box = page.locator("#dates-caption").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]


def test_numbers_of_the_timeline_have_room_in_the_margin(visit: MakeVisitor) -> None:
    visitor = visit("fi", viewport=PHONE)
    page = visitor.open(planned(visitor))
    padding = page.locator(".desk-timeline").evaluate("e => getComputedStyle(e).paddingInlineStart")
    # Three digits, the dot and the gap.
    wide = page.evaluate(
        """() => { const c = document.createElement('canvas').getContext('2d');
          c.font = getComputedStyle(document.querySelector('.desk-timeline')).font;
          return c.measureText('888. ').width; }"""
    )
    assert float(padding.removesuffix("px")) >= wide
