"""What is known when a mail server refuses, vanishes or cannot be trusted."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading

import pytest

from casework.messages import LEASE
from tasks.channels import (
    ConfigurationFault,
    OutcomeUnknown,
    PermanentFailure,
    SendingFailed,
    TemporaryFailure,
    email,
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
    ("reply", "kind", "reason", "code"),
    [
        ("450 greylisted", TemporaryFailure, "refused_for_now", "450"),
        ("450 4.7.1 greylisted, come again", TemporaryFailure, "refused_for_now", "4.7.1"),
        ("421 busy", TemporaryFailure, "refused_for_now", "421"),
        ("452 4.2.2 full", TemporaryFailure, "refused_for_now", "4.2.2"),
        ("450 4.1.1 not checked yet", TemporaryFailure, "refused_for_now", "4.1.1"),
        ("550 no such user", PermanentFailure, "recipient_refused", "550"),
        ("550 5.1.1 no such user", PermanentFailure, "recipient_refused", "5.1.1"),
        ("550 5.1.10 null MX", PermanentFailure, "recipient_refused", "5.1.10"),
        ("550 5.4.1 access denied", PermanentFailure, "recipient_refused", "5.4.1"),
        ("551 user has moved", PermanentFailure, "recipient_refused", "551"),
        ("552 full", PermanentFailure, "mailbox_full", "552"),
        ("552 5.2.2 full", PermanentFailure, "mailbox_full", "5.2.2"),
        ("550 5.2.1 disabled", PermanentFailure, "mailbox_closed", "5.2.1"),
        ("550 5.7.13 account closed", PermanentFailure, "mailbox_closed", "5.7.13"),
        ("553 not allowed", PermanentFailure, "recipient_refused", "553"),
        # What is refused of one recipient says nothing about the others, whatever the words.
        ("550 5.7.1 policy", PermanentFailure, "mail_refused", "5.7.1"),
        ("554 5.7.1 relay access denied", PermanentFailure, "mail_refused", "5.7.1"),
        ("550 5.7.23 SPF", PermanentFailure, "mail_refused", "5.7.23"),
        ("550 5.1.8 sender's domain", PermanentFailure, "mail_refused", "5.1.8"),
        ("556 5.1.10 no mail", PermanentFailure, "recipient_refused", "5.1.10"),
        ("521 no mail here", PermanentFailure, "mail_server_away", "521"),
        ("554 5.4.14 loop", PermanentFailure, "mail_server_away", "5.4.14"),
        ("599 what", PermanentFailure, "mail_refused", "599"),
        # A server may ask for a sign-in as late as here.
        ("530 5.7.0 sign in first", ConfigurationFault, "not_authorised", "5.7.0"),
    ],
)
def test_a_refused_recipient_is_for_now_or_for_good(
    write: Write, reply: str, kind: type[SendingFailed], reason: str, code: str
) -> None:
    with SmtpSink(replies={MAIJA: reply}) as sink, pytest.raises(SendingFailed) as raised:
        mail(sink).send(write(MAIJA))
    failure = raised.value
    assert (type(failure), failure.reason_class, failure.code) == (kind, reason, code)


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


def test_a_relay_that_looks_through_a_mail_before_it_takes_it_has_its_time(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "TIMEOUT_SECONDS", 0.2)
    url, thread = answering(*TAKEN, b"250 ok", dwell=0.5)
    SmtpMail(url, FROM, NAMES).send(write(MAIJA))
    thread.join()


def test_a_relay_that_never_answers_the_final_dot_leaves_it_unknown(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "_ANSWER_SECONDS", 0.1)
    url, thread = answering(*TAKEN, b"250 ok", dwell=0.5)
    with pytest.raises(OutcomeUnknown):
        SmtpMail(url, FROM, NAMES).send(write(MAIJA))
    thread.join()


def test_all_that_is_waited_for_stays_within_the_lease() -> None:
    waited = email.TIMEOUT_SECONDS + email._PATIENCE_SECONDS + email._ANSWER_SECONDS
    assert waited <= LEASE.total_seconds()


def answering(*lines: bytes, dwell: float = 0) -> tuple[str, threading.Thread]:
    """A server that answers each command with the next of `lines`, the last one after `dwell` seconds, then hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with listening, connection, connection.makefile("rb") as commands:
            for left, line in zip(range(len(lines), 0, -1), lines, strict=True):
                if dwell and left == 1:
                    while commands.readline() != b".\r\n":
                        """Until the final dot."""
                    threading.Event().wait(dwell)
                with contextlib.suppress(OSError):  # who waited long enough is gone
                    connection.sendall(line + b"\r\n")
                    commands.readline()

    thread = threading.Thread(target=serve)
    thread.start()
    return f"smtp://127.0.0.1:{listening.getsockname()[1]}", thread


