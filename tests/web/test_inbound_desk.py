"""Texts that came in, at the desk and for the sender: read safely by those who may, and told to nobody else."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from casework.usecases import erase_submission
from tests.web.conftest import Visit
from tests.web.following import ask, follow
from tests.web.texting import (
    NUMBER,
    configure,
    rows,
    text_in,
    texts_of,
)
from tests.web.walking import code_on, post, reads, send, sign_in, token
from webapp import catalogues
from webapp.demo_county import PASSWORD
from webapp.store.sending import texts_waiting
from webapp.wiring import House, now

IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])
TEXTS = "/staff/texts"
BY_SMS = {"way": "sms", "name": "Testi Testaaja", "phone": "+358 50 000 0041"}


@pytest.fixture
def ours(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twilio's account and token are set."""
    configure(app, monkeypatch)


@pytest.fixture
def texted(client: FlaskClient, ours: None) -> str:
    """A message by somebody who wants texts to NUMBER; its code."""
    return code_on(send(client, contact=BY_SMS))


@pytest.fixture
def texted_case(owner: Engine, texted: str) -> UUID:
    return UUID(str(ask(owner, "select id from cases")))


# The desk


@IN_EACH_LANGUAGE
def test_a_text_is_shown_with_its_age_number_case_and_warning(
    client: FlaskClient, worker: FlaskClient, texted_case: UUID, owner: Engine, language: str
) -> None:
    text_in(client, "Soittakaa\n  huomenna")
    inbox = worker.get(f"/staff/?lang={language}")
    assert f'href="{TEXTS}"' in inbox.text
    page = worker.get(TEXTS)
    assert "Soittakaa\n  huomenna</div>" in page.text
    assert f'href="tel:{NUMBER}"' in page.text
    assert f"/staff/cases/{texted_case}" in page.text
    assert reads(
        page,
        language,
        "We do not know who sent this: a number proves nothing. Tell nothing of a case to whoever "
        "wrote before you are sure who it is.",
    )
    shown = worker.get(f"/staff/cases/{texted_case}")
    assert "Soittakaa\n  huomenna</div>" in shown.text
    assert reads(shown, language, "Text messages from the sender's number")


def test_looking_at_texts_is_logged_for_each_case_and_before_the_page(
    client: FlaskClient,
    worker: FlaskClient,
    texted_case: UUID,
    owner: Engine,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text_in(client, "Yksi")
    text_in(client, "Kaksi")
    text_in(client, "Muu", sender="+358500000042")
    worker.get(TEXTS)
    logged = rows(owner, "select case_id, action, relation from access_log")
    assert logged == [{"case_id": texted_case, "action": "texts", "relation": "team"}]

    def fails(*_: Any) -> None:
        raise RuntimeError("no log")

    monkeypatch.setattr(type(app.extensions["house"].access_log), "record", fails)
    page = worker.get(TEXTS)
    assert page.status_code == 500
    assert "Yksi" not in page.text


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "</div><img src=x onerror=alert(1)>",
        "{{ 7 * 7 }}",
        "\u202eKäännetty\u2066\0\x1b[31m",
    ],
)
def test_what_was_written_is_shown_as_words_and_nothing_else(
    client: FlaskClient, worker: FlaskClient, texted_case: UUID, body: str
) -> None:
    text_in(client, body)
    for at in (TEXTS, f"/staff/cases/{texted_case}"):
        page = worker.get(at).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert not re.search("[\u202e\u2066\0\x1b]", page)
        visible = re.sub("[\u202e\u2066\0\x1b]", "", body)
        shown = re.search(
            r'<div class="typed" dir="auto">([^<]*)</div>', page[page.find("text-") :]
        )
        assert shown
        assert html.unescape(shown.group(1)) == visible


def test_a_sender_that_is_no_number_is_no_link(
    client: FlaskClient, worker: FlaskClient, ours: None
) -> None:
    text_in(client, "Voitit arvonnan", sender="javascript:alert(1)")
    page = worker.get(TEXTS).text
    assert "javascript:alert(1)</bdi>" in page
    assert 'href="javascript' not in page
    assert 'href="tel:' not in page.partition("<main")[2].partition("</main>")[0]


