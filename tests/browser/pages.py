"""Every public page in every state that matters: how a visitor gets there, and what it must be like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from playwright.sync_api import Page

from forms.guidance import GUIDANCE
from tests.browser.site import CLOSED, ELSEWHERE, OPEN
from tests.browser.visitor import DUTY_WORKER, IDLE_WORKER, Visitor
from tests.web.walking import token

Act = Callable[[Page], None]

CHILD = {
    "children-0-municipality": OPEN,
    "children-0-child_name": "Esimerkki Lapsi",
    "children-0-child_age": "9",
}
SECOND_CHILD = {
    "children-1-municipality": CLOSED,
    "children-1-child_name": "Malli Lapsi",
    "children-1-child_age": "noin 4",
}
AWAY = {"children-0-municipality": "other", "children-0-other_municipality": "Helsinki"}

HERE: Mapping[str, Mapping[str, Any]] = {"children": CHILD}
TWO: Mapping[str, Mapping[str, Any]] = {"children": {**CHILD, **SECOND_CHILD}}
ABROAD: Mapping[str, Mapping[str, Any]] = {"children": AWAY}
BY_PHONE: Mapping[str, Mapping[str, Any]] = {
    **TWO,
    "contact": {
        "way": "sms",
        "name": "Testi Testaaja",
        "phone": "+358 50 000 0001",
        "safe_times": ["morning", "evening"],
        "may_leave_message": "no",
    },
}


@dataclass(frozen=True, slots=True)
class State:
    """A page in one state. `wrong` pages say 'Error:' in their title; `act` is what is done in the browser.

    Two states of one `page` may have one title; two pages may not.
    """

    page: str
    name: str
    reach: Callable[[Visitor], str]
    act: Act | None = None
    wrong: bool = False
    without_database: bool = False

    def show(self, visitor: Visitor) -> Page:
        """Open the page in the browser, in this state."""
        shown = visitor.open(self.reach(visitor))
        if self.act:
            self.act(shown)
        return shown

    def __str__(self) -> str:
        return f"{self.page}:{self.name}"


def there(path: str) -> Callable[[Visitor], str]:
    return lambda visitor: visitor.at(path)


def at_step(step: str, answers: Mapping[str, Mapping[str, Any]] = HERE) -> Callable[[Visitor], str]:
    """A page of the form, not yet answered."""
    return lambda visitor: visitor.walk_to(step, answers)


def answered(step: str, answers: Mapping[str, Mapping[str, Any]]) -> Callable[[Visitor], str]:
    """A page of the form, with the answers that were given."""
    return lambda visitor: visitor.walk_to("check", answers).replace("/check", f"/{step}")


def go_on(page: Page) -> None:
    """Press the button that goes on; what comes instead is what the test is about."""
    page.locator("main button.hds-button--primary").click()


def press(value: str) -> Act:
    return lambda page: page.locator(f"main button[value='{value}']:visible").click()


def fill(name: str, value: str) -> Act:
    return lambda page: page.locator(f"[name='{name}']").fill(value)


def both(*acts: Act) -> Act:
    def act(page: Page) -> None:
        for one in acts:
            one(page)

    return act


def unfinished(visitor: Visitor) -> str:
    visitor.walk_to("you", HERE)
    return visitor.at("/forms/guidance")


def receipt(visitor: Visitor) -> str:
    return visitor.send(BY_PHONE)


def saved_receipt(visitor: Visitor) -> str:
    at = visitor.send(HERE)
    visitor.press(at)
    return at


def added_receipt(visitor: Visitor) -> str:
    """A message that was sent, and then added to from a page that was still open in another tab."""
    checked = visitor.walk_to("check", HERE)
    step = checked.replace("/check", "/matter")
    other_tab = token(visitor.client.get(step))
    sent = visitor.press(checked)
    more = {"csrf_token": other_tab, "action": "next", "message": "Vielä yksi asia."}
    visitor.press(visitor.client.post(step, more).headers["Location"])
    return sent.headers["Location"]


def followed(visitor: Visitor) -> str:
    return visitor.follow(receipt(visitor))


def followed_in_progress(visitor: Visitor) -> str:
    at = visitor.send(HERE)
    worker = visitor.beside()
    worker.sign_in(DUTY_WORKER)
    opened = worker.client.get(worker.find_case(visitor.client.get(at)))
    assert opened.status_code == 200, opened.text
    return visitor.follow(at)


def nobodys_draft(visitor: Visitor) -> str:
    return visitor.at(f"/forms/guidance/{UUID(int=0)}/matter")


def too_many(visitor: Visitor) -> str:
    """One guess of a code before the limit."""
    for _ in range(10):
        visitor.press(visitor.at("/follow-up"), code="nothing")
    return visitor.at("/follow-up")


def without_cookie(page: Page) -> None:
    page.context.clear_cookies()
    fill("message", "Kirjoitin tämän ennen kuin istunto loppui.")(page)
    go_on(page)


def with_stale_token(page: Page) -> None:
    page.locator("[name=csrf_token]").first.evaluate("field => { field.value = 'stale' }")
    fill("message", "Kirjoitin tämän toisessa välilehdessä.")(page)
    go_on(page)


def paste_a_book(page: Page) -> None:
    """More than the server takes. Typing it would take a minute, so it is put into the field."""
    page.locator("[name=message]").evaluate("field => { field.value = 'x'.repeat(2100000) }")
    go_on(page)


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
        "children", "unknown name", answered("children", ABROAD), both(wrong_place, go_on), wrong=True
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
    yield State("gone", "404", nobodys_draft)
    yield State("nothing here", "404", there("/no-such-page"))
    yield State("matter", "no cookie", at_step("matter"), without_cookie)
    yield State("matter", "stale token", at_step("matter"), with_stale_token)
    yield State("too large", "413", at_step("matter"), paste_a_book)
    yield State("too many", "429", too_many, both(fill("code", "ABCD"), go_on))
    yield State("out of order", "503", there("/"), without_database=True)


def outbox(visitor: Visitor) -> str:
    receipt(visitor)
    return "/dev/outbox"


def sign_in_page(visitor: Visitor) -> str:
    return f"/staff/login?lang={visitor.language}"


def wrong_password(page: Page) -> None:
    both(fill("email", "nobody@example.org"), fill("password", "wrong"), go_on)(page)


def desk(email: str) -> Callable[[Visitor], str]:
    def reach(visitor: Visitor) -> str:
        visitor.beside().send(HERE)
        visitor.sign_in(email)
        return f"/staff/?lang={visitor.language}"

    return reach


def case(visitor: Visitor) -> str:
    sender = visitor.beside()
    at = sender.send(BY_PHONE)
    visitor.sign_in(DUTY_WORKER)
    return f"{visitor.find_case(sender.client.get(at))}?lang={visitor.language}"


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
