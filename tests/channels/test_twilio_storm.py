"""A bad day at the provider: all faults at once, the same again for the same seed, and no receipt is safe."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tasks.channels import OutcomeUnknown, SendingFailed
from tasks.channels.sms import TwilioSms
from tests.channels.conftest import Receipts, Write
from webapp.embedded.twilio_behaviour import Behaviour, Receipt
from webapp.embedded.twilio_emulator import ACCOUNT_SID, TwilioEmulator
from webapp.embedded.twilio_server import Asked
from webapp.embedded.twilio_storm import Storm

NUMBER = "+358400000001"
TURNS = [(f"+35850{number:07d}", turn) for number in range(5000) for turn in (1, 2)]
CALM = {
    "timed_out": 0.0,
    "throttled": 0.0,
    "faulted": 0.0,
    "early": 0.0,
    "dropped": 0.0,
    "doubled": 0.0,
    "reordered": 0.0,
    "late": 0.0,
}


def only(**shares: float) -> Storm:
    return Storm.from_json(CALM | shares)


def fates(behaviours: Iterable[Behaviour]) -> Counter[tuple[int, bool, float]]:
    return Counter((one.status, one.accepted, one.delay) for one in behaviours)


def test_the_shares_are_what_was_asked_for() -> None:
    storm = Storm(seed=3)
    behaviours = [storm.behaviour(to, turn) for to, turn in TURNS]
    of = fates(behaviours)
    assert of[(201, True, 40.0)] / len(TURNS) == pytest.approx(0.02, abs=0.006)
    assert of[(429, False, 0.0)] / len(TURNS) == pytest.approx(0.05, abs=0.01)
    assert of[(500, True, 0.0)] / len(TURNS) == pytest.approx(0.01, abs=0.005)
    assert sum(one.receipts_first for one in behaviours) / len(TURNS) == pytest.approx(
        0.05, abs=0.01
    )
    told = [receipt for one in behaviours for receipt in one.receipts]
    for share in (
        sum(receipt.times == 0 for receipt in told) / len(told),
        sum(receipt.times == 2 for receipt in told) / len(told),
        sum(receipt.delay > 0 for receipt in told) / len(told),
    ):
        assert share == pytest.approx(0.05, abs=0.01)
    disorder = sum(
        [receipt.status for receipt in one.receipts] != ["queued", "sent", "delivered"]
        for one in behaviours
    )
    # Two of three receipts have one before them.
    assert disorder / len(TURNS) == pytest.approx(1 - 0.95**2, abs=0.015)


def test_the_same_seed_brings_the_same_day_and_another_one_another() -> None:
    first = [Storm(seed=7).behaviour(to, turn) for to, turn in TURNS[:500]]
    again = [Storm(seed=7).behaviour(to, turn) for to, turn in reversed(TURNS[:500])]
    other = [Storm(seed=8).behaviour(to, turn) for to, turn in TURNS[:500]]
    assert first == again[::-1]
    assert first != other


def test_one_message_can_lose_both_its_answer_and_its_receipts() -> None:
    storm = Storm(seed=1, timed_out=0.5, dropped=0.5)
    met = [storm.behaviour(to, turn) for to, turn in TURNS[:200]]
    assert any(one.delay and not any(r.times for r in one.receipts) for one in met)


@pytest.mark.parametrize(
    ("storm", "told"),
    [
        (only(dropped=1), []),
        (only(doubled=1), ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
        (only(reordered=1), ["sent", "delivered", "queued"]),
        (only(late=1, lateness=0.01), ["queued", "sent", "delivered"]),
        (only(), ["queued", "sent", "delivered"]),
    ],
)
def test_receipts_meet_the_weather(
    sms: TwilioSms,
    twilio: TwilioEmulator,
    receipts: Receipts,
    write: Write,
    storm: Storm,
    told: list[str],
) -> None:
    twilio.storm(storm)
    sid = sms.send(write(NUMBER))
    twilio.settle()
    assert receipts.statuses == told
    assert sms.status(sid) == ("delivered", "")


def test_receipts_can_come_before_the_answer(
    sms: TwilioSms, twilio: TwilioEmulator, receipts: Receipts, write: Write
) -> None:
    twilio.storm(only(early=1))
    for _ in range(20):
        before = len(receipts.came)
        sms.send(write(NUMBER))
        assert receipts.statuses[before:] == ["queued", "sent", "delivered"]


def test_each_receipt_can_be_planned_by_itself(
    sms: TwilioSms, twilio: TwilioEmulator, receipts: Receipts, write: Write
) -> None:
    planned = (Receipt("failed"), Receipt("sent", times=0), Receipt("delivered", times=2))
    twilio.behave(NUMBER, Behaviour(planned=planned, error_code=30003))
    sms.send(write(NUMBER))
    twilio.settle()
    assert receipts.statuses == ["failed", "delivered", "delivered"]
    codes = [form.get("ErrorCode") for _, form, _ in receipts.came]
    assert codes == ["30003", None, None]


def test_a_number_with_a_behaviour_of_its_own_stands_apart(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    twilio.storm(only(unavailable=1))
    twilio.behave(NUMBER, Behaviour())
    sms.send(write(NUMBER))
    with pytest.raises(OutcomeUnknown):
        sms.send(write("+358400000002"))
    twilio.storm(None)
    sms.send(write("+358400000002"))


def test_whatever_was_accepted_in_a_storm_can_be_found(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    """What the channel says of each attempt is true: certainly not, certainly, or findable."""
    twilio.storm(
        Storm(seed=5, timed_out=0.03, throttled=0.2, faulted=0.2, cut=0.2, unavailable=0.2)
    )
    began_at = datetime.now(UTC)
    seen: Counter[str] = Counter()
    for number in range(60):
        outgoing = write(f"+3584000001{number:02d}")
        accepted = len(twilio.messages())
        try:
            sid: str | None = sms.send(outgoing)
        except OutcomeUnknown:
            sid = sms.find(outgoing, began_at)
            seen["found" if sid else "not there"] += 1
        except SendingFailed:
            sid = None
            seen["refused"] += 1
        mine = [one.sid for one in twilio.messages()[accepted:]]
        assert mine == ([sid] if sid else [])
    assert set(seen) == {"found", "not there", "refused"}


def test_a_message_costs_less_than_a_millisecond_of_the_emulator(twilio: TwilioEmulator) -> None:
    """The emulator itself, without a socket: the storm's benchmark sends thousands a second."""
    twilio.storm(Storm(seed=1, timed_out=0, early=0))
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    bodies = [urlencode({"To": to, "From": "E", "Body": "Hei"}).encode() for to, _ in TURNS[:2000]]
    began = time.process_time()
    for body in bodies:
        twilio._answer(Asked("POST", path, {}, twilio._authorisation, body))
    assert time.process_time() - began < 2.0


def test_many_clients_at_once_lose_nothing(twilio: TwilioEmulator) -> None:
    twilio.storm(Storm(seed=2, timed_out=0))
    place = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    port = int(twilio.url.rsplit(":", 1)[1])

    def hundred(of: int) -> Counter[int]:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {
            "Authorization": twilio._authorisation,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        statuses: Counter[int] = Counter()
        for number in range(100):
            form = urlencode({"To": f"+35850{of}{number:06d}", "From": "E", "Body": "Hei"})
            connection.request("POST", place, form, headers)
            answer = connection.getresponse()
            answer.read()
            statuses[answer.status] += 1
        connection.close()
        return statuses

    with ThreadPoolExecutor(8) as pool:
        total = sum(pool.map(hundred, range(8)), Counter[int]())
    assert total.total() == twilio.creates == 800
    assert len(twilio.messages()) == total[201] + total[500]
    assert total[429] > 0
