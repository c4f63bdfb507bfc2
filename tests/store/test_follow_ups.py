"""Rows of planned contacts on the real database: sealed, said once by however many workers, never in anybody's way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from casework.commands import AddInformation, ChangeContact, Contact, ContactWay, Submit
from casework.errors import AlreadySubmitted
from casework.follow_ups import FollowUpState, WhyCancelled
from casework.usecases import add_information, change_contact, say_due, submit
from tests.store.conftest import MONDAY, TYPED, Send, case_ids
from webapp.wiring import House

DUE = MONDAY + timedelta(days=7)
BY_MAIL = Contact(ContactWay.EMAIL, email="toinen@example.org")


@pytest.fixture
def rows(owner: Engine) -> Callable[..., list[dict[str, Any]]]:
    def read(sql: str) -> list[dict[str, Any]]:
        with owner.connect() as connection:
            return [dict(row) for row in connection.execute(text(sql)).mappings()]

    return read


def change(owner: Engine, sql: str, **values: Any) -> None:
    with owner.begin() as connection:
        connection.execute(text(sql), values)


def beat(house: House, now: datetime = DUE) -> int:
    return say_due(directory=house.directory, now=now, ids=house.ids, work=house.work())


def rooms(house: House) -> dict[str, Any]:
    now = MONDAY + timedelta(minutes=1)
    return {"directory": house.directory, "now": now, "ids": house.ids, "work": house.work()}


def told(rows: Callable[..., list[dict[str, Any]]]) -> list[UUID]:
    found = rows("select submission_id from messages where event like 'follow_up:%'")
    return [row["submission_id"] for row in found]


SAID = "select case_id from timeline where kind = 'phrase_said'"


def test_a_submission_plans_in_its_own_statement_and_the_address_is_sealed(
    house: House, send: Send, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    order = send()
    (row,) = rows("select * from follow_ups")
    assert row["due_at"] == DUE
    assert (row["state"], row["planned_by"]) == ("planned", "luotsi")
    assert TYPED["phone"].encode() not in bytes(row["contact_sealed"])
    with house.work() as work:
        (one,) = work.follow_ups.due(DUE, 10)
    assert one.follow_up.contact == order.contact
    assert one.case.submission_id == order.submission_id


def test_a_repeated_send_is_still_refused_as_one_that_was_stored(house: House, send: Send) -> None:
    order = send()
    with pytest.raises(AlreadySubmitted):
        submit(order, directory=house.directory, now=MONDAY, ids=house.ids, work=house.work())


def test_ten_workers_and_two_beats_say_each_of_thirty_once(
    house: House, send: Send, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    for _ in range(30):
        send()
    together = threading.Barrier(10)

    def work(_: int) -> None:
        together.wait(10)
        for _ in range(4):
            beat(house)

    with ThreadPoolExecutor(10) as workers:
        list(workers.map(work, range(10)))
    assert len(told(rows)) == len(set(told(rows))) == 30
    assert len(rows(SAID)) == 30
    assert {row["state"] for row in rows("select state from follow_ups")} == {"done"}
    assert rows("select 1 from follow_ups where contact_sealed is not null") == []


def test_one_that_cannot_be_opened_holds_up_no_other_and_asks_for_a_call(
    house: House, send: Send, owner: Engine, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    broken, erased, whole = send(), send(), send()
    set_ = "update follow_ups set contact_sealed = '\\x00' where submission_id = :id"
    change(owner, set_, id=broken.submission_id)
    forget = "update submissions set key_wrapped = null where id = :id"
    change(owner, forget, id=erased.submission_id)
    assert beat(house) == 3
    assert told(rows) == [whole.submission_id]
    ended = {row["submission_id"]: row for row in rows("select * from follow_ups")}
    assert ended[whole.submission_id]["state"] == "done"
    for order in (broken, erased):
        row = ended[order.submission_id]
        assert (row["state"], row["reason"]) == ("cancelled", "unreadable")
        (case_id,) = case_ids(house, order.submission_id)
        (case,) = rows(f"select marks from cases where id = '{case_id}'")
        assert "call_needed" in case["marks"]


def test_while_the_sender_is_writing_it_waits_and_holds_up_nobody(
    house: House, send: Send, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    """An addition holds the message; the task passes it by, so that neither waits for the other."""
    writing, other = send(), send()
    with house.work() as work:
        assert not work.submissions.has_addition(writing.submission_id, house.ids.row())
        assert beat(house) == 1
        assert told(rows) == [other.submission_id]
    assert beat(house) == 1
    assert set(told(rows)) == {writing.submission_id, other.submission_id}


def test_additions_and_beats_at_once_end_each_in_one_way_without_a_deadlock(
    house: House, send: Send, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    orders = [send() for _ in range(12)]
    together = threading.Barrier(3)

    def write(mine: list[Submit]) -> None:
        together.wait(10)
        for order in mine:
            command = AddInformation(
                order.submission_id, house.ids.row(), {"shared": {"more": "x"}}
            )
            add_information(command, **rooms(house))

    def strike(_: object) -> None:
        together.wait(10)
        for _ in range(10):
            beat(house)

    with ThreadPoolExecutor(3) as people:
        done = [people.submit(write, orders[::2]), people.submit(write, orders[1::2])]
        done.append(people.submit(strike, None))
        for one in done:
            one.result(60)
    beat(house)
    ended = rows("select state, submission_id from follow_ups")
    assert len(ended) == 12
    assert {row["submission_id"] for row in ended if row["state"] == "done"} == set(told(rows))
    assert {row["state"] for row in ended} <= {"done", "cancelled"}
    assert len(rows(SAID)) == len(told(rows))


def test_a_new_choice_of_contact_replaces_the_one_that_waits(house: House, send: Send) -> None:
    order = send()
    chosen = ChangeContact(order.submission_id, house.ids.row(), BY_MAIL.way, {}, BY_MAIL)
    change_contact(chosen, **rooms(house))
    with house.work() as work:
        (one,) = work.follow_ups.due(DUE, 10)
    assert one.follow_up.contact == BY_MAIL


def test_cancelling_all_of_a_message_leaves_no_address(
    house: House, send: Send, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    order, other = send(), send()
    with house.work() as work:
        ended = work.follow_ups.cancel_of_submission(order.submission_id, "erased", MONDAY)
        again = work.follow_ups.cancel_of_submission(order.submission_id, "erased", MONDAY)
        work.commit()
    assert [(one.state, one.reason) for one in ended] == [
        (FollowUpState.CANCELLED, WhyCancelled.ERASED)
    ]
    assert again == []
    kept = rows("select submission_id from follow_ups where contact_sealed is not null")
    assert kept == [{"submission_id": other.submission_id}]


def test_what_was_not_committed_is_as_if_it_had_never_been_said(
    house: House, send: Send, rows: Callable[..., list[dict[str, Any]]]
) -> None:
    class Killed(Exception):
        pass

    send()
    work = house.work()

    def die() -> None:
        raise Killed

    work.commit = die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        say_due(directory=house.directory, now=DUE, ids=house.ids, work=work)
    assert (told(rows), rows(SAID)) == ([], [])
    assert beat(house) == 1
    assert (len(told(rows)), len(rows(SAID))) == (1, 1)


def test_when_the_sender_last_wrote_is_read_from_the_timeline(house: House, send: Send) -> None:
    order = send()
    (case_id,) = case_ids(house, order.submission_id)
    with house.work() as work:
        assert work.follow_ups.heard_at(case_id) is None
    around = rooms(house)
    command = AddInformation(order.submission_id, house.ids.row(), {"shared": {"more": "x"}})
    add_information(command, **around)
    with house.work() as work:
        assert work.follow_ups.heard_at(case_id) == around["now"]
