"""What the law asks a public service to tell: accessibility, privacy, cookies, and a way to give feedback."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from casework.calendar import HELSINKI
from casework.statements import Accessibility, Privacy, ReviewStatus, Shortcoming
from report import recorded
from tests.web.conftest import Visit
from tests.web.counties import say_of_county
from tests.web.walking import code_on, post, reads, sign_in
from webapp.demo_county import PASSWORD
from webapp.views import information
from webapp.wiring import now

LANGUAGES = ("fi", "sv", "en")
AT = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
REVIEW = Accessibility(
    status=ReviewStatus.PARTIAL,
    reviewed_on=AT.date(),
    reviewed_by="Esimerkin viestintä",
    shortcomings=(Shortcoming({"fi": "Kartta", "sv": "Kartan"}, {"fi": "Kuvaus puuttuu"}),),
)
NOT_CLAIMED = "That is why we do not claim that the service meets the requirements."
FULLY = "By the county's own assessment the service meets the requirements of levels A and AA."


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the statement looks for the release's record, instead of in the package; empty at first."""
    path = tmp_path / "accessibility.json"
    monkeypatch.setattr(information, "RECORDED", path)
    information.recorded_run.cache_clear()
    yield path
    information.recorded_run.cache_clear()


def write(path: Path, faults: int = 0) -> None:
    recorded.record(
        AT,
        page_states=77,
        languages=LANGUAGES,
        axe="4.99.1",
        faults=["a fault"] * faults,
        path=path,
    )


# The statement


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_statement_tells_what_the_tests_of_this_release_found(
    client: FlaskClient, record: Path, language: str
) -> None:
    write(record, faults=3)
    page = client.get(f"/{language}/accessibility")
    assert page.status_code == 200
    assert reads(
        page,
        language,
        "The accessibility of the service has been partly assessed by automated tests.",
    )
    assert "4.99.1" in page.text
    assert "77" in page.text
    assert re.search(r"\b3 (virhettä|fel|faults)", page.text)
    assert "1.3.2" in page.text  # one of those that only a person can judge
    # Half past ten in the evening of the 20th in UTC is the 21st in Helsinki.
    assert re.search(r"21\.? (marraskuuta|november|November) 2026", page.text)


