"""E-mail over SMTP with the standard library, and what is known after each kind of failure.

The final dot is the line: before it left, nothing was sent; after it, a lost answer means unknown.
Sources: RFC 5321 (SMTP), RFC 5322 and 2047 (headers), RFC 3834 (Auto-Submitted), RFC 5890 (IDNA 2008),
MS-OXCMAIL 2.1.3.2.20 (X-Auto-Response-Suppress).
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from email_validator import validate_email

from casework.mail_refusals import Step, refusal_of_reply
from casework.refusals import Kind, Refusal
from tasks.channels import (
    ConfigurationFault,
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    SendingFailed,
    TemporaryFailure,
)
from webapp.message_texts import render_html

#: For a connection to come to be.
TIMEOUT_SECONDS: Final = 10
#: For all that goes before the final dot, and for the answer to it: a relay that looks through mails before it takes
#: them needs its time (RFC 5321, 4.5.3.2, would give it ten minutes), but both together must stay within the lease on
#: the row, see `casework.messages.LEASE`.
_PATIENCE_SECONDS: Final = 30
_ANSWER_SECONDS: Final = 50

_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_INVISIBLE: Final = "\u200b\u2060\ufeff"
_PORTS: Final[Mapping[str, int]] = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
#: Exchange answers with none of these; 'All' would hold back the report that a mail did not arrive too.
_NO_ANSWERS: Final = "DR, RN, NRN, OOF, AutoReply"


@dataclass(frozen=True, slots=True)
class _Server:
    scheme: str
    host: str
    port: int
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)


class SmtpMail:
    """One mail server and one sender. A connection per message; safe to share between threads."""

    def __init__(
        self,
        smtp_url: str,
        mail_from: str,
        sender_name: str | Mapping[str, str],
        return_path: Callable[[UUID], str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`smtp_url`: smtp://, smtps:// or smtp+starttls:// with user:password@ where needed, percent-
        encoded. `sender_name`: one, or one by language. `return_path`: where an attempt's bounces
        go, else `mail_from`. `tls`: for a private authority; default the system's. Raises ValueError."""
        self._server = _parsed(smtp_url)
        self._from = _wire_address(mail_from)
        self._names = sender_name
        self._return_path = return_path or (lambda _: mail_from)
        _wire_address(self._return_path(UUID(int=0)))
        self._tls = tls

    def send(self, outgoing: Outgoing) -> str:
        """The Message-ID, the same for each attempt of one message. Raises as `Channel.send`."""
        message_id = f"<{outgoing.message_id}@{self._from.domain}>"
        failure: SendingFailed
        try:
            to = _wire_address(outgoing.to)
            sender = _wire_address(self._return_path(outgoing.attempt_id))
            content = self._message(outgoing, to, message_id).as_bytes()
        except ValueError:
            # Not chained: the original quotes the address.
            failure = PermanentFailure("invalid_address_or_header")
        else:
            conversation = _Conversation(self._server, self._tls, self._from.domain)
            found = conversation.deliver(sender.addr_spec, to.addr_spec, content)
            if found is None:
                return message_id
            failure = found
        raise failure

    def _message(self, outgoing: Outgoing, to: Address, message_id: str) -> EmailMessage:
        name = self._names
        if not isinstance(name, str):
            name = name.get(outgoing.language) or next(iter(name.values()))
        for line in (outgoing.subject, outgoing.language, name):
            if _CONTROL.search(line):
                raise ValueError("a control character in a header")
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(name, self._from.username, self._from.domain)
        message["To"] = to
        message["Subject"] = outgoing.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = _NO_ANSWERS
        html = render_html(outgoing.subject, outgoing.body, outgoing.language)
        message.set_content(outgoing.body, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        # Last: what begins with Content- would have moved into the first part.
        message["Content-Language"] = outgoing.language
        return message


class _Conversation:
    """One SMTP session for one message, noting whether the final dot has left."""

    def __init__(self, server: _Server, tls: ssl.SSLContext | None, our_name: str) -> None:
        self._server = server
        self._tls = tls or ssl.create_default_context()
        self._our_name = our_name
        self._give_up_at = time.monotonic() + _PATIENCE_SECONDS
        self._dot_left = False

    def deliver(self, sender: str, recipient: str, content: bytes) -> SendingFailed | None:
        """None when the server took responsibility, else what is known of the failure."""
        try:
            with contextlib.closing(self._connected()) as smtp:
                self._introduced(smtp)
                return self._handed_over(smtp, sender, recipient, content)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return OutcomeUnknown("connection_lost") if self._dot_left else _not_sent(error)

    def _connected(self) -> smtplib.SMTP:
        server, name = self._server, self._our_name
        # Our name is given, for looking it up can take seconds and tells of the inner network.
        if server.scheme == "smtps":
            return smtplib.SMTP_SSL(
                server.host, server.port, name, timeout=TIMEOUT_SECONDS, context=self._tls
            )
        return smtplib.SMTP(server.host, server.port, name, timeout=TIMEOUT_SECONDS)

    def _introduced(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._server.scheme == "smtp+starttls":
            smtp.starttls(context=self._tls)
            smtp.ehlo_or_helo_if_needed()
        if self._server.user:
            smtp.login(self._server.user, self._server.password or "")

    def _handed_over(
        self, smtp: smtplib.SMTP, sender: str, recipient: str, content: bytes
    ) -> SendingFailed | None:
        steps: tuple[tuple[Step, Callable[[], tuple[int, bytes]], int], ...] = (
            (Step.SENDER, lambda: smtp.mail(sender), 250),
            (Step.RECIPIENT, lambda: smtp.rcpt(recipient), 250),
            (Step.TEXT, lambda: smtp.docmd("DATA"), 354),
            (Step.TEXT, lambda: self._dotted(smtp, content), 250),
        )
        for step, say, wanted in steps:
            left = self._give_up_at - time.monotonic()
            if left <= 0:
                return TemporaryFailure("server_too_slow")
            self._wait_at_most(smtp, left)
            code, words = say()
            if code not in (wanted, wanted + 1):
                return self._refused(step, code, words)
        with contextlib.suppress(OSError):  # The message is theirs now; a parting word may be lost.
            smtp.putcmd("QUIT")
        return None

    @staticmethod
    def _wait_at_most(smtp: smtplib.SMTP, seconds: float) -> None:
        if smtp.sock is not None:  # None once the server hung up, as the next command finds
            smtp.sock.settimeout(seconds)

    def _dotted(self, smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        smtp.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
        self._dot_left = True
        self._wait_at_most(smtp, _ANSWER_SECONDS)
        return smtp.getreply()

    def _refused(self, step: Step, code: int, words: bytes) -> SendingFailed:
        if 400 <= code < 600:
            return _failure(refusal_of_reply(step, code, words.decode("ascii", "replace")))
        if self._dot_left:
            return OutcomeUnknown("answer_not_understood", str(code))
        return TemporaryFailure("answer_not_understood", str(code))


def _failure(refusal: Refusal) -> SendingFailed:
    kinds: Mapping[Kind, type[SendingFailed]] = {
        Kind.SLOW_DOWN: TemporaryFailure,
        Kind.CONFIGURATION: ConfigurationFault,
    }
    return kinds.get(refusal.kind, PermanentFailure)(refusal.reason, refusal.code)


def _not_sent(error: Exception) -> SendingFailed:
    """What a failure before the final dot means. Greeting and sign-in are about us, never about you."""
    match error:
        case ssl.SSLCertVerificationError():
            return ConfigurationFault("certificate_refused")
        case smtplib.SMTPResponseException(smtp_code=code) if 400 <= code < 600:
            signing_in = isinstance(error, smtplib.SMTPAuthenticationError)
            return _failure(refusal_of_reply(Step.SIGN_IN if signing_in else Step.GREETING, code))
        case smtplib.SMTPResponseException() | smtplib.SMTPServerDisconnected():
            return TemporaryFailure("connection_lost")
        case smtplib.SMTPException():
            return ConfigurationFault("server_lacks_feature")
        case TimeoutError():
            return TemporaryFailure("timeout")
        case ValueError():
            # A host, a name or a password that cannot be said in ASCII, or a question that makes no sense.
            return ConfigurationFault("setting_refused")
        case _:
            return TemporaryFailure("connect_failed")


def _wire_address(address: str) -> Address:
    """The address as it goes on the wire: trimmed, pure ASCII. Raises ValueError."""
    local, _, domain = address.strip().strip(_INVISIBLE).strip().rpartition("@")
    ascii_domain = domain.lower() if domain.isascii() else _in_ascii(domain)
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise ValueError("not an e-mail address")
    return Address(username=local, domain=ascii_domain)


def _in_ascii(domain: str) -> str:
    """By IDNA 2008. Python's own codec follows IDNA 2003, which makes another domain of one with ß."""
    found = validate_email(f"x@{domain}", check_deliverability=False, globally_deliverable=False)
    return found.ascii_domain


def _parsed(smtp_url: str) -> _Server:
    parts = urlsplit(smtp_url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(
            "SMTP_URL must begin with smtp://, smtps:// or smtp+starttls:// and a host"
        )
    return _Server(
        parts.scheme,
        parts.hostname,
        parts.port or _PORTS[parts.scheme],
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )
