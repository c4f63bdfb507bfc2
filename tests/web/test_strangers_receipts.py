"""What a stranger found at the receipts, over HTTP."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.texting import configure, signature

TOLD = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "30003"}


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("said", ["\x00", "a\x00b", "\u0663" * 5, "x" * 100_000, ""])
def test_a_signed_receipt_is_taken_whatever_it_says(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    configure(app, monkeypatch)
    hook = f"/hooks/twilio/status/{uuid4()}"
    told = {**TOLD, name: said}
    signed = {"X-Twilio-Signature": signature(told, at=hook)}
    assert client.post(hook, data=told, headers=signed).status_code == 204
