"""Status callbacks as Twilio sends them, in whatever order and number a behaviour says.

Source: twilio.com/docs/messaging/guides/track-outbound-message-status.
"""

from __future__ import annotations

import heapq
import http.client
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Final

from webapp.embedded.twilio_account import API_VERSION, Account, StoredMessage
from webapp.embedded.twilio_behaviour import Behaviour, Receipt
from webapp.embedded.twilio_posting import Connections, NotOnLoopback, Postman

_WORKERS: Final = 4


@dataclass(order=True)
class _Step:
    """The next move of one message, due at a moment of the monotonic clock."""

    due: float
    turn: int
    message: StoredMessage = field(compare=False)
    error_code: int | None = field(compare=False)
    receipts: tuple[Receipt, ...] = field(compare=False)


class CallbackSender:
    """Takes messages through their states and posts each one; one message's posts keep their order."""

    def __init__(self, account: Account, postman: Postman) -> None:
        self._account = account
        self._postman = postman
        self._changed = threading.Condition()
        self._waiting: list[_Step] = []
        self._under_way: set[int] = set()
        self._unfinished: set[str] = set()
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
            self._unfinished.clear()
            self._changed.notify_all()

    def follow(self, message: StoredMessage, behaviour: Behaviour) -> None:
        """Begin a message's way through its states."""
        if not behaviour.receipts:
            return
        with self._changed:
            self._unfinished.add(message.sid)
            self._push(message, behaviour.error_code, behaviour.receipts)

    def wait_for(self, sid: str, timeout: float) -> None:
        """Wait until all receipts of one message have been posted, or as long as `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or sid not in self._unfinished, timeout)

    def settle(self, timeout: float) -> None:
        """Wait until nothing is left to post. Raises TimeoutError after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(
                lambda: not self._waiting and not self._under_way, timeout
            ):
                raise TimeoutError(f"callbacks still under way after {timeout} s")

    def _push(
        self, message: StoredMessage, error_code: int | None, receipts: tuple[Receipt, ...]
    ) -> None:
        due = time.monotonic() + receipts[0].delay
        step = _Step(due, next(self._turns), message, error_code, receipts)
        heapq.heappush(self._waiting, step)
        self._changed.notify_all()

    def _work(self) -> None:
        connections: Connections = {}
        while (step := self._next()) is not None:
            self._take(step, connections)
            with self._changed:
                if step.turn in self._under_way:
                    self._under_way.remove(step.turn)
                    if step.receipts[1:]:
                        self._push(step.message, step.error_code, step.receipts[1:])
                    else:
                        self._unfinished.discard(step.message.sid)
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

    def _take(self, step: _Step, connections: Connections) -> None:
        message, receipt = step.message, step.receipts[0]
        failed = receipt.status in {"undelivered", "failed"}
        error_code = step.error_code if failed else None
        self._account.advance(message, receipt.status, error_code)
        if message.status_callback is None:
            return
        form = _form(message, receipt.status, error_code)
        for _ in range(receipt.times):
            answer = self._told(message.status_callback, form, connections)
            at = datetime.now(UTC).isoformat()
            message.callbacks.append({"status": receipt.status, "answer": answer, "at": at})

    def _told(self, url: str, form: dict[str, str], connections: Connections) -> int | str:
        """The answer's HTTP status, or in words why there is none."""
        try:
            return self._postman.post(url, form, connections)[0]
        except NotOnLoopback as refusal:
            return str(refusal)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__


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
