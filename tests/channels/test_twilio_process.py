"""The emulator as a process of its own, steered from outside, and what one call costs."""

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
from typing import Any

import pytest
import requests
from twilio.rest import Client

from tasks.channels.twilio_http import Refused, TwilioHttp
from tests.channels.conftest import Receipts, closed_port
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator

NUMBER = "+358400000001"


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
    with pytest.raises(Refused):
        sdk.messages.create(to=NUMBER, from_="E", body="x")
    asked("POST", f"{own_process}/_control/reset", {})
    sdk.messages.create(to=NUMBER, from_="E", body="x")
    seen = asked("GET", f"{own_process}/_control/messages")
    assert seen["creates"] == 1
    assert [one["to"] for one in seen["messages"]] == [NUMBER]
    with pytest.raises(urllib.error.HTTPError, match="400"):
        asked("PUT", f"{own_process}/_control/behaviour", {"to": "*", "behaviour": {"mood": 1}})


def test_a_storm_can_be_called_up_and_ended_from_outside(own_process: str) -> None:
    sdk = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=TwilioHttp(own_process, (1, 5)))
    shares = {"seed": 7, "timed_out": 0, "throttled": 0, "faulted": 0, "unavailable": 1}
    assert asked("PUT", f"{own_process}/_control/storm", shares) == {"storm": True}
    with pytest.raises(Refused, match="503"):
        sdk.messages.create(to=NUMBER, from_="E", body="x")
    assert asked("PUT", f"{own_process}/_control/storm", {}) == {"storm": False}
    assert sdk.messages.create(to=NUMBER, from_="E", body="x").sid
    for wrong in ({"mood": 1}, {"seed": "x"}, {"cut": None}, ["cut"]):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            asked("PUT", f"{own_process}/_control/storm", wrong)


def test_a_text_can_be_sent_in_from_outside(own_process: str, receipts: Receipts) -> None:
    given = {"url": f"{receipts.url}/hooks/twilio/inbound", "from": NUMBER, "body": "STOP"}
    told = asked("POST", f"{own_process}/_control/text", given)
    assert told == {"status": 204, "body": ""}
    assert receipts.came[0][1]["Body"] == "STOP"
    with pytest.raises(urllib.error.HTTPError, match="502"):
        asked("POST", f"{own_process}/_control/text", given | {"url": "https://luotsi.example"})
    with pytest.raises(urllib.error.HTTPError, match="400"):
        asked("POST", f"{own_process}/_control/text", {"from": NUMBER})


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
