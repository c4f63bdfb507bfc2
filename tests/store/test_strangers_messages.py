"""What a stranger found at the outbox, on the real database: doubts, receipts, stopped channels."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from casework.messages import (
    BREAK_FADES,
    PROBE_EVERY,
    Channel,
    Claimed,
    Outcome,
    Queue,
    Verdict,
)
from casework.usecases import (
    begin_attempt,
    channel_works,
    claim_probes,
    doubtful_messages,
    finish_attempt,
    record_receipt,
    settle_doubt,
    sweep_outbox,
)
from casework.usecases.delivery import give_back
from casework.usecases.doubts import ASK_AFTER, BELIEVE_AFTER
from casework.usecases.receipts import Recorded
from tests.store.conftest import MONDAY, Send
from tests.store.test_sending import MINUTE, SMS, TAKEN, claim, end, rooms, rows, to_sender
from tests.store.texting import change, write
from webapp.wiring import House

LOST = Outcome(Verdict.UNKNOWN, reason="read_timeout")
SECOND = timedelta(seconds=1)
OF_THE_ACCOUNT, OF_ONE_OPERATOR = "30002", ("30024", "30034")


def told(
    house: House, attempt: UUID, status: str, code: str = "", at: timedelta = MINUTE, sid: str = ""
) -> Recorded:
    known = rooms(house, MONDAY + at)
    return record_receipt(
        attempt, provider_id=sid or f"SM{attempt}", status=status, error_code=code, **known
    )


def of_senders(owner: Engine, what: str = "state") -> list[tuple[object, ...]]:
    found = rows(owner, f"select {what} from messages where recipient = 'sender' order by event")
    return [tuple(row) for row in found]


def texts(house: House, after: timedelta = timedelta(0)) -> list[Claimed]:
    return [one for one in claim(house, MONDAY + after) if one.message.channel is Channel.SMS]


def of_teams(house: House) -> list[Claimed]:
    found = claim(house, MONDAY + MINUTE)
    return [one for one in found if one.message.recipient.startswith("team:")]


# Doubts


def test_an_answer_about_an_earlier_try_settles_nothing_once_it_was_sent_again(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    end(house, to_sender(house), LOST)
    at = MONDAY + BELIEVE_AFTER + MINUTE
    # Two workers have the same question in hand.
    (quick,) = doubtful_messages(now=at, work=house.work())
    (slow,) = doubtful_messages(now=at + MINUTE, work=house.work())
    settle_doubt(quick, "", now=at + MINUTE, work=house.work())
    again = at + 2 * MINUTE
    end(house, to_sender(house, again), LOST, again)
    settle_doubt(slow, "", now=again + MINUTE, work=house.work())
    assert of_senders(owner) == [("unknown",)]
    assert all(one.message.recipient != "sender" for one in claim(house, again + MINUTE))


def test_by_a_receipt_the_text_is_known_and_no_other_is_taken_for_it(
    house: House, send: Send
) -> None:
    send(contact=SMS)
    send(contact=SMS)
    never, arrived = (one for one in claim(house) if one.message.recipient == "sender")
    attempt = end(house, never, LOST)
    told(house, end(house, arrived, LOST, MONDAY + SECOND), "delivered", sid="SM2")
    (doubt,) = doubtful_messages(now=MONDAY + 2 * MINUTE, work=house.work())
    assert doubt.attempt_id == attempt
    assert "SM2" in doubt.known


def test_one_id_of_the_provider_is_never_given_to_two_texts(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    send(contact=SMS)
    for number, one in enumerate(claim(house)):
        if one.message.recipient == "sender":
            end(house, one, LOST, MONDAY + number * SECOND)
    at = MONDAY + BELIEVE_AFTER + MINUTE
    # Both were asked about before either was settled: neither answer knew of the other.
    for doubt in doubtful_messages(now=at, work=house.work()):
        settle_doubt(doubt, "SM1", now=at, work=house.work())
    ids = rows(owner, "select provider_id from attempts order by provider_id")
    assert [row.provider_id for row in ids] == ["SM1", None]
    assert sorted(of_senders(owner)) == [("accepted",), ("unknown",)]
    (left,) = doubtful_messages(now=at + MINUTE, work=house.work())
    assert "SM1" in left.known


def test_a_worker_that_was_slow_to_say_accepted_keeps_the_text_from_going_again(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    slow = to_sender(house)
    attempt = begin_attempt(slow, **rooms(house, MONDAY))
    assert attempt is not None
    sweep_outbox(**rooms(house, MONDAY + 2 * MINUTE))
    at = MONDAY + BELIEVE_AFTER + MINUTE
    (doubt,) = doubtful_messages(now=at, work=house.work())
    settle_doubt(doubt, "", now=at, work=house.work())
    assert of_senders(owner) == [("pending",)]
    finish_attempt(slow, attempt, TAKEN, **rooms(house, at + SECOND))
    assert of_senders(owner) == [("accepted",)]
    assert all(one.message.recipient != "sender" for one in claim(house, at + 2 * SECOND))


def test_a_team_that_may_not_know_of_a_text_from_nowhere_is_told_by_its_next_way(
    house: House, owner: Engine
) -> None:
    write(house, "Hei, soita", "SMx1", sender="+358500000099")
    (mail,) = of_teams(house)
    assert (mail.message.case_id, mail.message.channel) == (None, Channel.EMAIL)
    end(house, mail, LOST, MONDAY + MINUTE)
    (text_,) = of_teams(house)
    assert (text_.message.case_id, text_.message.channel) == (None, Channel.SMS)
    end(house, text_, LOST, MONDAY + MINUTE)
    # Of this one the provider can be asked, though it belongs to no submission.
    at = MONDAY + MINUTE + ASK_AFTER
    (doubt,) = doubtful_messages(now=at, work=house.work())
    assert doubt.message.address == text_.message.address
    settle_doubt(doubt, "SM9", now=at, work=house.work())
    found = rows(owner, f"select state from messages where id = '{text_.message.id}'")
    assert found[0].state == "accepted"


# Receipts


def test_a_text_that_arrives_after_all_holds_back_its_second_repetition(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    told(house, end(house, to_sender(house)), "undelivered", "30003", timedelta(0))
    half_an_hour = timedelta(minutes=31)
    again = end(house, to_sender(house, MONDAY + half_an_hour), at=MONDAY + half_an_hour)
    told(house, again, "undelivered", "30003", half_an_hour)
    assert of_senders(owner) == [("undelivered",), ("undelivered",), ("pending",)]
    told(house, again, "delivered", at=half_an_hour + MINUTE)
    found = of_senders(owner, "state, reason")
    assert found[-1] == ("suppressed", "arrived")
    assert "pending" not in {state for state, _ in found}


def test_a_text_that_arrives_after_all_holds_back_the_other_way(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=replace(SMS, email="testi@example.org", may_use_other=True))
    attempt = end(house, to_sender(house))
    told(house, attempt, "failed", "30008")
    assert sorted(of_senders(owner, "channel, state")) == [("email", "pending"), ("sms", "failed")]
    told(house, attempt, "delivered", at=2 * MINUTE)
    assert sorted(of_senders(owner, "channel, state, reason"))[0] == (
        "email",
        "suppressed",
        "arrived",
    )


# Stopped channels


@pytest.mark.parametrize("code", OF_ONE_OPERATOR)
def test_a_receipt_about_one_operator_stops_nobody_elses_texts(
    house: House, owner: Engine, send: Send, code: str
) -> None:
    send(contact=SMS)
    recorded = told(house, end(house, to_sender(house)), "undelivered", code)
    assert (recorded.reason, recorded.broken) == ("sender_refused", False)
    send(contact=SMS, cannot_wait=True)
    assert claim(house, MONDAY + MINUTE, Queue.URGENT)
    assert texts(house, MINUTE)


def test_a_receipt_about_the_whole_account_stops_every_text(house: House, send: Send) -> None:
    send(contact=SMS)
    assert told(house, end(house, to_sender(house)), "failed", OF_THE_ACCOUNT).broken
    send(contact=SMS, cannot_wait=True)
    assert claim(house, MONDAY + MINUTE, Queue.URGENT) == []
    assert texts(house, MINUTE) == []


@pytest.fixture
def stopped(house: House, send: Send) -> timedelta:
    """By a receipt, while four more texts wait; when the first of them is tried."""
    for last in range(5):
        send(contact=replace(SMS, phone=f"+35850000004{last}"))
    first, *others = texts(house)
    give_back(others, now=MONDAY, work=house.work())
    assert told(house, end(house, first), "failed", OF_THE_ACCOUNT, timedelta(0)).broken
    return PROBE_EVERY


def probe(house: House, after: timedelta) -> tuple[UUID, bool]:
    """The provider takes one text; the attempt, and whether that ended the break."""
    at = MONDAY + after
    (one,) = claim_probes(**rooms(house, at))
    return end(house, one, at=at), channel_works(Channel.SMS, now=at, work=house.work())


def test_a_channel_that_takes_texts_and_delivers_none_goes_on_when_one_is_on_its_way(
    house: House, stopped: timedelta
) -> None:
    attempt, mended = probe(house, stopped)
    assert not mended
    assert texts(house, stopped + SECOND) == []
    # Nor is what was true before a proof: only a message that moves is.
    told(house, attempt, "queued", at=stopped + SECOND)
    assert texts(house, stopped + SECOND) == []
    told(house, attempt, "sent", at=stopped + 2 * SECOND)
    assert len(texts(house, stopped + 2 * SECOND)) == 3


def test_where_no_receipts_come_a_probe_ends_the_break_when_failures_have_long_ceased(
    house: House, stopped: timedelta
) -> None:
    attempt, _ = probe(house, stopped)
    told(house, attempt, "failed", OF_THE_ACCOUNT, stopped + MINUTE)
    assert not probe(house, BREAK_FADES + SECOND)[1]
    assert probe(house, stopped + MINUTE + BREAK_FADES)[1]


def test_a_probe_that_cannot_be_opened_is_told_otherwise_and_mends_nothing(
    house: House, owner: Engine, send: Send
) -> None:
    send(cannot_wait=True)
    with house.work() as work:
        work.channels.broke(Channel.SMS, "not_authorised", MONDAY, probe_at=MONDAY)
        work.commit()
    spoilt = "update messages set address_sealed = '\\x00' where queue = 'urgent'"
    change(owner, f"{spoilt} and channel = 'sms'")
    # Only the alert waits long enough to be the probe.
    change(owner, "update messages set state = 'suppressed' where recipient = 'sender'")
    assert claim_probes(**rooms(house, MONDAY)) == []
    found = rows(owner, "select channel, state, reason from messages where queue = 'urgent'")
    assert sorted(map(tuple, found)) == [
        ("email", "pending", ""),
        ("sms", "failed", "cannot_be_opened"),
    ]
    assert [row.channel for row in rows(owner, "select channel from channel_breaks")] == ["sms"]
    later = MONDAY + PROBE_EVERY
    assert claim_probes(**rooms(house, later)) == []
    assert rows(owner, "select channel from channel_breaks") == []
