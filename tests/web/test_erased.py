"""Pages of a message that was erased: for its sender as if there had never been one, for staff a kind word."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from casework.usecases import erase_submission
from tests.web.conftest import Visit
from tests.web.following import ADD, ask, fields_on, follow, open_case
from tests.web.walking import code_on, post, reads, send, token
from webapp import wiring
from webapp.wiring import House

IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])
ERASED = "This content has been erased"


def erase(house: House, owner: Engine) -> None:
    """The one message that there is."""
    reference = ask(owner, "select reference from submissions")
    assert erase_submission(
        reference, even_open=True, now=wiring.now(), ids=house.ids, work=house.work()
    )


@IN_EACH_LANGUAGE
def test_the_desk_says_kindly_that_it_is_gone(
    worker: FlaskClient, case: UUID, house: House, owner: Engine, language: str
) -> None:
    open_case(worker, case)
    erase(house, owner)
    for at in (f"/staff/cases/{case}", f"/staff/cases/{case}/dates"):
        page = worker.get(f"{at}?lang={language}")
        assert page.status_code == 410
        assert reads(page, language, ERASED)
        # In the frame of the desk.
        assert 'class="masthead__name" href="/staff/"' in page.text
        assert 'action="/staff/logout"' in page.text


def test_whoever_has_no_relation_to_it_learns_nothing(
    visit: Visit, case: UUID, house: House, owner: Engine
) -> None:
    stranger = visit()
    erase(house, owner)
    assert stranger.get(f"/staff/cases/{case}").status_code in {302, 303, 401, 404}


def test_no_button_of_a_page_that_was_still_open_does_anything(
    worker: FlaskClient, case: UUID, house: House, owner: Engine
) -> None:
    page = open_case(worker, case)
    acts = set(re.findall(rf'action="(/staff/cases/{case}/[^"]+)"', page))
    assert len(acts) > 4
    csrf = token(worker.get(f"/staff/cases/{case}"))
    erase(house, owner)
    before = ask(owner, "select count(*) from timeline")
    for at in sorted(acts):
        answer = worker.post(at, data={"csrf_token": csrf, "phrase": "read", "team": "south"})
        assert answer.status_code in {404, 410}, at
    assert ask(owner, "select count(*) from timeline") == before
    assert ask(owner, "select count(*) from clocks where ended_at is null") == 0


@pytest.mark.parametrize("shown", ["", "?show=closed"])
def test_the_inbox_does_not_list_it_and_its_number_still_finds_it(
    worker: FlaskClient, case: UUID, house: House, owner: Engine, shown: str
) -> None:
    number = ask(owner, "select number from cases")
    open_case(worker, case)
    assert number in worker.get("/staff/").text
    erase(house, owner)
    assert number not in worker.get(f"/staff/{shown}").text
    found = worker.get(f"/staff/find?number={number}", follow_redirects=True)
    assert found.status_code == 410


@IN_EACH_LANGUAGE
def test_its_code_is_as_unknown_as_one_that_never_was(
    visit: Visit, sent: str, house: House, owner: Engine, language: str
) -> None:
    erase(house, owner)
    answers = [
        post(visit(), f"/{language}/follow-up", code=code) for code in (sent, "2345-6789-ABCD-EFGH")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    known, unknown = (re.sub(r'value="[^"]*"', "", answer.text) for answer in answers)
    assert known == unknown


def test_the_page_that_was_open_closes_and_gives_back_what_was_typed(
    follower: FlaskClient, house: House, owner: Engine
) -> None:
    fields = fields_on(follower.get(ADD), more="Vielä yksi asia.", can_wait="yes")
    erase(house, owner)
    answer = follower.post(ADD, data=fields)
    assert answer.status_code == 400
    assert "Vielä yksi asia." in answer.text
    assert 'id="code"' in follower.get("/fi/follow-up").text


def test_the_receipt_in_the_senders_own_browser_is_gone_too(
    client: FlaskClient, house: House, owner: Engine
) -> None:
    receipt = send(client)
    at, code = receipt.request.path, code_on(receipt)
    erase(house, owner)
    page = client.get(at)
    assert page.status_code == 404
    assert code not in page.text


def test_another_message_of_the_same_visitor_is_still_followed(
    client: FlaskClient, visit: Visit, house: House, owner: Engine
) -> None:
    send(client)
    erase(house, owner)
    code = code_on(send(client))
    follow(visit(), code)
