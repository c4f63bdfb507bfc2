"""An emulator of Twilio's Messages API for the demo and the tests, spoken to by the real SDK.

    python -m webapp.embedded.twilio_emulator --port 8021

prints `ready` once it listens, on loopback only. Beside Twilio's addresses it has
`PUT /_control/behaviour` (`{"to": "+358...|*", "behaviour": {...} or [{...}, ...]}`),
`POST /_control/reset` and `GET /_control/messages`. Source: twilio.com/docs/messaging/api.
"""

from __future__ import annotations

import argparse
import base64
import re
import signal
import threading
from collections.abc import Mapping
from typing import Any, Final, Self

from webapp.embedded.twilio_account import API_VERSION, Account, StoredMessage
from webapp.embedded.twilio_behaviour import Behaviour, Manners
from webapp.embedded.twilio_callbacks import CallbackSender
from webapp.embedded.twilio_server import Answer, Asked, EmulatorServer

ACCOUNT_SID: Final = "AC" + "0" * 32
AUTH_TOKEN: Final = "emulated"  # Opens nothing but this emulator.

_MESSAGES: Final = re.compile(rf"/{API_VERSION}/Accounts/([^/]+)/Messages(?:/([^/.]+))?\.json")
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")


class TwilioEmulator:
    """One account on a port of its own. Use `with TwilioEmulator() as twilio:` or start and stop."""

    def __init__(
        self,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        port: int = 0,
        callback_base: str | None = None,
        seed: int = 0,
    ) -> None:
        """`port` 0: any free one. `callback_base`: where to connect for callbacks, e.g.
        http://127.0.0.1:8000, while the signature stays over the address that the request gave.
        `seed`: for behaviours with a share. Raises OSError when the port is taken."""
        self._account = Account(account_sid)
        self._manners = Manners(seed)
        self._callbacks = CallbackSender(self._account, auth_token, callback_base)
        login = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._authorisation = f"Basic {login}"
        self._let_go = threading.Event()
        self._creates = 0
        self._counting = threading.Lock()
        self._server = EmulatorServer(port, self._answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> Self:
        self._callbacks.start()
        self._server.start()
        return self

    def stop(self) -> None:
        self._let_go.set()
        self._server.stop()
        self._callbacks.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def creates(self) -> int:
        """How many requests to create a message came, refused ones included."""
        return self._creates

    def messages(self) -> list[StoredMessage]:
        """What was accepted, oldest first."""
        return self._account.messages()

    def behave(self, to: str, *behaviours: Behaviour) -> None:
        """From now on, for the number `to` or for all others with '*'."""
        self._manners.set(to, behaviours)

    def settle(self, timeout: float = 10) -> None:
        """Wait until every callback has been posted. Raises TimeoutError."""
        self._callbacks.settle(timeout)

    def reset(self) -> None:
        """Forget messages, behaviours and callbacks, and let go of held answers."""
        self._manners.reset()
        self._callbacks.reset()
        self._account.reset()
        self._creates = 0
        held, self._let_go = self._let_go, threading.Event()
        held.set()

    def _answer(self, asked: Asked) -> Answer:
        if asked.path.startswith("/_control/"):
            return self._controlled(asked)
        if asked.authorisation != self._authorisation:
            return _error(401, 20003, "Authenticate")
        place = _MESSAGES.fullmatch(asked.path)
        if place is None or place[1] != self._account.sid:
            return _error(404, 20404, f"The requested resource {asked.path} was not found")
        if place[2]:
            return self._one(asked, place[2])
        if asked.method == "POST":
            return self._create(asked.form)
        try:
            return Answer(200, self._account.page(asked.query))
        except ValueError:
            return _error(400, 20001, "Page and PageSize are numbers")

    def _one(self, asked: Asked, sid: str) -> Answer:
        message = self._account.get(sid)
        if message is None:
            return _error(404, 20404, f"The requested resource {asked.path} was not found")
        if asked.method == "DELETE":
            self._account.delete(sid)
            return Answer(204, None)
        if asked.method == "POST":
            if asked.form.get("Body") != "":
                return _error(400, 20001, "A body can only be updated to nothing")
            self._account.redact(message)
        return Answer(200, message.as_json())

    def _create(self, form: Mapping[str, str]) -> Answer:
        with self._counting:
            self._creates += 1
        if wrong := _wrong(form):
            return wrong
        to = form["To"]
        behaviour = self._manners.next(to)
        let_go = self._let_go
        answer = _error(behaviour.status, behaviour.code or 0, f"Refused for the number {to}")
        if behaviour.accepted:
            message = self._account.create(form)
            if behaviour.status < 300:
                answer = Answer(behaviour.status, message.as_json())
            self._callbacks.follow(message, behaviour)
        if behaviour.delay:
            let_go.wait(behaviour.delay)
        headers = {}
        if behaviour.retry_after is not None:
            headers["Retry-After"] = str(behaviour.retry_after)
        return Answer(answer.status, answer.content, headers, cut=behaviour.cut)

    def _controlled(self, asked: Asked) -> Answer:
        match asked.method, asked.path:
            case "PUT", "/_control/behaviour":
                return self._told(asked.json)
            case "POST", "/_control/reset":
                self.reset()
                return Answer(200, {"reset": True})
            case "GET", "/_control/messages":
                seen = [one.as_seen_by_control() for one in self.messages()]
                return Answer(200, {"messages": seen, "creates": self._creates})
        return Answer(404, {"error": "no such control"})

    def _told(self, given: Any) -> Answer:
        try:
            told = given["behaviour"]
            behaviours = [
                Behaviour.from_json(one) for one in (told if isinstance(told, list) else [told])
            ]
            self.behave(str(given["to"]), *behaviours)
        except (KeyError, TypeError, ValueError) as error:
            return Answer(400, {"error": str(error)})
        return Answer(200, {"to": given["to"], "behaviours": len(behaviours)})


def _wrong(form: Mapping[str, str]) -> Answer | None:
    """What Twilio checks before anything else."""
    if not form.get("To"):
        return _error(400, 21604, "A 'To' phone number is required.")
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return _error(400, 21603, "A 'From' phone number is required.")
    if not form.get("Body"):
        return _error(400, 21602, "Message body is required.")
    if len(form["Body"]) > 1600:
        return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if not _E164.fullmatch(form["To"]):
        return _error(400, 21211, f"Invalid 'To' Phone Number: {form['To']}")
    return None


def _error(status: int, code: int, message: str) -> Answer:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Answer(status, {"code": code, "message": message, "more_info": more, "status": status})


def main() -> None:
    """Serve until interrupted or told to end."""
    options = argparse.ArgumentParser(prog="twilio_emulator", description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--account-sid", default=ACCOUNT_SID)
    options.add_argument("--auth-token", default=AUTH_TOKEN)
    options.add_argument("--callback-base", help="where to connect for callbacks; loopback only")
    options.add_argument("--seed", type=int, default=0, help="for behaviours with a share")
    given = options.parse_args()
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    with TwilioEmulator(
        given.account_sid, given.auth_token, given.port, given.callback_base, given.seed
    ):
        print("ready", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
