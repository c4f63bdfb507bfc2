"""Finding out at Twilio whether a text whose answer was lost had been sent after all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.channels import (
    ConfigurationFault,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from tasks.channels.sms import TwilioSms
from tests.channels.conftest import PUBLIC_URL, SENDER, Write, closed_port
from webapp.embedded.twilio_behaviour import (
    CUT_AFTER_ACCEPTING,
    FAULT_AFTER_ACCEPTING,
    TIME_OUT_AFTER_ACCEPTING,
    UNAVAILABLE,
    Behaviour,
)
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator

NUMBER = "+358400000001"


@pytest.mark.parametrize(
    "lost", [TIME_OUT_AFTER_ACCEPTING, CUT_AFTER_ACCEPTING, FAULT_AFTER_ACCEPTING]
)
def test_a_text_whose_answer_was_lost_is_unknown_and_can_be_found(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write, lost: Behaviour
) -> None:
    began_at = datetime.now(UTC)
    outgoing = write(NUMBER)
    twilio.behave(NUMBER, lost)
    with pytest.raises(OutcomeUnknown):
        sms.send(outgoing)
    assert sms.find(outgoing, began_at) == twilio.messages()[0].sid
    assert len(twilio.messages()) == 1


def test_a_text_that_was_never_accepted_is_not_found(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    outgoing = write(NUMBER)
    twilio.behave(NUMBER, UNAVAILABLE)
    with pytest.raises(OutcomeUnknown):
        sms.send(outgoing)
    assert sms.find(outgoing, datetime.now(UTC) - timedelta(minutes=5)) is None


def test_another_attempts_text_is_not_taken_for_ours(sms: TwilioSms, write: Write) -> None:
    first = sms.send(write(NUMBER))
    since = datetime.now(UTC)
    assert sms.find(write(NUMBER), since, known={first}) is None
    assert sms.find(write(NUMBER), since) == first
    assert sms.find(write("+358400000002"), since) is None
    assert sms.find(write(NUMBER, body="Toinen teksti"), since, known={first}) is None


def test_a_text_that_we_may_word_otherwise_by_now_is_never_said_not_to_be_there(
    sms: TwilioSms, write: Write
) -> None:
    since = datetime.now(UTC)
    first = sms.send(write(NUMBER, body="Viesti on perillä. Puh. 0100 000"))
    changed = write(NUMBER, body="Viesti on perillä. Puh. 0100 999")
    with pytest.raises(PermanentFailure, match="cannot_be_asked"):
        sms.find(changed, since)
    # Of what belongs to somebody, or went to somebody else, it is no question.
    assert sms.find(changed, since, known={first}) is None
    assert sms.find(write("+358400000002", body="Muu"), since) is None


def test_a_clock_of_ours_that_is_a_little_ahead_loses_no_text(sms: TwilioSms, write: Write) -> None:
    sent = write(NUMBER)
    sid = sms.send(sent)
    assert sms.find(sent, datetime.now(UTC) + timedelta(seconds=30)) == sid


def test_an_older_text_is_not_taken_for_ours(sms: TwilioSms, write: Write) -> None:
    sms.send(write(NUMBER))
    assert sms.find(write(NUMBER), datetime.now(UTC) + timedelta(minutes=16)) is None


def test_a_text_on_a_later_page_is_found(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    sought = write(NUMBER, body="Haettu")
    sid = sms.send(sought)
    for number in range(120):
        sms.send(write(NUMBER, body=f"Muu {number}"))
    assert sms.find(sought, datetime.now(UTC) - timedelta(minutes=1)) == sid


def test_asking_in_vain_is_a_temporary_failure(write: Write) -> None:
    port = closed_port()
    channel = TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, f"http://127.0.0.1:{port}")
    with pytest.raises(TemporaryFailure):
        channel.find(write(), datetime.now(UTC))


def test_a_wrong_token_is_our_own_fault_when_asking_too(
    twilio: TwilioEmulator, write: Write
) -> None:
    channel = TwilioSms(ACCOUNT_SID, "wrong", SENDER, PUBLIC_URL, twilio.url)
    with pytest.raises(ConfigurationFault):
        channel.send(write())
    with pytest.raises(ConfigurationFault):
        channel.find(write(), datetime.now(UTC))
