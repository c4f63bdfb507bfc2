"""An emulator of Twilio's Messages API for the demo and the tests, spoken to by the real SDK.

    python -m webapp.embedded.twilio_emulator --port 8021

prints `ready` once it listens, on loopback only. Beside Twilio's addresses it has those of
`webapp.embedded.twilio_control`. Source: twilio.com/docs/messaging/api.
"""

from __future__ import annotations

import argparse
import base64
import re
import signal
import threading
import uuid
from collections.abc import Mapping
from typing import Any, Final, Self

from webapp.embedded.twilio_account import API_VERSION, RETAINED, Account, Retention, StoredMessage
from webapp.embedded.twilio_behaviour import Behaviour, Manners
from webapp.embedded.twilio_callbacks import CallbackSender
from webapp.embedded.twilio_control import controlled
from webapp.embedded.twilio_posting import Connections, Postman
from webapp.embedded.twilio_requests import error, inbound_form, wrong
from webapp.embedded.twilio_server import Answer, Asked, EmulatorServer
from webapp.embedded.twilio_storm import Storm

ACCOUNT_SID: Final = "AC" + "0" * 32
AUTH_TOKEN: Final = "emulated"  # Opens nothing but this emulator.

_MESSAGES: Final = re.compile(rf"/{API_VERSION}/Accounts/([^/]+)/Messages(?:/([^/.]+))?\.json")
#: How long an answer waits for receipts that are to come before it.
_RECEIPTS_FIRST: Final = 10.0


class TwilioEmulator:
    """One account on a port of its own. Use `with TwilioEmulator() as twilio:` or start and stop."""

    def __init__(
        self,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        port: int = 0,
        callback_base: str | None = None,
        seed: int = 0,
        privacy: bool = True,
        retention: Retention = RETAINED,
    ) -> None:
        """`port` 0: any free one. `callback_base`: where to connect for callbacks, e.g.
        http://127.0.0.1:8000, while the signature stays over the address that the request gave.
        `seed`: for behaviours with a share. `privacy`: the account may use message redaction, and
        `retention` is its own choice. Raises OSError when the port is taken."""
        self._account = Account(account_sid, retention)
        self._privacy = privacy
        self._manners = Manners(seed)
        self._postman = Postman(auth_token, callback_base)
        self._callbacks = CallbackSender(self._account, self._postman)
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
        """What was accepted for sending, oldest first, with all that the API may no longer tell."""
        return [one for one in self._account.messages() if one.direction != "inbound"]

    def behave(self, to: str, *behaviours: Behaviour) -> None:
        """From now on, for the number `to`, for all others with '*', and with 'asked' for requests
        that create nothing (list, fetch, delete, redact)."""
        self._manners.set(to, behaviours)

    def storm(self, weather: Storm | None) -> None:
        """From now on every number without a behaviour of its own meets the weather; None ends it."""
        self._manners.turn_to(weather)

    def text_in(
        self,
        url: str,
        from_: str,
        body: str,
        sid: str | None = None,
        signed: bool = True,
        **params: str,
    ) -> tuple[int, str]:
        """Tell the webhook at the public address `url` of a text from `from_`: its status and body.

        Told twice with the same `sid` it is the same text. `params` are further parameters, or other
        values: To, MessagingServiceSid, OptOutType and so on. Twilio keeps a copy of a signed one.
        Raises NotOnLoopback, OSError or http.client.HTTPException where no answer came.
        """
        sid = sid or f"SM{uuid.uuid4().hex}"
        form = inbound_form(self._account.sid, sid, from_, body) | params
        if signed:
            self._account.take_in(form)
        connections: Connections = {}
        try:
            return self._postman.post(url, form, connections, signed=signed)
        finally:
            for connection in connections.values():
                connection.close()

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
            return controlled(self, asked)
        if asked.authorisation != self._authorisation:
            return error(401, 20003, "Authenticate")
        place = _MESSAGES.fullmatch(asked.path)
        if place is None or place[1] != self._account.sid:
            return error(404, 20404, f"The requested resource {asked.path} was not found")
        if asked.method == "POST" and not place[2]:
            return self._create(asked.form)
        behaviour = self._manners.when_asked()
        if behaviour.delay:
            self._let_go.wait(behaviour.delay)
        if behaviour.cut or not behaviour.accepted:
            return _answered(behaviour, f"Refused: {asked.path} {asked.query}")
        if place[2]:
            return self._one(asked, place[2])
        if asked.method != "GET":
            return error(405, 20004, "Method not allowed")
        try:
            return Answer(200, self._account.page(asked.query))
        except ValueError:
            return error(400, 20001, "Page and PageSize are numbers")

    def _one(self, asked: Asked, sid: str) -> Answer:
        message = self._account.get(sid)
        if message is None:
            return error(404, 20404, f"The requested resource {asked.path} was not found")
        if asked.method == "DELETE":
            if self._account.delete(message):
                return Answer(204, None)
            return error(409, 20009, "Unable to delete record: Resource not complete")
        if asked.method == "POST":
            if "Status" in asked.form:
                return error(400, 30409, "This message cannot be canceled")
            if asked.form.get("Body") != "":
                return error(400, 20001, "A body can only be updated to nothing")
            self._account.redact(message)
        return Answer(200, message.as_json())

    def _create(self, form: Mapping[str, str]) -> Answer:
        with self._counting:
            self._creates += 1
        if refusal := wrong(form, self._privacy):
            return refusal
        to, let_go = form["To"], self._let_go
        behaviour, taken = self._manners.next(to), None
        if behaviour.accepted:
            message = self._account.create(form)
            taken = message.as_json()
            self._callbacks.follow(message, behaviour)
            if behaviour.receipts_first:
                self._callbacks.wait_for(message.sid, _RECEIPTS_FIRST)
        if behaviour.delay:
            let_go.wait(behaviour.delay)
        return _answered(behaviour, f"Refused for the number {to}", taken)


def _answered(behaviour: Behaviour, words: str, taken: Mapping[str, Any] | None = None) -> Answer:
    """What the behaviour says to a request; `taken` is the message that was made."""
    if taken is not None and behaviour.status < 300:
        answer = Answer(behaviour.status, taken)
    else:
        answer = error(behaviour.status, behaviour.code or 0, words)
    after = behaviour.retry_after
    headers = {} if after is None else {"Retry-After": str(after)}
    return Answer(answer.status, answer.content, headers, cut=behaviour.cut)


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
