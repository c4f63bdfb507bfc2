"""Texts as Twilio hands them to us: signed, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, text
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from tests.conftest import TWILIO_SID, TWILIO_TOKEN

HOOK = "/hooks/twilio/inbound"
ORIGIN = "http://localhost:8000"
NUMBER, OWN = "+358500000041", "+15005550006"


def fields(body: str, sender: str = NUMBER, sid: str = "", **more: str) -> dict[str, str]:
    """What Twilio tells of a text. Source: twilio.com/docs/messaging/guides/webhook-request"""
    told = {"MessageSid": sid or f"SM{uuid4().hex}", "AccountSid": TWILIO_SID, "NumMedia": "0"}
    return {**told, "From": sender, "To": OWN, "Body": body, **more}


def signature(told: dict[str, Any], at: str = HOOK, token: str = TWILIO_TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(f"{ORIGIN}{at}", told))


def text_in(client: FlaskClient, body: str, sender: str = NUMBER, **more: str) -> TestResponse:
    """A genuine text comes in."""
    told = fields(body, sender, **more)
    return client.post(HOOK, data=told, headers={"X-Twilio-Signature": signature(told)})


def configure(app: Flask, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Twilio's account and token are set, for this test."""
    known = {"twilio_account_sid": TWILIO_SID, "twilio_auth_token": SecretStr(TWILIO_TOKEN)}
    the_house = app.extensions["house"]
    changed = the_house.settings.model_copy(update={**known, **changes})
    monkeypatch.setitem(app.extensions, "house", replace(the_house, settings=changed))


def rows(owner: Engine, query: str, **values: Any) -> list[dict[str, Any]]:
    with owner.connect() as connection:
        return [dict(row) for row in connection.execute(text(query), values).mappings()]


def texts_of(owner: Engine) -> list[UUID]:
    return [row["id"] for row in rows(owner, "select id from inbound_texts order by received_at")]
