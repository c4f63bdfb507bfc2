"""What a machine can judge of a page: each check gives its complaints in words, none when all is well.

`PLAN` says at which size of window each runs. Whatever a `State` is written for in `pages.py` gets all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests import pseudo
from tests.browser import axe as axe_core
from tests.browser import facts, focus, languages, layout, nu, titles
from tests.browser.state import State
from webapp import catalogues

MOST_BYTES, MOST_REQUESTS = 40_000, 5


@cache
def error_word(language: str) -> str:
    """What stands before an error, in the page's own language."""
    return str(catalogues.translations(language).gettext("Error:"))


@dataclass(frozen=True, slots=True)
class Instruments:
    """What the checks share: the HTML checker, the titles so far, the kinds of focus seen in pixels."""

    nu: nu.Checker
    titles: titles.Book
    rings: set[str] = field(default_factory=set)


@dataclass
class Look:
    """One page in the browser, in one state and language; `html` as it came over the wire."""

    page: Page
    state: State
    language: str
    html: str
    instruments: Instruments
    known: dict[str, Any] = field(init=False)
    axe: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = facts.of(self.page)


def status(look: Look) -> Iterator[str]:
    """The page came with the status that its state has."""
    if look.known["status"] != look.state.answer:
        yield f"status {look.known['status']}, not {look.state.answer}"


def title(look: Look) -> Iterator[str]:
    """The page's language is the address's; its title is its own, and says 'Error:' if and only if there is one."""
    known, wrong = look.known, look.state.wrong
    if known["language"] != catalogues.known()[look.language].tag:
        yield f"html lang is {known['language']}, not {look.language}"
    if known["title"].startswith(error_word(look.language) + " ") != wrong:
        yield f"title: {known['title']}"
    if bool(known["summaries"]) != wrong:
        yield "an error summary where nothing is wrong" if not wrong else "no error summary"
    owner = look.instruments.titles.owner(known["title"], look.language, look.state.page)
    if owner != look.state.page:
        yield f"has the title of '{owner}': {known['title']}"


def language(look: Look) -> Iterator[str]:
    """The page runs in its language's direction, and nothing on it was left in English."""
    yield from languages.faults(look.page, look.language)


_STRUCTURE = {
    "skipped": "a heading whose rank leaves one out",
    "dangling": "an id that is nowhere",
    "doubled": "an id twice",
    "landmarks": "not exactly one",
    "alone": "choices without a fieldset",
    "legendless": "a fieldset that does not begin with its legend",
    "mislabelled": "a label of nothing",
    "unlabelled": "a control without a label",
    "misnamed": "a name without the words that are seen",
    "languages": "a language link without lang and hreflang",
    "pictures": "a picture that is neither named nor hidden",
}


def structure(look: Look) -> Iterator[str]:
    """Headings, landmarks, labels, groups and ids hang together."""
    if look.known["headings"] != 1:
        yield f"{look.known['headings']} h1"
    for fault, what in _STRUCTURE.items():
        for found in look.known[fault]:
            yield f"{what}: {found}"


def errors(look: Look) -> Iterator[str]:
    """Each wrong control says so and is described by its error first; the summary leads to each; 'back' stays."""
    known = look.known
    for error in known["errors"]:
        for need, what in (
            ("tied", "named by no control"),
            ("marked", "with a control not marked wrong"),
        ):
            if not error[need]:
                yield f"an error text {what}: {error['what']}"
        if not error["linked"]:
            yield f"an error that the summary does not lead to: {error['what']}"
    for wrong in (*known["wrong"], *known["wrongGroups"]):
        if not wrong["described"].startswith(error_word(look.language)):
            yield f"a wrong control described by '{wrong['described']}': {wrong['what']}"
    yield from (f"the summary leads to what takes no focus: {found}" for found in known["lost"])
    yield from (f"the summary misses the first control: {found}" for found in known["misled"])
    if look.state.wrong:
        yield from (f"no way back: {found}" for found in known["backless"])


