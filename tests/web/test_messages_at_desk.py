"""What the desk says of each message, in plain words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from casework import mail_refusals, refusals
from casework.calendar import HELSINKI
from casework.messages import MessageState
from casework.usecases import record_receipt
from tests.web.desk_messages import (
    IN_EACH_LANGUAGE,
    TEL,
    becomes,
    call_box,
    message,
    row_of_sender,
    run,
    sent,
    shown,
)
from tests.web.walking import reads
from webapp.views.staff_message_words import MESSAGE_ENDS, MESSAGE_FAULTS, MESSAGE_STATES
from webapp.wiring import House

#: Fixtures of that module.
__all__ = ["message", "sent"]


# What became of it


@IN_EACH_LANGUAGE
@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("accepted", "", "Handed to the operator, arrival not confirmed"),
        ("delivered", "", "Delivered"),
        ("undelivered", "invalid_number", "The number does not exist"),
        ("undelivered", "not_mobile", "Landline: cannot take texts"),
        ("suppressed", "opted_out", "The person has asked for no texts (STOP)"),
        ("suppressed", "over_number_cap", "Not sent: too many texts to this number today"),
        ("expired", "safe_hours_over", "Not sent: outside the safe hours"),
        ("failed", "recipient_refused", "The mailbox does not exist"),
        ("unknown", "", "Not known whether it arrived: we are asking the operator"),
        (
            "failed",
            "workers_died",
            "Worker stopped again and again: technical support has been told",
        ),
    ],
)
def test_the_case_says_in_plain_words_what_became_of_a_message(
    worker: FlaskClient,
    owner: Engine,
    case: UUID,
    message: UUID,
    state: str,
    reason: str,
    words: str,
    language: str,
) -> None:
    becomes(owner, state, reason)
    assert reads(shown(worker, case, language), language, words)


def test_a_reason_that_nobody_foresaw_shows_the_words_of_its_state_and_never_a_code(
    worker: FlaskClient, owner: Engine, case: UUID, message: UUID
) -> None:
    becomes(owner, "undelivered", "quantum_collapse")
    page = shown(worker, case)
    assert row_of_sender(page.text).count("Could not be delivered") == 1
    assert "quantum" not in page.text


def test_where_the_message_has_no_reason_that_of_its_last_attempt_is_told(
    worker: FlaskClient, owner: Engine, case: UUID, message: UUID
) -> None:
    becomes(owner, "failed", attempts=2)
    for minute, reason in enumerate(("connect_timeout", "not_mobile")):
        run(
            owner,
            "insert into attempts (id, message_id, started_at, reason) values (:id, :of, :at, :reason)",
            id=uuid4(),
            of=message,
            at=datetime.now(UTC) + timedelta(minutes=minute),
            reason=reason,
        )
    assert "Landline: cannot take texts" in row_of_sender(shown(worker, case).text)


def test_who_waits_for_a_further_try_reads_how_often_it_was_tried_and_when_it_goes_again(
    worker: FlaskClient, owner: Engine, case: UUID, message: UUID
) -> None:
    again = datetime.now(UTC) + timedelta(hours=1)
    becomes(owner, "pending", "connect_timeout", attempts=3, next_at=again)
    row = row_of_sender(shown(worker, case).text)
    local = again.astimezone(HELSINKI)
    assert "Waiting to be tried again" in row
    assert "The operator or the mail server does not answer" in row
    assert f"tried 3 times, next try at {local.day}.{local.month}." in row
    assert f"{local:%H:%M}" in row


def test_what_waits_for_its_first_try_says_since_when_or_not_before_when(
    worker: FlaskClient, owner: Engine, case: UUID, message: UUID
) -> None:
    at = datetime.now(UTC)
    becomes(owner, "pending", attempts=0, next_at=at - timedelta(minutes=12))
    assert re.search(
        r"Waiting to be sent since [\d. :]+\(12 min\)", row_of_sender(shown(worker, case).text)
    )
    becomes(owner, "pending", attempts=0, next_at=at + timedelta(hours=9))
    assert "Waiting for its time not before" in row_of_sender(shown(worker, case).text)


@pytest.mark.parametrize("state", ["claimed", "submitting", "accepted", "sent", "unknown"])
def test_whatever_is_not_over_shows_since_when(
    worker: FlaskClient, owner: Engine, case: UUID, message: UUID, state: str
) -> None:
    becomes(owner, state, changed_at=datetime.now(UTC) - timedelta(hours=3))
    assert re.search(r"since [\d. :]+\(3 hr\)", row_of_sender(shown(worker, case).text))


def test_nobody_is_said_to_ask_the_operator_when_nobody_asks_any_more(
    worker: FlaskClient, owner: Engine, case: UUID, message: UUID
) -> None:
    becomes(owner, "unknown", changed_at=datetime.now(UTC) - timedelta(days=2))
    assert "we are asking" not in row_of_sender(shown(worker, case).text)
    becomes(owner, "unknown", "no_receipt")
    row = row_of_sender(shown(worker, case).text)
    assert "we are asking" not in row
    assert "The operator has not told whether it arrived" in row


def found_in(folder: str, pattern: str) -> set[str]:
    sources = (Path(__file__).resolve().parents[2] / folder).rglob("*.py")
    return {word for path in sources for word in re.findall(pattern, path.read_text("utf-8"))}


def test_mail_that_came_too_late_speaks_of_no_safe_hours(
    worker: FlaskClient, owner: Engine, case: UUID, message: UUID
) -> None:
    becomes(owner, "expired", "safe_hours_over", channel="email")
    assert "Not sent: its time had passed" in row_of_sender(shown(worker, case).text)


def test_every_class_of_refusal_has_words_and_none_is_worded_twice() -> None:
    raised = {
        *found_in("tasks", r'(?:Failure|Fault|OutcomeUnknown)\(\s*"(\w+)"'),
        *found_in("tasks", r'reason="(\w+)"'),
        *found_in("webapp/store", r'MessageState\.[A-Z]+,\s*"(\w+)"'),
    }
    ours = {
        *("workers_died", "cannot_be_rendered", "cannot_be_opened", "opted_out", "country"),
        *("over_number_cap", "over_budget", "erased", "contact_changed", "safe_hours_over"),
        "no_receipt",
    }
    assert raised
    # Said when a provider is asked, which changes no message.
    raised -= {"cannot_be_asked", "in_flight"}
    # These say no more than the state does.
    known = {*MESSAGE_ENDS, *MESSAGE_FAULTS}
    assert (refusals.REASONS | mail_refusals.REASONS | raised | ours) - known == {
        *("refused", "undeliverable")
    }
    assert not set(MESSAGE_ENDS) & set(MESSAGE_FAULTS)
    assert set(MESSAGE_STATES) == set(MessageState)


# Receipts of the operator, as the desk tells them


def receipt(house: House, attempt: UUID, status: str, code: str = "") -> None:
    record_receipt(
        attempt,
        provider_id="SM" + "0" * 32,
        status=status,
        error_code=code,
        directory=house.directory,
        now=datetime.now(UTC),
        ids=house.ids,
        work=house.work(),
    )


@pytest.fixture
def attempt(owner: Engine, message: UUID) -> UUID:
    """The text was handed over."""
    becomes(owner, "sent")
    made = uuid4()
    run(
        owner,
        "insert into attempts (id, message_id, started_at, verdict) values (:id, :of, now(), 'accepted')",
        id=made,
        of=message,
    )
    return made


def test_a_text_of_which_one_part_failed_is_never_shown_as_delivered(
    worker: FlaskClient, house: House, case: UUID, attempt: UUID
) -> None:
    receipt(house, attempt, "failed", "30003")
    receipt(house, attempt, "delivered")
    row = row_of_sender(shown(worker, case).text)
    assert "Delivered" not in row
    assert "The phone was switched off or out of reach" in row


def test_after_a_landline_the_number_to_call_stands_beside_the_mark(
    worker: FlaskClient, house: House, case: UUID, attempt: UUID
) -> None:
    receipt(house, attempt, "undelivered", "30006")
    page = shown(worker, case)
    assert "Landline: cannot take texts" in row_of_sender(page.text)
    assert TEL in call_box(page.text)
