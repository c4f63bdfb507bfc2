"""Texts that come in over HTTP: only Twilio's own word counts, and nothing of it is lost or taken twice."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.conftest import TWILIO_TOKEN
from tests.web.following import ask
from tests.web.texting import (
    HOOK,
    configure,
    fields,
    signature,
    text_in,
    texts_of,
)

NOTHING = {"inbound_texts": 0, "opt_outs": 0, "messages": 0, "timeline": 0}


@pytest.fixture
def ours(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twilio's account and token are set."""
    configure(app, monkeypatch)


def counts(owner: Engine) -> dict[str, int]:
    return {name: ask(owner, f"select count(*) from {name}") for name in NOTHING}


# Words of the county's own, which the provider has obeyed already


def test_what_the_provider_took_for_a_stop_is_one_and_stays_one_until_its_start(
    client: FlaskClient, ours: None, owner: Engine
) -> None:
    text_in(client, "Ei enää", OptOutType="STOP")
    assert counts(owner) == {**NOTHING, "inbound_texts": 1, "opt_outs": 1}
    text_in(client, "Taas", OptOutType="START")
    assert counts(owner) == {**NOTHING, "inbound_texts": 2}


def test_a_call_for_help_that_the_provider_has_answered_is_read_by_staff_and_not_answered_again(
    client: FlaskClient, ours: None, owner: Engine
) -> None:
    text_in(client, "Apua", OptOutType="HELP")
    assert ask(owner, "select count(*) from inbound_texts where handled_at is null") == 1
    assert ask(owner, "select count(*) from messages where recipient = 'sender'") == 0
    assert ask(owner, "select count(*) from messages where recipient <> 'sender'") == 1


# Signed, or refused


def test_a_genuine_text_is_taken_in_and_answered_with_silence(
    client: FlaskClient, ours: None, owner: Engine
) -> None:
    answer = text_in(client, "Hei")
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.text.endswith("<Response/>")
    assert "Set-Cookie" not in answer.headers
    assert len(texts_of(owner)) == 1
    text_in(client, "STOP")
    assert ask(owner, "select count(*) from opt_outs") == 1


def test_told_twice_by_the_provider_it_is_one_text(
    client: FlaskClient, ours: None, owner: Engine
) -> None:
    for _ in range(2):
        assert text_in(client, "Hei", sid="SM1").status_code == 200
    assert len(texts_of(owner)) == 1


def test_a_forged_text_is_refused_and_changes_nothing(
    client: FlaskClient, ours: None, owner: Engine
) -> None:
    told = fields("STOP")
    genuine = signature(told)
    forged: list[tuple[dict[str, str], Any]] = [
        (told, {}),
        (told, {"X-Twilio-Signature": ""}),
        (told, {"X-Twilio-Signature": "å" * 28}),
        (told, {"X-Twilio-Signature": signature(told, token="another token")}),
        (told, {"X-Twilio-Signature": f"{genuine},{genuine}"}),
        (told, [("X-Twilio-Signature", genuine), ("X-Twilio-Signature", genuine)]),
        ({**told, "From": "+358401234567"}, {"X-Twilio-Signature": genuine}),
        ({**told, "Extra": "1"}, {"X-Twilio-Signature": genuine}),
    ]
    answers = [client.post(HOOK, data=data, headers=headers) for data, headers in forged]
    answers.append(client.post(f"{HOOK}?a=1", data=told, headers={"X-Twilio-Signature": genuine}))
    answers.append(client.post(HOOK, headers={"X-Twilio-Signature": genuine}))
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert counts(owner) == NOTHING


def test_a_signed_query_counts_as_twilio_was_given_it(
    client: FlaskClient, ours: None, owner: Engine
) -> None:
    told, at = fields("Hei"), f"{HOOK}?from=console"
    signed = {"X-Twilio-Signature": signature(told, at)}
    assert client.post(at, data=told, headers=signed).status_code == 200


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    signed=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60),
    told=st.dictionaries(st.text(max_size=12), st.text(max_size=40), max_size=6),
)
def test_no_rubbish_for_a_signature_is_taken_for_one(
    client: FlaskClient, ours: None, owner: Engine, signed: str, told: dict[str, str]
) -> None:
    answer = client.post(HOOK, data=told, headers={"X-Twilio-Signature": signed})
    assert answer.status_code == 403


def test_without_a_token_nobody_is_believed(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, owner: Engine
) -> None:
    configure(app, monkeypatch, twilio_auth_token=SecretStr(""))
    told = fields("STOP")
    for key in (TWILIO_TOKEN, "", " "):
        signed = {"X-Twilio-Signature": signature(told, token=key)}
        assert client.post(HOOK, data=told, headers=signed).status_code == 403
    assert counts(owner) == NOTHING


def test_during_a_rotation_both_tokens_are_believed(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(app, monkeypatch, twilio_auth_token_old=SecretStr("the one before"))
    for key in (TWILIO_TOKEN, "the one before"):
        told = fields("Hei")
        signed = {"X-Twilio-Signature": signature(told, token=key)}
        assert client.post(HOOK, data=told, headers=signed).status_code == 200


@pytest.mark.parametrize("account", ["AC" + "1" * 32, "", "ä"])
def test_a_text_of_another_account_is_refused(
    client: FlaskClient, ours: None, owner: Engine, account: str
) -> None:
    assert text_in(client, "STOP", AccountSid=account).status_code == 403
    assert counts(owner) == NOTHING


def test_without_an_account_of_ours_no_text_is_ours(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(app, monkeypatch, twilio_account_sid="")
    assert text_in(client, "STOP", AccountSid="").status_code == 403


@pytest.mark.parametrize(
    ("sender", "sid"), [("\0", "SM\0"), ("x" * 5000, "y" * 5000), ("", "ä"), ("+358\u202e", "")]
)
def test_odd_senders_and_ids_are_no_fault(
    client: FlaskClient, ours: None, owner: Engine, sender: str, sid: str
) -> None:
    assert text_in(client, "Hei\0", sender=sender, MessageSid=sid).status_code == 200
    assert len(texts_of(owner)) == 1


def test_reading_the_hook_is_not_allowed(client: FlaskClient) -> None:
    assert client.get(HOOK).status_code == 405
