"""Behind the code too, nothing typed is lost: stale tokens, closed pages, too many tries, a store that is away."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.web.conftest import Visit
from tests.web.following import ADD, BY_SMS, CONTACT, WITHDRAW, fields_on
from tests.web.walking import action_of, press_again, reads, token
from webapp.store.submissions import SubmissionRows
from webapp.wiring import House, now

IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])
WORDS = "Kirjoitin tätä pitkään, eikä kukaan halua kirjoittaa tällaista toiste. " * 20
STALE = "This page had been open in another tab or for very long. Nothing is lost. Press the button once more."
CLOSED = "The page had closed. Give your code again. What you wrote is still here."
STILL_HERE = "The page had closed. What you wrote is still here. Press the button once more."
BAD: list[dict[str, str]] = [{}, {"csrf_token": ""}, {"csrf_token": "stale"}]


def added(house: House, case: UUID) -> list[dict[str, Any]]:
    return [dict(given["more"]) for _, given in house.desk.case_file(case).additions]


def resend(client: FlaskClient, page: TestResponse) -> TestResponse:
    """Press 'Send again' on a page of an error, as a browser posts it."""
    text = re.findall(
        r'name="([^"]+)" rows="8" autocomplete="off">\n(.*?)</textarea>', page.text, re.S
    )
    return client.post(action_of(page), data=fields_on(page, **dict(text)))


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("bad", BAD)
def test_a_stale_token_gives_the_page_back_and_one_more_press_adds_it_once(
    follower: FlaskClient, house: House, case: UUID, language: str, bad: dict[str, str]
) -> None:
    at = f"/{language}/follow-up/add"
    page = follower.post(at, data={**bad, "more": WORDS, "can_wait": "no"})
    assert page.status_code == 400
    assert WORDS.strip() in page.text
    assert reads(page, language, STALE)
    assert 'value="no" checked' in page.text
    sent = press_again(follower, page, **fields_on(page, more=WORDS, can_wait="no"))
    assert sent.status_code == 303
    assert added(house, case) == [{"more": WORDS.strip(), "can_wait": "no"}]


def test_a_stale_token_gives_the_choices_of_contact_back(
    follower: FlaskClient, house: House, case: UUID
) -> None:
    page = follower.post(CONTACT, data=BY_SMS)
    assert page.status_code == 400
    assert BY_SMS["phone"] in page.text
    assert press_again(follower, page, **fields_on(page, **BY_SMS)).status_code == 303
    assert (house.desk.case_file(case).sender or {})["way"] == "sms"


def test_a_stale_token_asks_once_more_before_contact_is_withdrawn(
    follower: FlaskClient, house: House, case: UUID
) -> None:
    page = follower.post(WITHDRAW)
    assert page.status_code == 400
    assert reads(page, "fi", STALE)
    assert (house.desk.case_file(case).sender or {})["way"] == "email"
    assert press_again(follower, page, **fields_on(page)).status_code == 303
    assert (house.desk.case_file(case).sender or {})["way"] == "none"


@IN_EACH_LANGUAGE
def test_a_page_that_had_closed_gives_the_text_back_and_takes_it_after_the_code(
    follower: FlaskClient, sent: str, house: House, case: UUID, language: str
) -> None:
    at = f"/{language}/follow-up/add"
    fields = fields_on(follower.get(at), more=WORDS, can_wait="no")
    with time_machine.travel(now() + timedelta(minutes=31), tick=False):
        closed = follower.post(at, data=fields)
        assert closed.status_code == 400
        assert reads(closed, language, CLOSED)
        assert added(house, case) == []
        back = press_again(follower, closed, **fields_on(closed, code="WRONG", more=WORDS))
        assert back.status_code == 422
        assert WORDS.strip() in back.text
        back = press_again(follower, back, **fields_on(back, code=sent, more=WORDS))
        assert back.status_code == 200
        assert reads(back, language, STILL_HERE)
        assert 'value="no" checked' in back.text
        last = press_again(follower, back, **fields_on(back, more=WORDS, can_wait="no"))
        assert last.status_code == 303
    assert added(house, case) == [{"more": WORDS.strip(), "can_wait": "no"}]


def test_without_any_cookie_the_text_waits_behind_the_code(
    follower: FlaskClient, visit: Visit, sent: str, house: House, case: UUID
) -> None:
    stranger = visit()
    closed = stranger.post(ADD, data=fields_on(follower.get(ADD), more=WORDS))
    assert closed.status_code == 400
    back = press_again(stranger, closed, **fields_on(closed, code=sent, more=WORDS))
    assert press_again(stranger, back, **fields_on(back, more=WORDS)).status_code == 303
    assert [given["more"] for given in added(house, case)] == [WORDS.strip()]


def test_choices_of_contact_wait_behind_the_code_too(
    follower: FlaskClient, sent: str, house: House, case: UUID
) -> None:
    fields = fields_on(follower.get(CONTACT), **BY_SMS)
    follower.post("/fi/follow-up/leave", data={"csrf_token": fields["csrf_token"]})
    closed = follower.post(CONTACT, data=fields)
    assert closed.status_code == 400
    back = press_again(follower, closed, **fields_on(closed, code=sent))
    assert BY_SMS["phone"] in back.text
    assert press_again(follower, back, **fields_on(back, **BY_SMS)).status_code == 303
    assert (house.desk.case_file(case).sender or {})["phone"] == BY_SMS["phone"]


def test_a_page_that_had_closed_withdraws_nothing_before_it_is_pressed_again(
    follower: FlaskClient, sent: str, house: House, case: UUID
) -> None:
    fields = fields_on(follower.get(WITHDRAW))
    with time_machine.travel(now() + timedelta(minutes=31), tick=False):
        closed = follower.post(WITHDRAW, data=fields)
        assert closed.status_code == 400
        back = press_again(follower, closed, **fields_on(closed, code=sent))
        assert back.headers["Location"] == WITHDRAW
    assert (house.desk.case_file(case).sender or {})["way"] == "email"


@IN_EACH_LANGUAGE
def test_whoever_guesses_too_often_keeps_the_text_and_sends_it_again(
    follower: FlaskClient, language: str
) -> None:
    at = f"/{language}/follow-up"
    fields = {"csrf_token": token(follower.get(ADD)), "then": "more", "more": WORDS}
    for _ in range(22):
        page = follower.post(at, data={**fields, "code": "GUESS"})
        if page.status_code == 429:
            break
    assert page.status_code == 429
    assert WORDS.strip() in page.text
    assert "GUESS" not in page.text, "a code is not repeated"
    with time_machine.travel(now() + timedelta(hours=2), tick=False):
        again = resend(follower, page)
        assert again.status_code in {422, 429}  # the limit counts by the server's own clock
        assert WORDS.strip() in again.text


def test_without_the_store_the_text_comes_back_and_is_sent_again(
    follower: FlaskClient, house: House, case: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = fields_on(follower.get(ADD), more=WORDS, can_wait="no")
    with monkeypatch.context() as away:

        def fail(*_: object) -> None:
            raise OperationalError("select", {}, Exception("away"))

        away.setattr(SubmissionRows, "add_information", fail)
        page = follower.post(ADD, data=fields)
    assert page.status_code == 503
    assert WORDS.strip() in page.text
    assert resend(follower, page).status_code == 303
    assert added(house, case) == [{"more": WORDS.strip(), "can_wait": "no"}]


def test_a_code_alone_with_a_stale_token_is_not_repeated(client: FlaskClient, sent: str) -> None:
    page = client.post("/fi/follow-up", data={"csrf_token": "stale", "code": sent})
    assert page.status_code == 400
    assert sent not in page.text
