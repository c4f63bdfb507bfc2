"""The journey of a parent: from the first question to the receipt and the follow-up page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.web.walking import ANSWERS, begin, code_on, post, reads, send, token, walk
from webapp import catalogues

pytestmark = pytest.mark.usefixtures("settings")


def rows(owner: Engine, table: str) -> int:
    with owner.connect() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_parent_gets_a_receipt_with_a_code_that_opens_the_follow_up_page(
    client: FlaskClient, language: str
) -> None:
    receipt = send(client, language)
    assert receipt.status_code == 200
    opened = post(client, f"/{language}/follow-up", code=code_on(receipt).lower().replace("-", " "))
    assert opened.status_code == 303
    page = client.get(opened.headers["Location"])
    assert page.status_code == 200
    assert "neuvoa" not in page.text


def test_one_commit_holds_submission_case_clocks_timeline_and_messages(
    client: FlaskClient, owner: Engine
) -> None:
    send(client)
    expected = {"submissions": 1, "cases": 1, "clocks": 2, "timeline": 3, "messages": 2}
    expected["follow_ups"] = 1
    assert {table: rows(owner, table) for table in expected} == expected
    with owner.connect() as connection:
        transactions = connection.execute(
            text(
                "select count(distinct x) from (select xmin::text x from submissions union all "
                "select xmin::text from cases union all select xmin::text from clocks union all "
                "select xmin::text from timeline union all select xmin::text from messages union all "
                "select xmin::text from follow_ups) t"
            )
        ).scalar_one()
    assert transactions == 1


def test_a_fivefold_press_makes_one_submission_and_shows_the_same_receipt(
    client: FlaskClient, owner: Engine
) -> None:
    at = walk(client)
    pressed = token(client.get(at))
    answers = [client.post(at, data={"csrf_token": pressed}) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    codes = {code_on(client.get(answer.headers["Location"])) for answer in answers}
    assert len(codes) == 1
    assert rows(owner, "submissions") == 1


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_page_that_checks_the_answers_is_the_last_one_that_the_others_count(
    client: FlaskClient, language: str
) -> None:
    check = walk(client, language)
    said = catalogues.translations(language).gettext("Page %(place)s of %(pages)s")
    before = client.get(check.replace("/check", "/waiting")).text
    assert said % {"place": 6, "pages": 7} in before
    page = client.get(check).text
    assert page.count(said % {"place": 7, "pages": 7}) == 2, "in the title and above the heading"


def test_what_is_added_afterwards_is_no_page_of_seven(client: FlaskClient) -> None:
    check = walk(client)
    matter = check.replace("/check", "/matter")
    other_tab = token(client.get(matter))
    post(client, check)
    more = {"csrf_token": other_tab, "action": "next", **ANSWERS["matter"], "message": "Lisää."}
    added = client.get(client.post(matter, data=more).headers["Location"])
    assert reads(added, "fi", "Check what you add")
    assert 'class="step"' not in added.text


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_page_that_was_left_empty_is_not_said_to_hold_what_was_written(
    client: FlaskClient, language: str
) -> None:
    at = begin(client, language)
    assert post(client, at, action="next").status_code == 422
    sent_back = client.get(at.replace("/matter", "/check"))
    assert sent_back.headers["Location"] == f"{at}?then=check"
    page = client.get(sent_back.headers["Location"])
    words = "What is on this page has not been saved yet. Check it and press “Continue”."
    assert reads(page, language, words)
