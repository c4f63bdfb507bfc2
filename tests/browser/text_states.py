"""Text messages that came in: the list and the page of their case, with and without any."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import Page

from tests.browser.reaching import BY_PHONE, click
from tests.browser.state import State
from tests.browser.visitor import DUTY_WORKER, IDLE_WORKER, Visitor, Walker
from tests.conftest import TWILIO_SID
from tests.faults import receipts

HOOK = "/hooks/twilio/inbound"
STRANGER = "+358500000045"
#: The number of `BY_PHONE`.
SENDER = "+358500000001"


def text_in(walker: Walker, body: str, sender: str) -> None:
    """A genuine text; the public address is the settings', whatever host the browser calls."""
    public = f"http://localhost:{urlsplit(walker.url).port}{HOOK}"
    told = {"MessageSid": f"SM{uuid4().hex}", "AccountSid": TWILIO_SID, "To": "+15005550006"}
    told |= {"From": sender, "Body": body}
    answer = receipts.post(f"{walker.url}{HOOK}", told, receipts.signature(public, told))
    assert answer.status_code == 200, answer.text


def _texted(visitor: Visitor) -> str:
    """A sender, a stranger and a machine have written; the address of the sender's case for the duty worker."""
    sender = visitor.beside()
    receipt = sender.client.get(sender.send(BY_PHONE))
    text_in(sender, "Soitatteko huomenna?\nParas aika on aamu.", SENDER)
    text_in(sender, "Kuka tästä numerosta vastaa?", STRANGER)
    text_in(sender, "Voitit arvonnassa! Lue lisää: example.org", "ARVONTA")
    visitor.sign_in(DUTY_WORKER)
    return visitor.find_case(receipt)


def waiting(visitor: Visitor) -> str:
    _texted(visitor)
    return f"/staff/texts?lang={visitor.language}"


def handled(visitor: Visitor) -> str:
    return f"{waiting(visitor)}&show=handled"


def nothing_waits(visitor: Visitor) -> str:
    visitor.sign_in(IDLE_WORKER)
    return f"/staff/texts?lang={visitor.language}"


def nothing_handled(visitor: Visitor) -> str:
    return f"{nothing_waits(visitor)}&show=handled"


def case(visitor: Visitor) -> str:
    return f"{_texted(visitor)}?lang={visitor.language}"


def stopped(visitor: Visitor) -> str:
    """Of a sender whose number takes no texts any more: a number of its own, because STOP rules from then on."""
    sender = visitor.beside()
    number = {"phone": "+358 50 000 0046"}
    receipt = sender.client.get(
        sender.send({**BY_PHONE, "contact": {**BY_PHONE["contact"], **number}})
    )
    text_in(sender, "STOP", "+358500000046")
    visitor.sign_in(DUTY_WORKER)
    return f"{visitor.find_case(receipt)}?lang={visitor.language}"


def inbox(visitor: Visitor) -> str:
    _texted(visitor)
    return f"/staff/?lang={visitor.language}"


def mark_one(page: Page) -> None:
    """The oldest one is handled; the list is shown again."""
    click(page, "main article:nth-of-type(1) button")


def mark_and_look(page: Page) -> None:
    page.goto(page.url.replace("&show=handled", ""))
    mark_one(page)
    click(page, ".desk-tabs a[href*='handled']")


STATES = (
    State("texts", "empty", nothing_waits),
    State("texts", "filled", waiting),
    State("texts", "one handled", waiting, mark_one),
    State("texts handled", "empty", nothing_handled),
    State("texts handled", "filled", handled, mark_and_look),
    State("inbox", "texts came in", inbox),
    State("case", "with a text", case),
    State("case", "texts stopped", stopped),
)
