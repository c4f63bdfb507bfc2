"""Submissions stored through the use case, on the real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from casework.commands import ChildConcerned, Contact, ContactWay, Submit
from casework.usecases import submit
from tests.casework.fakes import command
from webapp.wiring import House

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
#: Words that stand nowhere in the house, so that a search of every column finds them or does not.
TYPED = {
    "message": "Kuiskattu-viesti",
    "child": "Kuviteltu-lapsi",
    "age": "Kuviteltu-ika",
    "name": "Keksitty-lahettaja",
    "phone": "+358501239876",
    "email": "keksitty@example.org",
}

Send = Callable[..., Submit]


@pytest.fixture
def send(house: House) -> Send:
    """Store a whole submission; gives the command."""

    def sent(*children: ChildConcerned, **changes: Any) -> Submit:
        given: dict[str, Any] = {
            "submission_id": house.ids.row(),
            "reference": house.ids.reference(),
            "code": house.ids.access_code(),
            "shared": {"message": TYPED["message"]},
            "sender": {"name": TYPED["name"], "phone": TYPED["phone"], "email": TYPED["email"]},
            "contact": Contact(ContactWay.SMS, TYPED["phone"], True, TYPED["email"]),
            **changes,
        }
        order = command(*(children or (typed_child(),)), **given)
        submit(order, directory=house.directory, now=MONDAY, ids=house.ids, work=house.work())
        return order

    return sent


def typed_child(municipality: str = "905", **known: Any) -> ChildConcerned:
    answers = {"child_name": TYPED["child"], "child_age": TYPED["age"]}
    return ChildConcerned(municipality, answers=answers, **known)


def case_ids(house: House, submission_id: UUID) -> list[UUID]:
    with house.work() as work:
        return [head.id for head in work.cases.heads_of(submission_id)]


@pytest.fixture
def ask(house: House, send: Send) -> Send:
    """Store a whole submission of somebody who wants texts to `texting.NUMBER`."""

    def asked(*children: ChildConcerned, **changes: Any) -> Submit:
        contact = Contact(ContactWay.SMS, "+358500000041", textable=True)
        return send(*children, contact=contact, **changes)

    return asked
