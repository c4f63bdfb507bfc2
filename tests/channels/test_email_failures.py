"""What is known when a mail server refuses, vanishes or cannot be trusted."""

from __future__ import annotations

import logging
import socket
import threading

import pytest

from tasks.channels import (
    ConfigurationFault,
    OutcomeUnknown,
    PermanentFailure,
    SendingFailed,
    TemporaryFailure,
)
from tasks.channels.email import SmtpMail
from tests.channels.conftest import Certificate, Write, closed_port
from tests.emulators.smtp import SmtpSink

FROM = "ala-vastaa@esimerkkiala.example"
NAMES = {"fi": "Länsi-Åbon hyvinvointialue", "sv": "Västra Åbo välfärdsområde, Österbotten"}
MAIJA = "maija@koe.example"


def mail(sink: SmtpSink) -> SmtpMail:
    return SmtpMail(sink.url, FROM, NAMES)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("450 greylisted", TemporaryFailure),
        ("421 busy", TemporaryFailure),
        ("550 no such user", PermanentFailure),
        ("553 not allowed", PermanentFailure),
    ],
)
def test_a_refused_recipient_is_for_now_or_for_good(
    write: Write, reply: str, kind: type[SendingFailed]
) -> None:
    with SmtpSink(replies={MAIJA: reply}) as sink, pytest.raises(SendingFailed) as raised:
        mail(sink).send(write(MAIJA))
    assert type(raised.value) is kind
    assert raised.value.code == reply[:3]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [("451 later", TemporaryFailure), ("554 refused", PermanentFailure)],
)
def test_a_refused_text_is_for_now_or_for_good(
    write: Write, reply: str, kind: type[SendingFailed]
) -> None:
    with SmtpSink(after_data=reply) as sink, pytest.raises(SendingFailed) as raised:
        mail(sink).send(write(MAIJA))
    assert type(raised.value) is kind


def test_a_server_that_vanishes_after_the_final_dot_leaves_it_unknown(write: Write) -> None:
    with SmtpSink(vanish_after_data=True) as sink:
        with pytest.raises(OutcomeUnknown):
            mail(sink).send(write(MAIJA))
        assert len(sink.wait_for(1)) == 1


def test_a_closed_port_is_a_temporary_failure(write: Write) -> None:
    with pytest.raises(TemporaryFailure) as raised:
        SmtpMail(f"smtp://127.0.0.1:{closed_port()}", FROM, NAMES).send(write(MAIJA))
    assert raised.value.reason_class == "connect_failed"


def answering(*lines: bytes) -> tuple[str, threading.Thread]:
    """A server that answers each command with the next of `lines`, then hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with listening, connection, connection.makefile("rb") as commands:
            for line in lines:
                connection.sendall(line + b"\r\n")
                commands.readline()

    thread = threading.Thread(target=serve)
    thread.start()
    return f"smtp://127.0.0.1:{listening.getsockname()[1]}", thread


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ((b"554 go away",), ConfigurationFault),
        ((b"421 too busy",), TemporaryFailure),
        ((b"220 hi",), TemporaryFailure),
        ((b"220 hi", b"250 ok", b"550 sender unknown"), ConfigurationFault),
        ((b"220 hi", b"250 ok", b"451 later"), TemporaryFailure),
        ((b"220 hi", b"250 ok", b"250 ok", b"250 ok"), TemporaryFailure),
        ((b"220 hi", b"250 ok", b"250 ok", b"250 ok", b"554 no"), PermanentFailure),
        ((b"220 hi", b"250 ok", b"250 ok", b"250 ok", b"354 go"), OutcomeUnknown),
    ],
)
def test_where_a_conversation_breaks_off_tells_what_is_known(
    write: Write, lines: tuple[bytes, ...], kind: type[SendingFailed]
) -> None:
    url, thread = answering(*lines)
    with pytest.raises(SendingFailed) as raised:
        SmtpMail(url, FROM, NAMES).send(write(MAIJA))
    thread.join()
    assert type(raised.value) is kind


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_server_that_wants_a_password_gets_it(write: Write) -> None:
    with SmtpSink(login=("luotsi", "p@ss:sana/")) as sink:
        url = f"smtp://luotsi:p%40ss%3Asana%2F@127.0.0.1:{sink.port}"
        SmtpMail(url, FROM, NAMES).send(write(MAIJA))
        assert len(sink.wait_for(1)) == 1
        wrong = SmtpMail(f"smtp://luotsi:wrong@127.0.0.1:{sink.port}", FROM, NAMES)
        with pytest.raises(ConfigurationFault) as raised:
            wrong.send(write(MAIJA))
    assert raised.value.reason_class == "not_authorised"


def test_a_server_without_encryption_is_refused_where_we_ask_for_it(write: Write) -> None:
    with SmtpSink() as sink:
        url = sink.url.replace("smtp://", "smtp+starttls://")
        with pytest.raises(ConfigurationFault):
            SmtpMail(url, FROM, NAMES).send(write(MAIJA))
        assert sink.received == []


def test_encryption_is_used_only_with_a_server_that_can_prove_its_name(
    write: Write, certificate: Certificate
) -> None:
    with SmtpSink(tls=certificate.server) as sink:
        url = sink.url.replace("smtp://", "smtp+starttls://")
        with pytest.raises(ConfigurationFault) as raised:
            SmtpMail(url, FROM, NAMES).send(write(MAIJA))
        assert raised.value.reason_class == "certificate_refused"
        assert sink.received == []
        SmtpMail(url, FROM, NAMES, tls=certificate.trusting).send(write(MAIJA))
        assert len(sink.wait_for(1)) == 1


def test_a_password_waits_for_encryption(write: Write, certificate: Certificate) -> None:
    with SmtpSink(login=("luotsi", "sana"), tls=certificate.server) as sink:
        url = f"smtp+starttls://luotsi:sana@127.0.0.1:{sink.port}"
        SmtpMail(url, FROM, NAMES, tls=certificate.trusting).send(write(MAIJA))
        assert len(sink.wait_for(1)) == 1


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_an_address_of_no_mail_server_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        SmtpMail(url, FROM, NAMES)


def test_no_address_and_no_text_reaches_a_log_or_an_error(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    outgoing = write(MAIJA, body="Salainen")
    with (
        SmtpSink(replies={MAIJA: f"550 {MAIJA} unknown"}) as sink,
        caplog.at_level(logging.DEBUG),
        pytest.raises(PermanentFailure) as raised,
    ):
        mail(sink).send(outgoing)
    failure = raised.value
    # "mail.*" are the loggers of the server on the other side.
    logged = [one.getMessage() for one in caplog.records if not one.name.startswith("mail.")]
    said = repr([logged, failure, failure.__context__, failure.__cause__, outgoing])
    assert MAIJA not in said
    assert "Salainen" not in said
