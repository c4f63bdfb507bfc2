"""The directory's pages: every one shows, for those who may; every change is previewed, and nothing is lost."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from tests.web.conftest import Visit
from tests.web.following import ask
from tests.web.walking import post, sign_in, token
from webapp import demo_county, wiring
from webapp.demo_county import PASSWORD
from webapp.wiring import House

AT = "/staff/directory"
ADMIN, LEAD, WORKER = "hakemisto@example.org", "esihenkilo@example.org", "paivystaja@example.org"
EVERY = ("/", "/teams", "/teams/north", "/rota", "/rota/north", "/workers", "/absences")
ADMINS = ("/clients", "/clients/move", "/counties", "/bundle", "/bundle.zip", "/history")
FORMS = (
    "/teams/north/ladder",
    "/rows/teams/add",
    "/rows/services/add/north",
    "/rows/contact-points/add/north",
    "/rows/hours-exceptions/add/north",
    "/rows/workers/add",
    "/rows/clients/add",
    "/rows/counties/add",
)


@pytest.fixture(autouse=True)
def demo_again(house: House) -> Iterator[None]:
    """Each test begins with the demo's directory as the newest revision, and leaves it so."""
    yield
    load(house, demo_county.bundle_files(demo_county.FOLDER))


def load(house: House, files: dict[str, str]) -> int:
    here, latest = wiring.read_directory(files, 0), house.revisions.latest()
    return house.revisions.add(files, here, "tests", wiring.now(), based_on=latest)


def signed_in(visit: Visit, email: str) -> FlaskClient:
    made = visit()
    made.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert sign_in(made, email, PASSWORD).status_code == 303
    made.get("/staff/?lang=en")
    return made


@pytest.fixture
def admin(visit: Visit) -> FlaskClient:
    return signed_in(visit, ADMIN)


def test_every_page_shows_for_an_administrator(admin: FlaskClient) -> None:
    answers = {at: admin.get(AT + at).status_code for at in (*EVERY, *ADMINS, *FORMS)}
    assert {at: code for at, code in answers.items() if code != 200} == {}
