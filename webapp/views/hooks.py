"""What providers tell us: signed, repeated, late and out of order. An unsigned word changes nothing."""

from __future__ import annotations

from uuid import UUID

import structlog
from flask import Blueprint, Response, abort, request
from twilio.request_validator import RequestValidator

from casework import usecases
from webapp.house import directory, house
from webapp.wiring import now

log = structlog.get_logger()
bp = Blueprint("hooks", __name__, url_prefix="/hooks")


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
    usecases.record_receipt(
        attempt,
        provider_id=request.form.get("MessageSid", "")[:64],
        status=request.form.get("MessageStatus", "")[:32].lower(),
        error_code=request.form.get("ErrorCode", "")[:16],
        directory=directory(),
        now=now(),
        ids=house().ids,
        work=house().work(),
    )
    return Response(status=204)
