"""Texts that came in, on the database: who reads them, who has handled them, and when they are forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from casework.access import Role, Viewer, visible_teams
from tasks import housekeeping
from tasks.house import house as opened
from tasks.house import use
from tests.casework.fakes import child
from tests.store.conftest import MONDAY, TYPED, Send, case_ids
from tests.store.texting import (
    MEMBER,
    MINUTE,
    SOUTH,
    change,
    handle,
    known,
    query,
    waiting,
    write,
)
from webapp.store.inbound_desk import MONTH
from webapp.wiring import House

# Who reads it


def test_the_list_shows_what_the_relation_allows(house: House, owner: Engine, ask: Send) -> None:
    ask(child("905"))
    write(house, "Asiaan", "SM1")
    write(house, "Muuten", "SM2", sender="+358500000042")
    assert [line.body for line in waiting(house)] == ["Asiaan", "Muuten"]
    assert waiting(house, SOUTH) == []
    change(owner, "update cases set alerted_teams = '{south}'")
    assert [line.body for line in waiting(house, SOUTH)] == ["Asiaan"]
    here = house.directory
    without = {key: team for key, team in here.teams.items() if key != "intake"}
    moved = replace(here, teams={**without}, intake_team="north")
    lead = Viewer("3", "esko-esimerkki", frozenset({Role.TEAM_LEAD}))
    seen = visible_teams(lead, moved)
    assert [line.body for line in house.texts.waiting(seen, 50)] == ["Muuten"]


def test_a_protected_case_keeps_its_texts_to_those_who_may_open_it(
    house: House, owner: Engine, ask: Send
) -> None:
    ask(child("905"))
    write(house, "Asiaan", "SM1")
    coast = Viewer("4", "malli-sosiaalityo", frozenset({Role.DUTY_WORKER}))
    assert len(waiting(house, coast)) == 1
    change(owner, "update cases set protected = true")
    assert waiting(house, coast) == []
    assert len(waiting(house)) == 1


@pytest.mark.parametrize("closed", [True, False])
def test_what_a_protected_number_writes_to_nobodys_case_is_for_those_readers_too(
    house: House, owner: Engine, ask: Send, closed: bool
) -> None:
    """Its case is closed, or somebody else has given the number in a message of his own."""
    ask(child("905", non_disclosure=True))
    if closed:
        change(owner, "update cases set state = 'closed'")
    else:
        ask(child("905"))
    write(house, "Uusi osoitteemme", "SM1")
    assert query(owner, "select case_id from inbound_texts") == [(None,)]
    all_of_intake = house.directory.teams["intake"].members
    readers = {worker for worker in all_of_intake if waiting(house, reading(worker))}
    assert readers
    assert readers < set(all_of_intake)
    change(owner, "update inbound_texts set protected = false")
    assert all(waiting(house, reading(worker)) for worker in all_of_intake)


def reading(worker: str) -> Viewer:
    return Viewer("5", worker, frozenset({Role.DUTY_WORKER}))


def test_the_reference_of_a_note_of_nobodys_case_is_the_one_that_its_team_was_told(
    house: House, owner: Engine
) -> None:
    write(house, "Hei", "SM1")
    (line,) = waiting(house)
    ((told,),) = query(owner, "select case_number from messages where recipient like 'team:%'")
    assert line.reference == told


def test_handled_ends_the_wait_and_the_undo_begins_it_again(house: House) -> None:
    write(house, "Hei", "SM1")
    (line,) = waiting(house)
    seen = visible_teams(MEMBER, house.directory)
    assert house.texts.count(seen) == 1
    assert handle(house, line.id)
    assert not handle(house, line.id)
    assert (house.texts.count(seen), waiting(house)) == (0, [])
    (done,) = house.texts.handled(seen, MONDAY, 50)
    assert (done.handled_by, done.body) == ("user:1", "Hei")
    assert house.texts.handled(seen, MONDAY + timedelta(days=8), 50) == []
    assert handle(house, line.id, handled=False)
    assert [one.handled_by for one in waiting(house)] == [None]


def test_stop_and_start_wait_for_nobody(house: House, owner: Engine) -> None:
    write(house, "STOP", "SM1")
    assert query(owner, "select count(*) from opt_outs") == [(1,)]
    write(house, "START", "SM2")
    assert query(owner, "select count(*) from opt_outs") == [(0,)]
    assert waiting(house) == []
    assert query(
        owner, "select kind, number_sealed, body_sealed from inbound_texts order by id"
    ) == [
        ("stop", None, None),
        ("start", None, None),
    ]


# What is over


@pytest.fixture
def worker(house: House) -> Any:
    use(house.settings)
    yield
    opened().engine.dispose()


def test_after_a_month_handled_notes_of_nobodys_case_go_and_numbers_are_not_found_any_more(
    house: House, owner: Engine, ask: Send, worker: None
) -> None:
    ask()
    write(house, "Asiaan", "SM1")
    for sid in ("SM2", "SM3"):
        write(house, sid, sid, sender="+358500000042")
    write(house, "STOP", "SM4", sender="+358500000043")
    by_body = {line.body: line.id for line in waiting(house)}
    for body in ("Asiaan", "SM2"):
        handle(house, by_body[body])
    just_before = MONDAY + 2 * MINUTE + MONTH - MINUTE
    assert house.texts.purge(just_before - 2 * MINUTE) == 0
    assert known(house) is not None
    housekeeping.purge()  # today: long after
    assert query(owner, "select provider_id from inbound_texts order by 1") == [("SM1",), ("SM3",)]
    assert query(owner, "select count(*) from opt_outs") == [(1,)]
    assert query(owner, "select count(*) from messages where address_hash is not null") == [(0,)]
    assert known(house) is None
    # Nor is it found by the day of an answer, and of who has no case no number is left.
    answers = "from messages where recipient = 'sender' and event like 'texted:%'"
    assert query(owner, f"select count(*) {answers} and event <> 'texted:' || id") == [(0,)]
    strangers = f"{answers} and submission_id is null and address_sealed <> ''"
    assert query(owner, f"select count(*) {strangers} and state not in ('pending')") == [(0,)]


def test_typed_words_of_the_case_are_not_touched(house: House, ask: Send) -> None:
    order = ask()
    write(house, "Asiaan", "SM1")
    (case,) = case_ids(house, order.submission_id)
    assert house.desk.case_file(case).shared["message"] == TYPED["message"]
