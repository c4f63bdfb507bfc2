"""Providers that refuse, ask for patience, or take a message and then say nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.stack import (
    ALERT,
    BY_SMS,
    COAST_MAIL,
    COAST_MOBILE,
    SENDER_MOBILE,
    ByHand,
    Stack,
)
from tests.live import until
from webapp.embedded.twilio_behaviour import (
    CUT_AFTER_ACCEPTING,
    FAULT_AFTER_ACCEPTING,
    TOO_MANY,
    Behaviour,
)

TEAM_MOBILE, TEAM_MAIL = "team:coast:coast-mobile", "team:coast:coast-mail"


def texted(stack: Stack) -> None:
    """A person who chose text messages has sent a message, and it is a fit time to text."""
    stack.send(contact=BY_SMS)
    stack.let_morning_come()


@pytest.mark.parametrize("code", [21211, 21610, 21614])
def test_a_number_refused_for_good_makes_a_call_task(stack: Stack, code: int) -> None:
    stack.twilio.behave(SENDER_MOBILE, Behaviour(status=400, code=code))
    texted(stack)
    stack.state_becomes("sender", "failed")
    assert "call_needed" in stack.timeline()
    assert stack.twilio.creates == 1


def test_an_alert_refused_for_good_goes_to_the_teams_next_contact_point(
    stack: Stack, by_hand: ByHand
) -> None:
    stack.twilio.behave(COAST_MOBILE, Behaviour(status=400, code=21614))
    stack.send(**ALERT)
    stack.state_becomes(TEAM_MOBILE, "failed")
    by_hand.sweep()
    stack.state_becomes(TEAM_MAIL, "sent")
    assert stack.states() == {TEAM_MOBILE: "failed", TEAM_MAIL: "sent"}
    assert stack.mails_to(COAST_MAIL) == 1


def test_a_team_that_no_contact_point_reaches_is_named_on_the_timeline(
    stack: Stack, by_hand: ByHand
) -> None:
    stack.twilio.behave(COAST_MOBILE, Behaviour(status=400, code=21614))
    stack.mail.replies[COAST_MAIL] = "550 no such user"
    stack.send(**ALERT)
    stack.state_becomes(TEAM_MOBILE, "failed")
    by_hand.sweep()
    stack.state_becomes(TEAM_MAIL, "failed")
    assert "team_not_reached" in stack.timeline()


def test_too_many_requests_are_tried_again_and_do_not_count(stack: Stack, by_hand: ByHand) -> None:
    stack.twilio.behave(COAST_MOBILE, Behaviour(status=429, code=20429, retry_after=1, times=2))
    stack.send(**ALERT)
    until(lambda: stack.twilio.creates == 1)
    for tries in (2, 3):
        until(lambda: stack.rows("select 1 from messages where state = 'pending'"))
        stack.run("update messages set next_at = now()")
        by_hand.sweep()
        until(lambda tries=tries: stack.twilio.creates == tries)  # type: ignore[misc]
    stack.state_becomes(TEAM_MOBILE, "delivered")
    assert stack.texts_to(COAST_MOBILE) == 1
    (message,) = stack.rows("select attempts from messages")
    assert message["attempts"] == 1
    verdicts = [row["verdict"] for row in stack.attempts(TEAM_MOBILE)]
    assert verdicts == ["refused_for_now"] * 2 + ["accepted"]


def test_too_many_requests_are_waited_out_as_long_as_was_asked(stack: Stack) -> None:
    stack.twilio.behave(COAST_MOBILE, replace(TOO_MANY, retry_after=20))
    stack.send(**ALERT)
    (row,) = until(
        lambda: stack.rows(
            "select extract(epoch from next_at - changed_at) wait from messages "
            "where state = 'pending' and attempts = 0 and next_at > created_at"
        )
    )
    assert 19.9 <= float(row["wait"]) <= 25.5


@pytest.mark.parametrize("manner", [CUT_AFTER_ACCEPTING, FAULT_AFTER_ACCEPTING])
def test_a_text_whose_answer_was_lost_is_never_sent_again_blindly(
    stack: Stack, by_hand: ByHand, manner: Behaviour
) -> None:
    stack.twilio.behave(SENDER_MOBILE, replace(manner, callbacks="dropped"))
    texted(stack)
    stack.state_becomes("sender", "unknown")
    assert "call_needed" not in stack.timeline()  # the provider is asked first
    for _ in range(3):
        by_hand.sweep()
        by_hand.reconcile()  # too early to ask: Twilio lists with a delay
    assert (stack.states()["sender"], stack.twilio.creates) == ("unknown", 1)
    stack.run("update attempts set started_at = now() - interval '10 minutes'")
    by_hand.reconcile()
    by_hand.sweep()
    assert (stack.states()["sender"], stack.twilio.creates) == ("accepted", 1)


def test_a_late_receipt_ends_the_doubt(stack: Stack) -> None:
    stack.twilio.behave(SENDER_MOBILE, Behaviour(cut=True, callback_delay=0.7))
    texted(stack)
    stack.state_becomes("sender", "delivered")
    assert stack.twilio.creates == 1
    (attempt,) = stack.attempts("sender")
    assert attempt["verdict"] == "unknown"


def test_a_mail_whose_answer_was_lost_is_not_sent_again(stack: Stack, by_hand: ByHand) -> None:
    stack.mail.vanish_after_data = True
    stack.send(you={"identity": "anonymous"})
    stack.state_becomes(TEAM_MAIL, "unknown")
    # Two alerts do no harm: the team hears of it by its next way, once.
    until(lambda: stack.texts_to(COAST_MOBILE) == 1, what=stack.told)
    stack.run("update attempts set started_at = now() - interval '10 minutes'")
    by_hand.reconcile()
    by_hand.sweep()
    assert stack.states()[TEAM_MAIL] == "unknown"
    assert stack.mails_to(COAST_MAIL) == 1
    assert stack.texts_to(COAST_MOBILE) == 1


def test_a_fault_of_our_own_settings_burns_no_attempt(stack: Stack) -> None:
    stack.twilio.behave(COAST_MOBILE, Behaviour(status=401, code=20003))
    stack.send(**ALERT)
    (row,) = until(
        lambda: stack.rows(
            "select attempts, state from messages where state = 'pending' and next_at > now() "
            "+ interval '30 seconds'"
        )
    )
    assert row["attempts"] == 0


def test_a_broken_channel_is_tried_with_one_message_and_mends_itself(
    stack: Stack, by_hand: ByHand
) -> None:
    stack.twilio.behave(COAST_MOBILE, Behaviour(status=401, code=20003))
    for _ in range(3):
        stack.send(**ALERT)
    until(lambda: stack.rows("select 1 from channel_breaks where channel = 'sms'"))
    until(lambda: not stack.rows("select 1 from messages where state in ('claimed', 'submitting')"))
    tries = stack.twilio.creates
    stack.run("update messages set next_at = now() where state = 'pending'")
    for _ in range(3):
        by_hand.sweep()
    assert stack.twilio.creates == tries
    stack.run("update channel_breaks set probe_at = now()")
    by_hand.sweep()
    assert stack.twilio.creates == tries + 1
    stack.twilio.reset()
    stack.run("update messages set next_at = now() where state = 'pending'")
    stack.run("update channel_breaks set probe_at = now()")
    by_hand.sweep()
    assert not stack.rows("select 1 from channel_breaks")
    stack.drain("urgent")
    until(lambda: stack.texts_to(COAST_MOBILE) == 3, what=stack.told)


def test_a_doubt_that_lasts_asks_somebody_to_call_and_tells_them(
    stack: Stack, by_hand: ByHand
) -> None:
    stack.twilio.behave(SENDER_MOBILE, replace(CUT_AFTER_ACCEPTING, callbacks="dropped"))
    texted(stack)
    stack.state_becomes("sender", "unknown")
    stack.run(
        "update messages set changed_at = now() - interval '16 minutes' where state = 'unknown'"
    )
    by_hand.sweep()
    by_hand.sweep()
    assert stack.timeline().count("call_needed") == 1
    told = stack.rows("select recipient from messages where purpose = 'staff_undeliverable'")
    assert len(told) == 1


def test_a_text_whose_receipt_was_lost_is_asked_about(stack: Stack, by_hand: ByHand) -> None:
    stack.twilio.behave(SENDER_MOBILE, Behaviour(callbacks="dropped"))
    texted(stack)
    stack.state_becomes("sender", "accepted")
    until(
        lambda: (
            [m.status for m in stack.twilio.messages() if m.to == SENDER_MOBILE] == ["delivered"]
        )
    )
    by_hand.confirm()
    assert stack.states()["sender"] == "accepted"  # too early to ask
    stack.run(
        "update messages set changed_at = now() - interval '2 hours' where state = 'accepted'"
    )
    by_hand.confirm()
    assert stack.states()["sender"] == "delivered"
    assert stack.texts_to(SENDER_MOBILE) == 1


def test_a_message_that_cannot_be_opened_does_not_hold_up_the_others(stack: Stack) -> None:
    with stack.crew.held("b"):
        stack.send(you={"identity": "anonymous"})
        stack.run("update submissions set key_wrapped = null")
        stack.send(you={"identity": "anonymous"})
    until(lambda: stack.mails_to(COAST_MAIL) == 1, what=stack.told)
    until(lambda: stack.rows("select 1 from messages where state = 'failed'"), what=stack.told)
    assert sorted(row["state"] for row in stack.rows("select state from messages")) == [
        "failed",
        "sent",
    ]


def test_a_sweep_goes_on_past_a_message_whose_content_was_erased(
    stack: Stack, by_hand: ByHand
) -> None:
    with stack.crew.held("b"):
        stack.send(you={"identity": "anonymous"})
        # Over its time, so that the sweep looks for another way, and nobody may open it any more.
        stack.run("update submissions set key_wrapped = null")
        stack.run("update messages set expires_at = now()")
        by_hand.sweep()
    assert stack.states() == {TEAM_MAIL: "expired"}
