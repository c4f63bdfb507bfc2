"""Workers killed by SIGKILL while a provider is slow: nothing lost, nothing sent twice blindly."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bench.storm.letters import Letters
from casework.messages import Channel, Purpose, Queue
from casework.notices import SENDER
from tests.emulators.smtp import SmtpSink
from tests.faults.stack import BY_SMS, SENDER_MOBILE, SWEPT, ByHand, Stack
from tests.live import until
from webapp import wiring
from webapp.embedded.twilio_behaviour import HOLD_SECONDS, Behaviour

#: Children of three teams: three e-mails to staff beside the one text message to the sender.
CHILDREN = {
    f"children-{place}-{name}": value
    for place, municipality in enumerate(("905", "231", "893"))
    for name, value in (("municipality", municipality), ("child_name", ""), ("child_age", "9"))
}
TAKEN_THEN_SLOW = Behaviour(delay=HOLD_SECONDS, callbacks="dropped", times=1)
SLOW_AND_NOT_TAKEN = Behaviour(status=500, stores=False, delay=HOLD_SECONDS, times=1)


def kill_while_sending(stack: Stack) -> None:
    """The worker dies with one text message at the provider and three e-mails claimed behind it."""
    with stack.crew.held("b"):
        stack.send(contact=BY_SMS, children=CHILDREN)
        stack.run("update messages set next_at = now() - interval '1 minute'")
        stack.run("update messages set next_at = next_at - interval '1 hour' where channel = 'sms'")
    until(lambda: stack.twilio.creates == 1, SWEPT, "the provider has been called")
    stack.crew.kill("b")
    assert sorted(stack.states().values()) == ["claimed"] * 3 + ["submitting"]
    stack.start_missing()


def the_attempt_was(stack: Stack, minutes: int) -> None:
    """The last attempt began minutes ago, as far as anybody can tell."""
    stack.run(
        "update attempts set started_at = now() - make_interval(mins => :minutes) "
        "where id = (select a.id from attempts a join messages m on m.id = a.message_id "
        "where m.recipient = 'sender' order by a.started_at desc limit 1)",
        minutes=minutes,
    )


def emails(stack: Stack) -> list[str]:
    return [state for recipient, state in stack.states().items() if recipient != "sender"]


def test_what_a_killed_worker_had_claimed_is_sent_after_its_lease_and_its_text_is_found(
    stack: Stack,
) -> None:
    stack.twilio.behave(SENDER_MOBILE, TAKEN_THEN_SLOW)
    kill_while_sending(stack)
    stack.let_leases_end()
    stack.after("outbox.sweep", lambda: emails(stack) == ["sent"] * 3)
    assert len(stack.mail.received) == 3
    # Nobody knows whether the person was told: the provider is asked before one of ours must call.
    assert stack.states()["sender"] == "unknown"
    assert "call_needed" not in stack.timeline()
    the_attempt_was(stack, minutes=2)
    stack.after("asking.reconcile", lambda: stack.states()["sender"] == "accepted")
    (attempt,) = stack.attempts("sender")
    assert attempt["provider_id"] == stack.twilio.messages()[0].sid
    assert (stack.twilio.creates, stack.texts_to(SENDER_MOBILE)) == (1, 1)


def test_a_text_that_the_provider_never_had_goes_out_once_more(stack: Stack) -> None:
    stack.twilio.behave(SENDER_MOBILE, SLOW_AND_NOT_TAKEN)
    kill_while_sending(stack)
    stack.let_leases_end()
    stack.after("outbox.sweep", lambda: stack.states()["sender"] == "unknown")
    the_attempt_was(stack, minutes=6)
    stack.after("asking.reconcile", lambda: stack.states()["sender"] == "delivered")
    assert (stack.twilio.creates, stack.texts_to(SENDER_MOBILE)) == (2, 1)


def test_a_text_in_doubt_for_the_second_time_is_not_sent_a_third_time(
    stack: Stack, by_hand: ByHand
) -> None:
    stack.twilio.behave(SENDER_MOBILE, Behaviour(status=500, stores=False, times=3))
    stack.send(contact=BY_SMS)
    stack.let_morning_come()
    stack.state_becomes("sender", "unknown")
    the_attempt_was(stack, minutes=6)
    by_hand.reconcile()
    stack.state_becomes("sender", "unknown")
    until(lambda: len(stack.attempts("sender")) == 2)
    the_attempt_was(stack, minutes=6)
    by_hand.reconcile()
    by_hand.sweep()
    assert stack.states()["sender"] == "unknown"
    assert (stack.twilio.creates, stack.texts_to(SENDER_MOBILE)) == (2, 0)


def test_a_batch_killed_twice_is_sent_in_the_end_and_each_mail_once(stack: Stack) -> None:
    stack.twilio.behave(SENDER_MOBILE, TAKEN_THEN_SLOW)
    kill_while_sending(stack)
    stack.crew.kill("b")
    stack.start_missing()
    stack.let_leases_end()
    stack.after("outbox.sweep", lambda: emails(stack) == ["sent"] * 3)
    addresses = [address for mail in stack.mail.received for address in mail.rcpt_tos]
    assert len(addresses) == len(set(addresses)) == 3
    assert max(row["attempts"] for row in stack.rows("select attempts from messages")) <= 4


def test_a_worker_that_is_asked_to_end_in_a_backlog_ends_with_the_message_in_hand(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As each new version of the program asks it: none is in doubt afterwards, and none of a dead worker's."""
    kept = SmtpSink.handle_DATA

    async def slowly(*given: Any) -> str:
        await asyncio.sleep(0.5)
        return await kept(*given)

    monkeypatch.setattr(SmtpSink, "handle_DATA", slowly)
    house = wiring.build(stack.settings)
    letters = Letters(house, [(SENDER, Channel.EMAIL, Purpose.SOMETHING_NEW, Queue.DEFAULT)])
    mails = letters.made(range(80))
    letters.store(mails)
    letters.wake(mails)
    house.engine.dispose()
    until(lambda: len(stack.mail.received) >= 2, SWEPT, stack.told)
    asked = stack.crew.running["b"]
    asked.terminate()
    assert asked.wait(15) == 0
    assert 2 <= len(stack.mail.received) < 60
    monkeypatch.setattr(SmtpSink, "handle_DATA", kept)
    left = stack.rows("select distinct state, lost_workers from messages where state <> 'sent'")
    assert left == [{"state": "pending", "lost_workers": 0}]
    stack.start_missing()
    all_states = "select distinct state from messages"
    until(lambda: stack.rows(all_states) == [{"state": "sent"}], SWEPT, stack.told)
    assert len(stack.mail.received) == 80
