"""What comes back of the messages of an erased submission: nothing follows from it, and nothing seems to be wrong."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from casework.messages import Claimed, Outcome, Queue, Verdict
from casework.usecases import (
    begin_attempt,
    doubtful_messages,
    finish_attempt,
    record_receipt,
    settle_doubt,
)
from casework.usecases.doubts import BELIEVE_AFTER
from tests.store.conftest import MONDAY, Send
from tests.store.test_erasure import BOTH, erase
from tests.store.test_sending import MINUTE, claim, end, rooms, rows, to_sender
from webapp.store.sending import parked
from webapp.wiring import House

LOST = Outcome(Verdict.UNKNOWN, reason="read_timeout")
LONG_AFTER = MONDAY + BELIEVE_AFTER + MINUTE


def left(owner: Engine) -> list[Any]:
    """What an act on the case would leave behind."""
    found = rows(owner, "select kind from timeline where kind <> 'erased' order by at")
    messages = rows(owner, "select id from messages order by id")
    return [*found, *messages, *rows(owner, "select 1 from cases where marks <> '{}'")]


@pytest.mark.parametrize("recipient", ["sender", "team:"])
@pytest.mark.parametrize("code", ["30003", "30005"])
def test_a_text_that_did_not_arrive_is_followed_by_nothing(
    house: House, owner: Engine, send: Send, recipient: str, code: str
) -> None:
    order = send(contact=BOTH, cannot_wait=True)
    found = [one for queue in (Queue.URGENT, Queue.DEFAULT) for one in claim(house, queue=queue)]
    mine = [one for one in found if one.message.recipient.startswith(recipient)]
    attempts = [end(house, one) for one in mine]
    erase(house, order, now=MONDAY)
    before = left(owner)
    told: dict[str, str] = {"provider_id": "SM1", "status": "undelivered", "error_code": code}
    with capture_logs() as logged:
        for attempt in attempts:
            record_receipt(attempt, **told, **rooms(house, MONDAY + MINUTE))
    assert attempts
    assert left(owner) == before
    assert logged == []


def ends_quietly(house: House, owner: Engine) -> None:
    """The text to the sender is not sent, and neither log nor figures call for anybody."""
    with capture_logs() as logged:
        assert claim(house, LONG_AFTER + MINUTE) == []
    found = rows(owner, "select state, reason from messages where recipient = 'sender'")
    assert [tuple(row) for row in found] == [("suppressed", "erased")]
    with house.engine.connect() as connection:
        assert parked(connection, LONG_AFTER + MINUTE) == 0
    assert logged == []


def test_a_text_that_the_provider_never_had_waits_for_nothing(
    house: House, owner: Engine, send: Send
) -> None:
    order = send(contact=BOTH)
    end(house, to_sender(house), LOST)
    (doubt,) = doubtful_messages(now=LONG_AFTER, work=house.work())
    erase(house, order, now=LONG_AFTER)
    settle_doubt(doubt, "", now=LONG_AFTER, work=house.work())
    assert rows(owner, "select 1 from messages where state = 'pending'") == []
    ends_quietly(house, owner)


def test_a_text_that_was_being_handed_over_and_comes_back_is_no_fault(
    house: House, owner: Engine, send: Send
) -> None:
    order = send(contact=BOTH)
    claimed: Claimed = to_sender(house)
    attempt = begin_attempt(claimed, **rooms(house, MONDAY))
    assert attempt is not None
    erase(house, order, now=MONDAY)
    busy = Outcome(Verdict.REFUSED_FOR_NOW, counts=False)
    finish_attempt(claimed, attempt, busy, **rooms(house, MONDAY))
    ends_quietly(house, owner)
