"""A real SMTP server in a thread that keeps what it is sent, and refuses or vanishes when told to."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as it came over the wire: the envelope, the bytes, and the bytes parsed."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    raw: bytes
    message: EmailMessage


@dataclass
class SmtpSink:
    """`with SmtpSink() as sink:` then `sink.url`, `sink.received`.

    `replies`: recipient -> the reply to its RCPT ("550 no such user"). `after_data`: the reply to the
    final dot. `vanish_after_data`: keep the mail, then close the connection without a word.
    `login`: user and password that are asked for. `tls`: offer STARTTLS with this context.
    """

    replies: dict[str, str] = field(default_factory=dict)
    after_data: str = "250 kept"
    vanish_after_data: bool = False
    login: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    received: list[Received] = field(default_factory=list)
    port: int = 0
    _arrived: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def wait_for(self, count: int, timeout: float = 10) -> list[Received]:
        """The mails, once there are at least `count`. Raises TimeoutError."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.received) >= count, timeout):
                raise TimeoutError(f"{len(self.received)} of {count} mails in {timeout} s")
            return list(self.received)

    # The names below are aiosmtpd's hooks.

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.replies.get(address, "250 ok")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.after_data.startswith("2"):
            self._keep(envelope)
        if self.vanish_after_data and server.transport is not None:
            server.transport.close()
        return self.after_data

    def _keep(self, envelope: Envelope) -> None:
        raw = bytes(envelope.original_content or b"")
        parsed = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
        mail = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, parsed)
        with self._arrived:
            self.received.append(mail)
            self._arrived.notify_all()

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        given = (
            (data.login.decode(), data.password.decode())
            if isinstance(data, LoginPassword)
            else None
        )
        # Not handled: aiosmtpd itself says the words that fit.
        return AuthResult(success=given == self.login, handled=False)


class _AnyPort(Controller):
    """Listens on whatever port is free, and says which before it is first connected to."""

    def __init__(self, sink: SmtpSink, **where: Any) -> None:
        asked: dict[str, Any] = {}
        if sink.login:
            asked = {
                "authenticator": sink.authenticate,
                "auth_required": True,
                "auth_require_tls": sink.tls is not None,
            }
        super().__init__(sink, decode_data=False, tls_context=sink.tls, **asked, **where)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]
