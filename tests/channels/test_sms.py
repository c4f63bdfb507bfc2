"""TwilioSms through Twilio's own SDK, against an emulator that refuses, dawdles and hangs up."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest

from tasks.channels import (
    ConfigurationFault,
    OutcomeUnknown,
    PermanentFailure,
    SendingFailed,
    TemporaryFailure,
)
from tasks.channels.sms import TwilioSms
from tests.channels.conftest import (
    PUBLIC_URL,
    SENDER,
    Certificate,
    Write,
    answering,
    closed_port,
)
from webapp.embedded.twilio_behaviour import (
    FAULT_AFTER_ACCEPTING,
    TIME_OUT_AFTER_ACCEPTING,
    TOO_MANY,
    Behaviour,
)
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator

NUMBER = "+358400000001"


def refused(status: int, code: int) -> Behaviour:
    return Behaviour(status=status, code=code)


def test_an_accepted_text_gives_the_providers_id(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    outgoing = write(NUMBER, body="Klo\u00a08\u201316")
    sid = sms.send(outgoing)
    (kept,) = twilio.messages()
    assert (kept.sid, kept.to, kept.body) == (sid, NUMBER, "Klo 8-16")
    assert kept.messaging_service_sid == SENDER
    assert kept.status_callback == f"{PUBLIC_URL}/hooks/twilio/status/{outgoing.attempt_id}"
    assert kept.validity_period == "14400"


def test_a_text_may_be_valid_for_less_than_usual(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    sms.send(write(NUMBER, valid_for=timedelta(minutes=20)))
    assert twilio.messages()[0].validity_period == "1200"


@pytest.mark.parametrize("name", ["Esimerkki", "MGPerhe"])
def test_a_name_or_number_may_be_the_sender(
    twilio: TwilioEmulator, write: Write, name: str
) -> None:
    channel = TwilioSms(ACCOUNT_SID, AUTH_TOKEN, name, PUBLIC_URL, twilio.url)
    channel.send(write())
    assert twilio.messages()[0].sender == name


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ((408, b"<html>timeout</html>"), TemporaryFailure, "proxy_refused"),
        ((425, b""), TemporaryFailure, "proxy_refused"),
        ((413, b"<html>too large</html>"), PermanentFailure, "refused"),
        ((503, b"<html>away</html>"), OutcomeUnknown, "provider_fault"),
        # What the body says of the status is not the status.
        ((503, b'{"type": "x", "status": 400, "code": 21610}'), OutcomeUnknown, "provider_fault"),
        ((400, b'{"type": "x", "status": "Bad", "code": 21610}'), PermanentFailure, "opted_out"),
        ((400, b'{"code": null, "status": null}'), PermanentFailure, "refused"),
        ((401, b"[1, 2]"), ConfigurationFault, "not_authorised"),
    ],
)
def test_whoever_answers_only_the_real_status_and_twilios_own_code_count(
    write: Write, answer: tuple[int, bytes], kind: type[SendingFailed], reason: str
) -> None:
    with answering(*answer) as url, pytest.raises(SendingFailed) as raised:
        TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, url).send(write())
    assert (type(raised.value), raised.value.reason_class) == (kind, reason)


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason"),
    [
        (400, 21211, PermanentFailure, "invalid_number"),
        (400, 21217, PermanentFailure, "invalid_number"),
        (400, 21614, PermanentFailure, "not_mobile"),
        (400, 21610, PermanentFailure, "opted_out"),
        (400, 21408, PermanentFailure, "country_not_enabled"),
        (403, 21408, PermanentFailure, "country_not_enabled"),
        (400, 21612, PermanentFailure, "no_route"),
        (400, 29999, PermanentFailure, "refused"),
        (400, 21606, ConfigurationFault, "sender_refused"),
        (400, 21659, ConfigurationFault, "sender_refused"),
        (400, 21212, ConfigurationFault, "sender_refused"),
        (400, 21603, ConfigurationFault, "sender_refused"),
        (401, 20003, ConfigurationFault, "not_authorised"),
        (403, 20003, ConfigurationFault, "not_authorised"),
        (404, 20404, ConfigurationFault, "no_such_account"),
        (307, 0, ConfigurationFault, "unexpected_redirect"),
        (500, 20500, OutcomeUnknown, "provider_fault"),
        (503, 20503, OutcomeUnknown, "provider_fault"),
        (500, 21211, OutcomeUnknown, "provider_fault"),
    ],
)
def test_each_refusal_has_its_class(
    sms: TwilioSms,
    twilio: TwilioEmulator,
    write: Write,
    status: int,
    code: int,
    kind: type[SendingFailed],
    reason: str,
) -> None:
    twilio.behave(NUMBER, refused(status, code))
    with pytest.raises(SendingFailed) as raised:
        sms.send(write(NUMBER))
    assert type(raised.value) is kind
    assert raised.value.reason_class == reason


def test_too_many_requests_wait_as_asked_and_cost_no_attempt(
    sms: TwilioSms, twilio: TwilioEmulator, write: Write
) -> None:
    twilio.behave(NUMBER, TOO_MANY)
    with pytest.raises(TemporaryFailure) as raised:
        sms.send(write(NUMBER))
    assert raised.value.retry_after == timedelta(seconds=1)
    assert not raised.value.counts_as_attempt


def test_a_refused_connection_carried_nothing(write: Write) -> None:
    where = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(TemporaryFailure) as raised:
        TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, where).send(write())
    assert raised.value.reason_class == "connect_failed"
    assert raised.value.counts_as_attempt


def test_a_connection_that_never_came_to_be_carried_nothing(write: Write) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        where = deaf.getsockname()
        queued = [socket.socket() for _ in range(3)]
        for one in queued:
            one.setblocking(False)
            one.connect_ex(where)
        channel = TwilioSms(
            ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, f"http://127.0.0.1:{where[1]}", 0.3, 5
        )
        with pytest.raises(TemporaryFailure) as raised:
            channel.send(write())
        for one in queued:
            one.close()
    assert raised.value.reason_class == "connect_timeout"


def test_a_certificate_that_proves_nothing_is_our_own_fault(
    write: Write, certificate: Certificate
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(ssl.SSLError, ConnectionError):
                certificate.server.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=greet)
        thread.start()
        where = f"https://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(ConfigurationFault) as raised:
            TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, where).send(write())
        thread.join()
    assert raised.value.reason_class == "certificate_refused"


def test_an_address_that_is_none_is_our_own_fault(write: Write) -> None:
    channel = TwilioSms(ACCOUNT_SID, AUTH_TOKEN, SENDER, PUBLIC_URL, "htp:/broken")
    with pytest.raises(ConfigurationFault):
        channel.send(write())


@pytest.mark.parametrize(
    "behaviour", [Behaviour(), refused(400, 21211), TIME_OUT_AFTER_ACCEPTING, FAULT_AFTER_ACCEPTING]
)
def test_no_number_and_no_text_reaches_a_log_or_an_error(
    sms: TwilioSms,
    twilio: TwilioEmulator,
    write: Write,
    caplog: pytest.LogCaptureFixture,
    behaviour: Behaviour,
) -> None:
    outgoing = write(NUMBER, body="Salainen")
    twilio.behave(NUMBER, behaviour)
    said = [repr(outgoing)]
    with caplog.at_level(logging.DEBUG):
        try:
            sms.send(outgoing)
        except SendingFailed as failure:
            said += [repr(failure), repr(failure.__context__), repr(failure.__cause__)]
        sms.find(outgoing, datetime.now(UTC))
    everything = caplog.text + " ".join(said)
    assert "400000001" not in everything
    assert "Salainen" not in everything
