"""The start page and the contact finder in every state."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.reaching import there
from tests.browser.site import CLOSED, ELSEWHERE, OPEN
from tests.browser.state import State


def _start() -> Iterator[State]:
    yield State("start", "shown", there("/"))
    yield State("contact", "error", there("/contact?municipality="), wrong=True)
    yield State("contact-open", "shown", there(f"/contact?municipality={OPEN}"))
    yield State("contact-closed", "shown", there(f"/contact?municipality={CLOSED}"))
    yield State("contact-elsewhere", "shown", there(f"/contact?municipality={ELSEWHERE}"))


STATES = (*_start(),)
