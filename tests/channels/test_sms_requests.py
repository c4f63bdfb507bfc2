"""What stands in a request to Twilio: how long a text is valid, its letters, and the host it goes to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.http.response import Response

from casework.sms_segments import segments
from tasks.channels import OutcomeUnknown, PermanentFailure, TemporaryFailure
from tasks.channels.sms import TwilioSms
from tasks.channels.twilio_http import LONGEST_WAIT, TwilioHttp
from tests.channels.conftest import PUBLIC_URL, SENDER, Write
from webapp.embedded.twilio_behaviour import Behaviour
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator

NUMBER = "+358400000001"


class Stopped(Exception):
    """The request was looked at and goes no further."""


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that requests are for; none leaves."""
    asked: list[str] = []

    def request(self: TwilioHttp, method: str, url: str, **_: Any) -> Response:
        asked.append(self._address(url))
        raise Stopped

    monkeypatch.setattr(TwilioHttp, "request", request)
    return asked


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [
        (timedelta(seconds=1), 1),
        (timedelta(seconds=59, milliseconds=999), 59),
        (timedelta(minutes=20), 1200),
        (timedelta(hours=10), 36_000),
        (timedelta(hours=10, seconds=1), 36_000),
        (timedelta(days=9), 36_000),
    ],
)
def test_a_text_is_valid_for_whole_seconds_that_twilio_takes(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write, valid_for: timedelta, seconds: int
) -> None:
    sms.send(write(NUMBER, valid_for=valid_for))
    assert twilio.messages()[0].validity_period == str(seconds)


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=2)))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_is_never_valid_past_the_end_of_the_safe_hours(
    sms: TwilioSms, valid_for: timedelta
) -> None:
    seconds = sms._validity(valid_for)
    assert 1 <= seconds <= 36_000
    assert timedelta(seconds=seconds) <= valid_for


@pytest.mark.parametrize(
    "valid_for", [timedelta(milliseconds=999), timedelta(0), timedelta(seconds=-90)]
)
def test_a_text_whose_time_is_over_is_not_handed_over(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write, valid_for: timedelta
) -> None:
    with pytest.raises(PermanentFailure) as raised:
        sms.send(write(NUMBER, valid_for=valid_for))
    assert raised.value.reason_class == "too_late"
    assert twilio.creates == 0


@pytest.mark.parametrize(
    ("region", "edge", "host"),
    [
        ("", "", "api.twilio.com"),
        ("ie1", "dublin", "api.dublin.ie1.twilio.com"),
        ("", "dublin", "api.dublin.us1.twilio.com"),
    ],
)
def test_each_request_goes_to_the_region_that_was_set(
    write: Write, hosts: list[str], region: str, edge: str, host: str
) -> None:
    channel = TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, region=region, edge=edge)
    with pytest.raises(OutcomeUnknown):
        channel.send(write())
    for ask in (channel.status, channel.forget):
        with pytest.raises(TemporaryFailure):
            ask("SM" + "0" * 32)
    base = f"https://{host}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages"
    assert hosts == [f"{base}.json", *[f"{base}/SM{'0' * 32}.json"] * 2]


def test_another_address_goes_before_the_region(twilio: TwilioEmulator, write: Write) -> None:
    channel = TwilioSms(
        ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, twilio.url, region="ie1", edge="dublin"
    )
    assert channel.send(write()) == twilio.messages()[0].sid


def test_a_region_in_the_environment_does_not_lead_the_token_astray(
    monkeypatch: pytest.MonkeyPatch, write: Write, hosts: list[str]
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "evil")
    monkeypatch.setenv("TWILIO_EDGE", "evil")
    with pytest.raises(OutcomeUnknown):
        TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL).send(write())
    assert hosts[0].startswith("https://api.twilio.com/")


LONG = "Hej! " + "Vi har fått ditt meddelande och läser det. " * 4 + "https://luotsi.example/sv"


@pytest.mark.parametrize(
    ("written", "arrives", "parts"),
    [
        ("Klo\u00a08\u201316", "Klo 8-16", 1),
        ("Hei  Testi \u00a0\nterveisin", "Hei  Testi  \nterveisin", 1),
        (
            "L\u2019\u00e9tat \u201chyv\u00e4\u201d \u2013 n\u00e4in\u2026",
            'L\'\u00e9tat "hyv\u00e4" - n\u00e4in...',
            1,
        ),
        ("a" * 66 + "\U0001f44b" + "a" * 10, "a" * 66 + "\U0001f44b" + "a" * 10, 2),
        ("a" * 68 + "{" + "\u014b", "a" * 68 + "{" + "\u014b", 1),
        ("\u010c\u00e1ppa \u00c1nde \u014b", "\u010c\u00e1ppa \u00c1nde \u014b", 1),
        (LONG, LONG, 2),
    ],
)
def test_the_letters_arrive_as_they_were_meant_and_none_is_cut(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write, written: str, arrives: str, parts: int
) -> None:
    sms.send(write(NUMBER, body=written))
    (kept,) = twilio.messages()
    assert kept.body == arrives
    assert kept.as_json()["num_segments"] == str(parts) == str(segments(arrives).count)


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(7, timedelta(seconds=7)), (86_400, LONGEST_WAIT), (10**400, LONGEST_WAIT), (None, None)],
)
def test_a_provider_that_asks_for_patience_gets_an_hour_at_most(
    sms: TwilioSms,
    twilio: TwilioEmulator,
    write: Write,
    asked: int | None,
    waits: timedelta | None,
) -> None:
    twilio.behave(NUMBER, Behaviour(status=429, code=20429, retry_after=asked))
    with pytest.raises(TemporaryFailure) as raised:
        sms.send(write(NUMBER))
    assert raised.value.retry_after == waits
