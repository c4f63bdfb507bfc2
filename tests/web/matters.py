"""Pressing the desk's buttons about limits, transfers and moves, over HTTP."""

from __future__ import annotations

import re
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.walking import token

#: Another county's municipality, whose county the demo's directory knows how to reach.
AWAY = {"children-0-municipality": "other", "children-0-other_municipality": "Seinäjoki"}


def at(case: UUID) -> str:
    return f"/staff/cases/{case}"


def press(desk: FlaskClient, case: UUID, button: str, **fields: str) -> TestResponse:
    """A worker opens the case and presses a button; `button` is what follows the case in its address."""
    page = desk.get(at(case))
    return desk.post(f"{at(case)}/{button}", data={"csrf_token": token(page), **fields})


def act(worker: FlaskClient, case: UUID, *names: str) -> TestResponse:
    """The acts that ask for nothing more, one after the other; the last answer."""
    answers = [press(worker, case, f"acts/{name}") for name in names]
    assert {answer.status_code for answer in answers} == {303}
    return answers[-1]


def offers(page: TestResponse) -> set[str]:
    """The acts whose buttons stand on a page, but for the undos."""
    return {name for name in every_button(page) if not name.startswith("undo-")}


def undos(page: TestResponse) -> set[str]:
    """The limits whose marks may be taken back."""
    return {name.removeprefix("undo-") for name in every_button(page) if name.startswith("undo-")}


def every_button(page: TestResponse) -> list[str]:
    return re.findall(r'action="[^"]+/acts/([a-z_-]+)"', page.text)
