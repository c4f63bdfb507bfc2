"""A text to a sender in whatever state a test wants, and what the desk's page of the case says of it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.web.following import ask
from tests.web.walking import code_on, send

LANGUAGES = ("fi", "sv", "en")
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
BY_SMS = {
    "way": "sms",
    "name": "Testi Testaaja",
    "phone": "+358 50 000 0007",
    "safe_times": ["morning", "evening"],
    "may_leave_message": "no",
}
TEL = 'href="tel:+358500000007"'


def run(owner: Engine, sql: str, **values: Any) -> None:
    with owner.begin() as connection:
        connection.execute(text(sql), values)


@pytest.fixture
def sent(client: FlaskClient) -> str:
    """A message by somebody who wants texts in the mornings and evenings; its code."""
    return code_on(send(client, contact=BY_SMS))


@pytest.fixture
def message(owner: Engine, case: UUID) -> UUID:
    """The text that confirms it."""
    return UUID(str(ask(owner, "select id from messages where recipient = 'sender'")))


def becomes(owner: Engine, state: str, reason: str = "", **values: Any) -> None:
    """The sender's text is in this state; `values` are columns."""
    known = {"attempts": 1, "next_at": None, "changed_at": datetime.now(UTC), **values}
    columns = ", ".join(f"{name} = :{name}" for name in known)
    run(
        owner,
        f"update messages set state = :state, reason = :reason, {columns} where recipient = 'sender'",
        state=state,
        reason=reason,
        **known,
    )


def row_of_sender(page: str) -> str:
    """The words of the table's row of the text to the sender."""
    found = re.search(r'<th scope="row">The sender</th>(.*?)</tr>', page, re.DOTALL)
    assert found, page
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found.group(1))).split())


def shown(worker: FlaskClient, case: UUID, language: str = "en") -> Any:
    page = worker.get(f"/staff/cases/{case}?lang={language}")
    assert page.status_code == 200, page.text
    return page


def call_box(page: str) -> str:
    found = re.search(r'<section class="card desk-call".*?</section>', page, re.DOTALL)
    return found.group(0) if found else ""


def must_be_called(owner: Engine) -> None:
    run(owner, "update cases set marks = array['call_needed']")
