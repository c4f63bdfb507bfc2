"""A person's way through the whole form, by pointer or by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser.reaching import click, go_on
from tests.browser.site import OPEN

NAME, TEXT = "Testi Testaaja", "Tarvitsen neuvoa koulun kanssa.\nKiitos."
CHILD = "Esimerkki Lapsi"

#: What a focused element must be: marked by an outline, and not covered by anything.
_FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return 'nothing has the focus';
  const label = ['radio', 'checkbox'].includes(e.type) && document.querySelector(`label[for="${e.id}"]`);
  const mark = label ? getComputedStyle(label, '::before') : getComputedStyle(e);
  if (e.id !== 'main' && (mark.outlineStyle === 'none' || parseFloat(mark.outlineWidth) < 2))
    return 'no visible focus: ' + e.outerHTML.slice(0, 120);
  const box = (label || e).getBoundingClientRect();
  if (e.id === 'main') return '';
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  const mine = top && (e.contains(top) || (label && label.contains(top)));
  return mine ? '' : 'covered: ' + e.outerHTML.slice(0, 120) + ' by ' + (top ? top.outerHTML.slice(0, 80) : 'nothing');
}"""


class Keyboard:
    """Tab, Shift+Tab, Space, arrows, Enter and letters; looks at the focus at every stop."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stops = 0

    def tab_to(self, selector: str, most: int = 60) -> None:
        for _ in range(most):
            self.page.keyboard.press("Tab")
            self.stops += 1
            complaint = self.page.evaluate(_FOCUS)
            assert complaint == "", f"{complaint} (on {self.page.url})"
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{most} tabs did not reach {selector} on {self.page.url}")

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)

    def choose(self, name: str, place: int) -> None:
        """Of a group of radios the one at `place`, counted from 0."""
        self.tab_to(f"[name='{name}']")
        self.press("Space")
        self.press("ArrowDown", place)
        chosen = self.page.locator(f"[name='{name}']:checked").get_attribute("id")
        assert chosen is not None
        assert chosen.endswith(f"-{place}"), chosen

    def write(self, name: str, text: str) -> None:
        self.tab_to(f"[name='{name}']")
        for line, words in enumerate(text.split("\n")):
            if line:
                self.press("Enter")
            self.page.keyboard.type(words)

    def go(self, selector: str, key: str = "Enter") -> None:
        """Tab to a link or button and press it."""
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.press(key)


def at(page: Page) -> str:
    """The last part of the page's address: the step."""
    return page.url.split("?")[0].rstrip("/").rsplit("/", 1)[1]


def by_keyboard(page: Page, language: str) -> None:
    """From the start page to the receipt without touching a pointer. Asserts the focus at each stop."""
    page.goto(f"/{language}/")
    keys = Keyboard(page)
    keys.tab_to("a.skip")
    keys.press("Enter")
    keys.go("main a[href*='/forms/guidance']")
    keys.go("main form button")
    keys.choose("topic", 3)
    keys.write("message", TEXT)
    keys.go("main form button[value='next']")
    keys.tab_to("select")
    page.keyboard.type("Kronoby" if language == "sv" else "Kruunupyy")
    assert page.locator("select").input_value() == OPEN
    keys.write("children-0-child_name", CHILD)
    keys.write("children-0-child_age", "9")
    keys.go("main form button[value='next']")
    keys.choose("identity", 0)
    keys.go("main form button[value='next']", "Space")
    keys.choose("way", 3)
    keys.write("name", NAME)
    keys.write("email", "testi@example.org")
    keys.tab_to("[name='safe_times']")
    keys.press("Space")
    keys.go("main form button[value='next']")
    keys.choose("language", 0)
    keys.choose("interpreter", 1)
    keys.go("main form button[value='next']")
    keys.choose("can_wait", 0)
    keys.go("main form button[value='next']")
    keys.go("main form[action$='/check'] button")


def by_pointer(page: Page, language: str) -> Iterator[str]:
    """From the start page to the receipt; yields each page's step when it is shown, before it is answered."""
    page.goto(f"/{language}/")
    yield "start"
    click(page, "main a[href*='/forms/guidance']")
    yield "form"
    go_on(page)
    for step, answer in _ANSWERS.items():
        assert at(page) == step
        yield step
        for name, value in answer.items():
            _answer(page, name, value)
        go_on(page)
    yield "check"
    go_on(page)
    yield "receipt"


_ANSWERS = {
    "matter": {"topic": "school", "message": TEXT},
    "children": {
        "children-0-municipality": OPEN,
        "children-0-child_name": CHILD,
        "children-0-child_age": "9",
    },
    "you": {"identity": "named"},
    "contact": {
        "way": "email",
        "name": NAME,
        "email": "testi@example.org",
        "safe_times": "evening",
    },
    "language": {"language": "fi", "interpreter": "no"},
    "waiting": {"can_wait": "yes"},
}


def _answer(page: Page, name: str, value: str) -> None:
    field = page.locator(f"[name='{name}']")
    kind = field.first.evaluate("e => e.type")
    if kind in {"radio", "checkbox"}:
        # The label lies over the control, as it does for a finger.
        choice = page.locator(f"[name='{name}'][value='{value}']").get_attribute("id")
        page.locator(f"label[for='{choice}']").click()
    elif kind == "select-one":
        field.select_option(value)
    else:
        field.fill(value)
