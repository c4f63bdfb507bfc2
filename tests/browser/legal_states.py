"""The pages that the law asks for, and the feedback form, in every state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.browser.reaching import Reach, go_on, there
from tests.browser.state import State
from tests.browser.visitor import Visitor, Walker

#: The form's pages in order, with valid answers.
_PAGES: Mapping[str, Mapping[str, Any]] = {
    "pages": {"about": "accessibility", "message": "Kontrasti on heikko.\nSivulla 2."},
    "contact": {"email": "testi@example.org"},
}
TEAM_LEAD = "esihenkilo@example.org"


def _walk(visitor: Walker, step: str) -> str:
    """Answer every page before `step`; the address of `step`."""
    at = str(visitor.press(visitor.at("/forms/feedback")).headers["Location"])
    while (here := at.rsplit("/", 1)[1]) != step:
        at = str(visitor.press(at, action="next", **_PAGES[here]).headers["Location"])
    return at


def _at(step: str) -> Reach:
    return lambda visitor: _walk(visitor, step)


def _answered(step: str) -> Reach:
    return lambda visitor: _walk(visitor, "check").replace("/check", f"/{step}")


def _send(visitor: Walker) -> str:
    return str(visitor.press(_walk(visitor, "check")).headers["Location"])


def _case(visitor: Visitor) -> str:
    sender = visitor.beside()
    at = _send(sender)
    visitor.sign_in(TEAM_LEAD)
    return f"{visitor.find_case(sender.client.get(at))}?lang={visitor.language}"


def _told() -> Iterator[State]:
    yield State("accessibility", "shown", there("/accessibility"))
    yield State("privacy", "shown", there("/privacy"))


def _feedback() -> Iterator[State]:
    yield State("feedback", "new", there("/forms/feedback"))
    for step in _PAGES:
        page = f"feedback-{step}"
        yield State(page, "empty", _at(step))
        yield State(page, "filled", _answered(step))
    yield State("feedback-pages", "error", _at("pages"), go_on, wrong=True)
    yield State("feedback-check", "shown", _at("check"))
    yield State("feedback-receipt", "with its code", _send)
    yield State("feedback-case", "shown", _case)


STATES = (*_told(), *_feedback())
