"""Signing in and out, and what of the desk depends on who is signed in."""

from __future__ import annotations

import inspect
import itertools
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from casework import messages, model, routing
from tests.web.walking import post, send, sign_in, token
from webapp.accounts import users
from webapp.demo_county import PASSWORD
from webapp.views import staff, staff_words
from webapp.wiring import House

WORKER = "paivystaja@example.org"
#: Belongs to the on-call team alone, which is told of urgent cases only.
STRANGER = "sosiaalipaivystys@example.org"
REFUSED = "The e-mail address or the password is wrong, or the account is closed."

_addresses = itertools.count(1)


@pytest.fixture(autouse=True)
def own_address(client: FlaskClient) -> None:
    """Each test is another visitor to the limit on guesses."""
    at_home(client)


def at_home(client: FlaskClient) -> FlaskClient:
    number = next(_addresses)
    client.environ_base["REMOTE_ADDR"] = f"2001:db8:{number:x}:{uuid.uuid4().hex[:4]}::1"
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("luotsi")
    assert found is not None
    return found.value


def with_cookie(app: Flask, value: str) -> FlaskClient:
    copied = app.test_client()
    copied.set_cookie("luotsi", value)
    return copied


def case_id(owner: Engine) -> str:
    with owner.connect() as connection:
        return str(connection.execute(text("select id from cases")).scalar_one())


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nobody@example.org", PASSWORD),
        (WORKER, "wrong"),
        ("a\0b", PASSWORD),
        (WORKER, PASSWORD + "\0"),
        (WORKER, "å" * 5000),
        ("", ""),
    ],
)
def test_every_refused_sign_in_reads_the_same(
    client: FlaskClient, email: str, password: str
) -> None:
    answer = sign_in(client, email, password)
    assert answer.status_code == 422
    assert answer.text.count(REFUSED) == 2
    assert client.get("/staff/").status_code == 303


def test_a_closed_account_reads_like_a_wrong_password_and_its_sessions_end(
    client: FlaskClient, app: Flask, house: House
) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    known: dict[str, Any] = {"worker": None, "roles": ("auditor",), "language": "fi"}
    users.add_user(house.engine, email=email, password=PASSWORD, **known)
    assert sign_in(client, email.upper(), PASSWORD).status_code == 303
    assert client.get("/staff/").status_code == 200
    users.disable_user(house.engine, email)
    assert client.get("/staff/").status_code == 303
    assert sign_in(at_home(app.test_client()), email, PASSWORD).status_code == 422


