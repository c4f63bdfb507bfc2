"""Sessions as rows: opaque to the browser, hashed in the table, ended by leaving, deactivation and age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, text

from webapp.accounts.sessions import PUBLIC_AGE, STAFF_AGE, RowSession
from webapp.store.drafts import LIFETIME
from webapp.store.sessions import SessionRow, Sessions, token_hash
from webapp.wiring import House

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def begun(rows: Sessions, **content: Any) -> str:
    """A stored session; its token."""
    session = RowSession(rows, None)
    for name, value in content.items():
        session[name] = value
    session.save()
    assert session.token
    return session.token


def content(rows: Sessions, token: str | None) -> dict[str, Any]:
    return dict(RowSession(rows, token))


def test_a_session_is_found_again_by_its_token(house: House) -> None:
    token = begun(house.sessions, name="ä")
    assert content(house.sessions, token) == {"name": "ä"}
    assert RowSession(house.sessions, token).exists


@pytest.mark.parametrize("token", [None, "", "unknown", "x" * 5000, "\x00", "\u00e4"])
def test_an_unknown_token_is_an_empty_session(house: House, token: str | None) -> None:
    session = RowSession(house.sessions, token)
    assert not session.exists
    assert dict(session) == {}


def test_a_token_that_the_server_did_not_make_is_replaced(house: House) -> None:
    session = RowSession(house.sessions, "planted")
    session["name"] = "x"
    session.save()
    assert session.token != "planted"
    assert session.is_new_cookie
    assert content(house.sessions, "planted") == {}


def test_the_table_holds_the_hash_of_a_token_and_never_the_token(
    house: House, owner: Engine
) -> None:
    token = begun(house.sessions, name="x")
    with owner.connect() as connection:
        row = connection.execute(text("select * from sessions")).one()
    assert row.id_hash == token_hash(token)
    assert token not in repr(row)
    assert token.encode() not in row.id_hash


def test_nothing_is_read_before_somebody_looks_inside() -> None:
    class Unreadable:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError("the database was asked")

    session = RowSession(Unreadable(), "token")  # type: ignore[arg-type]
    assert session.modified is False
    assert session.token == "token"


def test_a_public_session_lives_on_with_each_change_and_outlives_a_draft(
    house: House, clock: time_machine.Traveller
) -> None:
    assert PUBLIC_AGE > LIFETIME
    token = begun(house.sessions, name="x")
    clock.shift(PUBLIC_AGE - timedelta(seconds=1))
    session = RowSession(house.sessions, token)
    session["name"] = "y"
    session.save()
    clock.shift(PUBLIC_AGE - timedelta(seconds=1))
    assert content(house.sessions, token) == {"name": "y"}
    clock.shift(timedelta(seconds=1))
    assert content(house.sessions, token) == {}


def test_a_staff_session_ends_a_working_day_after_the_sign_in_whatever_is_done(
    house: House, clock: time_machine.Traveller
) -> None:
    token = begun(house.sessions, _user_id="7")
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        session = RowSession(house.sessions, token)
        session["seen"] = True
        session.save()
    clock.move_to(START + STAFF_AGE - timedelta(seconds=1))
    assert content(house.sessions, token)["_user_id"] == "7"
    clock.shift(timedelta(seconds=1))
    assert content(house.sessions, token) == {}


def test_a_new_token_takes_the_content_along_and_the_old_one_opens_nothing(house: House) -> None:
    old = begun(house.sessions, name="x")
    session = RowSession(house.sessions, old)
    session.rotate()
    session.save()
    assert session.token != old
    assert session.is_new_cookie
    assert content(house.sessions, old) == {}
    assert content(house.sessions, session.token) == {"name": "x"}


def test_a_session_that_was_ended_meanwhile_stays_ended(house: House) -> None:
    """A slow request must not bring back what the person has left."""
    token = begun(house.sessions, name="x")
    slow = RowSession(house.sessions, token)
    slow["name"] = "slow"
    RowSession(house.sessions, token).end()
    slow.save()
    assert content(house.sessions, token) == {}
    assert not slow.is_new_cookie


def test_a_deactivated_person_is_signed_out_everywhere_and_nobody_else_is(house: House) -> None:
    mine = [begun(house.sessions, _user_id="7") for _ in range(2)]
    other, public = begun(house.sessions, _user_id="8"), begun(house.sessions, name="x")
    assert house.sessions.end_all_of("7") == 2
    assert [content(house.sessions, token) for token in mine] == [{}, {}]
    assert content(house.sessions, other)
    assert content(house.sessions, public)


def test_what_is_over_is_purged_and_what_is_not_stays(house: House) -> None:
    rows = house.sessions
    for name, ends in (("over", START), ("alive", START + timedelta(seconds=1))):
        rows.save(token_hash(name), SessionRow({"n": name}, START, ends), None)
    assert rows.purge(START) == 1
    assert rows.load(token_hash("alive"), START) is not None


def test_forgetting_one_thing_keeps_the_others(house: House) -> None:
    token = begun(house.sessions, a=1, b=2)
    session = RowSession(house.sessions, token)
    del session["a"]
    assert session.modified
    session.save()
    assert content(house.sessions, token) == {"b": 2}
    assert len(RowSession(house.sessions, token)) == 1
