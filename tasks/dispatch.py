"""From a claimed row to a provider: the text is rendered here, and what the channel says becomes an outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog

from casework.directory import Directory
from casework.messages import (
    STAFF_PURPOSES,
    Channel,
    Claimed,
    Message,
    Outcome,
    Purpose,
    Verdict,
    sms_validity,
)
from tasks.channels import Channel as Outward
from tasks.channels import (
    ConfigurationFault,
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    TemporaryFailure,
)
from tasks.channels.email import SmtpMail
from tasks.channels.outbox import OutboxChannel, noted
from tasks.channels.rendering import render
from tasks.channels.sms import TwilioSms
from webapp.config import Settings
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

    def send(self, claimed: Claimed, attempt_id: UUID, now: datetime) -> Outcome:
        """Hand one message to its provider, once."""
        message = claimed.message
        try:
            provider_id = self._channels[message.channel].send(
                self._outgoing(message, attempt_id, now)
            )
        except TemporaryFailure as failure:
            return Outcome(
                Verdict.REFUSED_FOR_NOW,
                reason=failure.reason_class,
                retry_after=failure.retry_after,
                counts=failure.counts_as_attempt,
            )
        except PermanentFailure as failure:
            return Outcome(Verdict.REFUSED, reason=failure.reason_class)
        except OutcomeUnknown as failure:
            return Outcome(Verdict.UNKNOWN, reason=failure.reason_class)
        except ConfigurationFault as failure:
            log.error("channel_misconfigured", channel=message.channel.value, code=failure.code)
            return Outcome(
                Verdict.REFUSED_FOR_NOW,
                reason=failure.reason_class,
                retry_after=_CONFIGURATION_WAIT,
                counts=False,
            )
        return Outcome(Verdict.ACCEPTED, provider_id=provider_id)

    def find(
        self, message: Message, attempt_id: UUID, since: datetime, known: frozenset[str]
    ) -> str | None:
        """The provider's id of an SMS that may have been sent after all. Raises what a channel raises."""
        if self._sms is None:
            return None
        return self._sms.find(self._outgoing(message, attempt_id, since), since, known)

    def _outgoing(self, message: Message, attempt_id: UUID, now: datetime) -> Outgoing:
        text = render(
            message.purpose.value,
            message.language,
            message.channel.value,
            self._words(message, self._house.directory),
        )
        return Outgoing(
            message_id=message.id,
            attempt_id=attempt_id,
            to=message.address,
            subject=text.subject,
            body=text.body,
            language=message.language,
            purpose=message.purpose.value,
            case_reference=message.case_number if _for_staff(message) else "",
            valid_for=None if _for_staff(message) else sms_validity(now, message.expires_at),
        )

    def _words(self, message: Message, directory: Directory) -> dict[str, str]:
        """All that a text may say: the county, the one link, and for staff the opaque number."""
        county = directory.name(directory.county.sender_names, message.language)
        origin = self._house.settings.origin
        if _for_staff(message):
            page = "/staff/digest" if message.purpose is Purpose.STAFF_DIGEST else "/staff/"
            return {"county": county, "link": f"{origin}{page}", "number": message.case_number}
        return {"county": county, "link": f"{origin}/{message.language}/follow-up"}


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
    )


def _mail(settings: Settings, directory: Callable[[], Directory]) -> Outward:
    if settings.mail_provider == "outbox":
        return OutboxChannel()
    return SmtpMail(
        settings.smtp_url.get_secret_value(),
        settings.mail_from,
        directory().county.sender_names,
    )


def _recorded(channel: Outward, note: Path | None) -> Outward:
    return channel if note is None else noted(channel, note)