def targets(look: Look) -> Iterator[str]:
    """24 px at least for every link (WCAG 2.5.8), 44 for what one presses or writes into."""
    for least, kind in ((24, "targets"), (44, "large")):
        for box in look.known[kind]:
            # Half a pixel of rounding is no fault of the page's.
            if min(box["width"], box["height"]) < least - 0.5:
                yield f"{box['width']:.0f} x {box['height']:.0f} px < {least}: {box['what']}"


def traps(look: Look) -> Iterator[str]:
    """Nothing that has made forms elsewhere unusable: asterisks, placeholders, tooltips, date pickers, disclosures,
    limits that swallow typing, disabled buttons, positive tabindex."""
    if "/staff" not in look.known["path"]:
        yield from look.known["traps"]


def weight(look: Look) -> Iterator[str]:
    """A public page is light: for old telephones and bad networks."""
    known = look.known
    if "/staff" in known["path"] or "/dev" in known["path"]:
        return
    if known["requests"] > MOST_REQUESTS:
        yield f"{known['requests']} requests"
    if known["bytes"] > MOST_BYTES:
        yield f"{known['bytes']} bytes"


def html(look: Look) -> Iterator[str]:
    """The page as it came over the wire is valid HTML."""
    yield from look.instruments.nu.faults(look.html)


def axe(look: Look) -> Iterator[str]:
    """axe's rules for WCAG A and AA, and its best practices."""
    look.axe = axe_core.run(look.page)
    yield from axe_core.violations(look.axe)


def summary(look: Look) -> Iterator[str]:
    """Each link of the error summary, pressed, gives the focus to its control."""
    links = look.page.locator(".hds-error-summary__body a")
    for place in range(links.count()):
        target = str(links.nth(place).get_attribute("href")).removeprefix("#")
        links.nth(place).press("Enter")
        focused = look.page.evaluate("document.activeElement.id")
        if focused != target:
            yield f"the link to '{target}' gives the focus to '{focused}'"


def reflow(look: Look) -> Iterator[str]:
    """Nothing is lost at 200 % and 400 % zoom of a 1280 x 1024 window (WCAG 1.4.4, 1.4.10), or on a phone."""
    yield from layout.lost(look.page)


def spacing(look: Look) -> Iterator[str]:
    """Nothing is lost with a reader's own spacing (WCAG 1.4.12)."""
    yield from layout.lost_by_spacing(look.page)


def keyboard(look: Look) -> Iterator[str]:
    """Tab reaches all in order; each focus is seen and uncovered (WCAG 2.4.3, 2.4.7, 2.4.11); nothing moves."""
    yield from focus.walk(look.page, look.instruments.rings)


Check = Callable[[Look], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is checked in one size of window.

    `real`: not in the made-up language, whose pages have the same markup and colours as the others. `once`: in one
    language only, as it would find the same in the others.
    """

    always: tuple[Check, ...]
    real: tuple[Check, ...] = ()
    once: tuple[Check, ...] = ()


PLAN: Mapping[tuple[int, int], Plan] = {
    layout.PLAIN: Plan(
        always=(status, title, language, structure, errors, targets, traps, weight),
        real=(html, axe),
        once=(spacing, summary, keyboard),
    ),
    layout.ZOOMED: Plan((reflow,)),
    layout.PHONE: Plan((reflow,)),
    layout.ZOOMED_MORE: Plan((reflow, spacing), once=(keyboard,)),
}


def everything(look: Look, *, once: bool) -> dict[str, list[str]]:
    """Every check of one page, and those that run `once` if asked: name of the check -> its complaints."""
    found: dict[str, list[str]] = {}
    for size, plan in PLAN.items():
        layout.resize(look.page, size)
        real = () if look.language == pseudo.CODE else plan.real
        for check in (*plan.always, *real, *(plan.once if once else ())):
            found.setdefault(check.__name__, []).extend(check(look))
    layout.resize(look.page, layout.PLAIN)
    return found


def complaints(found: Mapping[str, list[str]]) -> list[str]:
    return [f"{name}: {words}" for name, all_words in found.items() for words in all_words]
