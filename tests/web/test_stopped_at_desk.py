"""STOP that is in force, where a worker decides how to reach the sender."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from casework.commands import Contact, ContactWay
from tests.web.conftest import Visit
from tests.web.desk_messages import (
    IN_EACH_LANGUAGE,
    becomes,
    call_box,
    must_be_called,
    row_of_sender,
)
from tests.web.following import ask, follow
from tests.web.texting import configure, text_in
from tests.web.walking import code_on, post, send
from webapp import catalogues
from webapp.views.staff_planned import may_be_told

LINE = "The number takes none of our text messages (STOP)"
BY_SMS = {"way": "sms", "name": "Testi Testaaja", "phone": "+358 50 000 0041"}
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def code(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a sender whose only way is a text."""
    configure(app, monkeypatch)
    return code_on(send(client, contact=BY_SMS))


@pytest.fixture
def texted_case(owner: Engine, code: str) -> UUID:
    return UUID(str(ask(owner, "select id from cases")))


def page_of(worker: FlaskClient, case: UUID, language: str = "en") -> str:
    return html.unescape(worker.get(f"/staff/cases/{case}?lang={language}").text)


def section(page: str, title: str) -> str:
    return page.partition(f'aria-labelledby="{title}"')[2].partition("</section>")[0]


@IN_EACH_LANGUAGE
def test_stop_is_told_at_the_number_and_above_whatever_would_write_to_it(
    client: FlaskClient, worker: FlaskClient, texted_case: UUID, owner: Engine, language: str
) -> None:
    line = catalogues.translations(language).gettext(LINE).partition("%")[0]
    assert line not in page_of(worker, texted_case, language)
    text_in(client, "SLUTA!")
    must_be_called(owner)
    page = page_of(worker, texted_case, language)
    for place in ("sender-title", "phrases-title", "planned-title"):
        assert f"<strong>{line}" in section(page, place), place
    assert f"<strong>{line}" in call_box(page)
    text_in(client, "START")
    assert line not in page_of(worker, texted_case, language)


def test_the_planning_form_does_not_promise_a_text_that_will_not_go(
    client: FlaskClient, worker: FlaskClient, texted_case: UUID
) -> None:
    alone = "the sentence only appears on the sender's follow-up page"
    assert alone not in section(page_of(worker, texted_case), "planned-title")
    text_in(client, "STOP")
    told = section(page_of(worker, texted_case), "planned-title")
    assert alone in told
    assert "The sender has not allowed messages" not in told


def test_a_text_that_waits_says_that_it_will_not_go(
    client: FlaskClient, worker: FlaskClient, texted_case: UUID, owner: Engine
) -> None:
    text_in(client, "STOP")
    becomes(owner, "pending", attempts=0, next_at=datetime.now(UTC) + timedelta(hours=9))
    row = row_of_sender(page_of(worker, texted_case))
    assert "Will not be sent: the person has asked for no texts (STOP)" in row
    assert "Waiting for its time" not in row


def test_stop_of_a_number_that_the_sender_has_left_is_not_told_at_the_new_one(
    client: FlaskClient, visit: Visit, worker: FlaskClient, code: str, texted_case: UUID
) -> None:
    text_in(client, "STOP")
    assert "(STOP)" in page_of(worker, texted_case)
    reader = visit()
    follow(reader, code)
    post(reader, "/fi/follow-up/contact", way="sms", phone="+358 50 000 0042")
    assert "(STOP)" not in page_of(worker, texted_case)


@pytest.mark.parametrize(
    ("way", "other", "told"),
    [
        (ContactWay.SMS, False, False),
        (ContactWay.SMS, True, True),  # by e-mail instead
        (ContactWay.EMAIL, False, True),
        (ContactWay.NONE, True, False),
    ],
)
def test_after_stop_only_mail_tells_the_sender(way: ContactWay, other: bool, told: bool) -> None:
    contact = Contact(
        way=way,
        phone="+358500000041",
        textable=True,
        email="testi@example.org",
        may_use_other=other,
    )
    assert may_be_told(contact, AT, has_stopped=True) is told
    assert may_be_told(contact, AT, has_stopped=False) is (way is not ContactWay.NONE)
