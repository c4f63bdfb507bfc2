"""Visitors: each at an address of its own, so that no test spends another's tries."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests import pseudo
from tests.web.following import ask, follow
from tests.web.speaking import Offer
from tests.web.walking import code_on, send, sign_in
from webapp import app as application
from webapp import catalogues, demo_county, wiring
from webapp.config import Settings
from webapp.demo_county import PASSWORD

Visit = Callable[..., FlaskClient]


@pytest.fixture(scope="session")
def standing_app(base_settings: Settings) -> Iterator[Flask]:
    made = application.create(base_settings)
    made.testing = False  # errors must become pages here too
    yield made
    made.extensions["house"].engine.dispose()


@pytest.fixture
def app(standing_app: Flask, settings: Settings) -> Flask:
    """One application for all tests of pages; the database is emptied after each."""
    return standing_app


@pytest.fixture
def visit(app: Flask) -> Visit:
    """Make a visitor; `like` gives it another visitor's cookie and address, as a second tab or press has."""

    def visitor(like: FlaskClient | None = None, **options: Any) -> FlaskClient:
        made = app.test_client(**options)
        made.environ_base["REMOTE_ADDR"] = (
            f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
        )
        if like is not None:
            made.environ_base["REMOTE_ADDR"] = like.environ_base["REMOTE_ADDR"]
            cookie = like.get_cookie("luotsi")
            if cookie is not None:
                made.set_cookie("luotsi", cookie.value)
        return made

    return visitor


@pytest.fixture
def client(visit: Visit) -> FlaskClient:
    return visit()


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Offer:
    """`offer("fi", "se")`: the county offers these languages; `offer()`: nothing is known of the county."""
    files = demo_county.bundle_files(demo_county.FOLDER)
    here = wiring.read_directory(files, 1)

    def change(*codes: str) -> None:
        county = replace(here, county=replace(here.county, languages=codes)) if codes else None
        monkeypatch.setattr(wiring.CurrentDirectory, "at_hand", lambda self: county)

    return change


@pytest.fixture
def made_up(tmp_path: Path) -> Iterator[str]:
    """A further language, as a county adds one; its code."""
    pseudo.write(tmp_path)
    catalogues.use(tmp_path)
    yield pseudo.CODE
    catalogues.use("")


@pytest.fixture
def sent(client: FlaskClient) -> str:
    """A message by somebody who wants e-mail; its code."""
    return code_on(send(client))


@pytest.fixture
def follower(client: FlaskClient, visit: Visit, sent: str) -> FlaskClient:
    """The person with the code, on another device."""
    made = visit()
    follow(made, sent)
    return made


@pytest.fixture
def worker(visit: Visit) -> FlaskClient:
    made = visit()
    assert sign_in(made, "paivystaja@example.org", PASSWORD).status_code == 303
    return made


@pytest.fixture
def case(owner: Engine, sent: str) -> UUID:
    return UUID(str(ask(owner, "select id from cases")))
