"""Following a message with its code, over HTTP."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from tests.web.walking import post, token

ADD, CONTACT, WITHDRAW = "/fi/follow-up/add", "/fi/follow-up/contact", "/fi/follow-up/withdraw"
BY_SMS = {"way": "sms", "phone": "+358 50 000 0007"}


def follow(client: FlaskClient, code: str) -> None:
    answered = post(client, "/fi/follow-up", code=code)
    assert answered.status_code == 303, answered.text


def fields_on(page: TestResponse, **fields: str) -> dict[str, str]:
    """What the form of a page posts: its hidden fields, and what is written into it."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {**dict(hidden), "csrf_token": token(page), **fields}


def add(client: FlaskClient, at: str = ADD, **fields: str) -> TestResponse:
    """Press the button of the page on which something is added."""
    return client.post(at, data=fields_on(client.get(at), **fields))


def ask(owner: Engine, question: str) -> Any:
    with owner.connect() as connection:
        return connection.execute(text(question)).scalar()


def open_case(worker: FlaskClient, case: UUID) -> str:
    page = worker.get(f"/staff/cases/{case}")
    assert page.status_code == 200, page.text
    return page.text


def say(worker: FlaskClient, case: UUID, *phrases: str, **fields: str) -> TestResponse:
    """A worker opens the case and says set phrases on the follow-up page."""
    at = f"/staff/cases/{case}"
    form = {"csrf_token": token(worker.get(at)), "phrase": list(phrases), **fields}
    return worker.post(f"{at}/phrases", data=form)
