"""How a visitor gets to a page of any form: every question before it answered as it asks to be."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from forms.base import Step
from forms.registry import FORMS
from tests.browser.reaching import Reach
from tests.browser.site import OPEN
from tests.browser.visitor import DUTY_WORKER, Visitor, Walker
from tests.forms.filling import USUAL, fields_of

#: More pages than any form has.
_MOST = 20


def _posted(step: type[Step], changed: dict[str, str | None]) -> dict[str, list[str]]:
    posted: dict[str, list[str]] = {}
    for name, value in fields_of(step(), {**USUAL, **changed}):
        posted.setdefault(name, []).append(value)
    return posted


def _walk(visitor: Walker, slug: str, until: str, changed: dict[str, str | None]) -> str:
    steps = {step.slug: step for step in FORMS[slug].steps}
    at = visitor.press(visitor.at(f"/forms/{slug}")).headers["Location"]
    for _ in range(_MOST):
        here = at.rsplit("/", 1)[1]
        if here == until:
            return str(at)
        fields: dict[str, Any] = _posted(steps[here], changed)
        answer = visitor.press(at, action="next", **fields)
        assert answer.status_code == 303, (slug, here, answer.text)
        at = answer.headers["Location"]
    raise AssertionError(f"{slug} does not ask '{until}'")


def form_at(slug: str, step: str, **changed: str | None) -> Reach:
    """A page of a form, not yet answered."""
    return lambda visitor: _walk(visitor, slug, step, changed)


def form_answered(slug: str, step: str) -> Reach:
    """A page of a form, with every question answered."""

    def reach(visitor: Visitor) -> str:
        at = _walk(visitor, slug, "check", {})
        return at.replace("/check", f"/{step}")

    return reach


def form_sent(slug: str) -> Reach:
    """The receipt of a form."""

    def reach(visitor: Visitor) -> str:
        sent = visitor.press(_walk(visitor, slug, "check", {}))
        assert sent.status_code == 303, sent.text
        return str(sent.headers["Location"])

    return reach


def spoil(page: Page) -> None:
    """Write what cannot be right into the first phone number of the page."""
    page.locator("input[type=tel]").first.fill("KISSA")


def case_of_a_notification(visitor: Visitor) -> str:
    """The desk's page of a notification, with all that such a form asks."""
    sender = visitor.beside()
    receipt = sender.press(_walk(sender, "notification", "check", {"municipality": OPEN}))
    visitor.sign_in(DUTY_WORKER)
    shown = sender.client.get(receipt.headers["Location"])
    return f"{visitor.find_case(shown)}?lang={visitor.language}"
