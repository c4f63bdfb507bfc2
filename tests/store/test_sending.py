"""What the workers share while they send, on the real database: rates, broken channels, rows nobody could send."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from casework.commands import Contact, ContactWay
from casework.messages import (
    LEASE,
    MAX_LOST_WORKERS,
    Begin,
    Channel,
    Claimed,
    MessageState,
    Outcome,
    Queue,
    Rate,
    Spare,
    Verdict,
)
from casework.usecases import (
    asked_about,
    begin_attempt,
    channel_works,
    claim_messages,
    claim_probes,
    doubtful_messages,
    finish_attempt,
    record_receipt,
    sweep_outbox,
    unconfirmed_messages,
)
from casework.usecases.doubts import UNCONFIRMED_AFTER
from tests.live import until
from tests.store.conftest import MONDAY, TYPED, Send
from webapp.wiring import House

SMS = Contact(way=ContactWay.SMS, phone=TYPED["phone"], textable=True)
TAKEN = Outcome(Verdict.ACCEPTED, provider_id="SM1")
UNREACHABLE = Outcome(Verdict.REFUSED, reason="invalid_number")
MINUTE = timedelta(minutes=1)


def rooms(house: House, at: datetime) -> dict[str, Any]:
    return {"directory": house.directory, "now": at, "ids": house.ids, "work": house.work()}


def rows(owner: Engine, sql: str, **values: Any) -> list[Any]:
    with owner.connect() as connection:
        return list(connection.execute(text(sql), values))


def claim(house: House, at: datetime = MONDAY, queue: Queue = Queue.DEFAULT) -> list[Claimed]:
    return claim_messages(queue, **rooms(house, at))[0]


def to_sender(house: House, at: datetime = MONDAY) -> Claimed:
    (mine,) = (one for one in claim(house, at) if one.message.recipient == "sender")
    return mine


def end(house: House, claimed: Claimed, outcome: Outcome = TAKEN, at: datetime = MONDAY) -> UUID:
    attempt = begin_attempt(claimed, **rooms(house, at))
    assert attempt is not None
    finish_attempt(claimed, attempt, outcome, **rooms(house, at))
    return attempt


def at_once(calls: int, call: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(calls) as pool:
        return [one.result() for one in [pool.submit(call) for _ in range(calls)]]


# The provider's rate


def test_workers_at_once_never_take_more_than_the_rate(house: House) -> None:
    rate = Rate(per_second=2, burst=10)

    def take() -> int:
        with house.work() as work:
            granted, room_at = work.channels.take(Channel.SMS, rate, 3, MONDAY, force=False)
            work.commit()
        assert (room_at is None) == (granted == 3)
        return granted

    assert sum(at_once(8, take)) == 10


def test_the_rate_has_room_again_when_it_said_so(house: House) -> None:
    rate = Rate(per_second=2, burst=4)

    def take(at: datetime, wanted: int, *, force: bool = False) -> tuple[int, datetime | None]:
        with house.work() as work:
            found = work.channels.take(Channel.SMS, rate, wanted, at, force=force)
            work.commit()
        return found

    assert take(MONDAY, 4) == (4, None)
    granted, room_at = take(MONDAY, 2)
    assert (granted, room_at) == (0, MONDAY + timedelta(seconds=0.5))
    assert room_at is not None
    assert take(room_at, 2)[0] == 1
    # An urgent alert goes, and whoever comes next waits for it.
    assert take(room_at, 3, force=True) == (3, None)
    assert take(room_at + timedelta(seconds=1.5), 1)[0] == 0
    assert take(room_at + timedelta(seconds=2), 1)[0] == 1
    # A long rest saves up no more than the burst.
    assert take(MONDAY + timedelta(days=1), 9)[0] == 4


def test_what_the_rate_has_no_room_for_is_back_and_untouched(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    slow = {Channel.SMS: Rate(1, 1), Channel.EMAIL: Rate(1, 1)}
    with house.work() as work:
        for channel, rate in slow.items():
            work.channels.take(channel, rate, 1, MONDAY, force=False)
        work.commit()
    claimed, room_at, _ = claim_messages(Queue.DEFAULT, rates=slow, **rooms(house, MONDAY))
    assert claimed == []
    found = rows(owner, "select state, attempts, next_at from messages where queue = 'default'")
    assert found
    assert {tuple(row) for row in found} == {("pending", 0, room_at)}


# A fault of our own settings


WRONG = replace(TAKEN, verdict=Verdict.REFUSED_FOR_NOW, reason="not_authorised", breaks=True)


def test_of_many_workers_one_raises_the_alarm_and_one_tries_again(
    house: House, owner: Engine, send: Send
) -> None:
    for _ in range(6):
        send(contact=SMS)
    mine = [one for one in claim(house) if one.message.channel is Channel.SMS]
    assert len(mine) >= 4
    begun = [(one, begin_attempt(one, **rooms(house, MONDAY))) for one in mine]

    def fail(one: tuple[Claimed, UUID | None]) -> bool:
        claimed, attempt = one
        assert attempt is not None
        wrong = replace(WRONG, counts=False, retry_after=MINUTE)
        return finish_attempt(claimed, attempt, wrong, **rooms(house, MONDAY))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(fail, begun)).count(True) == 1
    later = MONDAY + 2 * MINUTE
    assert all(one.message.channel is Channel.EMAIL for one in claim(house, later))
    probes = at_once(4, lambda: claim_probes(**rooms(house, later)))
    (probe,) = (one for found in probes for one in found)
    assert probe.attempts == 1
    end(house, probe, at=later)
    assert (
        at_once(3, lambda: channel_works(Channel.SMS, now=later, work=house.work())).count(True)
        == 1
    )
    assert [one.message.channel for one in claim(house, later)].count(Channel.SMS) >= 3


# Rows that nobody could send


def test_a_row_with_which_workers_died_again_and_again_is_parked(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    at, parked = MONDAY, 0
    for _ in range(2 * MAX_LOST_WORKERS):
        for one in claim(house, at):
            if one.message.recipient != "sender" and one.lost_workers:
                end(house, one, at=at)
        at += LEASE + timedelta(seconds=1)
        parked += sweep_outbox(**rooms(house, at)).parked
    assert parked == 1
    parked = rows(owner, "select state, reason, next_at from messages where recipient = 'sender'")
    assert [tuple(row) for row in parked] == [("failed", "workers_died", None)]
    assert rows(owner, "select 1 from timeline where kind = 'call_needed'")
    assert rows(owner, "select 1 from messages where purpose = 'staff_undeliverable'")


def test_a_row_that_cannot_be_opened_has_failed_and_others_are_told(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    with owner.begin() as connection:
        connection.execute(
            text("update messages set address_sealed = '\\x00' where recipient = 'sender'")
        )
    assert all(one.message.recipient != "sender" for one in claim(house))
    found = rows(owner, "select state, reason from messages where recipient = 'sender'")
    assert [tuple(row) for row in found] == [("failed", "cannot_be_opened")]
    assert rows(owner, "select 1 from timeline where kind = 'call_needed'")


def test_two_brooms_at_once_tell_of_a_stuck_alert_once(
    house: House, owner: Engine, send: Send
) -> None:
    send(cannot_wait=True)
    waits = Outcome(Verdict.REFUSED_FOR_NOW, retry_after=timedelta(hours=1))
    for one in claim(house, queue=Queue.URGENT):
        end(house, one, waits)
    later = MONDAY + 3 * MINUTE
    swept = at_once(4, lambda: sweep_outbox(**rooms(house, later)))
    assert sum(one.retold for one in swept) == 1
    told = rows(
        owner, "select recipient from messages where queue = 'urgent' and state = 'pending'"
    )
    assert len(told) == len(set(told)) == 2


# Another way


@pytest.mark.parametrize(
    ("channel", "address"), [(Channel.EMAIL, TYPED["email"]), (Channel.SMS, "+358501112222")]
)
def test_the_spare_way_is_sealed_like_the_first_and_opened_when_it_is_needed(
    house: House, owner: Engine, send: Send, channel: Channel, address: str
) -> None:
    order = send(contact=SMS)
    first = to_sender(house).message
    other = Channel.EMAIL if channel is Channel.SMS else Channel.SMS
    planned = replace(
        first,
        id=house.ids.row(),
        event="by hand",
        channel=other,
        spare=Spare(channel, address),
        state=MessageState.PENDING,
    )
    with house.work() as work:
        work.outbox.add([planned])
        work.commit()
    claimed = to_sender(house)
    assert claimed.message.spare == Spare(channel, address)
    end(house, claimed, UNREACHABLE)
    found = to_sender(house, MONDAY + MINUTE).message
    assert (found.channel, found.address, found.spare) == (channel, address, None)
    assert found.submission_id == order.submission_id
    dump = rows(owner, "select messages::text as whole from messages")
    assert address not in " ".join(row.whole for row in dump)


def test_a_number_that_wants_no_texts_gets_none_as_the_spare_way_either(
    house: House, owner: Engine, send: Send
) -> None:
    contact = Contact(ContactWay.EMAIL, TYPED["phone"], True, TYPED["email"], may_use_other=True)
    send(contact=contact)
    with owner.begin() as connection:
        connection.execute(
            text("insert into opt_outs values (:hash)"),
            {"hash": house.ids.number_hash(TYPED["phone"])},
        )
    end(house, to_sender(house), Outcome(Verdict.REFUSED, reason="recipient_refused"))
    found = to_sender(house, MONDAY + MINUTE)
    assert found.message.channel is Channel.SMS
    assert begin_attempt(found, **rooms(house, MONDAY + MINUTE)) is None
    assert rows(owner, "select 1 from timeline where kind = 'call_needed'")


def test_a_choice_of_contact_since_the_first_try_rules_over_the_second_too(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    attempt = end(house, to_sender(house))
    record_receipt(
        attempt, provider_id="SM1", status="undelivered", error_code="30003", **rooms(house, MONDAY)
    )
    with owner.begin() as connection:
        connection.execute(
            text(
                "insert into timeline (id, case_id, at, kind, actor, detail) "
                "select gen_random_uuid(), id, :at, 'contact_withdrawn', 'sender', '{}' from cases"
            ),
            {"at": MONDAY + 5 * MINUTE},
        )
    later = MONDAY + 31 * MINUTE
    assert begin_attempt(to_sender(house, later), **rooms(house, later)) is None
    states = rows(
        owner, "select state, reason from messages where recipient = 'sender' order by id"
    )
    assert [tuple(row) for row in states] == [
        ("undelivered", "unreachable"),
        ("suppressed", "contact_changed"),
    ]


def test_whose_number_is_among_those_that_want_no_texts_is_not_texted(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    claimed = to_sender(house)
    with owner.begin() as connection:
        connection.execute(
            text("insert into opt_outs values (:hash)"),
            {"hash": house.ids.number_hash(TYPED["phone"])},
        )
        connection.execute(
            text("update messages set address_hash = :hash where recipient = 'sender'"),
            {"hash": house.ids.number_hash(TYPED["phone"])},
        )
    assert begin_attempt(claimed, **rooms(house, MONDAY)) is None
    found = rows(owner, "select state, reason from messages where recipient = 'sender'")
    assert [tuple(row) for row in found] == [("suppressed", Begin.OPTED_OUT.value)]
    assert rows(owner, "select 1 from timeline where kind = 'call_needed'")


def test_after_the_safe_hours_a_claimed_text_does_not_begin(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    (row,) = rows(owner, "select expires_at from messages where recipient = 'sender'")
    late = row.expires_at - timedelta(seconds=20)
    claimed = to_sender(house, late)
    assert begin_attempt(claimed, **rooms(house, late)) is None
    sweep_outbox(**rooms(house, row.expires_at))
    found = rows(owner, "select state, reason, attempts from messages where recipient = 'sender'")
    assert [tuple(row) for row in found] == [("expired", "safe_hours_over", 0)]


# Asking the provider


def test_a_text_without_a_receipt_is_asked_about_after_an_hour_and_not_at_once_again(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    attempt = end(house, to_sender(house))

    def asked(after: timedelta) -> list[UUID]:
        found = unconfirmed_messages(now=MONDAY + after, work=house.work())
        for one in found:
            asked_about(one.attempt_id, now=MONDAY + after, work=house.work())
        return [one.attempt_id for one in found]

    assert asked(UNCONFIRMED_AFTER - MINUTE) == []
    assert asked(UNCONFIRMED_AFTER) == [attempt]
    assert asked(UNCONFIRMED_AFTER + MINUTE) == []
    assert asked(2 * UNCONFIRMED_AFTER) == [attempt]
    record_receipt(
        attempt, provider_id="SM1", status="delivered", error_code="", **rooms(house, MONDAY)
    )
    assert asked(4 * UNCONFIRMED_AFTER) == []


def test_those_in_doubt_are_asked_about_in_turn(house: House, owner: Engine, send: Send) -> None:
    for number in range(3):
        contact = replace(SMS, phone=f"+35840123456{number}")
        send(contact=contact)
    lost = Outcome(Verdict.UNKNOWN, reason="read_timeout")
    for one in claim(house):
        if one.message.recipient == "sender":
            end(house, one, lost)
    later = MONDAY + 2 * MINUTE
    first = doubtful_messages(now=later, work=house.work())
    assert len(first) == 3
    for one in first:
        asked_about(one.attempt_id, now=later, work=house.work())
    assert doubtful_messages(now=later + timedelta(seconds=30), work=house.work()) == []
    again = doubtful_messages(now=later + MINUTE, work=house.work())
    assert {one.attempt_id for one in again} == {one.attempt_id for one in first}


def test_a_late_word_that_it_is_on_its_way_keeps_it_from_being_sent_again(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    attempt = end(house, to_sender(house), Outcome(Verdict.UNKNOWN, reason="read_timeout"))
    with owner.begin() as connection:
        connection.execute(
            text("update messages set state = 'pending', next_at = :at"), {"at": MONDAY}
        )
    record_receipt(attempt, provider_id="SM1", status="sent", error_code="", **rooms(house, MONDAY))
    assert all(one.message.recipient != "sender" for one in claim(house))


def sent_again(house: House, owner: Engine) -> tuple[UUID, Claimed]:
    """The attempt of a text in doubt, and the same text claimed once more a few minutes later."""
    first = end(house, to_sender(house), Outcome(Verdict.UNKNOWN, reason="provider_fault"))
    with owner.begin() as connection:
        connection.execute(
            text("update messages set state = 'pending', next_at = :at where state = 'unknown'"),
            {"at": MONDAY + 6 * MINUTE},
        )
    return first, to_sender(house, MONDAY + 6 * MINUTE)


def told(house: House, attempt: UUID, status: str, code: str = "") -> None:
    at = MONDAY + 7 * MINUTE
    record_receipt(attempt, provider_id="SM1", status=status, error_code=code, **rooms(house, at))


def of_sender(owner: Engine) -> list[str]:
    return [row.state for row in rows(owner, "select state from messages where recipient='sender'")]


@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_that_the_first_try_did_not_arrive_is_kept_and_ends_nothing_of_the_second(
    house: House, owner: Engine, send: Send, status: str
) -> None:
    send(contact=SMS)
    first, again = sent_again(house, owner)
    second = begin_attempt(again, **rooms(house, MONDAY + 6 * MINUTE))
    assert second is not None
    told(house, first, status, "30006")
    assert of_sender(owner) == ["submitting"]
    assert not rows(owner, "select 1 from timeline where kind = 'call_needed'")
    (kept,) = rows(owner, "select attempt_id, status, error_code from receipts")
    assert tuple(kept) == (first, status, "30006")
    finish_attempt(again, second, TAKEN, **rooms(house, MONDAY + 7 * MINUTE))
    told(house, second, status, "30006")
    assert of_sender(owner) == [status]


@pytest.mark.parametrize("status", ["sent", "delivered"])
def test_that_the_first_try_is_on_its_way_counts_whatever_became_of_the_second(
    house: House, owner: Engine, send: Send, status: str
) -> None:
    send(contact=SMS)
    first, again = sent_again(house, owner)
    assert begin_attempt(again, **rooms(house, MONDAY + 6 * MINUTE))
    told(house, first, status)
    assert of_sender(owner) == [status]


def test_the_second_try_that_began_while_the_receipt_of_the_first_waited_is_seen(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    first, again = sent_again(house, owner)
    with house.work() as begins, ThreadPoolExecutor(1) as pool:
        assert begins.outbox.on_the_way("none") == frozenset()  # so that it stays open
        at = MONDAY + 6 * MINUTE
        assert begins.outbox.begin(again, house.ids.row(), at) is Begin.BEGUN
        receipt = pool.submit(told, house, first, "failed", "30006")
        waiting = "select 1 from pg_locks where not granted"
        until(lambda: rows(owner, waiting), 10, "the receipt waits for the row")
        begins.commit()
        receipt.result(10)
    assert of_sender(owner) == ["submitting"]


def test_an_answer_and_its_receipt_at_the_same_moment_never_wait_for_each_other(
    house: House, owner: Engine, send: Send
) -> None:
    for number in range(12):
        send(contact=replace(SMS, phone=f"+3584012345{number:02}"))
    left: list[Claimed] = []
    while batch := claim(house):
        left += [one for one in batch if one.message.recipient == "sender"]
    begun = [(one, begin_attempt(one, **rooms(house, MONDAY))) for one in left]
    assert len(begun) == 12
    start = Barrier(2)

    def answer() -> None:
        for one, attempt in begun:
            start.wait(30)
            assert attempt is not None
            finish_attempt(one, attempt, TAKEN, **rooms(house, MONDAY))

    def receipt() -> None:
        for _, attempt in begun:
            start.wait(30)
            assert attempt is not None
            told = {"provider_id": f"SM{attempt}", "status": "sent", "error_code": ""}
            record_receipt(attempt, **told, **rooms(house, MONDAY))

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(answer), pool.submit(receipt)]:
            done.result()
    found = rows(owner, "select distinct state from messages where recipient = 'sender'")
    assert {row.state for row in found} <= {"sent", "accepted"}
