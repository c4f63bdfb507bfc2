"""Whom the desk is to call, and the banner while nothing leaves."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from casework.calendar import HELSINKI
from tests.web.conftest import Visit
from tests.web.desk_messages import (
    IN_EACH_LANGUAGE,
    TEL,
    becomes,
    call_box,
    message,
    must_be_called,
    run,
    sent,
    shown,
)
from tests.web.following import WITHDRAW, ask, follow
from tests.web.walking import post, reads, send, sign_in
from webapp.demo_county import PASSWORD
from webapp.store.sending import LATE

#: Fixtures of that module.
__all__ = ["message", "sent"]


@IN_EACH_LANGUAGE
def test_who_must_be_called_is_called_with_one_press_within_what_is_safe(
    worker: FlaskClient, owner: Engine, case: UUID, language: str
) -> None:
    assert call_box(shown(worker, case, language).text) == ""
    must_be_called(owner)
    page = shown(worker, case, language)
    box = call_box(page.text)
    assert TEL in box
    assert page.text.index("desk-call") < page.text.index("answers-title")
    for words in (
        "in the morning 8–12",
        "in the evening 16–20",
        "Do not leave a message: the sender has not allowed it.",
    ):
        assert reads(page, language, words)
    assert not reads(page, language, "in the afternoon 12–16")


def test_who_gave_no_number_is_answered_on_the_page(
    client: FlaskClient, worker: FlaskClient, owner: Engine
) -> None:
    send(client)
    must_be_called(owner)
    case = UUID(str(ask(owner, "select id from cases")))
    box = call_box(shown(worker, case).text)
    assert "The sender gave no phone number." in box
    assert "tel:" not in box


def test_the_number_of_who_wants_no_contact_any_more_is_not_offered(
    visit: Visit, worker: FlaskClient, owner: Engine, case: UUID, sent: str
) -> None:
    person = visit()
    follow(person, sent)
    assert post(person, WITHDRAW).status_code == 303
    must_be_called(owner)
    box = call_box(shown(worker, case).text)
    assert "does not want to be contacted" in box
    assert "tel:" not in box


# The banner


@pytest.fixture(autouse=True)
def afresh(app: Flask) -> Iterator[Flask]:
    """No test believes what another one read."""
    app.extensions["house"].sending.forget()
    yield app
    app.extensions["house"].sending.forget()


def breaks(owner: Engine, channel: str, at: datetime) -> None:
    run(
        owner,
        "insert into channel_breaks (channel, reason, opened_at, failed_at, probe_at) "
        "values (:channel, 'not_authorised', :at, :at, :at)",
        channel=channel,
        at=at,
    )


def banner(page: Any) -> str:
    found = re.search(r'<div class="desk-trouble">.*?(?:</div>\s*){4}', page.text, re.DOTALL)
    return html.unescape(found.group(0)) if found else ""


def test_while_all_is_well_there_is_no_banner(worker: FlaskClient, case: UUID) -> None:
    assert banner(worker.get("/staff/")) == ""
    assert banner(shown(worker, case)) == ""


@IN_EACH_LANGUAGE
def test_while_a_channel_is_broken_every_page_of_the_desk_says_so_and_since_when(
    worker: FlaskClient, owner: Engine, case: UUID, language: str
) -> None:
    breaks(owner, "sms", datetime(2026, 3, 4, 10, 3, tzinfo=UTC))
    known = {
        "fi": "keskiviikko 4. maaliskuuta 2026 klo 12.03",
        "sv": "onsdag 4 mars 2026 kl. 12.03",
        "en": "Wednesday 4 March 2026 at 12:03",
    }
    for at in ("/staff/", f"/staff/cases/{case}", "/staff/digest"):
        told = banner(worker.get(f"{at}?lang={language}"))
        assert known[language] in told, at
        assert 'role="status"' in told
    assert told.count("<p ") == 1


def test_of_today_the_hour_alone_is_told(worker: FlaskClient, owner: Engine) -> None:
    at = datetime.now(UTC)
    breaks(owner, "email", at)
    told = banner(worker.get("/staff/?lang=en"))
    assert f"E-mail is not leaving since {at.astimezone(HELSINKI):%H:%M} today." in told


def test_what_could_have_gone_five_minutes_ago_raises_the_banner_and_what_waits_for_its_time_does_not(
    worker: FlaskClient, owner: Engine, app: Flask, case: UUID, message: UUID
) -> None:
    at = datetime.now(UTC)
    run(owner, "update messages set next_at = :at", at=at + timedelta(hours=5))
    assert banner(worker.get("/staff/?lang=en")) == ""
    app.extensions["house"].sending.forget()
    becomes(owner, "pending", next_at=at - LATE - timedelta(seconds=5))
    told = banner(worker.get("/staff/?lang=en"))
    assert "Text messages are not leaving since" in told
    assert "E-mail" not in told
    app.extensions["house"].sending.forget()
    becomes(owner, "pending", next_at=at - LATE + timedelta(minutes=1))
    assert banner(worker.get("/staff/?lang=en")) == ""


def test_a_worker_that_holds_a_message_too_long_raises_it_too(
    worker: FlaskClient, owner: Engine, message: UUID
) -> None:
    long_ago = datetime.now(UTC) - LATE - timedelta(minutes=1)
    becomes(owner, "submitting", next_at=long_ago, changed_at=long_ago)
    assert "Text messages are not leaving" in banner(worker.get("/staff/?lang=en"))


def test_the_database_is_asked_again_after_a_while_only(
    worker: FlaskClient, owner: Engine, app: Flask
) -> None:
    worker.get("/staff/")
    breaks(owner, "email", datetime.now(UTC))
    assert banner(worker.get("/staff/?lang=en")) == ""
    app.extensions["house"].sending.forget()
    assert "E-mail is not leaving" in banner(worker.get("/staff/?lang=en"))


def test_who_only_keeps_the_directory_and_who_is_not_signed_in_see_no_banner(
    visit: Visit, owner: Engine
) -> None:
    breaks(owner, "sms", datetime.now(UTC))
    keeper = visit()
    sign_in(keeper, "hakemisto@example.org", PASSWORD)
    assert banner(keeper.get("/staff/directory/")) == ""
    assert banner(visit().get("/staff/login")) == ""
    lead = visit()
    sign_in(lead, "esihenkilo@example.org", PASSWORD)
    assert banner(lead.get("/staff/directory/")) != ""
