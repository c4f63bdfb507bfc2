"""Sessions that ended, cookies that do not come, tokens that are stale: the text comes back, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from forms.registry import FORMS
from tests.web.conftest import Visit
from tests.web.walking import (
    ANSWERS,
    action_of,
    begin,
    code_on,
    post,
    press_again,
    reads,
    send,
    token,
    walk,
)

WORDS = "Kirjoitin tätä pitkään. " * 120
LOST = (
    "Your visit had ended, or your browser did not send our cookie. What you wrote on this page is still "
    "here. Answers of earlier pages are gone and are asked again. If this comes again, please call us."
)
STALE = "This page had been open in another tab or for very long. Nothing is lost. Press the button once more."
PHONE = "050 0000100"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)

LANGUAGES = pytest.mark.parametrize("language", ["fi", "sv", "en"])


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def goes_on(client: FlaskClient, page: TestResponse) -> str:
    """One more press of the page that came back; the address of the next page."""
    answer = press_again(client, page, topic="school", message=WORDS)
    assert answer.status_code == 303, answer.text
    assert "/children" in answer.headers["Location"]
    assert client.get(answer.headers["Location"]).status_code == 200
    return answer.headers["Location"]


@LANGUAGES
def test_after_the_session_is_over_the_text_comes_back_and_one_more_press_sends_it(
    client: FlaskClient, clock: time_machine.Traveller, language: str
) -> None:
    at = begin(client, language)
    old = client.get(at)
    clock.shift(timedelta(hours=26))
    page = press_again(client, old, topic="school", message=WORDS)
    assert page.status_code == 400
    assert WORDS.strip() in page.text
    assert reads(page, language, LOST)
    goes_on(client, page)


@LANGUAGES
def test_without_any_cookie_the_text_comes_back_and_one_more_press_sends_it(
    client: FlaskClient, visit: Visit, language: str
) -> None:
    old = client.get(begin(client, language))
    stranger = visit()
    page = press_again(stranger, old, topic="school", message=WORDS)
    assert page.status_code == 400
    assert WORDS.strip() in page.text
    assert reads(page, language, LOST)
    assert action_of(page) != action_of(old), "it must not write into somebody else's draft"
    goes_on(stranger, page)


@LANGUAGES
@pytest.mark.parametrize("bad", [{}, {"csrf_token": ""}, {"csrf_token": "IjEi.aGVp.aGVp\u00e4"}])
def test_a_missing_or_stale_token_gives_the_text_back_and_one_more_press_sends_it(
    client: FlaskClient, language: str, bad: dict[str, str]
) -> None:
    at = begin(client, language)
    page = client.post(at, data={**bad, "topic": "school", "message": WORDS})
    assert page.status_code == 400
    assert WORDS.strip() in page.text
    assert reads(page, language, STALE)
    assert "CSRF" not in page.text
    goes_on(client, page)


def test_a_token_of_another_session_is_refused(client: FlaskClient, visit: Visit) -> None:
    at = begin(client)
    other = visit()
    stolen = token(other.get("/fi/forms/guidance"))
    assert client.post(at, data={"csrf_token": stolen, **ANSWERS["matter"]}).status_code == 400


def test_an_hour_on_one_page_costs_nothing(
    client: FlaskClient, clock: time_machine.Traveller
) -> None:
    old = client.get(begin(client))
    clock.shift(timedelta(hours=5))
    assert press_again(client, old, topic="school", message=WORDS).status_code == 303


@LANGUAGES
def test_a_stale_token_at_the_check_shows_the_check_again(
    client: FlaskClient, owner: Engine, language: str
) -> None:
    at = walk(client, language)
    page = client.post(at, data={"csrf_token": "stale"})
    assert page.status_code == 400
    assert reads(page, language, STALE)
    assert ANSWERS["matter"]["message"] in page.text
    assert press_again(client, page).status_code == 303
    with owner.connect() as connection:
        assert connection.execute(text("select count(*) from submissions")).scalar_one() == 1


@LANGUAGES
def test_a_stale_token_at_the_start_shows_the_start_again(
    client: FlaskClient, language: str
) -> None:
    page = client.post(f"/{language}/forms/guidance", data={})
    assert page.status_code == 400
    assert reads(page, language, STALE)
    assert press_again(client, page).status_code == 303


@pytest.mark.parametrize("step", ["elsewhere", "nowhere", "contact%00"])
def test_a_page_that_is_not_asked_is_not_there_even_without_a_token(
    client: FlaskClient, step: str
) -> None:
    at = begin(client).replace("matter", step)
    assert client.get(at).status_code == 404
    assert client.post(at, data={"message": WORDS}).status_code == 404


def test_an_old_receipt_can_be_pressed_without_a_token(client: FlaskClient) -> None:
    receipt = send(client)
    at = receipt.request.path
    for door in (at, at.replace("/receipt", "/check"), at.replace("/receipt", "/delete")):
        answer = client.post(door, data={})
        assert (answer.status_code, answer.headers["Location"]) == (303, at)
    assert code_on(client.get(at)), "without a token nothing is hidden or deleted"


PAGES = [
    "/",
    "/fi/",
    "/fi/forms/guidance",
    "/fi/follow-up",
    "/fi/contact?municipality=905",
    "/staff/",
]


@pytest.mark.parametrize("at", PAGES)
def test_with_cookies_off_every_page_comes_after_a_few_redirects(app: Flask, at: str) -> None:
    visitor = app.test_client(use_cookies=False)
    for _ in range(5):
        page = visitor.get(at)
        if page.status_code not in {302, 303}:
            break
        at = page.headers["Location"]
    assert page.status_code == 200


def test_with_cookies_off_each_press_gives_the_text_back_and_never_loops(app: Flask) -> None:
    visitor = app.test_client(use_cookies=False)
    page = visitor.post("/fi/forms/guidance", data={})
    at = "/fi/forms/guidance/01890000-0000-7000-8000-000000000000/matter"
    page = visitor.post(at, data={"message": WORDS})
    for _ in range(3):
        assert page.status_code == 400
        assert WORDS.strip() in page.text
        assert reads(page, "fi", LOST)
        page = press_again(visitor, page, message=WORDS)
    for door in ("matter", "check", "receipt"):
        shown = visitor.get(at.replace("matter", door))
        assert shown.status_code == 404
        assert reads(shown, "fi", "You can begin again, or call us.")


@LANGUAGES
def test_too_many_posts_without_a_cookie_are_told_to_wait_and_whom_to_call_and_keep_the_text(
    visit: Visit, language: str
) -> None:
    visitor = visit(use_cookies=False)
    at = f"/{language}/forms/guidance/01890000-0000-7000-8000-000000000000/matter"
    # Twice the limit of a minute, as the minute may turn on the way.
    for _ in range(122):
        page = visitor.post(at, data={"message": WORDS})
        if page.status_code != 400:
            break
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert WORDS.strip() in page.text
    assert reads(page, language, "Too many tries in a short time")
    assert PHONE in page.text


@pytest.mark.parametrize("cookie", ["", "x", "\xff\xfe", "a" * 5000, "%00", "\u00e4\u00f6"])
def test_a_cookie_of_rubbish_is_no_cookie(app: Flask, cookie: str) -> None:
    visitor = app.test_client(use_cookies=False)
    for at in ("/fi/forms/guidance", "/fi/follow-up", "/fi/", "/staff/login"):
        shown = visitor.get(at, headers={"Cookie": f"luotsi={cookie}"})
        assert shown.status_code == 200


def test_a_token_that_somebody_planted_is_never_used(app: Flask, client: FlaskClient) -> None:
    """A session that the server did not make gets a cookie of the server's own."""
    client.set_cookie("luotsi", "planted-by-somebody-else")
    begin(client)
    cookie = client.get_cookie("luotsi")
    assert cookie is not None
    assert cookie.value != "planted-by-somebody-else"


