"""The account of a storm can say no: each kind of fault is found in rows that have it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bench.storm.tally import Tally, tally
from webapp.embedded.twilio_account import StoredMessage

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)


def row(state: str, message: UUID = ONE, **changes: Any) -> dict[str, Any]:
    plain = {"event": "received:1", "recipient": "sender", "channel": "email", "reason": ""}
    return {"id": message, "state": state, "called": False, **plain, **changes}


def account(
    rows: Sequence[dict[str, Any]],
    verdicts: Sequence[str | None] = ("accepted",),
    taken: int = 1,
    of: UUID = ONE,
) -> Tally:
    """Of the message `of`: how its attempts ended, a minute apart, and how often it was taken."""
    times = [BEGAN + timedelta(minutes=number) for number in range(len(verdicts))]
    attempts = [
        {"id": UUID(int=100 + number), "message_id": of, "started_at": at, "verdict": verdict}
        for number, (at, verdict) in enumerate(zip(times, verdicts, strict=True))
    ]
    mails = {of: [BEGAN + timedelta(minutes=5 * number) for number in range(taken)]}
    return tally(rows, attempts, [], mails)


def kinds(found: Tally) -> list[str]:
    return [words.partition(":")[0] for words in found.faults()]


def test_a_message_that_was_taken_once_is_well() -> None:
    assert kinds(account([row("sent")])) == []


@pytest.mark.parametrize("state", ["pending", "sent", "delivered", "failed", "expired", "unknown"])
def test_a_message_that_nobody_has_taken_is_lost(state: str) -> None:
    assert kinds(account([row(state)], taken=0)) == ["lost"]


def test_one_in_doubt_is_not_lost_where_a_person_was_asked_to_call() -> None:
    found = account([row("unknown", called=True)], [None], taken=0)
    assert (kinds(found), len(found.told_otherwise)) == ([], 1)


def test_one_in_doubt_is_not_lost_where_the_team_was_told_by_its_next_way() -> None:
    rows = [row("unknown", ONE, recipient="team:a:1"), row("sent", OTHER, recipient="team:a:2")]
    found = account(rows, taken=1, of=OTHER)
    assert (kinds(found), len(found.told_otherwise)) == ([], 1)


def test_a_row_that_claims_to_be_sent_is_lost_although_a_person_was_asked_to_call() -> None:
    assert kinds(account([row("sent", called=True)], taken=0)) == ["lost"]


@pytest.mark.parametrize(
    ("verdicts", "fault"),
    [
        (["accepted"], ["doubled"]),
        (["refused_for_now", "accepted"], ["doubled"]),
        (["accepted", "unknown"], ["doubled"]),
        (["unknown", "accepted"], []),
        ([None, "accepted"], []),
    ],
)
def test_a_message_sent_twice_is_forgiven_only_after_a_doubt(
    verdicts: list[str | None], fault: list[str]
) -> None:
    found = account([row("sent")], verdicts, taken=2)
    assert (kinds(found), len(found.doubled)) == (fault, 1)


def test_a_message_that_was_taken_must_not_count_as_failed() -> None:
    assert kinds(account([row("failed")])) == ["untrue"]


def test_a_text_of_an_attempt_that_nobody_noted_is_named() -> None:
    found = tally([row("sent")], [], [_text("of-nobody")], {ONE: [BEGAN]})
    assert found.faults() == ["stray: of-nobody"]


def _text(attempt: str) -> StoredMessage:
    return StoredMessage(
        sid="SM1",
        account_sid="AC1",
        to="+358500000001",
        sender=None,
        messaging_service_sid=None,
        body="",
        status_callback=f"https://luotsi.example.org/hooks/twilio/status/{attempt}",
        validity_period=None,
        created_at=BEGAN,
    )
