"""How far a connection to Twilio came: what fails before it stands carried nothing, what fails later perhaps did."""

from __future__ import annotations

import contextlib
import gc
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tasks.channels import OutcomeUnknown, SendingFailed, TemporaryFailure
from tasks.channels.sms import TwilioSms
from tests.channels.conftest import PUBLIC_URL, SENDER, Certificate, Write
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN

#: Seconds for a connection to stand, and for an answer over it.
CONNECT, READ = 0.5, 0.5
BODY = b'{"sid": "SM%s", "status": "queued"}' % (b"1" * 32)
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)

Meets = Callable[[socket.socket], None]
#: A connection that was cut while its answer was read is closed with the answer, which is garbage by then.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Collected here, and not in the middle of another test."""
    yield
    gc.collect()


@contextmanager
def meeting(*each: Meets) -> Iterator[int]:
    """A port on which the first connection meets the first, and so on; what remains open is closed."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            for meets in each:
                connection, _ = listening.accept()
                with connection, contextlib.suppress(OSError):
                    meets(connection)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)
        assert not thread.is_alive()


def channel_to(port: int, trusts: Path | None = None) -> TwilioSms:
    where = f"https://127.0.0.1:{port}"
    channel = TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, where, CONNECT, READ)
    if trusts is not None:
        channel._messages._version.domain.twilio.http_client._session.verify = str(trusts)
    return channel


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hello_and_reset(connection: socket.socket) -> None:
    connection.recv(100)
    reset(connection)


def hello_and_end(connection: socket.socket) -> None:
    connection.recv(4096)


def refuse_the_handshake(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")


def speak_plainly(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def say_nothing(connection: socket.socket) -> None:
    time.sleep(2 * CONNECT)


@pytest.mark.parametrize(
    ("meets", "reason"),
    [
        (reset, "connect_failed"),
        (hello_and_reset, "connect_failed"),
        (hello_and_end, "connect_failed"),
        (refuse_the_handshake, "connect_failed"),
        (speak_plainly, "connect_failed"),
        (say_nothing, "connect_timeout"),
    ],
)
def test_a_handshake_that_fails_carried_nothing(write: Write, meets: Meets, reason: str) -> None:
    with meeting(meets) as port, pytest.raises(SendingFailed) as raised:
        channel_to(port).send(write())
    assert (type(raised.value), raised.value.reason_class) == (TemporaryFailure, reason)
    assert raised.value.counts_as_attempt


@pytest.fixture
def trusted(certificate: Certificate, tmp_path: Path) -> Path:
    (known,) = certificate.trusting.get_ca_certs(binary_form=True)[-1:]
    path = tmp_path / "trusted.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(known), "ascii")
    return path


def safely(certificate: Certificate, then: Meets) -> Meets:
    """A handshake as it should be, and what comes then."""

    def meets(connection: socket.socket) -> None:
        with certificate.server.wrap_socket(connection, server_side=True) as wrapped:
            then(wrapped)

    return meets


def read(connection: socket.socket) -> None:
    seen = b""
    while b"Body=" not in seen:
        seen += connection.recv(65536)


def read_and_reset(connection: socket.socket) -> None:
    read(connection)
    reset(connection)


def read_and_end(connection: socket.socket) -> None:
    read(connection)


def read_and_say_nothing(connection: socket.socket) -> None:
    read(connection)
    time.sleep(2 * READ)


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        (reset, "connection_lost"),
        (read_and_reset, "connection_lost"),
        (read_and_end, "connection_lost"),
        (read_and_say_nothing, "read_timeout"),
    ],
)
def test_what_fails_after_the_handshake_may_have_been_sent(
    write: Write, certificate: Certificate, trusted: Path, then: Meets, reason: str
) -> None:
    with meeting(safely(certificate, then)) as port, pytest.raises(SendingFailed) as raised:
        channel_to(port, trusted).send(write())
    assert (type(raised.value), raised.value.reason_class) == (OutcomeUnknown, reason)


def test_over_a_connection_that_had_stood_before_a_text_may_have_been_sent_too(
    write: Write, certificate: Certificate, trusted: Path
) -> None:
    def answer_once(connection: socket.socket) -> None:
        read(connection)
        connection.sendall(ANSWER)
        read_and_reset(connection)

    with meeting(safely(certificate, answer_once)) as port:
        channel = channel_to(port, trusted)
        assert channel.send(write()).startswith("SM")
        with pytest.raises(OutcomeUnknown):
            channel.send(write())


def test_in_the_place_of_one_that_ended_another_is_made_and_carried_nothing_if_it_fails(
    write: Write, certificate: Certificate, trusted: Path
) -> None:
    def answer_and_end(connection: socket.socket) -> None:
        read(connection)
        connection.sendall(ANSWER)

    with meeting(safely(certificate, answer_and_end), hello_and_reset) as port:
        channel = channel_to(port, trusted)
        assert channel.send(write()).startswith("SM")
        time.sleep(0.2)  # the end of the first has arrived
        with pytest.raises(TemporaryFailure):
            channel.send(write())


def lead_nowhere(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")


def lead_and_reset(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    hello_and_reset(connection)


@pytest.mark.parametrize("meets", [lead_nowhere, lead_and_reset, hello_and_end])
def test_a_proxy_that_leads_nowhere_carried_nothing(
    monkeypatch: pytest.MonkeyPatch, write: Write, meets: Meets
) -> None:
    with meeting(meets) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        for other in ("https_proxy", "no_proxy", "NO_PROXY"):
            monkeypatch.delenv(other, raising=False)
        channel = TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL)
        with pytest.raises(TemporaryFailure):
            channel.send(write())
