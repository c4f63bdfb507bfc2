"""Who touches several cases at once, or a number that is just being given up: nobody waits for ever, nothing is missed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from casework.access import Role, Viewer
from casework.commands import AddInformation, ChangeContact, ContactWay, SayPhrases
from casework.messages import Outcome, Verdict
from casework.phrases import Phrase
from casework.usecases import (
    add_information,
    begin_attempt,
    change_contact,
    finish_attempt,
    say_phrases,
    sweep_outbox,
)
from casework.usecases.clocks import raise_due
from tests.casework.test_staff_ways import with_points
from tests.live import until
from tests.store.conftest import MONDAY, Send, case_ids, typed_child
from tests.store.test_sending import MINUTE, SMS, claim, rooms, rows
from tests.store.test_strangers_sweeps import COPIED, TO_SENDER
from tests.store.texting import change
from webapp.views.staff_planned import newest_contact
from webapp.wiring import House

MEMBER = Viewer("1", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))
NEW_NUMBER = "+358509990001"
SWEPT, SECOND = MONDAY + 20 * MINUTE, timedelta(seconds=1)
WAITING = "select 1 from pg_locks where not granted"
PATIENCE = 30


def together(
    owner: Engine, port: Any, name: str, first: Callable[[], Any], second: Callable[[], Any]
) -> list[Any]:
    """The first calls this of the port and stops; the second begins and waits; then both go on to their ends."""
    real, called, go = getattr(port, name), threading.Event(), threading.Event()

    def slowly(*given: Any, **named: Any) -> Any:
        done = real(*given, **named)
        called.set()
        go.wait(PATIENCE)
        return done

    setattr(port, name, slowly)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first)
        assert called.wait(PATIENCE)
        other = pool.submit(second)
        until(lambda: rows(owner, WAITING) or other.done(), what="the second waits")
        go.set()
        return [one.result(PATIENCE), other.result(PATIENCE)]


# Several cases at once


def doubts_of_two(house: House, owner: Engine, send: Send, order: int) -> UUID:
    """A message of two children, each with a text of which nobody knows; in which order they are found."""
    sent = send(typed_child(), typed_child("598"), contact=SMS, form="notification", statutory=True)
    one, other = case_ids(house, sent.submission_id)[:: 1 if order else -1]
    unknown = "state = 'unknown', next_at = null, case_id = :case, changed_at = :at"
    change(owner, f"update messages set {unknown} where {TO_SENDER}", case=one, at=MONDAY)
    change(
        owner,
        f"insert into messages (id, event, {COPIED}) select gen_random_uuid(), 'another', "
        f"{COPIED.replace('case_id', ':case').replace('changed_at', ':at')} "
        f"from messages where {TO_SENDER}",
        case=other,
        at=MONDAY + SECOND,
    )
    return sent.submission_id


@pytest.mark.parametrize("order", [0, 1])
def test_a_sweep_and_a_sender_who_withdraws_go_both_to_their_ends(
    house: House, owner: Engine, send: Send, order: int
) -> None:
    wish = ChangeContact(doubts_of_two(house, owner, send, order), uuid4(), ContactWay.NONE, {})
    around = rooms(house, SWEPT)
    together(
        owner,
        around["work"].cases,
        "mark",
        lambda: sweep_outbox(**around),
        lambda: change_contact(wish, **rooms(house, SWEPT)),
    )
    kinds = [row.kind for row in rows(owner, "select kind from timeline")]
    assert (kinds.count("call_needed"), kinds.count("contact_withdrawn")) == (2, 2)


@pytest.mark.parametrize("order", [0, 1])
def test_a_sweep_and_clocks_that_are_due_go_both_to_their_ends(
    house: House, owner: Engine, send: Send, order: int
) -> None:
    doubts_of_two(house, owner, send, order)
    change(owner, "update clocks set act_at = null where kind <> 'acknowledgement'")
    change(owner, "update clocks set step = 4, act_at = :at where act_at is not null", at=MONDAY)
    around = rooms(house, SWEPT)
    _, raised = together(
        owner,
        around["work"].cases,
        "mark",
        lambda: sweep_outbox(**around),
        lambda: raise_due(**rooms(house, SWEPT)),
    )
    assert raised == 2
    assert len(rows(owner, "select 1 from timeline where kind = 'call_needed'")) == 2


CLOCKS = text("select 1 from clocks where case_id = :id for update")
CASE = text("select 1 from cases where id = :id for no key update")
FREE = text("select 1 from cases where id = :id for no key update nowait")


def test_clocks_that_are_due_hold_their_cases_by_id_before_any_is_changed(
    house: House, owner: Engine, send: Send
) -> None:
    """Of one nobody can be reached, which is noted last; of the other another team is alerted, which is done first."""
    order = send(
        typed_child(), typed_child("598"), contact=SMS, form="notification", statutory=True
    )
    first, second = case_ids(house, order.submission_id)
    change(owner, "update clocks set act_at = null where kind <> 'acknowledgement'")
    change(owner, "update clocks set act_at = :at where act_at is not null", at=MONDAY)
    change(owner, "update clocks set step = 4 where case_id = :id", id=second)
    (mine,) = rows(owner, "select team from cases where id = :id", id=first)
    around = {**rooms(house, SWEPT), "directory": with_points(house.directory, mine.team)}
    with ThreadPoolExecutor(1) as pool:
        with owner.begin() as connection:
            connection.execute(CASE, {"id": first})
            raising = pool.submit(lambda: raise_due(**around))
            until(lambda: rows(owner, WAITING), what="the clocks wait")
            connection.execute(FREE, {"id": second})
        assert raising.result(PATIENCE) == 2
    found = rows(owner, "select marks from cases order by id")
    assert [row.marks for row in found] == [["team_not_reached"], ["not_opened"]]


@pytest.mark.parametrize("act", ["change", "add"])
def test_a_sender_waits_for_the_clocks_before_any_case_is_held(
    house: House, owner: Engine, send: Send, act: str
) -> None:
    order = send(typed_child(), typed_child("598"), contact=SMS)
    first, second = case_ids(house, order.submission_id)
    more = AddInformation(order.submission_id, uuid4(), {"shared": {"more": {"more": "Lisää"}}})
    wish = ChangeContact(order.submission_id, uuid4(), ContactWay.NONE, {})

    def writes() -> None:
        if act == "add":
            add_information(more, **rooms(house, SWEPT))
        else:
            change_contact(wish, **rooms(house, SWEPT))

    with ThreadPoolExecutor(1) as pool:
        with owner.begin() as connection:
            connection.execute(CLOCKS, {"id": second})
            writing = pool.submit(writes)
            until(lambda: rows(owner, WAITING), what="the sender waits")
            connection.execute(FREE, {"id": first})
        writing.result(PATIENCE)


def _fails(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any) -> Any:
        raise error

    return fail


def test_a_sweep_survives_a_batch_that_others_held_up(
    house: House, owner: Engine, send: Send
) -> None:
    doubts_of_two(house, owner, send, 0)
    around = rooms(house, SWEPT)
    around["work"].upkeep.expire = _fails(OperationalError("", {}, DeadlockDetected()))
    with capture_logs() as logged:
        sweep_outbox(**around)
    assert [one["event"] for one in logged] == ["held_up_by_others"]
    assert len(rows(owner, "select 1 from timeline where kind = 'call_needed'")) == 2


def test_a_sweep_hides_no_other_fault(house: House) -> None:
    around = rooms(house, SWEPT)
    around["work"].upkeep.expire = _fails(OperationalError("", {}, Exception()))
    with pytest.raises(OperationalError):
        sweep_outbox(**around)


# A number that is being given up


def chosen(submission_id: UUID, way: str) -> ChangeContact:
    contact = {"way": way, "phone": NEW_NUMBER, "email": None}
    answers = {"sender": {"contact": contact}}
    return ChangeContact(submission_id, uuid4(), ContactWay(way), answers)


def say(house: House, case_id: UUID, at: datetime) -> None:
    said = SayPhrases(case_id, uuid4(), (Phrase.READ,))
    say_phrases(said, MEMBER, newest_contact, log=house.access_log, **rooms(house, at))


def told(house: House, at: datetime) -> list[str]:
    """To which addresses of senders something leaves."""
    found = [one for one in claim(house, at) if one.message.recipient == "sender"]
    begun = [begin_attempt(one, **rooms(house, at)) for one in found]
    return [one.message.address for one, attempt in zip(found, begun, strict=True) if attempt]


@pytest.mark.parametrize(("way", "addresses"), [("none", []), ("sms", [NEW_NUMBER])])
@pytest.mark.parametrize("earlier", [-SECOND, SECOND], ids=["slow clock", "quick clock"])
def test_a_phrase_that_is_said_while_a_number_is_given_up_goes_by_the_new_choice(
    house: House, owner: Engine, send: Send, way: str, addresses: list[str], earlier: timedelta
) -> None:
    order = send(contact=SMS)
    (case_id,) = case_ids(house, order.submission_id)
    change(owner, "delete from messages")
    around = rooms(house, SWEPT - earlier)
    together(
        owner,
        around["work"].outbox,
        "suppress_waiting",
        lambda: change_contact(chosen(order.submission_id, way), **around),
        lambda: say(house, case_id, SWEPT),
    )
    assert told(house, SWEPT + MINUTE) == addresses


def test_a_choice_by_a_slow_clock_rules_over_what_had_been_told_before_it(
    house: House, owner: Engine, send: Send
) -> None:
    order = send(contact=SMS, sender={"way": "sms", "phone": SMS.phone})
    (case_id,) = case_ids(house, order.submission_id)
    change(owner, "delete from messages")
    say(house, case_id, SWEPT)
    (one,) = claim(house, SWEPT)
    attempt = begin_attempt(one, **rooms(house, SWEPT))
    assert attempt is not None
    change_contact(chosen(order.submission_id, "none"), **rooms(house, SWEPT - SECOND))
    busy = Outcome(Verdict.REFUSED_FOR_NOW, counts=False)
    finish_attempt(one, attempt, busy, **rooms(house, SWEPT))
    assert told(house, SWEPT + 10 * MINUTE) == []