# Ages


def test_a_draft_is_over_after_a_day_and_the_text_of_its_last_page_is_not(
    client: FlaskClient, clock: time_machine.Traveller
) -> None:
    at = begin(client)
    old = client.get(at)
    clock.shift(timedelta(hours=23, minutes=59))
    assert client.get(at).status_code == 200
    clock.shift(timedelta(minutes=1))
    gone = client.get(at)
    assert gone.status_code == 404
    assert reads(gone, "fi", "You can begin again, or call us.")
    page = press_again(client, old, topic="school", message=WORDS)
    assert page.status_code == 400
    assert WORDS.strip() in page.text
    goes_on(client, page)


def test_the_code_is_shown_for_an_hour_and_no_longer(
    client: FlaskClient, clock: time_machine.Traveller
) -> None:
    at = send(client).request.path
    code = code_on(client.get(at))
    clock.shift(timedelta(minutes=59, seconds=59))
    assert code_on(client.get(at)) == code
    clock.shift(timedelta(seconds=1))
    later = client.get(at)
    assert later.status_code == 200
    assert code not in later.text


def test_the_code_is_hidden_for_good_when_it_is_saved(client: FlaskClient) -> None:
    shown = send(client)
    code, at = code_on(shown), shown.request.path
    hidden = press_again(client, shown)
    assert (hidden.status_code, hidden.headers["Location"]) == (303, at)
    for _ in range(2):
        page = client.get(at)
        assert page.status_code == 200
        assert code not in page.text


def test_another_visitor_sees_no_receipt_and_no_code(client: FlaskClient, visit: Visit) -> None:
    shown = send(client)
    other = visit()
    page = other.get(shown.request.path)
    assert page.status_code == 404
    assert code_on(shown) not in page.text


def test_a_form_that_changed_meanwhile_is_asked_again_with_the_old_answers_in_it(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = walk(client)
    newer = replace(FORMS["guidance"], version=FORMS["guidance"].version + 1)
    monkeypatch.setitem(FORMS, "guidance", newer)
    first = client.get(at)
    assert (first.status_code, first.headers["Location"]) == (303, at.replace("/check", "/matter"))
    page = client.get(first.headers["Location"])
    assert ANSWERS["matter"]["message"] in page.text
    assert "children" in post(client, page.request.path, **ANSWERS["matter"]).headers["Location"]
    assert "Esimerkki Lapsi" in client.get(at.replace("/check", "/children")).text
