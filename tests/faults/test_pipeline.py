"""From the press of a button to the provider's last receipt, through real processes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from casework import usecases
from tests.faults.stack import ALERT, BY_SMS, COAST_MAIL, COAST_MOBILE, SENDER_MOBILE, ByHand, Stack
from tests.faults.visitor import Visitor
from tests.live import until
from webapp import wiring
from webapp.embedded.twilio_behaviour import Behaviour

TEAM = "team:coast:coast-mobile"


def test_a_submission_reaches_team_and_sender_and_ends_delivered(stack: Stack) -> None:
    stack.send(contact=BY_SMS)
    stack.let_morning_come()
    stack.mail.wait_for(1)
    stack.state_becomes("sender", "delivered")
    assert stack.states() == {"team:coast:coast-mail": "sent", "sender": "delivered"}
    assert (stack.mails_to(COAST_MAIL), stack.texts_to(SENDER_MOBILE)) == (1, 1)


def test_an_urgent_alert_goes_by_text_message_and_is_seen_to_arrive(stack: Stack) -> None:
    stack.send(**ALERT)
    stack.state_becomes(TEAM, "delivered")
    statuses = [row["status"] for row in stack.rows("select status from receipts")]
    assert sorted(statuses) == ["delivered", "queued", "sent"]
    assert stack.texts_to(COAST_MOBILE) == 1


def test_receipts_that_come_before_the_answer_are_kept(stack: Stack) -> None:
    # The emulator posts its receipts while it still holds back the answer to the request.
    stack.twilio.behave(COAST_MOBILE, Behaviour(delay=3))
    stack.send(**ALERT)
    stack.state_becomes(TEAM, "delivered")
    assert stack.attempts(TEAM)[0]["ended_at"] is None, "the answer was too quick to tell"
    until(lambda: stack.attempts(TEAM)[0]["ended_at"])
    (ended,) = stack.attempts(TEAM)
    assert (ended["verdict"], bool(ended["provider_id"])) == ("accepted", True)
    assert stack.states()[TEAM] == "delivered"


@pytest.mark.parametrize("manner", ["doubled", "reordered"])
def test_repeated_and_disordered_receipts_end_the_same(stack: Stack, manner: str) -> None:
    stack.twilio.behave(COAST_MOBILE, Behaviour(callbacks=manner))  # type: ignore[arg-type]
    stack.send(**ALERT)
    stack.state_becomes(TEAM, "delivered")
    stack.twilio.settle()
    assert stack.states()[TEAM] == "delivered"
    assert len(stack.rows("select 1 from receipts")) == 3
    answers = [told["answer"] for one in stack.twilio.messages() for told in one.callbacks]
    assert set(answers) == {204}


def test_the_summary_of_the_morning_is_mailed_once_to_the_lead(stack: Stack) -> None:
    """It belongs to no submission: its address is sealed with the house's own key, and opens in the worker."""
    house = wiring.build(stack.settings)
    here = house.directory
    led = replace(here.teams["coast"], lead="malli-vastaava")
    county = replace(here, teams={**here.teams, "coast": led})
    morning = (wiring.now() - timedelta(days=1)).replace(hour=9)
    for _ in range(2):
        usecases.send_digests(directory=county, now=morning, ids=house.ids, work=house.work())
    house.engine.dispose()
    stack.publish("outbox.sweep", "periodic")
    stack.state_becomes("worker:malli-vastaava:email", "sent")
    assert stack.mails_to("malli.vastaava@example.org") == 1
    (row,) = stack.rows("select submission_id, case_id, address_sealed from messages")
    assert (row["submission_id"], row["case_id"]) == (None, None)
    assert b"malli" not in bytes(row["address_sealed"])


def test_a_reminder_that_several_beats_ask_for_is_sent_once(stack: Stack, by_hand: ByHand) -> None:
    stack.send(you={"identity": "anonymous"})
    stack.run("update clocks set act_at = now() where kind = 'acknowledgement'")
    for _ in range(3):
        stack.publish("deadlines.raise_due", "periodic")
    until(lambda: stack.texts_to(COAST_MOBILE) == 1, what=stack.told)
    by_hand.raise_due()
    by_hand.sweep()
    assert len(stack.rows("select 1 from messages where purpose = 'staff_reminder'")) == 1
    assert stack.timeline().count("team_reminded") == 1


def test_thirty_who_press_at_once_get_thirty_confirmations_and_thirty_alerts(stack: Stack) -> None:
    count = 30
    visitors = [stack.visitor() for _ in range(count)]

    def walk(number: int) -> str:
        contact = {"way": "email", "name": "Testi", "email": f"testi-{number}@example.org"}
        return stack.walk(visitors[number], contact=contact)

    all_ready = threading.Barrier(count)

    def press(visitor: Visitor, at: str) -> int:
        all_ready.wait(30)
        return stack.press(visitor, at).status_code

    with ThreadPoolExecutor(4) as few:
        addresses = list(few.map(walk, range(count)))
    with ThreadPoolExecutor(count) as many:
        assert set(many.map(press, visitors, addresses)) == {303}
    stack.mail.wait_for(2 * count, timeout=60)
    until(lambda: not stack.rows("select 1 from messages where state <> 'sent'"))
    assert stack.mails_to(COAST_MAIL) == count
    assert [stack.mails_to(f"testi-{n}@example.org") for n in range(count)] == [1] * count
    assert len(stack.mail.received) == 2 * count
