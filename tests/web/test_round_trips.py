"""What one send costs: round trips to PostgreSQL, counted on the wire between both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bench.trips import CountingRelay
from tests.web.walking import ANSWERS, token, walk
from webapp import app as application
from webapp.config import Settings


@pytest.fixture
def counted(settings: Settings) -> Iterator[tuple[Flask, CountingRelay]]:
    """The application with a relay between it and PostgreSQL, which notes each change of direction."""
    url = make_url(settings.database_url.get_secret_value())
    relay = CountingRelay(url.port or 0)
    through = url.set(host="127.0.0.1", port=relay.port).render_as_string(hide_password=False)
    made = application.create(settings.model_copy(update={"database_url": SecretStr(through)}))
    yield made, relay
    made.extensions["house"].engine.dispose()
    relay.close()


def family(size: int) -> dict[str, str]:
    return {
        name.replace("-0-", f"-{number}-"): value * 5 if name.endswith("name") else value
        for number in range(size)
        for name, value in ANSWERS["children"].items()
    }


@pytest.mark.parametrize("size", [1, 6])
def test_sending_takes_three_round_trips_whatever_the_number_of_children_and_fields(
    counted: tuple[Flask, CountingRelay], size: int
) -> None:
    """Session, draft, and the one statement that stores all. The directory is asked for every few seconds;
    the least of three sends leaves that out."""
    app, relay = counted
    trips = []
    for _ in range(3):
        client = app.test_client()
        at = walk(client, children=family(size))
        pressed = token(client.get(at))
        before = relay.trips
        assert client.post(at, data={"csrf_token": pressed}).status_code == 303
        trips.append(relay.trips - before)
    assert min(trips) == 3, trips
    assert max(trips) <= 5, trips
