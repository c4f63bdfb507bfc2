"""A Twilio, a place for its receipts, and messages to nobody real."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest

from tasks.channels import Outgoing
from tasks.channels.sms import TwilioSms
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator

PUBLIC_URL = "https://luotsi.example"
SENDER = "MG" + "1" * 32

Write = Callable[..., Outgoing]


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class Receipts:
    """Every callback that came: path, form and signature, in order."""

    url: str = ""
    came: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    @property
    def statuses(self) -> list[str]:
        return [form["MessageStatus"] for _, form, _ in self.came]


@pytest.fixture
def receipts() -> Iterator[Receipts]:
    kept = Receipts()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            signature = self.headers.get("X-Twilio-Signature", "")
            kept.came.append((self.path, dict(parse_qsl(body, keep_blank_values=True)), signature))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests read what was kept instead."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}"
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server that answers every POST alike, at the address that it gives."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The answer is all there is to see."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def twilio(receipts: Receipts) -> Iterator[TwilioEmulator]:
    with TwilioEmulator(callback_base=receipts.url) as emulator:
        yield emulator


@pytest.fixture
def sms(twilio: TwilioEmulator) -> TwilioSms:
    return TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, twilio.url, read_timeout=0.3)


@pytest.fixture
def write() -> Write:
    """Make an Outgoing, to a number of the emulator unless told otherwise."""

    def written(
        to: str = "+358400000001",
        *,
        subject: str = "Viesti vastaanotettu",
        body: str = "Viestisi on vastaanotettu.\n\nTerveisin",
        language: str = "fi",
        valid_for: timedelta | None = None,
    ) -> Outgoing:
        return Outgoing(
            message_id=uuid4(),
            attempt_id=uuid4(),
            to=to,
            subject=subject,
            body=body,
            language=language,
            purpose="received",
            case_reference="ABCD-EFGH",
            valid_for=valid_for,
        )

    return written


@dataclass(frozen=True)
class Certificate:
    """One for 127.0.0.1 that nobody trusts unless told to."""

    server: ssl.SSLContext
    trusting: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("makes its certificate with the openssl command, which is not here")
    place = tmp_path_factory.mktemp("certificate")
    command = (
        f"{openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        f"-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
        f"-keyout {place}/key.pem -out {place}/certificate.pem"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(place / "certificate.pem", place / "key.pem")
    trusting = ssl.create_default_context(cafile=str(place / "certificate.pem"))
    return Certificate(server, trusting)
