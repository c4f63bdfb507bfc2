"""Walking through the guidance form as a browser does: every token read from the page before it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp import catalogues

Answers = Mapping[str, Mapping[str, Any]]

#: Valid answers of every page; a test changes what it is about.
ANSWERS: dict[str, dict[str, Any]] = {
    "matter": {"topic": "school", "message": "Tarvitsen neuvoa koulun kanssa."},
    "children": {
        "children-0-municipality": "905",
        "children-0-child_name": "Esimerkki Lapsi",
        "children-0-child_age": "9",
    },
    "elsewhere": {"where_now": "send_anyway"},
    "you": {"identity": "named"},
    "contact": {"way": "email", "name": "Testi Testaaja", "email": "testi@example.org"},
    "language": {"language": "fi", "interpreter": "no"},
    "waiting": {"can_wait": "yes"},
}


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found.group(1)


def post(client: FlaskClient, at: str, **fields: Any) -> TestResponse:
    """Press a button on the page at `at`: its token is fetched first."""
    return client.post(at, data={"csrf_token": token(client.get(at)), **fields})


def begin(client: FlaskClient, language: str = "fi") -> str:
    """Begin a message; the address of its first page."""
    return post(client, f"/{language}/forms/guidance").headers["Location"]


def walk(client: FlaskClient, language: str = "fi", **changes: Mapping[str, Any]) -> str:
    """Answer every page that is asked; the address of the page that checks the answers."""
    answers = {**ANSWERS, **{step: dict(given) for step, given in changes.items()}}
    at = begin(client, language)
    for _ in range(12):
        step = at.rsplit("/", 1)[1]
        if step == "check":
            return at
        answer = post(client, at, action="next", **answers[step])
        assert answer.status_code == 303, (step, answer.status_code, answer.text)
        at = answer.headers["Location"]
    raise AssertionError("the form has no end")


def send(client: FlaskClient, language: str = "fi", **changes: Mapping[str, Any]) -> TestResponse:
    """The whole form; the receipt's page."""
    at = walk(client, language, **changes)
    sent = post(client, at)
    assert sent.status_code == 303, sent.text
    return client.get(sent.headers["Location"])


def code_on(receipt: TestResponse) -> str:
    found = re.search(r'id="access-code">([^<]+)<', receipt.text)
    assert found, receipt.text
    return found.group(1)


def sign_in(client: FlaskClient, email: str, password: str) -> TestResponse:
    return post(client, "/staff/login", email=email, password=password)


def action_of(page: TestResponse) -> str:
    """Where the form of a page posts to; of several, the one that goes on."""
    found = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found.group(1))


def press_again(client: FlaskClient, page: TestResponse, **fields: Any) -> TestResponse:
    """Press the button of a page that came as an answer to a POST."""
    return client.post(action_of(page), data={"csrf_token": token(page), **fields})


def reads(page: TestResponse, language: str, msgid: str) -> bool:
    """Whether a page says a text in a language; in another than English it must be a translation."""
    said = catalogues.translations(language).gettext(msgid)
    assert language == "en" or said != msgid, f"{language} lacks: {msgid}"
    return said in html.unescape(page.text)
