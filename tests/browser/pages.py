"""Every page in every state that matters: how a visitor gets there, and what it must be like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from forms.guidance import GUIDANCE
from tests.browser.reaching import (
    ABROAD,
    BY_PHONE,
    TWO,
    Act,
    Reach,
    added_receipt,
    answered,
    at_step,
    both,
    case,
    desk,
    fill,
    followed,
    followed_in_progress,
    go_on,
    nobodys_draft,
    outbox,
    paste_a_book,
    press,
    receipt,
    saved_receipt,
    sign_in_page,
    there,
    too_many,
    unfinished,
    with_a_cookie,
    with_stale_token,
    without_cookie,
    wrong_password,
)
from tests.browser.site import CLOSED, ELSEWHERE, OPEN
from tests.browser.visitor import DUTY_WORKER, IDLE_WORKER, Visitor


@dataclass(frozen=True, slots=True)
class State:
    """A page in one state. `wrong` pages say 'Error:' in their title; `act` is what is done in the browser.

    `status` is the answer's, where it is not 200, or 422 for what is wrong. Two states of one `page` may have one title; two pages may not.
    """

    page: str
    name: str
    reach: Reach
    act: Act | None = None
    wrong: bool = False
    status: int = 0
    without_database: bool = False

    def show(self, visitor: Visitor) -> Page:
        """Open the page in the browser, in this state."""
        shown = visitor.open(self.reach(visitor))
        if self.act:
            self.act(shown)
        return shown

    @property
    def answer(self) -> int:
        return self.status or (422 if self.wrong else 200)

    def __str__(self) -> str:
        return f"{self.page}:{self.name}"


def _steps() -> Iterator[State]:
    """Each page of the form: not answered, wrongly answered, answered."""
    for step in (page.slug for page in GUIDANCE.steps):
        answers = ABROAD if step == "elsewhere" else BY_PHONE
        yield State(step, "empty", at_step(step, answers))
        yield State(step, "error", at_step(step, answers), go_on, wrong=True)
        yield State(step, "filled", answered(step, answers))


def _start() -> Iterator[State]:
    yield State("start", "shown", there("/"))
    yield State("contact", "error", there("/contact?municipality="), wrong=True)
    yield State("contact-open", "shown", there(f"/contact?municipality={OPEN}"))
    yield State("contact-closed", "shown", there(f"/contact?municipality={CLOSED}"))
    yield State("contact-elsewhere", "shown", there(f"/contact?municipality={ELSEWHERE}"))
    yield State("form", "new", there("/forms/guidance"))
    yield State("form", "unfinished", unfinished)


def _children() -> Iterator[State]:
    wrong_place = fill("children-0-other_municipality", "Eiolekunta")
    yield State("children", "one added", at_step("children"), press("add"))
    yield State("children", "one removed", answered("children", TWO), press("remove-0"))
    yield State("children", "another municipality", answered("children", ABROAD))
    yield State(
        "children",
        "unknown name",
        answered("children", ABROAD),
        both(wrong_place, go_on),
        wrong=True,
    )
    yield State(
        "children", "two errors", at_step("children"), both(press("add"), go_on), wrong=True
    )


def _end() -> Iterator[State]:
    yield State("check", "shown", at_step("check", BY_PHONE))
    yield State("check", "another county", at_step("check", ABROAD))
    yield State("receipt", "with its code", receipt)
    yield State("receipt", "code saved", saved_receipt)
    yield State("receipt", "added to", added_receipt)
    yield State("code", "empty", there("/follow-up"))
    yield State("code", "error", there("/follow-up"), go_on, wrong=True)
    yield State(
        "code", "unknown", there("/follow-up"), both(fill("code", "ABCD"), go_on), wrong=True
    )
    yield State("follow-up", "received", followed)
    yield State("follow-up", "in progress", followed_in_progress)


def _faults() -> Iterator[State]:
    yield State("gone", "404", nobodys_draft, status=404)
    yield State("nothing here", "404", there("/no-such-page"), status=404)
    yield State("matter", "no cookie", at_step("matter"), without_cookie, status=400)
    yield State("matter", "stale token", at_step("matter"), with_stale_token, status=400)
    yield State("too large", "413", at_step("matter"), paste_a_book, status=413)
    yield State("too many", "429", too_many, both(fill("code", "ABCD"), go_on), status=429)
    yield State("out of order", "503", with_a_cookie, status=503, without_database=True)
    yield State("start", "without the database", there("/"), without_database=True)


def _staff() -> Iterator[State]:
    yield State("outbox", "filled", outbox)
    yield State("sign-in", "empty", sign_in_page)
    yield State("sign-in", "error", sign_in_page, wrong_password, wrong=True)
    yield State("inbox", "empty", desk(IDLE_WORKER))
    yield State("inbox", "filled", desk(DUTY_WORKER))
    yield State("case", "shown", case)


STATES: tuple[State, ...] = (
    *_start(),
    *_steps(),
    *_children(),
    *_end(),
    *_faults(),
    *_staff(),
)
