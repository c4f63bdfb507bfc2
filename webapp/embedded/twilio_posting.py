"""Requests as Twilio makes them: signed over the public address, delivered on loopback only.

Source: twilio.com/docs/usage/webhooks/webhooks-security.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

from twilio.request_validator import RequestValidator

_TIMEOUT_SECONDS: Final = 10
#: Open connections by host and port; each thread keeps its own.
Connections = dict[tuple[str, int], http.client.HTTPConnection]


class NotOnLoopback(Exception):
    """The emulator tells nobody outside this machine anything."""


class Postman:
    """Posts forms with the account's signature. Safe between threads."""

    def __init__(self, auth_token: str, base: str | None) -> None:
        """`base`: scheme, host and port to connect to instead of each address's own."""
        self._validator = RequestValidator(auth_token)
        self._base = urlsplit(base) if base else None

    def post(
        self,
        url: str,
        form: Mapping[str, str],
        connections: Connections,
        *,
        signed: bool = True,
    ) -> tuple[int, str]:
        """The answer's status and body. Raises NotOnLoopback, OSError or HTTPException."""
        public = urlsplit(url)
        target = self._base or public
        if not _on_loopback(target):
            raise NotOnLoopback("not on loopback")
        headers = {
            "Host": public.netloc,
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
        }
        if signed:
            headers["X-Twilio-Signature"] = self._validator.compute_signature(url, dict(form))
        path = (public.path or "/") + (f"?{public.query}" if public.query else "")
        where = (target.hostname or "", target.port or 80)
        return _exchanged(where, path, urlencode(form).encode(), headers, connections)


def _exchanged(
    where: tuple[str, int],
    path: str,
    body: bytes,
    headers: dict[str, str],
    connections: Connections,
) -> tuple[int, str]:
    """Post on a kept connection; if that has gone stale, once more on a new one."""
    kept = connections.pop(where, None)
    if kept is not None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return _asked(kept, where, path, body, headers, connections)
        kept.close()
    fresh = http.client.HTTPConnection(*where, timeout=_TIMEOUT_SECONDS)
    return _asked(fresh, where, path, body, headers, connections)


def _asked(
    connection: http.client.HTTPConnection,
    where: tuple[str, int],
    path: str,
    body: bytes,
    headers: dict[str, str],
    connections: Connections,
) -> tuple[int, str]:
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    said = answer.read().decode("utf-8", "replace")
    connections[where] = connection
    return answer.status, said


def _on_loopback(target: SplitResult) -> bool:
    if target.scheme != "http" or not target.hostname:
        return False
    if target.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(target.hostname).is_loopback
    except ValueError:
        return False
