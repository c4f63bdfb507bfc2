"""What mail servers' refusals mean: sessions are in tests/channels, here is what holds for all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.mail_refusals import REASONS, Step, refusal_of_bounce, refusal_of_reply
from casework.refusals import Kind

ABOUT_ONE = (Step.RECIPIENT, Step.TEXT)
SIGN_IN_WANTED = {530, 534, 535, 538}


@given(st.sampled_from(Step), st.integers(400, 599), st.text(max_size=40))
def test_the_first_digit_decides_and_no_recipient_stops_the_others(
    step: Step, reply: int, words: str
) -> None:
    refusal = refusal_of_reply(step, reply, words)
    assert refusal.reason in REASONS
    assert (refusal.kind is Kind.SLOW_DOWN) == (reply < 500)
    if step in ABOUT_ONE and reply not in SIGN_IN_WANTED:
        assert refusal.kind is not Kind.CONFIGURATION
    elif reply >= 500:
        assert refusal.kind is Kind.CONFIGURATION


@given(
    st.sampled_from(ABOUT_ONE),
    st.sampled_from("245"),
    st.integers(0, 999),
    st.integers(0, 999),
)
def test_an_enhanced_status_says_why_and_never_what_is_done(
    step: Step, kind: str, subject: int, detail: int
) -> None:
    status = f"{kind}.{subject}.{detail}"
    refusal = refusal_of_reply(step, 550, f"{status} Testi")
    assert (refusal.kind, refusal.code) == (Kind.PERMANENT, status)
    assert refusal.reason in REASONS


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.1.1", "recipient_refused"),
        ("5.1.10", "recipient_refused"),
        ("5.4.1", "recipient_refused"),
        ("5.2.2", "mailbox_full"),
        ("4.2.2", "mailbox_full"),
        ("5.2.1", "mailbox_closed"),
        ("4.4.7", "mail_server_away"),
        ("4.4.1", "mail_server_away"),
        ("5.7.1", "mail_refused"),
        ("5.7.26", "mail_refused"),
        ("5.6.1", "text_refused"),
        ("5.0.0", "undeliverable"),
        ("5.5.0", "undeliverable"),
        ("", "undeliverable"),
        ("five", "undeliverable"),
    ],
)
def test_a_mail_that_came_back_is_final_and_says_why(status: str, reason: str) -> None:
    refusal = refusal_of_bounce(status)
    assert (refusal.kind, refusal.reason, refusal.code) == (Kind.PERMANENT, reason, status)
