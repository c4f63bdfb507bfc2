"""How a visitor gets to a page in a certain state: by plain requests as far as they go, then in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from playwright.sync_api import Page

from tests.browser.site import CLOSED, OPEN
from tests.browser.visitor import DUTY_WORKER, Visitor
from tests.web.walking import token

Reach = Callable[[Visitor], str]
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
        "may_use_other": "yes",
    },
}


def there(path: str) -> Reach:
    return lambda visitor: visitor.at(path)


def at_step(step: str, answers: Mapping[str, Mapping[str, Any]] = HERE) -> Reach:
    """A page of the form, not yet answered."""
    return lambda visitor: visitor.walk_to(step, answers)


def answered(step: str, answers: Mapping[str, Mapping[str, Any]]) -> Reach:
    """A page of the form, with the answers that were given."""
    return lambda visitor: visitor.walk_to("check", answers).replace("/check", f"/{step}")


def click(page: Page, selector: str) -> None:
    """Click on what leads to another page, and wait until that page is there."""
    with page.expect_navigation():
        page.locator(selector).click()


def go_on(page: Page) -> None:
    """Press the page's main button, and wait for what comes."""
    click(page, "main button.hds-button--primary")


def press(value: str) -> Act:
    return lambda page: click(page, f"main button[value='{value}']:visible")


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


def receipt_from(municipality: str, can_wait: str) -> Reach:
    """The receipt of a message about one child there, which can wait or cannot."""
    child = {**CHILD, "children-0-municipality": municipality}
    given = {"children": child, "waiting": {"can_wait": can_wait}}
    return lambda visitor: visitor.send(given)


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


def followed_at(path: str) -> Reach:
    """A page behind the code, of a sender who gave contact details."""
    return lambda visitor: visitor.follow(receipt(visitor)) + path


def followed_namelessly_at(path: str) -> Reach:
    """The same, of a sender who gave none."""
    nameless = {**HERE, "you": {"identity": "anonymous"}}
    return lambda visitor: visitor.follow(visitor.send(nameless)) + path


def followed_with_phrases(visitor: Visitor) -> str:
    at = visitor.send(HERE)
    worker = visitor.beside()
    worker.sign_in(DUTY_WORKER)
    case = worker.find_case(visitor.client.get(at))
    for phrase in ("read", "please_call"):
        said = {"csrf_token": token(worker.client.get(case)), "phrase": phrase}
        assert worker.client.post(f"{case}/phrases", said).status_code == 303
    done = {"csrf_token": token(worker.client.get(case))}
    assert worker.client.post(f"{case}/answer-here", done).status_code == 303
    return visitor.follow(at)


def case_spoken_to(visitor: Visitor) -> str:
    """The desk's page of a case whose sender was answered in phrases and then chose other ways of contact."""
    person = visitor.beside()
    receipt = person.client.get(person.send(BY_PHONE))
    person.follow_code_of(receipt)
    visitor.sign_in(DUTY_WORKER)
    found = visitor.find_case(receipt)
    said = {"csrf_token": token(visitor.client.get(found)), "phrase": ["read", "tell_more"]}
    assert visitor.client.post(f"{found}/phrases", said).status_code == 303
    both = {"phone": "+358 50 000 0001", "may_use_other": "yes"}
    for more in ({"way": "email", "email": "testi@example.org", **both}, {"way": "none"}):
        assert person.press(person.at("/follow-up/contact"), **more).status_code == 303
    return f"{found}?notice=said&lang={visitor.language}"


def without_news(page: Page) -> None:
    """The page once more, without what the last press did."""
    page.goto(page.url.partition("?")[0])


def by_mail(page: Page) -> None:
    """Choose e-mail among the ways of contact."""
    page.locator("[name=way][value=email] + label").click()
    go_on(page)


def say_nothing(page: Page) -> None:
    """Press the desk's button for phrases without having chosen one."""
    click(page, ".desk-acts form[action$='/phrases'] button")


def with_stale_token_behind_the_code(page: Page) -> None:
    page.locator("main [name=csrf_token]").first.evaluate("field => { field.value = 'stale' }")
    go_on(page)


def closed_meanwhile(page: Page) -> None:
    """The page is closed in another tab while something is written."""
    fill("more", "Kirjoitin tämän, kun sivu oli jo sulkeutunut.")(page)
    token_there = page.locator("[name=csrf_token]").first.input_value()
    beside = page.url.replace("/add", "/leave")
    page.context.request.post(beside, form={"csrf_token": token_there}, max_redirects=0)
    go_on(page)


def new_code(visitor: Visitor) -> str:
    return f"{case(visitor).partition('?')[0]}/new-code?lang={visitor.language}"


def with_a_cookie(visitor: Visitor) -> str:
    """The form's first page, for somebody who has been here before."""
    visitor.client.cookies["luotsi"] = "of-an-earlier-visit"
    return visitor.at("/forms/guidance")


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


def outbox(visitor: Visitor) -> str:
    receipt(visitor)
    return "/dev/outbox"


def sign_in_page(visitor: Visitor) -> str:
    return f"/staff/login?lang={visitor.language}"


def wrong_password(page: Page) -> None:
    both(fill("email", "nobody@example.org"), fill("password", "wrong"), go_on)(page)


def desk(email: str) -> Reach:
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
