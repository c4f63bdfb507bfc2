"""The emulator keeps Twilio's promises, as far as the SDK and a receipt hook can tell."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tasks.channels.sms import TwilioSms
from tasks.channels.twilio_http import Refused, TwilioHttp
from tests.channels.conftest import PUBLIC_URL, SENDER, Receipts, Write, closed_port
from tests.live import until
from webapp.embedded.twilio_behaviour import Behaviour
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator

NUMBER = "+358400000001"


@pytest.fixture
def sdk(twilio: TwilioEmulator) -> Any:
    return Client(ACCOUNT_SID, AUTH_TOKEN, http_client=TwilioHttp(twilio.url, (1, 5)))


def test_receipts_come_in_order_and_carry_a_signature_that_the_sdk_accepts(
    sms: TwilioSms, twilio: TwilioEmulator, receipts: Receipts, write: Write
) -> None:
    outgoing = write(NUMBER)
    sid = sms.send(outgoing)
    twilio.settle()
    assert receipts.statuses == ["queued", "sent", "delivered"]
    for path, form, signature in receipts.came:
        assert path == f"/hooks/twilio/status/{outgoing.attempt_id}"
        assert form["MessageSid"] == form["SmsSid"] == sid
        assert form["AccountSid"] == ACCOUNT_SID
        assert "ErrorCode" not in form
        validator = RequestValidator(AUTH_TOKEN)
        assert validator.validate(PUBLIC_URL + path, form, signature)
        assert not validator.validate(PUBLIC_URL + path, form | {"MessageStatus": "x"}, signature)


@pytest.mark.parametrize(
    ("behaviour", "statuses"),
    [
        (Behaviour(callbacks="dropped"), []),
        (
            Behaviour(callbacks="doubled"),
            ["queued", "queued", "sent", "sent", "delivered", "delivered"],
        ),
        (Behaviour(callbacks="reordered"), ["delivered", "sent", "queued"]),
        (Behaviour(outcome="undelivered", error_code=30005), ["queued", "sent", "undelivered"]),
        (Behaviour(outcome="failed", error_code=30006), ["queued", "failed"]),
        (Behaviour(outcome="sent"), ["queued", "sent"]),
        (Behaviour(callback_delay=0.02), ["queued", "sent", "delivered"]),
    ],
)
def test_receipts_come_as_they_are_told_to(
    sms: TwilioSms,
    twilio: TwilioEmulator,
    receipts: Receipts,
    write: Write,
    behaviour: Behaviour,
    statuses: list[str],
) -> None:
    twilio.behave(NUMBER, behaviour)
    sms.send(write(NUMBER))
    twilio.settle()
    assert receipts.statuses == statuses
    (kept,) = twilio.messages()
    assert kept.status == behaviour.outcome
    assert kept.error_code == behaviour.error_code
    codes = {form["ErrorCode"] for _, form, _ in receipts.came if "ErrorCode" in form}
    assert codes == ({str(behaviour.error_code)} if behaviour.error_code else set())


def test_receipts_come_even_when_the_answer_was_held_back(
    sms: TwilioSms, twilio: TwilioEmulator, receipts: Receipts, write: Write
) -> None:
    twilio.behave(NUMBER, Behaviour(delay=3600))
    with pytest.raises(Exception, match="read_timeout"):
        sms.send(write(NUMBER))
    twilio.settle()
    assert receipts.statuses[-1] == "delivered"


def test_receipts_never_leave_this_machine(write: Write) -> None:
    with TwilioEmulator() as twilio:
        TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, twilio.url).send(write())
        twilio.settle()
        assert {one["answer"] for one in twilio.messages()[0].callbacks} == {"not on loopback"}


def test_a_receiver_that_is_down_does_not_stop_the_emulator(write: Write) -> None:
    with TwilioEmulator(callback_base=f"http://127.0.0.1:{closed_port()}") as twilio:
        TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, twilio.url).send(write())
        twilio.settle()
        assert twilio.messages()[0].status == "delivered"


def test_a_message_can_be_read_blanked_and_deleted(sdk: Any, twilio: TwilioEmulator) -> None:
    made = sdk.messages.create(to=NUMBER, from_="Esimerkki", body="Hei")
    assert made.status == "queued"
    fetched = sdk.messages(made.sid).fetch()
    assert (fetched.body, fetched.num_segments) == ("Hei", "1")
    assert sdk.messages(made.sid).update(body="").body == ""
    twilio.settle()
    assert sdk.messages(made.sid).delete()
    with pytest.raises(Refused) as raised:
        sdk.messages(made.sid).fetch()
    assert (raised.value.status, raised.value.code) == (404, 20404)


def test_a_message_under_way_is_neither_deleted_nor_called_back(
    sdk: Any, twilio: TwilioEmulator
) -> None:
    twilio.behave(NUMBER, Behaviour(outcome="sent"))
    made = sdk.messages.create(to=NUMBER, from_="Esimerkki", body="Hei")
    twilio.settle()
    with pytest.raises(Refused) as raised:
        sdk.messages(made.sid).delete()
    assert (raised.value.status, raised.value.code) == (409, 20009)
    with pytest.raises(Refused) as raised:
        sdk.messages(made.sid).update(status="canceled")
    assert (raised.value.status, raised.value.code) == (400, 30409)
    assert sdk.messages(made.sid).fetch().status == "sent"


def test_what_is_not_kept_is_told_until_it_was_sent_and_no_longer(
    sdk: Any, twilio: TwilioEmulator
) -> None:
    asked = {"content_retention": "discard", "address_retention": "obfuscate"}
    twilio.behave(NUMBER, Behaviour(callback_delay=3600))
    waiting = sdk.messages.create(to=NUMBER, from_="E", body="Hei", **asked)
    twilio.behave(NUMBER, Behaviour())
    sent = sdk.messages.create(to=NUMBER, from_="E", body="Hei", **asked)
    made = twilio.messages()[1]
    until(lambda: made.status == "delivered")
    assert (sdk.messages(waiting.sid).fetch().to, sent.body) == (NUMBER, "Hei")
    told = sdk.messages(sent.sid).fetch()
    assert (told.to, told.body) == ("+35840000XXXX", "")
    assert [one.sid for one in sdk.messages.list(to=NUMBER)] == [waiting.sid]
    assert (made.to, made.body) == (NUMBER, "Hei")


def test_the_list_is_newest_first_filtered_and_paged(sdk: Any, twilio: TwilioEmulator) -> None:
    sids = [sdk.messages.create(to=NUMBER, from_="E", body=str(n)).sid for n in range(7)]
    sdk.messages.create(to="+358400000002", from_="E", body="x")
    twilio.settle()
    assert [one.sid for one in sdk.messages.list(to=NUMBER, page_size=3)] == sids[::-1]
    now = datetime.now(UTC)
    assert len(sdk.messages.list(date_sent_after=now - timedelta(minutes=1))) == 8
    assert sdk.messages.list(date_sent_after=now + timedelta(minutes=1)) == []
    assert sdk.messages.list(date_sent_before=now - timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"to": "", "from_": "E", "body": "x"}, 21604),
        ({"to": NUMBER, "body": "x"}, 21603),
        ({"to": NUMBER, "from_": "E", "body": ""}, 21602),
        ({"to": NUMBER, "from_": "E", "body": "x" * 1601}, 21617),
        ({"to": "0400", "from_": "E", "body": "x"}, 21211),
        ({"to": NUMBER, "from_": "E", "body": "x", "validity_period": 0}, 90007),
        ({"to": NUMBER, "from_": "E", "body": "x", "validity_period": 36_001}, 90007),
        ({"to": NUMBER, "from_": "E", "body": "x", "content_retention": "burn"}, 30029),
        ({"to": NUMBER, "from_": "E", "body": "x", "address_retention": "discard"}, 30030),
        ({"to": "+358500021614", "from_": "E", "body": "x"}, 21614),
    ],
)
def test_a_request_that_twilio_would_refuse_is_refused(
    sdk: Any, asked: dict[str, Any], code: int
) -> None:
    with pytest.raises(Refused) as raised:
        sdk.messages.create(**asked)
    assert (raised.value.status, raised.value.code) == (400, code)


def test_a_number_tells_by_its_ending_how_it_behaves(sdk: Any, twilio: TwilioEmulator) -> None:
    made = sdk.messages.create(to="+358500030005", from_="E", body="x")
    twilio.settle()
    ended = sdk.messages(made.sid).fetch()
    assert (ended.status, ended.error_code) == ("undelivered", 30005)


def test_a_behaviour_can_wear_off_and_can_take_a_share(sdk: Any, twilio: TwilioEmulator) -> None:
    def refused_of(count: int) -> int:
        refused = 0
        for _ in range(count):
            try:
                sdk.messages.create(to=NUMBER, from_="E", body="x")
            except Refused:
                refused += 1
        return refused

    twilio.behave(NUMBER, Behaviour(status=503, code=20503, times=2))
    assert refused_of(5) == 2
    twilio.behave("*", Behaviour(status=503, code=20503, share=0.2))
    assert refused_of(5) == 0
    twilio.reset()
    twilio.behave("*", Behaviour(status=503, code=20503, share=0.2))
    assert 5 <= refused_of(100) <= 40


def test_a_slow_answer_still_counts(sdk: Any, twilio: TwilioEmulator) -> None:
    twilio.behave(NUMBER, Behaviour(delay=0.1))
    began = time.monotonic()
    assert sdk.messages.create(to=NUMBER, from_="E", body="x").sid
    assert time.monotonic() - began >= 0.1


def test_the_account_wants_its_own_sid_and_token(twilio: TwilioEmulator) -> None:
    stranger = Client(ACCOUNT_SID, "wrong", http_client=TwilioHttp(twilio.url, (1, 5)))
    with pytest.raises(Refused) as raised:
        stranger.messages.create(to=NUMBER, from_="E", body="x")
    assert (raised.value.status, raised.value.code) == (401, 20003)
