"""The demo's outbox page: what would have left, and why something has not yet."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.web.walking import send

#: A Monday, eleven at night and ten in the morning in Helsinki.
NIGHT, MORNING = datetime(2026, 3, 2, 21, tzinfo=UTC), datetime(2026, 3, 2, 8, tzinfo=UTC)
BY_SMS = {
    "way": "sms",
    "name": "Testi Testaaja",
    "phone": "+358 50 000 0001",
    "safe_times": ["morning"],
}
WAITS = {"fi": "Viesti odottaa tähän asti: tiistai", "sv": "Meddelandet väntar tills: tisdag"}
WAITS["en"] = "It waits until Tuesday 3 March 2026 at 08:"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_text_that_waits_for_the_morning_says_until_when(
    client: FlaskClient, language: str
) -> None:
    with time_machine.travel(NIGHT, tick=False):
        send(client, contact=BY_SMS)
        page = client.get("/dev/outbox", headers={"Accept-Language": language})
        (waiting,) = [row for row in outbox(client) if row["waits_until"]]
    listed = html.unescape(page.text).partition("<ol")[2]
    assert listed.count(WAITS[language]) == 1, listed
    assert waiting["purpose"] == "received"
    opens = datetime.fromisoformat(waiting["waits_until"]) - datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert timedelta(0) <= opens <= timedelta(minutes=10)


def test_what_goes_at_once_waits_for_nothing(client: FlaskClient) -> None:
    with time_machine.travel(MORNING, tick=False):
        send(client, contact=BY_SMS)
        assert [row["waits_until"] for row in outbox(client)] == ["", ""]


def outbox(client: FlaskClient) -> list[dict[str, str]]:
    found: list[dict[str, str]] = client.get("/dev/outbox.json").json or []
    return found
