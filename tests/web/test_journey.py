"""The journey of a parent: from the first question to the receipt and the follow-up page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.web.walking import code_on, post, send, token, walk

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