def test_a_changed_password_ends_the_sessions(client: FlaskClient, house: House) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    known: dict[str, Any] = {"worker": None, "roles": ("auditor",), "language": "fi"}
    users.add_user(house.engine, email=email, password=PASSWORD, **known)
    sign_in(client, email, PASSWORD)
    users.ensure_user(house.engine, email=email, password=PASSWORD, **known)
    assert client.get("/staff/").status_code == 200
    users.ensure_user(house.engine, email=email, password=PASSWORD + "!", **known)
    assert client.get("/staff/").status_code == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "https:\\\\evil.example",
        "/\\evil.example",
        "////example.com",
        "//evil.example/staff/",
        "https://evil.example/staff/",
        "/staff/\\evil.example",
        "/staff/login",
        "/fi/",
    ],
)
def test_a_sign_in_never_leads_elsewhere(client: FlaskClient, wanted: str) -> None:
    page = client.get("/staff/login", query_string={"next": wanted})
    fields = {"csrf_token": token(page), "email": WORKER, "password": PASSWORD}
    answer = client.post("/staff/login", query_string={"next": wanted}, data=fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/")


def test_a_sign_in_leads_back_to_the_page_that_was_asked_for(client: FlaskClient) -> None:
    sent_away = client.get("/staff/?show=closed").headers["Location"]
    assert sent_away.startswith("/staff/login?next=/staff/")
    answer = post(client, sent_away, email=WORKER, password=PASSWORD)
    assert answer.headers["Location"] == "/staff/?show=closed"


def test_the_old_cookie_opens_nothing_after_a_sign_in(client: FlaskClient, app: Flask) -> None:
    client.get("/staff/login")
    before = cookie(client)
    sign_in(client, WORKER, PASSWORD)
    assert cookie(client) != before
    assert with_cookie(app, before).get("/staff/").status_code == 303


def test_a_copied_cookie_is_refused_after_the_sign_out(client: FlaskClient, app: Flask) -> None:
    sign_in(client, WORKER, PASSWORD)
    copied = with_cookie(app, cookie(client))
    page = copied.get("/staff/")
    assert page.status_code == 200
    assert client.post("/staff/logout", data={"csrf_token": token(page)}).status_code == 303
    assert copied.get("/staff/").status_code == 303


def test_a_session_keeps_nothing_of_the_visitors_address(
    client: FlaskClient, owner: Engine
) -> None:
    sign_in(client, WORKER, PASSWORD)
    client.get("/staff/")
    with owner.connect() as connection:
        data, lasts = connection.execute(
            text("select data, expires_at - created_at from sessions where user_key is not null")
        ).one()
    assert set(data) == {"_user_id", "_fresh", "fs_cc", "fs_paa", "csrf_token"}
    assert lasts == timedelta(hours=12)


def test_guesses_of_passwords_are_limited(client: FlaskClient) -> None:
    nobody = f"{uuid.uuid4().hex}@example.org"  # guesses at WORKER would shut the other tests out
    fields = {"csrf_token": token(client.get("/staff/login")), "email": nobody, "password": "?"}
    codes = [client.post("/staff/login", data=fields).status_code for _ in range(12)]
    assert codes == [422] * 10 + [429] * 2


def test_public_pages_never_read_the_accounts_or_the_session(
    client: FlaskClient, app: Flask
) -> None:
    sign_in(client, WORKER, PASSWORD)
    client.get("/fi/")  # the directory may be read now, once
    engine, seen = app.extensions["house"].engine, list[str]()
    event.listen(engine, "before_cursor_execute", lambda c, cursor, sql, *rest: seen.append(sql))
    assert client.get("/fi/").status_code == 200
    assert seen == []


def test_a_head_request_acknowledges_nothing(client: FlaskClient, owner: Engine) -> None:
    send(client)
    at = f"/staff/cases/{case_id(owner)}"
    sign_in(client, WORKER, PASSWORD)
    assert client.head(at).status_code == 405
    with owner.connect() as connection:
        assert connection.execute(text("select state from cases")).scalar_one() == "received"
        assert connection.execute(text("select count(*) from access_log")).scalar_one() == 0


def test_another_teams_case_reads_like_one_that_does_not_exist(
    client: FlaskClient, app: Flask, owner: Engine
) -> None:
    send(client)
    stranger = at_home(app.test_client())
    sign_in(stranger, STRANGER, PASSWORD)
    pressed = token(stranger.get("/staff/"))
    theirs, none = f"/staff/cases/{case_id(owner)}", f"/staff/cases/{uuid.uuid4()}"
    answers = [stranger.get(theirs), stranger.get(none)]
    pages = [re.sub(r'(value|href)="[^"]*"', "", answer.text) for answer in answers]
    assert {answer.status_code for answer in answers} == {404}
    assert pages[0] == pages[1]
    assert stranger.post(f"{theirs}/close", data={"csrf_token": pressed}).status_code == 404
    with owner.connect() as connection:
        number = connection.execute(text("select number from cases")).scalar_one()
    assert stranger.get(f"/staff/find?number={number}").status_code == 200


def test_the_slower_of_two_workers_is_told_so(client: FlaskClient, owner: Engine) -> None:
    send(client)
    at = f"/staff/cases/{case_id(owner)}"
    sign_in(client, WORKER, PASSWORD)
    pressed = {"csrf_token": token(client.get(at))}
    steps = [
        ("answer", "answered"),
        ("answer", "late"),
        ("reopen", "reopened"),
        ("close", "closed"),
    ]
    for act, notice in steps:
        assert client.post(f"{at}/{act}", data=pressed).headers["Location"].endswith(notice)
    assert "notice-title" in client.get(f"{at}?notice=closed").text
    assert "notice-title" not in client.get(f"{at}?notice=answered").text


def test_a_place_in_the_inbox_survives_the_address_and_rubbish_is_the_first_page() -> None:
    at, key = datetime(2026, 3, 4, 5, 6, 7, 8, UTC), uuid.uuid4()
    place = staff.cursor(staff.mark(at, key))
    assert place is not None
    assert (place.created_at, place.case_id) == (at, key)
    for rubbish in ("", "x", "////", "\0", "é" * 40, "MjAyNi0wMS0wMXw", "MTIzfDEyMw"):
        assert staff.cursor(rubbish) is None


def test_every_state_event_and_rule_has_its_words() -> None:
    tables: list[tuple[type[StrEnum], Mapping[Any, str]]] = [
        (model.CaseState, staff_words.CASE_STATES),
        (model.ClockKind, staff_words.CLOCKS),
        (model.TimelineKind, staff_words.EVENTS),
        (model.KnownAs, staff_words.KNOWN_AS),
        (messages.MessageState, staff_words.MESSAGE_STATES),
        (messages.Purpose, staff_words.PURPOSES),
        (messages.Channel, staff_words.CHANNELS),
    ]
    for kinds, words in tables:
        assert set(words) == set(kinds)
    rules = set(re.findall(r'Reason\(\s*"(\w+)"', inspect.getsource(routing)))
    assert {rule.split(":")[0] for rule in staff_words.RULES} == rules
