"""The emulator keeps Twilio's promises, as far as the SDK and a receipt hook can tell."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tasks.channels.sms import TwilioSms
from tasks.channels.twilio_http import TwilioHttp
from tests.channels.conftest import PUBLIC_URL, SENDER, Receipts, Write, closed_port
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


def test_a_message_can_be_read_blanked_and_deleted(sdk: Any) -> None:
    made = sdk.messages.create(to=NUMBER, from_="Esimerkki", body="Hei")
    assert made.status == "queued"
    fetched = sdk.messages(made.sid).fetch()
    assert (fetched.body, fetched.num_segments) == ("Hei", "1")
    assert sdk.messages(made.sid).update(body="").body == ""
    assert sdk.messages(made.sid).delete()
    with pytest.raises(TwilioRestException) as raised:
        sdk.messages(made.sid).fetch()
    assert (raised.value.status, raised.value.code) == (404, 20404)


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
        ({"to": "+358500021614", "from_": "E", "body": "x"}, 21614),
    ],
)
def test_a_request_that_twilio_would_refuse_is_refused(
    sdk: Any, asked: dict[str, str], code: int
) -> None:
    with pytest.raises(TwilioRestException) as raised:
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
            except TwilioRestException:
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
    with pytest.raises(TwilioRestException) as raised:
        stranger.messages.create(to=NUMBER, from_="E", body="x")
    assert (raised.value.status, raised.value.code) == (401, 20003)


def asked(method: str, url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as answer:
        return json.load(answer)


@pytest.fixture
def own_process() -> Iterator[str]:
    port = closed_port()
    command = [sys.executable, "-m", "webapp.embedded.twilio_emulator", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_process_of_its_own_is_steered_from_outside(own_process: str) -> None:
    behaviour = {"status": 400, "code": 21610}
    asked("PUT", f"{own_process}/_control/behaviour", {"to": NUMBER, "behaviour": behaviour})
    sdk = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=TwilioHttp(own_process, (1, 5)))
    with pytest.raises(TwilioRestException):
        sdk.messages.create(to=NUMBER, from_="E", body="x")
    asked("POST", f"{own_process}/_control/reset", {})
    sdk.messages.create(to=NUMBER, from_="E", body="x")
    seen = asked("GET", f"{own_process}/_control/messages")
    assert seen["creates"] == 1
    assert [one["to"] for one in seen["messages"]] == [NUMBER]
    with pytest.raises(urllib.error.HTTPError, match="400"):
        asked("PUT", f"{own_process}/_control/behaviour", {"to": "*", "behaviour": {"mood": 1}})


def test_a_call_costs_no_delayed_acknowledgement(twilio: TwilioEmulator) -> None:
    """Nagle against delayed acknowledgement costs 40 ms a call: fifty calls would take two seconds."""
    place = f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    form = {"To": NUMBER, "From": "E", "Body": "x"}

    def fifty() -> None:
        with requests.Session() as session:
            session.trust_env = False
            for _ in range(50):
                answer = session.post(place, form, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=5)
                assert answer.status_code == 201

    began = time.monotonic()
    fifty()
    assert time.monotonic() - began < 1.5
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(fifty) for _ in range(4)]:
            done.result()
    assert len(twilio.messages()) == 250