HELLO = (b"220 hi", b"250 ok")
TAKEN = (*HELLO, b"250 ok", b"250 ok", b"354 go")


@pytest.mark.parametrize(
    ("lines", "kind", "reason", "code"),
    [
        ((b"421 4.3.2 closing",), TemporaryFailure, "refused_for_now", "421"),
        ((b"554 5.7.1 not you",), ConfigurationFault, "server_refuses_us", "554"),
        ((*HELLO, b"550 5.1.8 who"), ConfigurationFault, "sender_refused", "5.1.8"),
        ((*HELLO, b"530 5.7.0 STARTTLS first"), ConfigurationFault, "not_authorised", "5.7.0"),
        ((*HELLO, b"552 5.3.4 too big"), ConfigurationFault, "sender_refused", "5.3.4"),
        ((*HELLO, b"452 4.2.2 full"), TemporaryFailure, "refused_for_now", "4.2.2"),
        ((*HELLO, b"452 4.3.1 disk full"), TemporaryFailure, "refused_for_now", "4.3.1"),
        ((*TAKEN, b"451 4.3.0 later"), TemporaryFailure, "refused_for_now", "4.3.0"),
        ((*TAKEN, b"452 4.2.2 full"), TemporaryFailure, "refused_for_now", "4.2.2"),
        ((*TAKEN, b"421 4.7.0 slow down"), TemporaryFailure, "refused_for_now", "4.7.0"),
        ((*TAKEN, b"552 5.2.2 full"), PermanentFailure, "mailbox_full", "5.2.2"),
        ((*TAKEN, b"552 too big"), PermanentFailure, "text_refused", "552"),
        ((*TAKEN, b"554 5.7.1 spam"), PermanentFailure, "mail_refused", "5.7.1"),
        ((*TAKEN, b"554 5.6.0 odd"), PermanentFailure, "text_refused", "5.6.0"),
        ((*TAKEN, b"550 5.1.1 nobody"), PermanentFailure, "recipient_refused", "5.1.1"),
        ((*TAKEN, b"999 what"), OutcomeUnknown, "answer_not_understood", "999"),
    ],
)
def test_a_refusal_is_told_by_its_step_and_its_enhanced_status(
    write: Write, lines: tuple[bytes, ...], kind: type[SendingFailed], reason: str, code: str
) -> None:
    url, thread = answering(*lines)
    with pytest.raises(SendingFailed) as raised:
        SmtpMail(url, FROM, NAMES).send(write(MAIJA))
    thread.join()
    failure = raised.value
    assert (type(failure), failure.reason_class) == (kind, reason)
    assert failure.code == code


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


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("login", ["user:sala%C3%A4inen", "k%C3%A4ytt%C3%A4j%C3%A4:secret"])
def test_a_password_that_cannot_be_said_is_our_own_fault(write: Write, login: str) -> None:
    with SmtpSink(login=("user", "secret")) as sink, pytest.raises(ConfigurationFault) as raised:
        SmtpMail(sink.url.replace("//", f"//{login}@"), FROM, NAMES).send(write(MAIJA))
    assert raised.value.reason_class == "setting_refused"


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


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_no_credential_reaches_a_log_an_error_or_a_terminal(
    write: Write, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with SmtpSink(login=("luotsi", "oikea")) as sink, caplog.at_level(logging.DEBUG):
        url = f"smtp://tunnus:salasana@127.0.0.1:{sink.port}"
        channel = SmtpMail(url, FROM, NAMES)
        with pytest.raises(ConfigurationFault) as raised:
            channel.send(write(MAIJA))
    logged = [one.getMessage() for one in caplog.records if not one.name.startswith("mail.")]
    said = repr(
        [logged, raised.value, raised.value.__context__, vars(channel), *capfd.readouterr()]
    )
    assert "salasana" not in said
    assert "tunnus" not in said