def test_without_a_record_it_says_that_nothing_was_assessed(
    client: FlaskClient, record: Path
) -> None:
    page = client.get("/fi/accessibility")
    assert reads(page, "fi", "The accessibility of the service has not yet been assessed.")
    assert reads(page, "fi", NOT_CLAIMED)
    assert "axe" not in page.text


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"tested_on": "today"}', '"x"', '{"tested_on": 5}']
)
def test_a_record_that_cannot_be_read_is_as_none(
    client: FlaskClient, record: Path, content: str
) -> None:
    record.write_text(content, "utf-8")
    page = client.get("/fi/accessibility")
    assert page.status_code == 200
    assert reads(page, "fi", "The accessibility of the service has not yet been assessed.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("faults", [0, 5])
def test_however_well_the_tests_went_it_claims_nothing_before_the_county_signs(
    client: FlaskClient, record: Path, language: str, faults: int
) -> None:
    write(record, faults)
    page = client.get(f"/{language}/accessibility")
    assert not reads(page, language, FULLY)
    assert "conform" not in page.text.lower()


def test_the_countys_signed_review_is_told_with_its_shortcomings(
    app: Flask, client: FlaskClient, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(record)
    say_of_county(app, monkeypatch, accessibility=REVIEW)
    monkeypatch.setattr(information, "now", lambda: AT)
    page = client.get("/sv/accessibility")
    assert "Esimerkin viestintä" in page.text
    assert "20 november 2026" in page.text
    assert "<dt>Kartan</dt>" in page.text
    assert '<span lang="fi" dir="auto">Kuvaus puuttuu</span>' in page.text
    assert not reads(page, "sv", NOT_CLAIMED)


def test_a_review_of_a_day_to_come_is_none_yet(
    app: Flask, client: FlaskClient, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say_of_county(app, monkeypatch, accessibility=REVIEW)
    monkeypatch.setattr(information, "now", lambda: AT - timedelta(days=2))
    assert reads(client.get("/fi/accessibility"), "fi", NOT_CLAIMED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_supervisor_is_traficom_and_nobody_else(client: FlaskClient, language: str) -> None:
    text_of = client.get(f"/{language}/accessibility").text
    assert f"https://www.saavutettavuusvaatimukset.fi/{language}/" in text_of
    assert "Traficom" in text_of
    for old in ("aluehallinto", "Regionförvaltning", "Regional State"):
        assert old not in text_of


def test_it_leads_to_the_feedback_form_and_gives_the_countys_own_ways(client: FlaskClient) -> None:
    text_of = client.get("/fi/accessibility").text
    assert 'href="/fi/feedback"' in text_of
    assert "palaute@example.org" in text_of
    assert "050 0000116" in text_of


def test_what_the_report_records_is_what_the_statement_reads(record: Path) -> None:
    write(record, faults=2)
    run = information.recorded_run()
    assert run is not None
    assert (run.page_states, run.languages, run.violations) == (77, 3, 2)
    assert set(json.loads(record.read_text("utf-8"))) == {
        *("tested_on", "page_states", "languages", "axe", "violations", "left_to_people")
    }


# Privacy


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_privacy_notice_shows_what_the_county_says_and_what_it_has_not_said(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    lacking = "The county has not yet told here how to reach its data protection officer."
    page = client.get(f"/{language}/privacy")
    assert "tietosuoja@example.org" in page.text
    assert not reads(page, language, lacking)
    say_of_county(app, monkeypatch, privacy=Privacy())
    bare = client.get(f"/{language}/privacy")
    assert reads(bare, language, lacking)
    assert "tietosuoja@example.org" not in bare.text


def test_a_countys_own_words_take_the_place_of_what_is_missing(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = "The county has not yet told here how long messages are kept in this service after they have been handled."
    assert reads(client.get("/fi/privacy"), "fi", missing)
    texts = {"privacy_retention": {"fi": "Viestit poistetaan <30> päivän kuluttua."}}
    say_of_county(app, monkeypatch, texts=texts)
    page = client.get("/fi/privacy")
    assert not reads(page, "fi", missing)
    assert "&lt;30&gt;" in page.text


def test_the_one_cookie_is_explained_by_its_real_name(client: FlaskClient) -> None:
    answer = client.get("/fi/cookies")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/fi/privacy#cookies"
    client.get("/fi/forms/guidance")
    (cookie,) = (client._cookies or {}).values()
    page = client.get("/fi/privacy")
    assert f"\u201d{cookie.key}\u201d" in page.text
    assert 'id="cookies"' in page.text


def test_the_pages_of_the_law_set_no_cookie_themselves(client: FlaskClient) -> None:
    for at in ("/fi/accessibility", "/fi/privacy", "/fi/cookies"):
        assert "Set-Cookie" not in client.get(at).headers


@pytest.mark.parametrize(
    "at", ["/fi/", "/fi/follow-up", "/fi/forms/guidance", "/fi/contact?municipality=905", "/fi/x"]
)
def test_every_public_page_leads_to_statement_notice_and_feedback(
    client: FlaskClient, at: str
) -> None:
    foot = client.get(at).text.partition("<footer>")[2]
    for page in ("accessibility", "privacy", "feedback"):
        assert f'href="/fi/{page}"' in foot
    assert "050 0000100" in foot


def test_changing_the_language_keeps_the_page(client: FlaskClient) -> None:
    for page in ("accessibility", "privacy"):
        assert f'href="/sv/{page}"' in client.get(f"/fi/{page}").text


# Feedback


def give(client: FlaskClient, language: str = "fi", email: str = "") -> TestResponse:
    """Feedback from its first page to its receipt."""
    start = client.get(f"/{language}/feedback").headers["Location"]
    page = post(client, start).headers["Location"]
    assert page.endswith("/pages")
    page = post(client, page, about="accessibility", message="Kontrasti on heikko.").headers[
        "Location"
    ]
    page = post(client, page, email=email).headers["Location"]
    assert page.endswith("/check")
    return client.get(post(client, page).headers["Location"])


def days_later(moment: datetime, days: int) -> str:
    day = moment.astimezone(HELSINKI).date() + timedelta(days=days)
    months = (
        "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu".split()  # noqa: SIM905
    )
    return f"{day.day}. {months[day.month - 1]}kuuta {day.year}"


def test_feedback_gets_a_receipt_with_its_time_its_code_and_the_day_of_the_answer(
    client: FlaskClient,
) -> None:
    at = now()
    receipt = give(client, email="testi@example.org")
    assert receipt.status_code == 200
    assert days_later(at, 0) in receipt.text
    assert days_later(at, 14) in receipt.text
    assert len(code_on(receipt)) >= 16


def test_feedback_is_one_case_of_the_team_that_looks_after_the_pages(
    client: FlaskClient, owner: Engine
) -> None:
    give(client)
    with owner.connect() as connection:
        case = connection.execute(
            text("select team, municipality, alerted_teams, urgent from cases")
        ).one()
        told = set(connection.execute(text("select recipient from messages")).scalars())
        due = connection.execute(
            text(
                "select due_at - started_at from clocks where kind = 'promised_reply' and act_at = due_at"
            )
        ).scalar_one()
    assert tuple(case) == ("service-desk", None, [], False)
    assert told == {"team:service-desk:service-desk-mail"}
    assert timedelta(days=14) <= due < timedelta(days=15, hours=1)


def test_an_address_gets_a_neutral_confirmation(client: FlaskClient, owner: Engine) -> None:
    give(client, email="testi@example.org")
    with owner.connect() as connection:
        sender = connection.execute(
            text("select channel, purpose from messages where recipient = 'sender'")
        ).one()
    assert tuple(sender) == ("email", "received")


def test_a_wrong_address_and_an_empty_message_are_asked_for_again(client: FlaskClient) -> None:
    page = post(client, "/sv/forms/feedback").headers["Location"]
    answer = post(client, page, about="", message="")
    assert answer.status_code == 422
    assert reads(answer, "sv", "Write your feedback")
    page = post(client, page, about="pages", message="Hej").headers["Location"]
    assert post(client, page, email="osoite").status_code == 422


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_warns_not_to_write_about_a_child(client: FlaskClient, language: str) -> None:
    warning = (
        "Do not write about a child or a family here: those who read this look after the pages. "
        "If you are worried about a child or need help, use the forms on the start page, or call."
    )
    start = f"/{language}/forms/feedback"
    assert reads(client.get(start), language, warning)
    assert reads(client.get(post(client, start).headers["Location"]), language, warning)


def test_the_start_page_does_not_offer_feedback_among_its_forms(client: FlaskClient) -> None:
    offered = client.get("/fi/").text.partition("<footer>")[0]
    assert "/fi/forms/feedback" not in offered


def test_at_the_desk_feedback_has_no_child_and_says_why_it_came(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    give(client, email="testi@example.org")
    worker = visit()
    sign_in(worker, "esihenkilo@example.org", PASSWORD)
    inbox = worker.get("/staff/")
    assert reads(inbox, "fi", "Feedback on these pages")
    with owner.connect() as connection:
        case_id = connection.execute(text("select id from cases")).scalar_one()
    page = worker.get(f"/staff/cases/{case_id}")
    assert page.status_code == 200
    assert "Kontrasti on heikko." in page.text
    assert "testi@example.org" in page.text
    assert reads(page, "fi", "How accessible these pages are")
    assert reads(
        page,
        "fi",
        "Feedback on these pages concerns no child: it comes to the team that looks after the service.",
    )
    assert not reads(page, "fi", "The child's home municipality")
    assert 'id="child-title"' not in page.text
    other = visit()
    sign_in(other, "paivystaja@example.org", PASSWORD)
    assert other.get(f"/staff/cases/{case_id}").status_code == 404


def test_no_text_of_these_pages_is_left_in_english(client: FlaskClient) -> None:
    english = re.compile(r"\b(the|your|with|which|about|county)\b", re.IGNORECASE)
    for language in ("fi", "sv"):
        for page in ("accessibility", "privacy", "forms/feedback"):
            shown = client.get(f"/{language}/{page}").text
            words = html.unescape(re.sub(r"<[^>]+>", " ", shown.partition("<body>")[2]))
            assert english.findall(words) == [], (language, page)
