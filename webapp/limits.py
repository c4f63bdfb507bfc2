"""Rate limits. No address is stored, of a visitor or of an account: the key is an HMAC of it under a key
of the day.

A broker that is down or hung costs one fifth of a second once; then each process counts for itself.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from datetime import UTC, datetime
from ipaddress import IPv6Address, IPv6Network, ip_address

from email_validator import EmailNotValidError, validate_email
from flask import Flask, Response, g, request
from flask_limiter import Limiter, RequestLimit

from webapp.config import Settings
from webapp.ids import derived_key

_key = b""


def visitor() -> str:
    """An opaque key of the visitor, another one each day."""
    return _opaque(f"visitor {_home(request.remote_addr or '')}")


def typed_account() -> str:
    """An opaque key of the e-mail address that was typed at a sign-in, whether or not it has an account.

    All sign-ins that are not our form's, or leave it blank, share one key: nobody's work depends on them.
    """
    typed = request.form.get("email", "").strip()
    try:
        # As the account will be looked up: one address has many spellings.
        read = validate_email(typed, check_deliverability=False, globally_deliverable=False)
        typed = read.normalized
    except EmailNotValidError:
        pass  # It opens no account, but must not read differently either.
    return _opaque(f"account {typed.casefold()}")


def _opaque(whom: str) -> str:
    day = datetime.now(UTC).date().isoformat()
    key = hmac.digest(_key, day.encode(), hashlib.sha256)
    return hmac.digest(key, whom.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:32]


def _home(address: str) -> str:
    """IPv4 as it is; of IPv6 the first 64 bits, for one household or server has all the rest (RFC 6177)."""
    try:
        found = ip_address(address)
    except ValueError:  # a socket of the system, or a test
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), 64), strict=False))


def was_refused(response: Response) -> bool:
    return response.status_code == 422


def _note_when(limit: RequestLimit) -> None:
    g.come_again_at = datetime.fromtimestamp(limit.reset_at, UTC)


limiter = Limiter(visitor, headers_enabled=False, on_breach=_note_when)

#: Guesses of access codes and passwords, per visitor. 80 bits need no more; a person with bad eyes does.
GUESSES = "10 per minute; 60 per hour"
#: Wrong passwords for one typed address, from wherever they come. Those who know theirs spend nothing, and
#: the number is generous: who knows a worker's address must not easily keep that worker out at night.
GUESSES_AT_ACCOUNT = "30 per minute; 300 per hour"
guesses_at_account = limiter.limit(
    GUESSES_AT_ACCOUNT, key_func=typed_account, deduct_when=was_refused
)
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
