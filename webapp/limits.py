"""Rate limits. No address is stored: the key is an HMAC of it under a key of the day.

A broker that is down or hung costs one fifth of a second once; then each process counts for itself.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from datetime import UTC, datetime

from flask import Flask, Response, g, request
from flask_limiter import Limiter, RequestLimit

from webapp.config import Settings
from webapp.ids import derived_key

_key = b""


def visitor() -> str:
    """An opaque key of the visitor, another one each day."""
    day = datetime.now(UTC).date().isoformat()
    key = hmac.digest(_key, day.encode(), hashlib.sha256)
    return hmac.digest(key, (request.remote_addr or "").encode(), hashlib.sha256).hex()[:32]


def _note_when(limit: RequestLimit) -> None:
    g.come_again_at = datetime.fromtimestamp(limit.reset_at, UTC)


limiter = Limiter(visitor, headers_enabled=False, on_breach=_note_when)

#: Guesses of access codes and passwords, per visitor. 80 bits need no more; a person with bad eyes does.
GUESSES = "10 per minute; 60 per hour"
#: Begun messages per visitor: a whole school behind one address must fit.
BEGINNINGS = "60 per minute; 600 per hour"


def init(app: Flask, settings: Settings) -> None:
    global _key
    _key = derived_key(settings.secret_key.get_secret_value(), "visitor")
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.broker_url.get_secret_value(),
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_KEY_PREFIX="luotsi",
    )
    limiter.init_app(app)
    app.after_request(_say_when)


def _say_when(response: Response) -> Response:
    """`g.come_again_at` is when a visitor who tried too often may try again."""
    if response.status_code == 429 and "come_again_at" in g:
        wait = math.ceil((g.come_again_at - datetime.now(UTC)).total_seconds())
        response.headers["Retry-After"] = str(max(1, wait))
    return response
