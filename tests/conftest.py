"""Real parts for tests: one PostgreSQL and one Valkey a test process, a clean database for each test.

Servers start when the first test asks for them, so that the many tests of pure code need none.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import low_level
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from webapp import app as application
from webapp import demo_county, wiring
from webapp.config import Settings
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.embedded.valkey import EmbeddedValkey
from webapp.store.crypto import new_keyset
from webapp.store.tables import metadata

TWILIO_SID = "AC" + "0" * 32
TWILIO_TOKEN = "emulated"
SECRET = "a-secret-of-the-tests-" + "x" * 24
#: Tables that a test leaves as they are: the directory and the demo's sign-ins are the same for all.
_KEPT = {"directory_revisions", "users", "roles", "roles_users"}


@pytest.fixture(scope="session", autouse=True)
def each_password_once() -> Iterator[None]:
    """The few passwords of the tests are verified at their real cost, but each against its hash only once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(low_level, "verify_secret", functools.cache(low_level.verify_secret))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def valkey() -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey() as server:
        yield server


@pytest.fixture(scope="session")
def keyset() -> str:
    return new_keyset()


@pytest.fixture(scope="session")
def base_settings(
    postgres: EmbeddedPostgres,
    valkey: EmbeddedValkey,
    keyset: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    """Settings on the embedded servers, with the demo county loaded and its people able to sign in."""
    settings = Settings(
        database_url=SecretStr(postgres.app_url),
        migration_database_url=SecretStr(postgres.owner_url),
        broker_url=SecretStr(valkey.url),
        secret_key=SecretStr(SECRET),
        keyset=SecretStr(keyset),
        public_url="http://localhost:8000",
        sms_provider="outbox",
        mail_provider="outbox",
        state_dir=Path(tmp_path_factory.mktemp("state")),
        demo=True,
    )
    for _ in demo_county.prepare(settings):
        pass
    return settings


@pytest.fixture(scope="session")
def owner(postgres: EmbeddedPostgres, base_settings: Settings) -> Iterator[Engine]:
    """The database as its owner, for looking and for cleaning."""
    engine = create_engine(postgres.owner_url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def settings(base_settings: Settings, owner: Engine) -> Iterator[Settings]:
    """Settings over a database in which nobody has written anything; emptied again afterwards."""
    yield base_settings
    empty(owner)


def empty(owner: Engine) -> None:
    names = ", ".join(t.name for t in metadata.sorted_tables if t.name not in _KEPT)
    with owner.begin() as connection:
        connection.execute(text(f"truncate {names} cascade"))


@pytest.fixture
def house(settings: Settings) -> Iterator[wiring.House]:
    opened = wiring.build(settings)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = application.create(settings)
    made.testing = False  # errors must become pages here too
    yield made
    made.extensions["house"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def in_ci() -> bool:
    return os.environ.get("CI") == "true"
