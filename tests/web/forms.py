"""Walking through any public form over HTTP, with answers read off its own questions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from forms.base import Surroundings
from forms.registry import FORMS
from forms.spec import FormSpec
from tests.forms.filling import USUAL, fields_of
from tests.web.walking import post, token
from webapp.wiring import House, now

_STEP = re.compile(r"/([a-z-]+)(?:\?.*)?$")


def step_of(at: str) -> str:
    found = _STEP.search(at)
    assert found, at
    return found.group(1)


def begin_form(client: FlaskClient, slug: str, language: str = "fi", **fields: str) -> str:
    """Begin a message; the address of its first page."""
    return post(client, f"/{language}/forms/{slug}", **fields).headers["Location"]


def posted_on(
    spec: FormSpec, step: str, house: House, answers: Mapping[str, str | None] = USUAL
) -> MultiDict[str, str]:
    """What a person posts who answers every question of a page."""
    page = next(page for page in spec.steps if page.slug == step)()
    around = Surroundings(house.current.get(), now().date(), "fi")
    page.prepare(around, {})
    return MultiDict(fields_of(page, answers))


def answer(
    client: FlaskClient, at: str, house: House, answers: Mapping[str, str | None] = USUAL
) -> TestResponse:
    """Answer every question of the page at `at`, and go on."""
    spec = FORMS[at.split("/")[3]]
    fields = posted_on(spec, step_of(at), house, answers)
    fields["csrf_token"] = token(client.get(at))
    fields["action"] = "next"
    return client.post(at, data=fields)


def walk_form(
    client: FlaskClient,
    slug: str,
    house: House,
    *,
    language: str = "fi",
    until: str = "check",
    answers: Mapping[str, str | None] = USUAL,
) -> str:
    """Answer every page until the one named; its address."""
    at = begin_form(client, slug, language)
    for _ in range(20):
        if step_of(at) == until:
            return at
        given = answer(client, at, house, answers)
        assert given.status_code == 303, (at, given.status_code, given.text)
        at = given.headers["Location"]
    raise AssertionError("the form has no end")
