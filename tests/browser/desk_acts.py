"""How a visitor gets to the desk's pages of limits, transfers and moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from tests.browser.any_form import case_of_a_notification
from tests.browser.reaching import Reach, click
from tests.browser.reaching import case as opened
from tests.browser.visitor import DUTY_WORKER, Visitor, Walker
from tests.web.walking import token

#: A child of another county, whose county the demo's directory knows how to reach.
ELSEWHERE: Mapping[str, Mapping[str, Any]] = {
    "children": {
        "children-0-municipality": "other",
        "children-0-other_municipality": "Seinäjoki",
        "children-0-child_name": "Esimerkki Lapsi",
        "children-0-child_age": "9",
    }
}


def press(worker: Walker, case: str, button: str, **fields: str) -> str:
    """A worker presses a button of a case; where that leads."""
    given = {"csrf_token": token(worker.client.get(case)), **fields}
    answer = worker.client.post(f"{case}/{button}", given)
    assert answer.status_code == 303, (button, answer.text)
    return str(answer.headers["Location"])


def _plain(address: str) -> str:
    return address.partition("?")[0]


def _read(visitor: Visitor, address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={visitor.language}"


def case_after(*buttons: str, **fields: str) -> Reach:
    """A case of which these buttons were pressed, with the notice of the last one."""

    def reach(visitor: Visitor) -> str:
        case = shown = _plain(opened(visitor))
        for button in buttons:
            shown = press(visitor, case, button, **fields)
        return _read(visitor, shown)

    return reach


def dates(visitor: Visitor) -> str:
    """With a limit of law and a planned contact."""
    case = _plain(case_of_a_notification(visitor))
    press(visitor, case, "follow-ups", planned_what="please_call", planned_when="7")
    return _read(visitor, f"{case}/dates")


def close(page: Page) -> None:
    click(page, "main form[action$='/close'] button")


def move_nowhere(page: Page) -> None:
    click(page, "main form[action$='/move'] button")


def pause_for_nothing(page: Page) -> None:
    click(page, "main form[action$='/pause'] button")


def _elsewhere(sender: Walker, worker: Walker) -> tuple[str, str]:
    """A message of another county's child: its receipt and, for a worker who is signed in, its case."""
    receipt = sender.send(ELSEWHERE)
    worker.sign_in(DUTY_WORKER)
    return receipt, worker.find_case(sender.client.get(receipt))


def transfer_after(*buttons: str) -> Reach:
    """The desk's page of a matter of another county."""

    def reach(visitor: Visitor) -> str:
        _, case = _elsewhere(visitor.beside(), visitor)
        shown = case
        for button in buttons:
            shown = press(visitor, case, f"acts/{button}")
        return _read(visitor, shown)

    return reach


def followed_transfer_after(*buttons: str) -> Reach:
    """The follow-up page of a matter of another county."""

    def reach(visitor: Visitor) -> str:
        worker = visitor.beside()
        receipt, case = _elsewhere(visitor, worker)
        for button in buttons:
            press(worker, case, f"acts/{button}")
        return visitor.follow(receipt)

    return reach


def followed_while_paused(visitor: Visitor) -> str:
    """The follow-up page while the time to answer is paused."""
    receipt = visitor.send(
        {"children": {**ELSEWHERE["children"], "children-0-municipality": "288"}}
    )
    worker = visitor.beside()
    worker.sign_in(DUTY_WORKER)
    case = worker.find_case(visitor.client.get(receipt))
    press(worker, case, "pause", reason="sender")
    return visitor.follow(receipt)


def moved_away(visitor: Visitor) -> str:
    """The inbox after a case has gone to a team whose cases are out of sight."""
    case = _plain(opened(visitor))
    return _read(visitor, press(visitor, case, "move", team="management"))
