"""From a claimed row to a provider: the text is rendered here, and what the channel says becomes an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import structlog

from casework.directory import Directory
from casework.message_times import sms_validity
from casework.messages import STAFF_PURPOSES, Channel, Message, Outcome, Rate, Verdict
from casework.return_path import return_path
from tasks.channels import Channel as Outward
from tasks.channels import (
    ConfigurationFault,
    Outgoing,
    PermanentFailure,
    SendingFailed,
    TemporaryFailure,
)
from tasks.channels.email import SmtpMail
from tasks.channels.outbox import OutboxChannel, noted
from tasks.channels.sms import Retention, TwilioSms
from webapp.config import Settings
from webapp.ids import derived_key
from webapp.message_texts import render, spoken, words
from webapp.wiring import House

log = structlog.get_logger()

#: How long a fault of our own settings is waited out before the next try; attempts are not burnt on it.
_CONFIGURATION_WAIT = timedelta(minutes=1)


class Dispatch:
    """The channels of this process. Knows how to send, not what to send when."""

    def __init__(self, house: House) -> None:
        self._house = house
        note = house.settings.state_dir / "outbox.jsonl" if house.settings.demo else None
        sms = _sms(house.settings)
        self._sms = sms if isinstance(sms, TwilioSms) else None
        self._channels: dict[Channel, Outward] = {
            Channel.SMS: _recorded(sms, note),
            Channel.EMAIL: _recorded(_mail(house.settings, lambda: house.directory), note),
        }

    @property
    def rates(self) -> Mapping[Channel, Rate]:
        """What the providers take a second, where the settings name a rate."""
        settings = self._house.settings
        named = {Channel.SMS: settings.sms_per_second, Channel.EMAIL: settings.mail_per_second}
        return {
            channel: Rate(rate, max(1, int(rate))) for channel, rate in named.items() if rate > 0
        }

    def send(self, outgoing: Outgoing, attempt_id: UUID, message: Message) -> Outcome:
        """Hand one message to its provider, once."""
        try:
            provider_id = self._channels[message.channel].send(
                replace(outgoing, attempt_id=attempt_id)
            )
        except SendingFailed as failure:
            return _outcome(failure)
        except Exception as error:  # noqa: BLE001
            # A fault of a channel's own code: it may have left, so it is not sent again blindly.
            fault = type(error).__name__
        else:
            return Outcome(Verdict.ACCEPTED, provider_id=provider_id)
        log.error("channel_fault", message=str(message.id), fault=fault)
        return Outcome(Verdict.UNKNOWN, reason="fault_of_ours")

    def find(
        self, message: Message, attempt_id: UUID, since: datetime, known: frozenset[str]
    ) -> str | None:
        """The provider's id of an SMS that may have been sent after all; None: it certainly was not. Raises what a
        channel raises."""
        outgoing = replace(self.outgoing(message, since), attempt_id=attempt_id)
        return self._provider().find(outgoing, since, known)

    def status(self, provider_id: str) -> tuple[str, str] | None:
        """How the provider says that an SMS ended, and its error code; None: it knows of none. Raises what a channel
        raises."""
        return self._provider().status(provider_id)

    def forget(self, provider_id: str) -> None:
        """Have the provider delete its copy of an SMS; one that it does not have is forgotten. Raises what a channel
        raises."""
        # Where texts stay on this machine there is nobody else who keeps them.
        if self._sms is not None:
            self._sms.forget(provider_id)

    def _provider(self) -> TwilioSms:
        if self._sms is None:
            raise PermanentFailure("cannot_be_asked")
        return self._sms

    def outgoing(self, message: Message, now: datetime) -> Outgoing:
        """The message with its text, before any attempt. Raises ValueError where it has no text."""
        here, purpose = self._house.directory, message.purpose.value
        language = spoken(message.language, here.county)
        origin = self._house.settings.origin
        said = words(purpose, language, here, origin, message.case_number, now)
        text = render(purpose, language, message.channel.value, said, here.message_texts)
        for fault in text.faults:
            what = f"{purpose}.{language}.{fault.field}"
            log.error("own_text_not_used", text=what, reason=fault.reason)
        return Outgoing(
            message_id=message.id,
            attempt_id=message.id,
            to=message.address,
            subject=text.subject,
            body=text.body,
            language=language,
            purpose=purpose,
            case_reference=message.case_number if _for_staff(message) else "",
            valid_for=None if _for_staff(message) else sms_validity(now, message.expires_at),
        )


def _outcome(failure: SendingFailed) -> Outcome:
    reason = failure.reason_class
    match failure:
        case TemporaryFailure():
            return Outcome(
                Verdict.REFUSED_FOR_NOW,
                reason=reason,
                retry_after=failure.retry_after,
                counts=failure.counts_as_attempt,
            )
        case ConfigurationFault():
            return Outcome(
                Verdict.REFUSED_FOR_NOW,
                reason=reason,
                retry_after=_CONFIGURATION_WAIT,
                counts=False,
                breaks=True,
            )
        case PermanentFailure():
            return Outcome(Verdict.REFUSED, reason=reason)
        case _:
            return Outcome(Verdict.UNKNOWN, reason=reason)


def _for_staff(message: Message) -> bool:
    return message.purpose in STAFF_PURPOSES


def _sms(settings: Settings) -> Outward:
    if settings.sms_provider == "outbox":
        return OutboxChannel()
    return TwilioSms(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        settings.twilio_messaging_service_sid or settings.twilio_from,
        settings.origin,
        settings.twilio_api_url or None,
        settings.twilio_connect_timeout,
        settings.twilio_read_timeout,
        region=settings.twilio_region,
        edge=settings.twilio_edge,
        retention=Retention(settings.twilio_content_retention, settings.twilio_address_retention),
    )


def _mail(settings: Settings, directory: Callable[[], Directory]) -> Outward:
    if settings.mail_provider == "outbox":
        return OutboxChannel()
    key = derived_key(settings.secret_key.get_secret_value(), "bounce")
    back = partial(return_path, settings.mail_bounce, key=key) if settings.mail_bounce else None
    return SmtpMail(
        settings.smtp_url.get_secret_value(),
        settings.mail_from,
        directory().county.sender_names,
        back,
    )


def _recorded(channel: Outward, note: Path | None) -> Outward:
    return channel if note is None else noted(channel, note)
