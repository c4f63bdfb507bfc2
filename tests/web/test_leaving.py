"""Leaving at once, and devices that others use."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from tests.web.conftest import Visit
from tests.web.walking import ANSWERS, begin, post, reads, send, walk

RESUME = "You have an unfinished message"


def rows(owner: Engine, table: str) -> int:
    with owner.connect() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def written(client: FlaskClient, **fields: str) -> str:
    """A message begun and its first page answered."""
    at = post(client, "/fi/forms/guidance", **fields).headers["Location"]
    post(client, at, **ANSWERS["matter"])
    return at


def test_opening_the_form_anew_shows_no_answer_and_asks_whether_to_go_on(
    client: FlaskClient,
) -> None:
    written(client)
    page = client.get("/fi/forms/guidance")
    assert reads(page, "fi", RESUME)
    assert ANSWERS["matter"]["message"] not in page.text


def test_on_a_device_that_others_use_nothing_is_offered(client: FlaskClient) -> None:
    at = written(client, shared_device="yes")
    page = client.get("/fi/forms/guidance")
    assert not reads(page, "fi", RESUME)
    assert at.split("/")[4] not in page.text
    assert client.get(at).status_code == 200, "the page that is open goes on"


def test_a_message_that_was_sent_is_not_offered(client: FlaskClient) -> None:
    send(client)
    assert not reads(client.get("/fi/forms/guidance"), "fi", RESUME)


def test_going_on_leads_to_the_first_page_without_an_answer(client: FlaskClient) -> None:
    at = written(client)
    onward = client.get(at.replace("/matter", "/check"))
    assert onward.headers["Location"] == at.replace("/matter", "/children")


def test_deleting_deletes(client: FlaskClient, owner: Engine) -> None:
    at = written(client)
    delete = at.replace("/matter", "/delete")
    page = client.get("/fi/forms/guidance")
    assert delete in page.text
    assert post_with(client, page.text, delete).status_code == 303
    assert rows(owner, "drafts") == 0
    assert client.get(at).status_code == 404


def post_with(client: FlaskClient, page: str, at: str) -> TestResponse:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return client.post(at, data={"csrf_token": found.group(1)})


def test_nobody_can_delete_anothers_message(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    at = written(client)
    other = visit()
    page = other.get("/fi/forms/guidance")
    post_with(other, page.text, at.replace("/matter", "/delete"))
    assert rows(owner, "drafts") == 1
    assert client.get(at).status_code == 200


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_leaving_deletes_the_draft_and_the_session_and_changes_the_cookie(
    client: FlaskClient, visit: Visit, owner: Engine, language: str
) -> None:
    at = walk(client, language)
    copy = visit(like=client)
    before = client.get_cookie("luotsi")
    left = client.get(f"/{language}/exit")
    assert left.status_code == 303
    assert "ilmatieteenlaitos.fi" in left.headers["Location"]
    assert left.headers["Cache-Control"] == "no-store"
    after = client.get_cookie("luotsi")
    assert before is not None
    assert after is None or after.value != before.value
    assert (rows(owner, "drafts"), rows(owner, "sessions")) == (0, 0)
    for visitor in (client, copy):
        gone = visitor.get(at)
        assert gone.status_code == 404
        assert ANSWERS["matter"]["message"] not in gone.text


def test_leaving_after_sending_hides_the_receipt_and_keeps_the_message(
    client: FlaskClient, owner: Engine
) -> None:
    receipt = send(client).request.path
    client.get("/fi/exit")
    assert client.get(receipt).status_code == 404
    assert rows(owner, "submissions") == 1


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_looking_ahead_where_the_exit_leads_deletes_nothing(
    client: FlaskClient, owner: Engine, language: str
) -> None:
    at = walk(client, language)
    before = client.get_cookie("luotsi")
    ahead = client.head(f"/{language}/exit")
    assert (ahead.status_code, ahead.headers.getlist("Set-Cookie")) == (303, [])
    assert "ilmatieteenlaitos.fi" in ahead.headers["Location"]
    assert client.get_cookie("luotsi") == before
    assert (rows(owner, "drafts"), rows(owner, "sessions")) == (1, 1)
    assert ANSWERS["matter"]["message"] in client.get(at).text


def test_leaving_without_having_come_is_leaving(client: FlaskClient, owner: Engine) -> None:
    assert client.get("/fi/exit").status_code == 303
    assert rows(owner, "sessions") == 0


def test_after_leaving_one_can_begin_anew(client: FlaskClient) -> None:
    begin(client)
    client.get("/fi/exit")
    assert client.get(begin(client)).status_code == 200


def test_an_answer_that_is_no_longer_asked_is_not_kept(client: FlaskClient) -> None:
    at = walk(client)
    you = at.replace("/check", "/you")
    post(client, f"{you}?then=check", identity="anonymous")
    assert "Testi Testaaja" not in client.get(at).text
    post(client, f"{you}?then=check", identity="named")
    assert "Testi Testaaja" not in client.get(at.replace("/check", "/contact")).text
