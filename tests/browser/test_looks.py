"""What eyes see: contrast modes, paper, stillness, and what a page weighs."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.browser import focus
from tests.browser.checks import MOST_BYTES, MOST_REQUESTS, Instruments
from tests.browser.conftest import MakeVisitor
from tests.browser.reaching import BY_PHONE, HERE, at_step, go_on, receipt
from webapp import assets

#: A whole page without scrolling: a picture then differs by what happened, not by where it was.
TALL = {"width": 1280, "height": 2400}

#: The contrast of a mark against what it lies on: borders of controls, marks of choices, the ring of the focus.
_CONTRASTS = """() => {
  const light = words => {
    const [r, g, b] = words.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const against = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const white = 'rgb(255, 255, 255)', found = {};
  for (const e of document.querySelectorAll('.hds-text-input__input'))
    found['border of ' + e.id] = against(getComputedStyle(e).borderTopColor, white);
  for (const e of document.querySelectorAll('.hds-radio-button__label, .hds-checkbox__label'))
    found['mark of ' + e.htmlFor] = against(getComputedStyle(e, '::after').borderTopColor, white);
  const ring = document.querySelector('a.back');
  ring.focus({focusVisible: true});
  found['ring'] = against(getComputedStyle(ring).outlineColor, white);
  return found;
}"""


def pixels(place: Locator) -> bytes:
    """How a control looks, with room for its ring."""
    box = place.bounding_box()
    assert box is not None
    around: Any = {
        "x": max(0, box["x"] - 8),
        "y": max(0, box["y"] - 8),
        "width": box["width"] + 16,
        "height": box["height"] + 16,
    }
    return place.page.screenshot(clip=around, animations="disabled", caret="hide")


def rest(page: Page) -> None:
    """Take the focus and the pointer away from everything."""
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_a_choice_made_looks_different(scheme: str, visit: MakeVisitor) -> None:
    visitor = visit("fi", forced_colors="active", color_scheme=scheme, viewport=TALL)
    page = visitor.open(at_step("contact")(visitor))
    for name in ("way-0", "safe_times-0"):
        item = page.locator(f".hds-selection-group__item:has(#{name})")
        before = pixels(item)
        assert pixels(item) == before, "two pictures of one thing differ"
        page.locator(f"#{name}").press("Space")
        rest(page)
        assert page.locator(f"#{name}").is_checked()
        assert pixels(item) != before, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("step", ["matter", "children", "contact"])
def test_in_forced_colours_the_focus_can_be_seen_on_every_kind_of_control(
    step: str, scheme: str, visit: MakeVisitor
) -> None:
    """(In ordinary colours `checks.keyboard` sees to it, on every page.)"""
    visitor = visit("sv", forced_colors="active", color_scheme=scheme)
    page = visitor.open(at_step(step)(visitor))
    seen: set[str] = set()
    assert list(focus.walk(page, seen)) == []
    assert len(seen) > 5


def test_in_forced_colours_an_error_and_the_present_language_are_marked(visit: MakeVisitor) -> None:
    visitor = visit("en", forced_colors="active")
    page = visitor.open(at_step("you")(visitor))
    go_on(page)
    for selector in ("#errors", ".lang [aria-current]", ".urgent"):
        width = page.locator(selector).evaluate("e => getComputedStyle(e).borderBottomWidth")
        assert float(width.removesuffix("px")) >= 1, selector


def test_borders_marks_and_the_ring_stand_out_from_the_ground(visit: MakeVisitor) -> None:
    visitor = visit("fi")
    page = visitor.open(visitor.walk_to("contact", HERE))
    contrasts = page.evaluate(_CONTRASTS)
    assert len(contrasts) > 10
    assert {what: ratio for what, ratio in contrasts.items() if ratio < 3} == {}


def test_the_printed_receipt_has_the_code_and_the_numbers_and_no_buttons(
    visit: MakeVisitor,
) -> None:
    visitor = visit("fi")
    page = visitor.open(receipt(visitor))
    page.emulate_media(media="print")
    assert page.locator("#access-code").is_visible()
    assert page.locator(".reference").is_visible()
    numbers = page.locator("a[href^='tel:']:visible")
    assert {"tel:112", "tel:+358500000100", "tel:+358500000111"} <= {
        str(numbers.nth(i).get_attribute("href")) for i in range(numbers.count())
    }
    assert (
        page.locator("button:visible, .toolbar:visible, .lang:visible, footer:visible").count() == 0
    )


def test_the_printed_check_page_has_all_answers(visit: MakeVisitor) -> None:
    visitor = visit("fi")
    page = visitor.open(visitor.walk_to("check", BY_PHONE))
    page.emulate_media(media="print")
    for words in ("Esimerkki Lapsi", "Malli Lapsi", "+358 50 000 0001"):
        assert page.get_by_text(words).is_visible(), words


def test_nothing_moves_for_those_who_ask_for_stillness(visit: MakeVisitor) -> None:
    visitor = visit("fi", reduced_motion="reduce")
    page = visitor.open(at_step("contact")(visitor))
    page.locator("#way-0").press("Space")
    page.locator("label[for='way-1']").hover()
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_stylesheet_is_valid_css(instruments: Instruments) -> None:
    sheet = assets.stylesheet({"color-bus": "#00567a"}).body.decode()
    assert instruments.nu.faults(sheet, "text/css") == []


def test_a_form_page_weighs_forty_kilobytes_at_most_with_everything_around_it(
    visit: MakeVisitor,
) -> None:
    """Headers too, from a browser that has nothing yet. (`checks.weight` sees to the bodies of every page.)"""
    visitor = visit("fi")
    at = at_step("children")(visitor)
    weights: list[int] = []
    network = visitor.context.new_cdp_session(visitor.page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda e: weights.append(int(e["encodedDataLength"])))
    visitor.open(at)
    visitor.page.wait_for_load_state("networkidle")
    assert 2 <= len(weights) <= MOST_REQUESTS, weights
    assert sum(weights) <= MOST_BYTES, weights
