"""The desk in every state."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.any_form import case_of_a_notification
from tests.browser.desk_acts import (
    case_after,
    close,
    dates,
    move_nowhere,
    moved_away,
    pause_for_nothing,
    transfer_after,
)
from tests.browser.erasing import erased_case
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
    yield State("erased case", "410", erased_case, status=410)


def _matters() -> Iterator[State]:
    yield State("case", "not to be closed yet", case_of_a_notification, close, wrong=True)
    yield State("case", "made a matter", case_after("acts/make-matter"))
    yield State("case", "assessed", case_after("acts/make-matter", "acts/urgent", "acts/start"))
    yield State("case", "paused", case_after("pause", reason="interpreter"))
    yield State("case", "paused for nothing", case, pause_for_nothing, wrong=True)
    yield State("case dates", "shown", dates)
    yield State("case", "of another county", transfer_after())
    yield State("case", "passed on", transfer_after("transfer-sent"))
    yield State("case", "confirmed", transfer_after("transfer-sent", "transfer-confirmed"))
    yield State("case", "taken", case_after("take"))
    yield State("case", "moved", case_after("move", team="south"))
    yield State("case", "moved nowhere", case, move_nowhere, wrong=True)
    yield State("inbox", "case moved away", moved_away)


STATES = (*_staff(), *_matters())
