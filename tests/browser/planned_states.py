"""Contacts planned for later: at the desk in every state, and the question on the sender's page."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.desk_acts import case_after, press
from tests.browser.reaching import HERE, case, click
from tests.browser.state import State
from tests.browser.visitor import DUTY_WORKER, Visitor
from tests.web.walking import token

PLAN = {"planned_what": "please_call", "planned_when": "7"}


def planned(visitor: Visitor) -> str:
    """One contact waits, and one was cancelled and can be brought back."""
    address = case(visitor)
    found = address.partition("?")[0]
    press(visitor, found, "follow-ups", **PLAN)
    press(visitor, found, "follow-ups", **{**PLAN, "planned_what": "help_received"})
    page = visitor.client.get(found)
    cancel = re.search(r'action="[^"]+/(follow-ups/[^"]+/cancel)"', page.text)
    assert cancel
    shown = press(visitor, found, cancel.group(1))
    return f"{shown}&lang={visitor.language}"


def plan_nothing(page: Page) -> None:
    click(page, "main form[action$='/follow-ups'] button")


def plan_for_a_day_that_has_passed(page: Page) -> None:
    page.locator("label[for=planned_what-0]").click()
    page.locator("label[for=planned_when-2]").click()
    page.locator("#planned_day").fill("1.1.2020")
    plan_nothing(page)


def move_to_a_day_that_has_passed(page: Page) -> None:
    page.locator("#planned details summary").first.click()
    page.locator("#planned details input[type=text]").first.fill("1.1.2020")
    click(page, "main form[action$='/move'][action*='follow-ups'] button")


def asked_whether_help_was_got(visitor: Visitor) -> str:
    at = visitor.send(HERE)
    worker = visitor.beside()
    worker.sign_in(DUTY_WORKER)
    found = worker.find_case(visitor.client.get(at))
    said = {"csrf_token": token(worker.client.get(found)), "phrase": "did_you_get_help"}
    assert worker.client.post(f"{found}/phrases", said).status_code == 303
    return visitor.follow(at)


STATES = (
    State("case", "contacts planned", planned),
    State("case", "a contact just planned", case_after("follow-ups", **PLAN)),
    State("case", "nothing planned", case, plan_nothing, wrong=True),
    State("case", "planned for a past day", case, plan_for_a_day_that_has_passed, wrong=True),
    State("case", "moved to a past day", planned, move_to_a_day_that_has_passed, wrong=True),
    State("case", "closed", case_after("close")),
    State("follow-up", "asked whether help was got", asked_whether_help_was_got),
)
