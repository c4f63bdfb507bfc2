"""Texts that come in are told to our webhook as Twilio tells them; one without a signature is anybody's."""

from __future__ import annotations

import pytest
from twilio.request_validator import RequestValidator

from tests.channels.conftest import PUBLIC_URL, Receipts
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator
from webapp.embedded.twilio_posting import NotOnLoopback

NUMBER = "+358400000001"
PATH = "/hooks/twilio/inbound"
HOOK = f"{PUBLIC_URL}{PATH}"


def test_a_text_is_told_with_twilios_parameters_and_signature(
    twilio: TwilioEmulator, receipts: Receipts
) -> None:
    assert twilio.text_in(HOOK, NUMBER, "Kiitos, hyv\u00e4!") == (204, "")
    ((path, form, signature),) = receipts.came
    assert path == PATH
    assert RequestValidator(AUTH_TOKEN).validate(HOOK, form, signature)
    assert (form["From"], form["Body"], form["NumMedia"]) == (NUMBER, "Kiitos, hyv\u00e4!", "0")
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"]
    assert (form["AccountSid"], form["SmsStatus"]) == (ACCOUNT_SID, "received")
    assert form["NumSegments"] == "1"
    assert form["FromCity"] == ""


def test_the_same_text_can_be_told_twice_and_carry_more(
    twilio: TwilioEmulator, receipts: Receipts
) -> None:
    sid = "SM" + "b" * 32
    for _ in range(2):
        twilio.text_in(
            f"{HOOK}?from=twilio", NUMBER, "STOP", sid=sid, OptOutType="STOP", To="12345"
        )
    for path, form, signature in receipts.came:
        assert path == f"{PATH}?from=twilio"
        assert (form["MessageSid"], form["OptOutType"], form["To"]) == (sid, "STOP", "12345")
        assert RequestValidator(AUTH_TOKEN).validate(f"{HOOK}?from=twilio", form, signature)
    assert len(receipts.came) == 2


def test_an_unsigned_text_has_no_signature_and_no_copy(
    twilio: TwilioEmulator, receipts: Receipts
) -> None:
    twilio.text_in(HOOK, NUMBER, "STOP", signed=False)
    assert [signature for _, _, signature in receipts.came] == [""]
    assert twilio.messages() == []


def test_a_text_that_came_in_is_no_message_that_went_out(twilio: TwilioEmulator) -> None:
    twilio.text_in(HOOK, NUMBER, "Hei")
    assert twilio.messages() == []
    assert twilio.creates == 0


def test_a_text_is_told_to_nobody_outside_this_machine() -> None:
    with TwilioEmulator() as twilio, pytest.raises(NotOnLoopback):
        twilio.text_in(HOOK, NUMBER, "Hei")