def test_handled_texts_move_to_the_other_list_and_back(
    client: FlaskClient, worker: FlaskClient, texted_case: UUID, owner: Engine
) -> None:
    text_in(client, "Hei vaan")
    (text_id,) = texts_of(owner)
    pressed = token(worker.get(TEXTS))
    answer = worker.post(f"{TEXTS}/{text_id}/handled", data={"csrf_token": pressed})
    assert answer.headers["Location"] == f"{TEXTS}?notice=handled&text={text_id}"
    assert "Hei vaan" not in worker.get(TEXTS).text
    assert "Hei vaan" in worker.get(f"{TEXTS}?show=handled").text
    assert ": 0</a>" in link_to_texts(worker.get("/staff/").text)
    again = worker.post(f"{TEXTS}/{text_id}/handled", data={"csrf_token": pressed})
    assert again.headers["Location"] == f"{TEXTS}?notice=late"
    assert ask(owner, "select handled_by from inbound_texts").startswith("user:")
    undone = worker.post(f"{TEXTS}/{text_id}/waits", data={"csrf_token": pressed})
    assert undone.headers["Location"] == f"{TEXTS}?notice=waits"
    assert "Hei vaan" in worker.get(TEXTS).text
    from_case = {"csrf_token": pressed, "case": str(texted_case)}
    answer = worker.post(f"{TEXTS}/{text_id}/handled", data=from_case)
    assert answer.headers["Location"] == f"/staff/cases/{texted_case}#texts"


def link_to_texts(page: str) -> str:
    found = re.search(rf'<a href="{TEXTS}">.*?</a>', page)
    assert found, page
    return found.group(0)


def test_the_notice_of_a_handled_text_has_its_undo(
    client: FlaskClient, worker: FlaskClient, texted_case: UUID, owner: Engine
) -> None:
    text_in(client, "Hei vaan")
    (text_id,) = texts_of(owner)
    pressed = {"csrf_token": token(worker.get(TEXTS))}
    page = worker.post(f"{TEXTS}/{text_id}/handled", data=pressed, follow_redirects=True)
    assert f'action="{TEXTS}/{text_id}/waits"' in page.text
    worker.post(f"{TEXTS}/{text_id}/waits", data=pressed)
    assert "Hei vaan" in worker.get(TEXTS).text
    assert worker.get(f"{TEXTS}?notice=handled&text=x").status_code == 200


@IN_EACH_LANGUAGE
def test_the_row_of_the_case_and_the_heading_tell_that_a_text_waits(
    client: FlaskClient, worker: FlaskClient, texted_case: UUID, owner: Engine, language: str
) -> None:
    at = f"/staff/?lang={language}"
    assert not reads(worker.get(at), language, "New text message")
    text_in(client, "Hei vaan")
    page = worker.get(at)
    assert reads(page, language, "New text message")
    words = {"fi": "1 tekstiviesti odottaa", "sv": "1 textmeddelande väntar"}
    heading = page.text.partition("<h1>")[2].partition("</h1>")[0]
    assert f", {words.get(language, '1 text message waits')}" in heading
    (text_id,) = texts_of(owner)
    worker.post(f"{TEXTS}/{text_id}/handled", data={"csrf_token": token(page)})
    page = worker.get("/staff/")
    assert not reads(page, language, "New text message")
    assert words.get(language, "1 text message waits") not in page.text


def test_the_timeline_tells_that_a_text_came_and_who_saw_to_it_and_not_what_it_says(
    client: FlaskClient, worker: FlaskClient, texted_case: UUID, owner: Engine
) -> None:
    text_in(client, "Hei vaan")
    (text_id,) = texts_of(owner)
    at = f"/staff/cases/{texted_case}?lang=en"
    timeline = worker.get(at).text.partition('id="timeline-title"')[2]
    assert "A text message came from the sender&#39;s number." in timeline
    assert "The text message was marked as handled" not in timeline
    worker.post(f"{TEXTS}/{text_id}/handled", data={"csrf_token": token(worker.get(at))})
    timeline = worker.get(at).text.partition('id="timeline-title"')[2]
    assert re.search(r'The text message was marked as handled\. <span class="who">Testi ', timeline)
    assert "Hei vaan" not in timeline


def test_the_reference_of_a_text_of_nobodys_case_is_found(
    client: FlaskClient, worker: FlaskClient, visit: Visit, ours: None, owner: Engine
) -> None:
    text_in(client, "Kuka siellä?")
    (text_id,) = texts_of(owner)
    number = ask(owner, "select case_number from messages where recipient like 'team:%'")
    found = worker.get(f"/staff/find?number={number.lower()}")
    assert found.headers["Location"] == f"{TEXTS}#text-{text_id}"
    assert f'id="text-{text_id}"' in worker.get(TEXTS).text
    stranger = visit()
    sign_in(stranger, "jourhavande@example.org", PASSWORD)
    assert stranger.get(f"/staff/find?number={number}").status_code == 200
    worker.post(f"{TEXTS}/{text_id}/handled", data={"csrf_token": token(worker.get(TEXTS))})
    found = worker.get(f"/staff/find?number={number}")
    assert found.headers["Location"] == f"{TEXTS}?show=handled#text-{text_id}"
    with owner.begin() as connection:
        connection.exec_driver_sql(
            "update inbound_texts set handled_at = now() - interval '8 days'"
        )
    assert worker.get(f"/staff/find?number={number}").status_code == 200


