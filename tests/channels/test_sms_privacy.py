"""What Twilio keeps, what it can then still say, and that no number, text or token is said anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from tasks.channels import ConfigurationFault, OutcomeUnknown, PermanentFailure, SendingFailed
from tasks.channels.sms import AS_THE_ACCOUNT, Retention, TwilioSms
from tests.channels.conftest import PUBLIC_URL, SENDER, Write
from webapp.embedded.twilio_account import RETAINED
from webapp.embedded.twilio_account import Retention as Kept
from webapp.embedded.twilio_behaviour import (
    ASKED,
    CUT_AFTER_ACCEPTING,
    FAULT_AFTER_ACCEPTING,
    TIME_OUT_AFTER_ACCEPTING,
    UNAVAILABLE,
    Behaviour,
)
from webapp.embedded.twilio_emulator import ACCOUNT_SID, TwilioEmulator

NUMBER = "+358400000001"
TOKEN = "secret-token-of-the-tests"
DISCARD = Retention(content="discard")
OBFUSCATE = Retention(address="obfuscate")


@dataclass
class World:
    """An account with its own habits of keeping, and a way to speak to it."""

    twilio: TwilioEmulator
    sms: TwilioSms

    def lose(self, write: Write, behaviour: Behaviour) -> datetime:
        """Send a text whose answer is lost; when it began."""
        began_at = datetime.now(UTC)
        self.twilio.behave(NUMBER, behaviour)
        with pytest.raises(OutcomeUnknown):
            self.sms.send(write(NUMBER))
        self.twilio.settle()
        return began_at


Make = Callable[..., World]


@pytest.fixture
def world() -> Iterator[Make]:
    started: list[TwilioEmulator] = []

    def made(
        asks: Retention = AS_THE_ACCOUNT, *, keeps: Kept = RETAINED, privacy: bool = True
    ) -> World:
        twilio = TwilioEmulator(auth_token=TOKEN, privacy=privacy, retention=keeps).start()
        started.append(twilio)
        channel = TwilioSms(
            ACCOUNT_SID, TOKEN, SENDER, PUBLIC_URL, twilio.url, read_timeout=0.3, retention=asks
        )
        return World(twilio, channel)

    yield made
    for twilio in started:
        twilio.stop()


def test_twilio_is_told_to_keep_neither_text_nor_number(world: Make, write: Write) -> None:
    here = world(Retention("discard", "obfuscate"))
    here.sms.send(write(NUMBER))
    (kept,) = here.twilio.messages()
    assert (kept.retention.content, kept.retention.address) == ("discard", "obfuscate")
    here.twilio.settle()
    told = kept.as_json()
    assert (told["to"], told["body"]) == ("+35840000XXXX", "")


def test_unless_told_so_twilio_is_not_told_what_to_keep(world: Make, write: Write) -> None:
    here = world(privacy=False)
    here.sms.send(write(NUMBER))
    assert here.twilio.messages()[0].retention == RETAINED


@pytest.mark.parametrize("asks", [DISCARD, OBFUSCATE])
def test_an_account_without_redaction_is_our_own_fault(
    world: Make, write: Write, asks: Retention
) -> None:
    with pytest.raises(ConfigurationFault) as raised:
        world(asks, privacy=False).sms.send(write(NUMBER))
    assert raised.value.reason_class == "setting_refused"


@pytest.mark.parametrize(
    ("asks", "keeps"),
    [
        (DISCARD, RETAINED),
        (OBFUSCATE, RETAINED),
        (Retention("discard", "obfuscate"), RETAINED),
        # The account does so by itself, and nobody told us.
        (AS_THE_ACCOUNT, Kept(content="discard")),
        (AS_THE_ACCOUNT, Kept(address="obfuscate")),
        (AS_THE_ACCOUNT, Kept("discard", "obfuscate")),
    ],
)
def test_a_text_that_was_sent_is_never_said_to_be_unsent(
    world: Make, write: Write, asks: Retention, keeps: Kept
) -> None:
    here = world(asks, keeps=keeps)
    began_at = here.lose(write, CUT_AFTER_ACCEPTING)
    with pytest.raises(PermanentFailure) as raised:
        here.sms.find(write(NUMBER), began_at)
    assert raised.value.reason_class == "cannot_be_asked"


@pytest.mark.parametrize("asks", [AS_THE_ACCOUNT, Retention("retain", "retain"), DISCARD])
def test_a_number_to_which_nothing_was_sent_is_said_so(
    world: Make, write: Write, asks: Retention
) -> None:
    here = world(asks)
    began_at = here.lose(write, UNAVAILABLE)
    assert here.sms.find(write(NUMBER), began_at) is None


def test_masked_numbers_cannot_say_that_nothing_was_sent(world: Make, write: Write) -> None:
    here = world(OBFUSCATE)
    began_at = here.lose(write, UNAVAILABLE)
    with pytest.raises(PermanentFailure):
        here.sms.find(write(NUMBER), began_at)


def test_a_text_still_in_the_queue_is_found_whatever_is_kept(world: Make, write: Write) -> None:
    here = world(Retention("discard", "obfuscate"))
    began_at = datetime.now(UTC)
    here.twilio.behave(NUMBER, Behaviour(cut=True, callback_delay=3600))
    with pytest.raises(OutcomeUnknown):
        here.sms.send(write(NUMBER))
    assert here.sms.find(write(NUMBER), began_at) == here.twilio.messages()[0].sid


def test_a_discarded_text_of_another_attempt_is_not_in_the_way(world: Make, write: Write) -> None:
    here = world(DISCARD)
    other = here.sms.send(write(NUMBER))
    began_at = here.lose(write, UNAVAILABLE)
    since = began_at - timedelta(minutes=1)
    assert here.sms.find(write(NUMBER), since, known={other}) is None


EVERY_FATE = [
    Behaviour(),
    Behaviour(status=400, code=21211),
    Behaviour(status=400, code=39999),
    Behaviour(status=401, code=20003),
    Behaviour(status=429, code=20429),
    Behaviour(status=307),
    TIME_OUT_AFTER_ACCEPTING,
    FAULT_AFTER_ACCEPTING,
    CUT_AFTER_ACCEPTING,
]


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Somebody has set every logger there is to DEBUG, after the channel silenced its own."""
    for name in ("", *logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, name or None)
        logging.getLogger(name).disabled = False
    return caplog


