"""A person's way through a whole form, by pointer or by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser import focus
from tests.browser.answering import ANSWERS, Question, answer, questions
from tests.browser.reaching import click, go_on

CHILD = str(ANSWERS["child_name"])
#: More pages than any form has.
MOST_PAGES = 20

NEXT = "main form button[value='next']"


class Keyboard:
    """Tab, Shift+Tab, Space, arrows, Enter and letters; looks at the focus at every stop."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, selector: str, most: int = 80) -> None:
        for _ in range(most):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate(focus.STOP)
            assert stop["fault"] == "", f"{stop['fault']} (on {self.page.url})"
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{most} tabs did not reach {selector} on {self.page.url}")

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)

    def choose(self, question: Question) -> None:
        """Of a group of radios the answer, by arrows; of boxes the answer, by Tab."""
        wanted = question.options[str(question.answer)]
        if question.kind == "radio":
            self.tab_to(f"[name='{question.name}']")
            self.press("Space")
            self.press("ArrowDown", question.place)
        else:
            self.tab_to(f"[id='{wanted}']")
            self.press("Space")
        assert self.page.locator(f"[id='{wanted}']").is_checked(), wanted

    def write(self, name: str, text: str) -> None:
        self.tab_to(f"[name='{name}']")
        for line, words in enumerate(text.split("\n")):
            if line:
                self.press("Enter")
            self.page.keyboard.type(words)

    def drop(self, question: Question) -> None:
        """An option of a drop-down, by the first letters of its words."""
        self.tab_to(f"[name='{question.name}']")
        self.page.keyboard.type(question.options[str(question.answer)])
        assert self.page.locator(f"[name='{question.name}']").input_value() == question.answer

    def answer(self, question: Question) -> None:
        if question.answer is None:
            return
        if question.is_choice:
            self.choose(question)
        elif question.kind == "select-one":
            self.drop(question)
        else:
            self.write(question.name, question.answer)

    def go(self, selector: str, key: str = "Enter") -> None:
        """Tab to a link or button and press it."""
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.press(key)


def at(page: Page) -> str:
    """The last part of the page's address: the step."""
    return page.url.split("?")[0].rstrip("/").rsplit("/", 1)[1]


def _went_on(page: Page, step: str) -> None:
    assert at(page) != step, page.locator("main").inner_text()


def by_keyboard(page: Page, language: str, slug: str = "guidance") -> Iterator[str]:
    """From the form's first page to the receipt without touching a pointer; asserts the focus at each stop.
    Yields each page's step when it is shown, before it is answered."""
    page.goto(f"/{language}/forms/{slug}")
    keys = Keyboard(page)
    keys.tab_to("a.skip")
    keys.press("Enter")
    yield "form"
    keys.go("main form button")
    for place in range(MOST_PAGES):
        yield at(page)
        if at(page) == "check":
            break
        for question in questions(page):
            keys.answer(question)
        step = at(page)
        # A button is pressed by the space bar, too.
        keys.go(NEXT, "Space" if place else "Enter")
        _went_on(page, step)
    keys.go("main form[action$='/check'] button")
    yield at(page)


def by_pointer(page: Page, language: str, slug: str = "guidance") -> Iterator[str]:
    """From the start page to the receipt; yields each page's step when it is shown, before it is answered."""
    page.goto(f"/{language}/")
    yield "start"
    for closed in page.locator("details:not([open]) > summary").all():
        closed.click()
    click(page, f":is(main, footer) a[href$='/{slug}'] >> nth=0")
    yield "form"
    go_on(page)
    for _ in range(MOST_PAGES):
        yield at(page)
        if at(page) == "check":
            break
        for question in questions(page):
            answer(page, question)
        step = at(page)
        go_on(page)
        _went_on(page, step)
    go_on(page)
    yield at(page)
