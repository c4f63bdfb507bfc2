"""Texts that came in, on the database: sealed, found by hash alone, once however often they are told."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from casework.commands import SafeTime
from casework.errors import StillOpen
from casework.inbound import LONGEST_TEXT, InboundText, Kind, read
from casework.usecases import erase_submission
from tests.casework.fakes import child
from tests.store.conftest import MONDAY, Send, case_ids
from tests.store.texting import (
    MINUTE,
    NUMBER,
    change,
    handle,
    known,
    query,
    waiting,
    write,
)
from webapp.wiring import House

# Once, and whole


def test_two_deliveries_at_the_same_time_are_one_text(house: House, owner: Engine) -> None:
    together, told = threading.Barrier(2), list[bool]()

    def deliver() -> None:
        together.wait()
        told.append(write(house, "Hei", "SM1"))

    threads = [threading.Thread(target=deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(told) == [False, True]
    assert query(owner, "select count(*) from inbound_texts") == [(1,)]
    assert query(owner, "select count(*) from messages") == [(2,)]  # to intake, and the answer


def test_the_second_delivery_waits_for_the_first_and_then_is_nothing_new(
    house: House, owner: Engine
) -> None:
    """Held open in the middle: the second one must not slip in beside it."""
    told = list[bool]()
    first = house.work()
    with first:
        from_first = _text(house, "SM1")
        assert first.inbound.add(from_first)
        second = threading.Thread(target=lambda: told.append(write(house, "Hei", "SM1")))
        second.start()
        second.join(0.3)
        assert told == []
        first.commit()
    second.join(20)
    assert told == [False]
    assert query(owner, "select id from inbound_texts") == [(from_first.id,)]
    assert query(owner, "select count(*) from messages") == [(0,)]


def test_of_notes_in_a_row_staff_are_told_once_within_a_quarter_of_an_hour(
    house: House, owner: Engine
) -> None:
    told = "select count(*) from messages where recipient <> 'sender'"
    for minute in range(1, 16):
        write(house, "Hei", f"SM{minute}", at=MONDAY + minute * MINUTE)
    assert query(owner, told) == [(1,)]
    write(house, "Hei", "SM16", at=MONDAY + 16 * MINUTE)
    assert query(owner, told) == [(2,)]
    change(owner, "update inbound_texts set handled_at = received_at, handled_by = 'worker:1'")
    write(house, "Hei", "SM17", at=MONDAY + 17 * MINUTE)
    assert query(owner, told) == [(3,)]


def test_a_note_that_waits_for_a_case_hides_none_that_has_no_case(
    house: House, owner: Engine, ask: Send
) -> None:
    ask()
    write(house, "Hei", "SM1")
    write(house, "Hei", "SM2", sender="+358500000042")
    assert query(owner, "select count(*) from inbound_texts where case_id is null") == [(1,)]
    told = "select count(*) from messages where event like 'texted:%' and recipient <> 'sender'"
    assert query(owner, told) == [(2,)]


def _text(house: House, sid: str) -> InboundText:
    return InboundText(house.ids.row(), sid, MONDAY, None, None, "intake", Kind.NOTE, NUMBER, "Hei")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(body=st.text(max_size=LONGEST_TEXT + 20))
def test_whatever_is_written_is_kept_whole_up_to_its_limit(house: House, body: str) -> None:
    if read(body) is Kind.NOTE:
        write(house, body, house.ids.row().hex)
        found = waiting(house)
        assert body[:LONGEST_TEXT] in {line.body for line in found}
        for line in found:
            handle(house, line.id)


@pytest.mark.parametrize(
    "body", ["a\0b", "\ud800 halkaistu", "😀" * LONGEST_TEXT, "\u202egnirts\u2066", "\r\n\t rivi\n"]
)
def test_odd_characters_are_no_fault(house: House, body: str) -> None:
    assert write(house, body, "SM1")
    (line,) = waiting(house)
    assert line.body == body.replace("\ud800", "?")


# Sealed


def test_of_a_known_number_the_key_is_the_submissions_and_goes_with_it(
    house: House, owner: Engine, ask: Send
) -> None:
    order = ask()
    write(house, "Salattu sana", "SM1")
    (line,) = waiting(house)
    (case,) = case_ids(house, order.submission_id)
    assert line.head is not None
    assert (line.head.id, line.number, line.body) == (case, NUMBER, "Salattu sana")
    change(owner, "update submissions set key_wrapped = null")
    (line,) = waiting(house)
    assert (line.number, line.body) == (None, None)
    assert [one.body for one in house.texts.of_case(case)] == [None]


def test_a_text_moved_to_another_row_does_not_open(house: House, owner: Engine) -> None:
    write(house, "Yksi", "SM1")
    write(house, "Kaksi", "SM2")
    one, other = waiting(house)
    change(
        owner,
        "update inbound_texts set body_sealed = "
        "(select body_sealed from inbound_texts where id = :other) where id = :one",
        one=one.id,
        other=other.id,
    )
    assert [line.body for line in waiting(house)] == [None, "Kaksi"]


def test_neither_number_nor_words_stand_in_any_column(house: House, owner: Engine) -> None:
    write(house, "Salattu sana", "SM1")
    write(house, "STOP", "SM2")
    for table in ("inbound_texts", "opt_outs", "messages", "timeline", "number_caps"):
        kept = str(query(owner, f"select x::text from {table} x"))
        for word in (NUMBER, NUMBER[4:], "Salattu"):
            assert word not in kept
            assert word.encode().hex() not in kept


# Which case


def test_the_only_open_case_of_the_number_is_the_one_and_of_several_none(
    house: House, owner: Engine, ask: Send
) -> None:
    older = ask(language="fi")
    change(owner, "update messages set created_at = created_at - interval '1 hour'")
    ask(language="sv")
    assert known(house) is None
    change(owner, "update cases set state = 'closed' where language = 'sv'")
    found = known(house)
    assert found is not None
    assert found.head.submission_id == older.submission_id
    change(owner, "update cases set protected = true where language = 'sv'")
    assert known(house) is None
    change(owner, "update cases set protected = false, state = 'closed'")
    assert known(house) is None


def test_of_two_children_the_one_whose_case_is_open_still_is_the_one(
    house: House, owner: Engine, ask: Send
) -> None:
    first, second = case_ids(house, ask(child("905"), child("598")).submission_id)
    found = known(house)
    assert found is not None
    assert found.head.id == first
    change(owner, "update cases set state = 'closed' where id = :id", id=first)
    found = known(house)
    assert found is not None
    assert found.head.id == second


def test_an_erased_submission_is_nobodys_and_the_text_reaches_intake(
    house: House, owner: Engine, ask: Send
) -> None:
    ask()
    change(owner, "update submissions set key_wrapped = null, erased_at = now()")
    assert write(house, "Hei", "SM1")
    (line,) = waiting(house)
    assert (line.head, line.team, line.body) == (None, "intake", "Hei")


def test_of_a_sender_whose_case_is_closed_intake_reads_it_and_it_goes_with_the_message(
    house: House, owner: Engine, ask: Send
) -> None:
    order = ask()
    change(owner, "update cases set state = 'closed'")
    assert write(house, "Vielä yksi asia", "SM1")
    (line,) = waiting(house)
    assert (line.head, line.team, line.body) == (None, "intake", "Vielä yksi asia")
    erase = partial(
        erase_submission, order.reference, now=MONDAY + 3 * MINUTE, ids=house.ids, work=house.work()
    )
    with pytest.raises(StillOpen) as refused:
        erase(even_open=False)
    assert refused.value.texts == 1
    handle(house, line.id)
    gone = erase(even_open=False)
    assert gone is not None
    assert gone.texts == 1
    left = "number_sealed is not null or body_sealed is not null"
    assert query(owner, f"select count(*) from inbound_texts where {left}") == [(0,)]
    kept = "address_sealed <> '' or address_hash is not null or event <> 'texted:' || id"
    answers = f"from messages where recipient = 'sender' and event like 'texted:%' and ({kept})"
    assert query(owner, f"select count(*) {answers}") == [(0,)]
    assert query(owner, "select provider_id from provider_copies") == [("SM1",)]


@pytest.mark.parametrize("state", ["received", "closed"])
def test_a_message_whose_key_is_broken_loses_no_text(
    house: House, owner: Engine, ask: Send, state: str
) -> None:
    ask()
    change(owner, "update cases set state = :state", state=state)
    change(owner, "update submissions set key_wrapped = 'broken'")
    assert write(house, "Hei", "SM1")
    (line,) = waiting(house)
    assert (line.head, line.body) == (None, "Hei")


def test_a_case_that_does_not_open_loses_no_text(house: House, owner: Engine, ask: Send) -> None:
    ask()
    change(owner, "update cases set key_wrapped = 'broken'")
    assert write(house, "Hei", "SM1")
    (line,) = waiting(house)
    assert (line.head, line.body) == (None, "Hei")


def test_the_safe_hours_are_those_of_the_newest_choice(house: House, ask: Send) -> None:
    ask(sender={"phone": NUMBER, "safe_times": ["morning"]})
    found = known(house)
    assert found is not None
    assert found.safe_times == {SafeTime.MORNING}


def test_what_is_written_to_a_number_without_a_case_finds_none(house: House) -> None:
    write(house, "Hei", "SM1")
    assert known(house) is None
