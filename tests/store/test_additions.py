"""Additions on real rows: each part under its own key, and with the case that it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, text

from casework.commands import AddInformation, ChildConcerned, Submit
from casework.usecases import add_information, submit
from tests.casework.fakes import command
from webapp.wiring import House

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def sent(house: House) -> Submit:
    """Two children: one of the coast, one of the north."""
    children = [
        ChildConcerned(municipality=code, answers={"child_name": name, "child_age": "7"})
        for code, name in (("905", "Esimerkki Eka"), ("598", "Esimerkki Toka"))
    ]
    order = command(*children, submission_id=uuid4(), reference=house.ids.reference())
    submit(order, directory=house.directory, now=MONDAY, ids=house.ids, work=house.work())
    return order


def add(house: House, order: Submit, answers: dict[str, Any]) -> None:
    add_information(
        AddInformation(order.submission_id, uuid4(), answers),
        directory=house.directory,
        now=MONDAY,
        ids=house.ids,
        work=house.work(),
    )


def additions(house: House, order: Submit) -> dict[str, list[Any]]:
    """What each case's team reads of the additions, by team."""
    with house.work() as work:
        heads = work.cases.heads_of(order.submission_id)
    return {
        head.team: [given for _, given in house.desk.case_file(head.id).additions] for head in heads
    }


def child(municipality: str, name: str) -> dict[str, str]:
    return {"municipality": municipality, "child_name": name, "child_age": "7"}


def test_a_correction_about_one_child_is_read_by_its_own_team_alone(house: House) -> None:
    order = sent(house)
    changed = [child("905", "Esimerkki Eka"), child("598", "Esimerkki Toinen")]
    add(house, order, {"child": changed})
    assert additions(house, order) == {"coast": [], "north": [changed[1]]}


def test_a_child_that_is_new_stands_with_the_first_case(house: House) -> None:
    order = sent(house)
    known = [child("905", "Esimerkki Eka"), child("598", "Esimerkki Toka")]
    add(house, order, {"child": [*known, child("905", "Esimerkki Kolmas")]})
    assert additions(house, order) == {"coast": [child("905", "Esimerkki Kolmas")], "north": []}


def test_what_is_added_of_the_matter_is_read_by_every_team(house: House) -> None:
    order = sent(house)
    add(house, order, {"shared": {"matter": {"message": "Lisää"}}})
    said = [{"matter": {"message": "Lisää"}}]
    assert additions(house, order) == {"coast": said, "north": said}


def test_added_contact_details_do_not_open_with_the_submissions_key(
    house: House, owner: Engine
) -> None:
    order = sent(house)
    add(house, order, {"sender": {"contact": {"phone": "+358500000001"}}})
    with owner.begin() as connection:
        connection.execute(
            text("update submissions set sender_key_wrapped = null where id = :id"),
            {"id": order.submission_id},
        )
    assert additions(house, order) == {"coast": [], "north": []}


def test_the_tables_know_which_case_keeps_what(house: House, owner: Engine) -> None:
    order = sent(house)
    add(house, order, {"shared": {}, "child": [child("905", "Muu"), child("598", "Muu")]})
    with owner.connect() as connection:
        rows = connection.execute(text("select scope, case_id from additions order by scope")).all()
    assert [(row.scope, isinstance(row.case_id, UUID)) for row in rows] == [
        ("child/0", True),
        ("child/1", True),
        ("shared", False),
    ]
