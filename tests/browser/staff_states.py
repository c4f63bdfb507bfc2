"""The desk in every state."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.any_form import case_of_a_notification
from tests.browser.reaching import (
    case,
    case_spoken_to,
    desk,
    go_on,
    new_code,
    outbox,
    say_nothing,
    sign_in_page,
    wrong_password,
)
from tests.browser.state import State
from tests.browser.visitor import DUTY_WORKER, IDLE_WORKER


def _staff() -> Iterator[State]:
    yield State("outbox", "filled", outbox)
    yield State("sign-in", "empty", sign_in_page)
    yield State("sign-in", "error", sign_in_page, wrong_password, wrong=True)
    yield State("inbox", "empty", desk(IDLE_WORKER))
    yield State("inbox", "filled", desk(DUTY_WORKER))
    yield State("case", "shown", case)
    yield State("case", "a notification", case_of_a_notification)
    yield State("case", "spoken to", case_spoken_to)
    yield State("case", "nothing chosen to say", case, say_nothing, wrong=True)
    yield State("new code", "asked", new_code)
    yield State("new code", "given", new_code, go_on)


STATES = (*_staff(),)
