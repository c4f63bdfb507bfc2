"""The summary of the morning, and what heads the inbox of every lead: numbers and dates, and nothing of the content."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.web.conftest import Visit
from tests.web.walking import reads, sign_in
from webapp.demo_county import PASSWORD

LEAD = "esihenkilo@example.org"
ON_CALL = "sosiaalipaivystys@example.org"
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])


def change(owner: Engine, statement: str, case: UUID) -> None:
    with owner.begin() as connection:
        connection.execute(text(statement), {"case": case})


def number_of(owner: Engine, case: UUID) -> str:
    with owner.connect() as connection:
        found = connection.execute(
            text("select number from cases where id = :case"), {"case": case}
        )
        return str(found.scalar_one())


@pytest.fixture
def lead(visit: Visit) -> FlaskClient:
    client = visit()
    sign_in(client, LEAD, PASSWORD)
    return client


@IN_EACH_LANGUAGE
def test_a_lead_reads_what_nobody_has_opened_and_what_comes_due(
    lead: FlaskClient, owner: Engine, case: UUID, language: str
) -> None:
    page = lead.get(f"/staff/digest?lang={language}")
    assert number_of(owner, case) in page.text
    assert not reads(page, language, "Every case of your teams has been opened.")
    assert reads(page, language, "No limit comes within seven days.") is False
    assert reads(page, language, "The sender is answered")


def test_a_message_that_did_not_arrive_is_named_by_whom_it_was_for_and_never_by_address(
    lead: FlaskClient, owner: Engine, case: UUID
) -> None:
    change(
        owner,
        "update messages set state = 'undelivered', changed_at = now() where case_id = :case",
        case,
    )
    page = lead.get("/staff/digest?lang=en")
    assert reads(page, "en", "Could not be delivered")
    assert "Everything that was sent" not in page.text
    assert "@example.org" not in page.text.split("<main", 1)[1]


def test_what_everybody_was_told_of_in_vain_heads_the_inbox_of_every_lead_and_of_no_other_worker(
    lead: FlaskClient, visit: Visit, owner: Engine, case: UUID
) -> None:
    change(
        owner,
        "update cases set team = 'on-call', marks = array['not_opened'] where id = :case",
        case,
    )
    heading = "Nobody has opened these, though everybody was told"
    page = lead.get("/staff/?lang=en")
    assert reads(page, "en", heading)
    assert page.text.index(heading) < page.text.index("<table")
    assert lead.get(f"/staff/cases/{case}?lang=en").status_code == 200
    assert not reads(lead.get("/staff/?lang=en"), "en", heading)
    other = visit()
    sign_in(other, "jourhavande@example.org", PASSWORD)
    change(
        owner,
        "update cases set state = 'received', marks = array['not_opened'] where id = :case",
        case,
    )
    assert not reads(other.get("/staff/?lang=en"), "en", heading)
    assert other.get(f"/staff/cases/{case}").status_code == 404


def test_a_person_without_cases_has_no_morning(visit: Visit) -> None:
    client = visit()
    sign_in(client, "hakemisto@example.org", PASSWORD)
    assert client.get("/staff/digest").status_code == 404
    assert "/staff/digest" not in client.get("/staff/").text
