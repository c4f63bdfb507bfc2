"""Limits of guesses: one household is one visitor, and one account is guessed at slowly from everywhere."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import Visit
from tests.web.walking import sign_in
from webapp import limits
from webapp.accounts import users
from webapp.demo_county import PASSWORD
from webapp.wiring import House


def at(client: FlaskClient, address: str) -> FlaskClient:
    client.environ_base["REMOTE_ADDR"] = address
    return client


def household() -> str:
    """The first 64 bits of somebody's addresses."""
    return f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}"


def somebody() -> str:
    return f"{uuid.uuid4().hex}@example.org"


@pytest.fixture
def worker(house: House) -> str:
    """A new account's address, at which no other test has guessed."""
    email = somebody()
    known: dict[str, Any] = {"worker": None, "roles": ("auditor",), "language": "fi"}
    users.add_user(house.engine, email=email, password=PASSWORD, **known)
    return email


def test_guesses_from_one_network_are_counted_together_and_others_can_sign_in(
    client: FlaskClient, visit: Visit, worker: str
) -> None:
    home = household()
    answers = [
        sign_in(at(client, f"{home}::{number:x}"), somebody(), "wrong").status_code
        for number in range(1, 26)
    ]
    assert answers == [422] * 10 + [429] * 15
    assert sign_in(at(visit(), f"{household()}::1"), worker, PASSWORD).status_code == 303


@pytest.mark.parametrize("has_account", [True, False])
def test_guesses_at_one_account_from_everywhere_are_counted_together(
    visit: Visit, worker: str, has_account: bool
) -> None:
    email = worker if has_account else somebody()
    name, domain = email.split("@")
    spellings = (email, email.upper(), f" {email} ", f"{name}@\uff45xample.org")
    answers = [sign_in(visit(), spellings[number % 4], "wrong").status_code for number in range(32)]
    assert domain == "example.org"
    assert answers == [422] * 30 + [429] * 2


def test_who_knows_the_password_spends_no_guess_at_the_account(visit: Visit, worker: str) -> None:
    assert {sign_in(visit(), worker, PASSWORD).status_code for _ in range(12)} == {303}


def key(app: Flask, address: str) -> str:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        return limits.visitor()


def test_a_visitor_is_an_ipv4_address_or_a_network_of_ipv6(app: Flask) -> None:
    same = key(app, "2001:db8:1:2::1")
    assert same == key(app, "2001:db8:1:2:ffff:ffff:ffff:ffff") != key(app, "2001:db8:1:3::1")
    assert key(app, "::ffff:192.0.2.1") == key(app, "192.0.2.1") != key(app, "192.0.2.2")
    assert key(app, "not an address") == key(app, "not an address")
    assert "192" not in key(app, "192.0.2.1")


def test_the_key_of_an_account_tells_nothing_of_it(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"email": "Testi@Example.org"}):
        typed = limits.typed_account()
    assert len(typed) == 32
    assert int(typed, 16)