def test_who_may_not_open_the_case_sees_and_handles_nothing(
    client: FlaskClient, visit: Visit, texted: str, owner: Engine
) -> None:
    text_in(client, "Hei vaan")
    (text_id,) = texts_of(owner)
    other = visit()
    sign_in(other, "jourhavande@example.org", PASSWORD)
    page = other.get(TEXTS)
    assert page.status_code == 200
    assert "Hei vaan" not in page.text
    pressed = {"csrf_token": token(other.get("/staff/"))}
    assert other.post(f"{TEXTS}/{text_id}/handled", data=pressed).status_code == 404
    assert ask(owner, "select count(*) from inbound_texts where handled_at is null") == 1


def test_who_has_no_team_has_no_page(visit: Visit) -> None:
    admin = visit()
    sign_in(admin, "hakemisto@example.org", PASSWORD)
    assert admin.get(TEXTS).status_code == 404


def test_of_an_erased_message_the_text_is_shown_as_erased(
    client: FlaskClient, worker: FlaskClient, texted: str, owner: Engine
) -> None:
    text_in(client, "Hei vaan")
    with owner.begin() as connection:
        connection.exec_driver_sql("update submissions set key_wrapped = null")
    page = worker.get(TEXTS)
    assert "Hei vaan" not in page.text
    assert NUMBER not in page.text
    assert reads(page, "fi", "What was written has been erased.")


def test_an_erased_text_waits_never_again(
    client: FlaskClient, worker: FlaskClient, texted: str, owner: Engine, house: House
) -> None:
    text_in(client, "Hei vaan")
    (text_id,) = texts_of(owner)
    reference = ask(owner, "select reference from submissions")
    assert erase_submission(reference, even_open=True, now=now(), ids=house.ids, work=house.work())
    page = worker.get(f"{TEXTS}?show=handled")
    assert reads(page, "fi", "What was written has been erased.")
    assert f"/{text_id}/waits" not in page.text
    pressed = {"csrf_token": token(page)}
    answer = worker.post(f"{TEXTS}/{text_id}/waits", data=pressed)
    assert "notice=late" in answer.headers["Location"]
    # One that waits since before this was forbidden.
    with owner.begin() as connection:
        connection.exec_driver_sql("update inbound_texts set handled_at = null")
    assert ": 0</a>" in link_to_texts(worker.get("/staff/").text)
    assert f"text-{text_id}" not in worker.get(TEXTS).text
    with owner.connect() as connection:
        assert texts_waiting(connection).count == 0


# The sender


def test_nothing_of_a_text_stands_on_the_follow_up_page(
    client: FlaskClient, visit: Visit, texted: str
) -> None:
    reader = visit()
    follow(reader, texted)
    before = stable(reader.get("/fi/follow-up").text)
    text_in(client, "Merkkisana-teksti")
    text_in(client, "STOP")
    after = reader.get("/fi/follow-up").text
    assert "Merkkisana" not in after
    assert stable(after) == before


def stable(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


@IN_EACH_LANGUAGE
def test_the_receipt_tells_everybody_who_wants_texts_of_start_and_nobody_what_they_wrote(
    visit: Visit, ours: None, language: str
) -> None:
    words = "If you have once answered STOP to our text messages, they do not reach you. "
    words += "Send START to the same number first."
    before = send(visit(), language, contact=BY_SMS)
    assert reads(before, language, words)
    assert text_in(visit(), "STOP").status_code == 200
    after = send(visit(), language, contact=BY_SMS)
    assert said(before.text) == said(after.text)
    by_mail = send(visit(), language)
    assert catalogues.translations(language).gettext(words) not in html.unescape(by_mail.text)


def said(page: str) -> str:
    """The words of a receipt, without what is another one each time."""
    main = page.partition("<main")[2].partition("</main>")[0]
    words = re.sub(r"<[^>]+>", " ", main)
    return " ".join(re.sub(r"\b[A-Z0-9]{4}(-[A-Z0-9]{4})+\b|\d", "", words).split())


def test_after_a_change_of_contact_the_follow_up_page_tells_of_start_too(
    client: FlaskClient, visit: Visit, texted: str
) -> None:
    reader = visit()
    follow(reader, texted)
    post(reader, "/fi/follow-up/contact", way="sms", phone="+358 50 000 0042")
    page = reader.get("/fi/follow-up?done=changed")
    assert "START" in page.text
