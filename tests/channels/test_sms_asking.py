"""What Twilio says of a message later, and having it forget one: both may be repeated, neither sends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tasks.channels import ConfigurationFault, SendingFailed, TemporaryFailure
from tasks.channels.sms import TwilioSms
from tests.channels.conftest import PUBLIC_URL, SENDER, Write, closed_port
from webapp.embedded.twilio_behaviour import (
    ASKED,
    CUT_AFTER_ACCEPTING,
    TIME_OUT_AFTER_ACCEPTING,
    TOO_MANY,
    UNAVAILABLE,
    Behaviour,
)
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator

NUMBER = "+358400000001"
HOOK = f"{PUBLIC_URL}/hooks/twilio/inbound"

#: Each way of asking about a message that Twilio has.
ASKING: dict[str, Callable[[TwilioSms, str], object]] = {
    "status": lambda sms, sid: sms.status(sid),
    "forget": lambda sms, sid: sms.forget(sid),
}


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (Behaviour(), ("delivered", "")),
        (Behaviour(outcome="sent"), ("sent", "")),
        (Behaviour(outcome="undelivered", error_code=30003), ("undelivered", "30003")),
        (Behaviour(outcome="failed", error_code=30006), ("failed", "30006")),
        (Behaviour(callbacks="dropped"), ("delivered", "")),
    ],
)
def test_twilio_says_how_a_message_fares(
    sms: TwilioSms,
    twilio: TwilioEmulator,
    write: Write,
    behaviour: Behaviour,
    told: tuple[str, str],
) -> None:
    twilio.behave(NUMBER, behaviour)
    sid = sms.send(write(NUMBER))
    twilio.settle()
    assert sms.status(sid) == told


@pytest.mark.parametrize("sid", ["SM" + "0" * 32, "", "../Messages", "SM1/Media", "ä"])
def test_a_message_that_twilio_does_not_know_is_none_and_is_forgotten(
    sms: TwilioSms, sid: str
) -> None:
    assert sms.status(sid) is None
    sms.forget(sid)


def test_a_forgotten_message_is_gone_and_may_be_forgotten_again(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    sid = sms.send(write(NUMBER))
    twilio.settle()
    for _ in range(2):
        sms.forget(sid)
    assert sms.status(sid) is None
    assert twilio.messages() == []


def test_a_text_that_came_in_can_be_forgotten_too(sms: TwilioSms, twilio: TwilioEmulator) -> None:
    sid = "SM" + "a" * 32
    twilio.text_in(HOOK, NUMBER, "Kiitos", sid=sid)
    assert sms.status(sid) == ("received", "")
    sms.forget(sid)
    assert sms.status(sid) is None


def test_a_message_on_its_way_is_forgotten_later(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    twilio.behave(NUMBER, Behaviour(outcome="sent"))
    sid = sms.send(write(NUMBER))
    twilio.settle()
    with pytest.raises(TemporaryFailure) as raised:
        sms.forget(sid)
    assert (raised.value.reason_class, raised.value.code) == ("in_flight", "20009")
    assert raised.value.retry_after == timedelta(minutes=10)
    assert sms.status(sid) == ("sent", "")


@pytest.mark.parametrize("way", ASKING)
@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (UNAVAILABLE, "provider_fault"),
        (TIME_OUT_AFTER_ACCEPTING, "read_timeout"),
        (CUT_AFTER_ACCEPTING, "connection_lost"),
    ],
)
def test_an_answer_that_was_lost_is_asked_for_again(
    sms: TwilioSms,
    twilio: TwilioEmulator,
    write: Write,
    way: str,
    behaviour: Behaviour,
    reason: str,
) -> None:
    sid = sms.send(write(NUMBER))
    twilio.settle()
    twilio.behave(ASKED, behaviour)
    with pytest.raises(TemporaryFailure) as raised:
        ASKING[way](sms, sid)
    assert raised.value.reason_class == reason


@pytest.mark.parametrize("way", ASKING)
def test_asking_too_often_waits_as_long_as_was_asked(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write, way: str
) -> None:
    sid = sms.send(write(NUMBER))
    twilio.settle()
    twilio.behave(ASKED, TOO_MANY)
    with pytest.raises(TemporaryFailure) as raised:
        ASKING[way](sms, sid)
    assert raised.value.retry_after == timedelta(seconds=1)
    assert not raised.value.counts_as_attempt


@pytest.mark.parametrize("way", ASKING)
def test_a_refused_token_is_our_own_fault_and_no_missing_message(
    twilio: TwilioEmulator, way: str
) -> None:
    channel = TwilioSms(ACCOUNT_SID, "wrong", SENDER, PUBLIC_URL, twilio.url)
    with pytest.raises(ConfigurationFault) as raised:
        ASKING[way](channel, "SM" + "0" * 32)
    assert raised.value.reason_class == "not_authorised"


@pytest.mark.parametrize("way", ASKING)
def test_a_provider_that_cannot_be_reached_is_asked_later(way: str) -> None:
    where = f"http://127.0.0.1:{closed_port()}"
    channel = TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, where)
    with pytest.raises(TemporaryFailure) as raised:
        ASKING[way](channel, "SM" + "0" * 32)
    assert raised.value.reason_class == "connect_failed"


def test_a_refusal_to_delete_is_one_of_the_four_failures(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    sid = sms.send(write(NUMBER))
    twilio.settle()
    twilio.behave(ASKED, Behaviour(status=400, code=29999))
    with pytest.raises(SendingFailed) as raised:
        sms.forget(sid)
    assert raised.value.__context__ is None
