"""The receipt: what it says of a message that cannot wait, and of texts, by day and by night."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from casework.telling_words import telling
from tests.web.conftest import Visit
from tests.web.following import BY_SMS, CONTACT, follow
from tests.web.texting import configure
from tests.web.walking import code_on, post, reads, send
from webapp import catalogues

#: A Monday in Helsinki: the coast's team is at work from 8 on.
MORNING, NIGHT = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (8, 21))
CANNOT_WAIT = {"can_wait": "no"}

WROTE = "You wrote that this cannot wait"
SENDING = "We are sending an alert to the workers who are on duty."
SENDING_NEUTRALLY = "We are sending an alert to those who are on duty."
HAVE_SENT = "We have sent an alert to the workers who are on duty."
CALL_NOW = "If you cannot wait for an answer, call now:"
LATER = "The team is not at work now. It reads your message when it is back at work."
LATER_TOO = "The team itself is not at work now. It too reads your message when it is back at work."
START = (
    "If you have once answered STOP to our text messages, they do not reach you. "
    "Send START to the same number first."
)
START_AGAIN = (
    "If you chose text messages and have once answered STOP to them, they do not reach you. "
    "Send START to the same number first."
)
EMERGENCY_SOCIAL_SERVICES, COAST = "+358500000100", "+358500000112"

IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])


def number_in_the_notice(page: TestResponse) -> str:
    """The number that stands beside 'call now', above everything else of the page."""
    notice = page.text[page.text.index('id="cannot-wait-title"') :]
    found = re.search(r'href="tel:([^"]+)"', notice)
    assert found
    return found.group(1)


def alerts_become(owner: Engine, state: str) -> None:
    told = "update messages set state = :state where purpose = 'staff_urgent'"
    with owner.begin() as connection:
        assert connection.execute(text(told), {"state": state}).rowcount


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("moment", [MORNING, NIGHT])
def test_what_cannot_wait_is_told_first_with_a_number_that_is_answered_now(
    client: FlaskClient, language: str, moment: datetime
) -> None:
    with time_machine.travel(moment, tick=False):
        page = send(client, language, waiting=CANNOT_WAIT)
    for words in (WROTE, SENDING, CALL_NOW):
        assert reads(page, language, words)
    assert page.text.index("cannot-wait-title") < page.text.index('class="reference"')
    by_night = moment == NIGHT
    number = EMERGENCY_SOCIAL_SERVICES if by_night else COAST
    assert number_in_the_notice(page) == number
    assert reads(page, language, LATER_TOO) == by_night
    assert not reads(page, language, LATER)


@pytest.mark.parametrize("moment", [MORNING, NIGHT])
def test_what_can_wait_says_nothing_of_an_alert(client: FlaskClient, moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        page = send(client)
    assert "cannot-wait-title" not in page.text
    assert reads(page, "fi", LATER) == (moment == NIGHT)


@pytest.mark.parametrize("state", ["accepted", "sent", "delivered"])
def test_the_alert_is_called_sent_only_when_it_has_left(
    client: FlaskClient, owner: Engine, state: str
) -> None:
    page = send(client, waiting=CANNOT_WAIT)
    assert not reads(page, "fi", HAVE_SENT)
    alerts_become(owner, state)
    assert reads(client.get(page.request.path), "fi", HAVE_SENT)


@pytest.mark.parametrize("state", ["failed", "undelivered"])
def test_an_alert_that_nobody_got_is_not_claimed_and_the_number_stays(
    client: FlaskClient, owner: Engine, state: str
) -> None:
    page = send(client, waiting=CANNOT_WAIT)
    alerts_become(owner, state)
    page = client.get(page.request.path)
    assert reads(page, "fi", WROTE)
    assert number_in_the_notice(page)
    assert not reads(page, "fi", HAVE_SENT)
    assert not reads(page, "fi", SENDING)


@IN_EACH_LANGUAGE
def test_the_file_says_what_each_number_is(client: FlaskClient, language: str) -> None:
    said = catalogues.translations(language).gettext
    calm = client.get(f"{send(client, language).request.path}.txt").text
    *_, danger, night = calm.strip().splitlines()
    assert danger == f"{said('Danger to life or safety: call')} 112"
    assert night == f"{said('If you need help at night or at weekends, call:')} 050 0000100"
    assert said(WROTE) not in calm


@IN_EACH_LANGUAGE
def test_the_file_tells_of_what_cannot_wait_too(client: FlaskClient, language: str) -> None:
    with time_machine.travel(NIGHT, tick=False):
        at = send(client, language, waiting=CANNOT_WAIT).request.path
        file = client.get(f"{at}.txt").text
    said = catalogues.translations(language).gettext
    assert f"{said(WROTE)}.\n{said(SENDING_NEUTRALLY)}\n{said(CALL_NOW)} 050 0000100\n" in file


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("alert", ["", "pending", "sent"])
def test_whoever_finds_the_file_learns_nothing_of_what_it_is_about(
    client: FlaskClient, owner: Engine, language: str, alert: str
) -> None:
    waiting = CANNOT_WAIT if alert else {"can_wait": "yes"}
    at = send(client, language, waiting=waiting).request.path
    if alert:
        alerts_become(owner, alert)
    file = client.get(f"{at}.txt")
    assert file.status_code == 200
    assert telling(file.text) == ()
    assert telling(file.headers["Content-Disposition"]) == ()


def test_the_link_in_the_file_is_the_public_address_by_whatever_name_it_was_asked_for(
    app: Flask, client: FlaskClient, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(app, monkeypatch, public_url="https://luotsi.example.fi/")
    at = send(client).request.path
    cookie = client.get_cookie("luotsi")
    assert cookie
    behind = visit(use_cookies=False)  # the same person, by the name that a proxy uses inside
    headers = {"Cookie": f"luotsi={cookie.value}"}
    file = behind.get(f"{at}.txt", base_url="http://inner:8000", headers=headers)
    assert re.findall(r"https?://\S+", file.text) == ["https://luotsi.example.fi/fi/follow-up"]


@pytest.mark.parametrize(
    ("sender", "is_told"),
    [
        ({"twilio_from": "+15005550006"}, True),
        ({"twilio_from": "17111"}, True),
        ({"twilio_from": "Alue"}, False),
        ({"twilio_from": "Alue 1"}, False),
        ({"twilio_from": "Alue", "twilio_messaging_service_sid": "MG" + "0" * 32}, True),
    ],
)
def test_only_where_texts_can_be_answered_do_the_pages_speak_of_start(
    app: Flask,
    visit: Visit,
    monkeypatch: pytest.MonkeyPatch,
    sender: dict[str, str],
    is_told: bool,
) -> None:
    configure(app, monkeypatch, **sender)
    by_text = {**BY_SMS, "name": "Testi Testaaja", "safe_times": ["morning"]}
    receipt, person = send(visit(), contact=by_text), visit()
    follow(person, code_on(receipt))
    changed = person.get(post(person, CONTACT, **BY_SMS).headers["Location"])
    assert reads(receipt, "fi", START) is is_told
    assert reads(changed, "fi", START_AGAIN) is is_told
    assert ("START" in html.unescape(receipt.text + changed.text)) is is_told
