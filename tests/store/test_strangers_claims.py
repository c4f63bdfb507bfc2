"""What a stranger found at the claim, on the real database: its plan, the providers' rates, rows of other versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from casework.messages import RECEIPT_PATIENCE, Channel, Queue, Rate
from casework.usecases import claim_messages, record_receipt, sweep_outbox
from tests.store.conftest import MONDAY, Send
from tests.store.test_sending import MINUTE, SMS, claim, end, rooms, rows
from tests.store.test_strangers_sweeps import TO_SENDER, many, states, sweep
from tests.store.texting import change
from webapp.wiring import House

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
TO_TEAM = "recipient like 'team:%'"


# What the database does for it


def plan(
    house: House, owner: Engine, call: Callable[[], object], says: str
) -> list[dict[str, Any]]:
    """The steps by which the database does what `call` asks for in the statement that says so."""
    sent: list[tuple[str, Any]] = []

    def keep(connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
        if says in statement:
            sent.append((statement, values))

    event.listen(house.engine, "before_cursor_execute", keep)
    call()
    event.remove(house.engine, "before_cursor_execute", keep)
    statement, values = sent[0]
    with owner.connect() as connection:
        explained = connection.exec_driver_sql(f"explain (format json) {statement}", values)
        return list(steps(explained.scalar_one()[0]["Plan"]))


def steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for below in step.get("Plans", ()):
        yield from steps(below)


def reads(plan: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """How the table of messages is read: by which kind of step, and by which index."""
    return {
        (step["Node Type"], step.get("Index Name", ""))
        for step in plan
        if step.get("Relation Name") == "messages" and step["Node Type"] != "ModifyTable"
    }


def analyse(owner: Engine) -> None:
    # Not the table of broken channels: where nearly nothing changes nobody ever counts the rows.
    change(owner, "analyze messages, attempts, submissions")


@pytest.mark.parametrize("broken", [[], [Channel.EMAIL]], ids=["all whole", "one broken"])
def test_a_claim_of_a_long_queue_reads_its_index(
    house: House, owner: Engine, send: Send, broken: list[Channel]
) -> None:
    send(contact=SMS)
    turn = "next_at - turn * interval '1 ms'"
    many(owner, TO_SENDER, 5000, next_at=turn, recipient="'team:coast:coast-mobile'")
    with house.work() as work:
        for channel in broken:
            work.channels.broke(channel, "not_authorised", MONDAY, probe_at=MONDAY)
        work.commit()
    analyse(owner)
    found = reads(plan(house, owner, lambda: claim(house), "WITH due"))
    assert ("Index Scan", "ix_messages_waiting") in found
    assert "Seq Scan" not in {kind for kind, _ in found}


def test_the_search_for_missing_receipts_does_not_read_the_letters_that_were_sent(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    many(owner, TO_TEAM, 5000, state="'sent'", changed_at="changed_at - turn * interval '1 hour'")
    analyse(owner)

    def give_up() -> None:
        with house.work() as work:
            work.upkeep.give_up_receipts(MONDAY - RECEIPT_PATIENCE, MONDAY)

    found = reads(plan(house, owner, give_up, "UPDATE messages"))
    # Found by one, and each that is found changed by the other.
    assert {index for _, index in found} == {"ix_messages_unconfirmed", "pk_messages"}


# Rates

ONE_A_SECOND, ONE_IN_TEN = Rate(1, 1), Rate(0.1, 1)


def take(house: House, channel: Channel, rate: Rate, at: datetime) -> tuple[int, datetime | None]:
    with house.work() as work:
        found = work.channels.take(channel, rate, 1, at, force=False)
        work.commit()
    return found


@pytest.mark.parametrize(
    "rates",
    [
        {Channel.SMS: ONE_A_SECOND, Channel.EMAIL: ONE_IN_TEN},
        {Channel.EMAIL: ONE_IN_TEN, Channel.SMS: ONE_A_SECOND},
        {Channel.SMS: ONE_A_SECOND, Channel.EMAIL: Rate(100, 100)},
    ],
)
def test_of_two_rates_the_one_that_has_room_first_says_when_to_ask_again(
    house: House, send: Send, rates: dict[Channel, Rate]
) -> None:
    send(contact=SMS)
    for channel, rate in rates.items():
        take(house, channel, rate, MONDAY)
    claimed, room_at, _ = claim_messages(Queue.DEFAULT, rates=rates, **rooms(house, MONDAY))
    assert all(one.message.channel is Channel.EMAIL for one in claimed)
    assert room_at == MONDAY + SECOND


def test_what_the_rate_pushed_back_is_not_stuck(house: House, owner: Engine, send: Send) -> None:
    for _ in range(3):
        send(contact=SMS)
    late, rate = MONDAY + timedelta(minutes=31), {Channel.EMAIL: Rate(0.1, 1)}
    take(house, Channel.EMAIL, rate[Channel.EMAIL], late)
    claimed = claim_messages(Queue.DEFAULT, rates=rate, **rooms(house, late))
    assert claimed.room_at is not None
    assert sweep(house, late - MONDAY).retold == 0
    assert rows(owner, f"select 1 from messages where next_at > created_at and {TO_TEAM}")


def test_a_clock_that_once_ran_hours_ahead_stops_texts_for_no_more_than_a_minute(
    house: House,
) -> None:
    rate = Rate(per_second=10, burst=10)
    take(house, Channel.SMS, rate, MONDAY + 3 * HOUR)
    granted, room_at = take(house, Channel.SMS, rate, MONDAY)
    assert granted == 0
    assert room_at is not None
    assert room_at <= MONDAY + MINUTE + SECOND
    assert take(house, Channel.SMS, rate, room_at) == (1, None)


# Rows of another version


@pytest.fixture
def tomorrows(owner: Engine, send: Send) -> UUID:
    """A text to a sender whose purpose no version has yet; and one that every version knows."""
    send(contact=SMS)
    send(contact=SMS)
    mine = f"select id from messages where {TO_SENDER} order by next_at, id limit 1"
    change(owner, f"update messages set purpose = 'of_tomorrow' where id = ({mine})")
    (row,) = rows(owner, "select id from messages where purpose = 'of_tomorrow'")
    return UUID(str(row.id))


def test_a_row_that_another_version_wrote_is_left_to_it_and_stops_no_other(
    house: House, owner: Engine, tomorrows: UUID
) -> None:
    change(owner, f"update messages set state = 'suppressed' where {TO_TEAM}")
    assert [one.message.id == tomorrows for one in claim(house)] == [False]
    for after in (2 * MINUTE, 40 * HOUR):
        sweep_outbox(**rooms(house, MONDAY + after))
    assert states(owner, f"id = '{tomorrows}'") == {"pending": 1}
    assert states(owner, f"id <> '{tomorrows}' and {TO_SENDER}") == {"expired": 1}


def test_alerts_of_another_version_do_not_keep_those_that_are_known_from_being_told_otherwise(
    house: House, owner: Engine, send: Send
) -> None:
    send(contact=SMS)
    mail = "recipient = 'team:coast:coast-mail'"
    older = "created_at - interval '1 hour'"
    many(owner, mail, 5, created_at=older, purpose="'of_tomorrow'")
    with house.work() as work:
        work.channels.broke(Channel.EMAIL, "not_authorised", MONDAY, probe_at=MONDAY + HOUR)
        work.commit()
    assert sweep(house, HOUR).retold == 1


def test_a_receipt_of_a_row_that_another_version_wrote_is_kept_for_it(
    house: House, owner: Engine, tomorrows: UUID
) -> None:
    change(owner, f"update messages set purpose = 'received' where id = '{tomorrows}'")
    (mine,) = (one for one in claim(house) if one.message.id == tomorrows)
    attempt = end(house, mine)
    change(owner, f"update messages set purpose = 'of_tomorrow' where id = '{tomorrows}'")
    known = rooms(house, MONDAY + MINUTE)
    record_receipt(attempt, provider_id="SM1", status="delivered", error_code="", **known)
    assert [row.status for row in rows(owner, "select status from receipts")] == ["delivered"]
    assert states(owner, f"id = '{tomorrows}'") == {"accepted": 1}
