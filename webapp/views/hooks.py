"""What the provider tells us: signed, repeated, late and out of order. An unsigned word changes nothing."""

from __future__ import annotations

import hmac
import re
from typing import Final
from uuid import UUID

import structlog
from flask import Blueprint, Response, abort, request
from twilio.request_validator import RequestValidator

from casework import usecases
from casework.inbound import Arrived
from casework.messages import RECEIPT_STATES, Channel, Queue
from webapp.house import directory, house
from webapp.wiring import now

log = structlog.get_logger()
bp = Blueprint("hooks", __name__, url_prefix="/hooks")

#: TwiML for 'say nothing'; whoever is answered is answered by the outbox. Source: twilio.com/docs/messaging/twiml
_SILENCE: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_SID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
#: A number of fifteen digits with a channel before it fits in.
_LONGEST_SENDER: Final = 64


def _signed() -> bool:
    """Whether Twilio signed exactly this request: the public address as we gave it, and every parameter.

    The scheme and host come from the settings, never from the request. Two tokens are accepted while one
    is being changed for the other; with none configured nothing is.
    Source: twilio.com/docs/usage/webhooks/webhooks-security
    """
    signature = request.headers.get("X-Twilio-Signature", "")
    if not signature:
        return False
    settings = house().settings
    url = settings.origin + request.full_path.rstrip("?")
    tokens = (settings.twilio_auth_token, settings.twilio_auth_token_old)
    return any(
        RequestValidator(token.get_secret_value()).validate(url, request.form, signature)
        for token in tokens
        if token.get_secret_value()
    )


@bp.post("/twilio/status/<uuid:attempt>")
def twilio_status(attempt: UUID) -> Response:
    """204 for every signed receipt, also for one that we cannot place: the provider must not retry for ever."""
    if not _signed():
        log.warning("unsigned_receipt", attempt=str(attempt))
        abort(403)
    status = _told("MessageStatus", 32).lower()
    if status not in RECEIPT_STATES:
        log.warning("provider_status_unknown", status=status if status.isalpha() else "")
    recorded = usecases.record_receipt(
        attempt,
        provider_id=_told("MessageSid", 64),
        status=status,
        error_code=_told("ErrorCode", 16),
        directory=directory(),
        now=now(),
        ids=house().ids,
        work=house().work(),
    )
    if recorded.broken:
        log.error("channel_broken", channel=Channel.SMS.value, reason=recorded.reason)
    if recorded.unknown_code:
        log.warning("provider_code_unknown", code=recorded.unknown_code)
    if recorded.reason:
        # It did not arrive: the next way is a row of its own by now.
        house().wake_up.wake(frozenset({Queue.URGENT, Queue.DEFAULT}))
    return Response(status=204)


def _told(name: str, longest: int) -> str:
    """A short word of the provider's; a NUL is none that a database keeps."""
    return request.form.get(name, "").replace("\x00", "")[:longest]


@bp.post("/twilio/inbound")
def twilio_inbound() -> Response:
    """A text came in. Nothing of it is logged, and nothing is answered here, so that a refusal costs nobody a text."""
    if not _signed():
        log.warning("unsigned_text")
        abort(403)
    if not _is_our_account(request.form.get("AccountSid", "")):
        log.warning("text_of_another_account")
        abort(403)
    is_new = usecases.take_in_text(
        Arrived(
            _sid(),
            request.form.get("From", "")[:_LONGEST_SENDER],
            request.form.get("Body", ""),
            _told("OptOutType", 16),
        ),
        request.form.get("To", "")[:_LONGEST_SENDER],
        directory=directory(),
        now=now(),
        ids=house().ids,
        work=house().work(),
    )
    if is_new:
        house().wake_up.wake(frozenset({Queue.DEFAULT}))
    return Response(_SILENCE, mimetype="text/xml")


def _is_our_account(told: str) -> bool:
    """One token may serve several accounts; only texts of ours are ours to act on."""
    ours = house().settings.twilio_account_sid
    return bool(ours) and hmac.compare_digest(told.encode(), ours.encode())


def _sid() -> str:
    """The provider's id of the text, by which a repeated delivery is known; '' where it tells none."""
    told = request.form.get("MessageSid") or request.form.get("SmsSid", "")
    return told if _SID.fullmatch(told) else ""
