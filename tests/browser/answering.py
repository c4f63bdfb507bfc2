"""Honest answers to the page that is shown, read off the page itself: a new form is walked without new test code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.browser.site import OPEN
from tests.forms.filling import USUAL

#: By the last part of a field's name, where its kind does not say enough. `None` leaves it empty.
ANSWERS: Mapping[str, str | None] = {
    **USUAL,
    "municipality": OPEN,
    "topic": "school",
    "message": "Tarvitsen neuvoa koulun kanssa.\nKiitos.",
    "name": "Testi Testaaja",
    "child_name": "Esimerkki Lapsi",
    "child_age": "9",
    "way": "email",
    "email": "testi@example.org",
    "phone": "+358 50 000 0001",
    "safe_times": "evening",
    "language": "fi",
    "other_language": None,
    "interpreter": "no",
    "can_wait": "yes",
}

#: The page's questions in order; those that only a program would find are left alone.
_QUESTIONS = """() => {
  const form = document.querySelector('main form:has(button[value=next])');
  const found = new Map();
  for (const e of form.querySelectorAll('input:not([type=hidden]),textarea,select')) {
    if (!e.checkVisibility() || e.closest('.trap, [aria-hidden=true]')) continue;
    const known = found.get(e.name) || {name: e.name, kind: e.type, options: []};
    if (e.type === 'radio' || e.type === 'checkbox') known.options.push([e.value, e.id]);
    if (e.matches('select')) known.options = [...e.options].filter(o => o.value).map(o => [o.value, o.label]);
    found.set(e.name, known);
  }
  return [...found.values()];
}"""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `options` are (value, id of the control) of choices, (value, label) of a drop-down."""

    name: str
    kind: str
    options: Mapping[str, str]

    @property
    def is_choice(self) -> bool:
        return self.kind in {"radio", "checkbox"}

    @property
    def answer(self) -> str | None:
        """The value to choose or the text to write; None leaves it empty."""
        short = self.name.rsplit("-", 1)[-1]
        wanted = ANSWERS.get(short, next(iter(self.options), f"Vastaus {short}"))
        if self.options and wanted not in self.options:
            return next(iter(self.options))
        return wanted

    @property
    def place(self) -> int:
        """Where among the options the answer is, from 0."""
        return list(self.options).index(str(self.answer))


def questions(page: Page) -> list[Question]:
    found: list[dict[str, Any]] = page.evaluate(_QUESTIONS)
    return [Question(one["name"], one["kind"], dict(one["options"])) for one in found]


def answer(page: Page, question: Question) -> None:
    """Answer by pointer, as a finger would."""
    if question.answer is None:
        return
    if question.is_choice:
        # The label lies over the control.
        page.locator(f"label[for='{question.options[question.answer]}']").click()
    elif question.kind == "select-one":
        page.locator(f"[name='{question.name}']").select_option(question.answer)
    else:
        page.locator(f"[name='{question.name}']").fill(question.answer)
