"""Status callbacks as Twilio sends them: signed over the public address, delivered on loopback only.

Sources: twilio.com/docs/usage/webhooks/webhooks-security (signature),
twilio.com/docs/messaging/guides/track-outbound-message-status (fields).
"""

from __future__ import annotations

import contextlib
import heapq
import http.client
import ipaddress
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from webapp.embedded.twilio_account import API_VERSION, Account, StoredMessage
from webapp.embedded.twilio_behaviour import Behaviour

_WORKERS: Final = 4
_TIMEOUT_SECONDS: Final = 10
_Connections = dict[tuple[str, int], http.client.HTTPConnection]


@dataclass(order=True)
class _Step:
    """The next move of one message, due at a moment of the monotonic clock."""

    due: float
    turn: int
    message: StoredMessage = field(compare=False)
    behaviour: Behaviour = field(compare=False)
    statuses: tuple[str, ...] = field(compare=False)


class CallbackSender:
    """Takes messages through their states and posts each one; one message's posts keep their order."""

    def __init__(self, account: Account, auth_token: str, callback_base: str | None) -> None:
        """`callback_base`: scheme, host and port to connect to instead of the callback's own."""
        self._account = account
        self._validator = RequestValidator(auth_token)
        self._base = urlsplit(callback_base) if callback_base else None
        self._changed = threading.Condition()
        self._waiting: list[_Step] = []
        self._under_way: set[int] = set()
        self._turns = count()
        self._stopping = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._work, name=f"twilio-callbacks-{number}", daemon=True)
            for number in range(_WORKERS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def reset(self) -> None:
        """Forget what has not been posted; a post under way ends, and nothing follows it."""
        with self._changed:
            self._waiting.clear()
            self._under_way.clear()
            self._changed.notify_all()

    def follow(self, message: StoredMessage, behaviour: Behaviour) -> None:
        """Begin a message's way through its states."""
        statuses = behaviour.statuses
        if behaviour.callbacks == "reordered":
            statuses = statuses[::-1]
        if behaviour.callbacks == "doubled":
            statuses = tuple(status for status in statuses for _ in range(2))
        with self._changed:
            self._push(message, behaviour, statuses)

    def settle(self, timeout: float) -> None:
        """Wait until nothing is left to post. Raises TimeoutError after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(
                lambda: not self._waiting and not self._under_way, timeout
            ):
                raise TimeoutError(f"callbacks still under way after {timeout} s")

    def _push(
        self, message: StoredMessage, behaviour: Behaviour, statuses: tuple[str, ...]
    ) -> None:
        due = time.monotonic() + behaviour.callback_delay
        step = _Step(due, next(self._turns), message, behaviour, statuses)
        heapq.heappush(self._waiting, step)
        self._changed.notify_all()

    def _work(self) -> None:
        connections: _Connections = {}
        while (step := self._next()) is not None:
            self._take(step, connections)
            with self._changed:
                if step.turn in self._under_way:
                    self._under_way.remove(step.turn)
                    if step.statuses[1:]:
                        self._push(step.message, step.behaviour, step.statuses[1:])
                    self._changed.notify_all()
        for connection in connections.values():
            connection.close()

    def _next(self) -> _Step | None:
        with self._changed:
            while not self._stopping:
                patience = self._waiting[0].due - time.monotonic() if self._waiting else None
                if patience is not None and patience <= 0:
                    step = heapq.heappop(self._waiting)
                    self._under_way.add(step.turn)
                    return step
                self._changed.wait(patience)
        return None

    def _take(self, step: _Step, connections: _Connections) -> None:
        message, status = step.message, step.statuses[0]
        failed = status in {"undelivered", "failed"}
        error_code = step.behaviour.error_code if failed else None
        self._account.advance(message, status, error_code)
        if message.status_callback is None or step.behaviour.callbacks == "dropped":
            return
        answer = self._post(
            message.status_callback, _form(message, status, error_code), connections
        )
        message.callbacks.append(
            {"status": status, "answer": answer, "at": datetime.now(UTC).isoformat()}
        )

    def _post(self, url: str, form: dict[str, str], connections: _Connections) -> int | str:
        """The answer's HTTP status, or in words why there is none."""
        public = urlsplit(url)
        target = self._base or public
        if not _on_loopback(target):
            return "not on loopback"
        headers = {
            "Host": public.netloc,
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": self._validator.compute_signature(url, form),
        }
        path = (public.path or "/") + (f"?{public.query}" if public.query else "")
        where = (target.hostname or "", target.port or 80)
        try:
            return _exchanged(where, path, urlencode(form).encode(), headers, connections)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__


def _exchanged(
    where: tuple[str, int],
    path: str,
    body: bytes,
    headers: dict[str, str],
    connections: _Connections,
) -> int:
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
    connections: _Connections,
) -> int:
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connections[where] = connection
    return answer.status


def _form(message: StoredMessage, status: str, error_code: int | None) -> dict[str, str]:
    form = {
        "AccountSid": message.account_sid,
        "ApiVersion": API_VERSION,
        "From": message.sender or "",
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
    }
    if message.messaging_service_sid:
        form["MessagingServiceSid"] = message.messaging_service_sid
    if error_code is not None:
        form["ErrorCode"] = str(error_code)
    return form


def _on_loopback(target: SplitResult) -> bool:
    if target.scheme != "http" or not target.hostname:
        return False
    if target.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(target.hostname).is_loopback
    except ValueError:
        return False