@pytest.mark.parametrize("behaviour", EVERY_FATE)
def test_no_number_text_or_token_is_said_anywhere(
    world: Make,
    write: Write,
    everything_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    behaviour: Behaviour,
) -> None:
    here = world()
    everything_logged.set_level(logging.DEBUG)
    outgoing = write(NUMBER, body="Salainen")
    said = [repr(outgoing), repr(here.sms), repr(vars(here.sms))]
    with capture_logs() as ours:
        for asked in (False, True):
            here.twilio.behave(ASKED if asked else NUMBER, behaviour)
            for act in (
                lambda: here.sms.send(outgoing),
                lambda: here.sms.find(outgoing, datetime.now(UTC)),
                lambda: here.sms.status("SM" + "0" * 32),
                lambda: here.sms.forget("SM" + "0" * 32),
            ):
                try:
                    act()
                except SendingFailed as failure:
                    said += [repr(failure), str(failure), repr(failure.args)]
                    said += [repr(failure.__context__), repr(failure.__cause__)]
    said += [everything_logged.text, repr(ours), *capfd.readouterr()]
    for secret in ("400000001", "Salainen", TOKEN, ACCOUNT_SID):
        assert secret not in "".join(said).replace("%2B", "+")


def test_a_code_that_nobody_knows_is_a_refusal_and_a_warning(world: Make, write: Write) -> None:
    here = world()
    here.twilio.behave(NUMBER, Behaviour(status=400, code=39999))
    with capture_logs() as logs, pytest.raises(PermanentFailure) as raised:
        here.sms.send(write(NUMBER))
    assert (raised.value.reason_class, raised.value.code) == ("refused", "39999")
    assert [(one["event"], one["code"]) for one in logs] == [("provider_code_unknown", "39999")]


def test_a_code_that_everybody_knows_is_no_warning(world: Make, write: Write) -> None:
    here = world()
    here.twilio.behave(NUMBER, Behaviour(status=400, code=21211))
    with capture_logs() as logs, pytest.raises(PermanentFailure):
        here.sms.send(write(NUMBER))
    assert logs == []
