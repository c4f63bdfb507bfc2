"""Receipts made by hand: signed as Twilio signs them, or not."""

from __future__ import annotations

from collections.abc import Mapping

import requests
from twilio.request_validator import RequestValidator

from tests.conftest import TWILIO_SID, TWILIO_TOKEN


def form(sid: str, status: str, error_code: str = "", to: str = "+358500000122") -> dict[str, str]:
    told = {"AccountSid": TWILIO_SID, "MessageSid": sid, "MessageStatus": status, "To": to}
    return {**told, "ErrorCode": error_code} if error_code else told


def signature(address: str, fields: Mapping[str, str], token: str = TWILIO_TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(address, dict(fields)))


def post(
    address: str, fields: Mapping[str, str], signed: str | None, **headers: str
) -> requests.Response:
    """Post to `address`; `signed` None: without the header."""
    if signed is not None:
        headers["X-Twilio-Signature"] = signed
    with requests.Session() as session:
        session.trust_env = False
        return session.post(address, data=dict(fields), headers=headers, timeout=20)
