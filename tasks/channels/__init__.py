"""The only room from which anything leaves the house: one message, one attempt, one provider.

Law of the room. A channel gets an `Outgoing` and either returns the provider's id or raises one of
four failures that say what is known: it was not sent and may be tried again, it was refused for
good, our own settings are wrong, or nobody knows. It never retries by itself, knows no database and
no Flask, and puts neither an address nor a text into an exception or a log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One attempt to hand one message over.

    `message_id` stays the same across attempts, `attempt_id` does not. `to` is an E.164 number or an
    e-mail address. `subject` is empty for SMS. `valid_for`: how long an SMS may still be delivered
    after it was accepted; None takes the channel's default.
    """

    message_id: UUID
    attempt_id: UUID
    to: str = field(repr=False)
    subject: str
    body: str = field(repr=False)
    language: str
    purpose: str
    case_reference: str
    valid_for: timedelta | None = None


class SendingFailed(Exception):
    """Base of the four. `reason_class` is a class of fault, `code` the provider's own code or ''."""

    def __init__(self, reason_class: str, code: str = "") -> None:
        super().__init__(f"{reason_class} {code}".rstrip())
        self.reason_class = reason_class
        self.code = code


class TemporaryFailure(SendingFailed):
    """Certainly not sent; the same may work later.

    `retry_after` is what the provider asked for, or None. `counts_as_attempt` is False where the
    provider only told us to slow down.
    """

    def __init__(
        self,
        reason_class: str,
        code: str = "",
        retry_after: timedelta | None = None,
        counts_as_attempt: bool = True,
    ) -> None:
        super().__init__(reason_class, code)
        self.retry_after = retry_after
        self.counts_as_attempt = counts_as_attempt


class PermanentFailure(SendingFailed):
    """Certainly not sent, and this recipient cannot be reached this way."""


class OutcomeUnknown(SendingFailed):
    """The request had left when the answer was lost: it may have been sent. Never resend blindly."""


class ConfigurationFault(SendingFailed):
    """Not sent because of our own account, sender or settings: no other message would go either."""


class Channel(Protocol):
    def send(self, outgoing: Outgoing) -> str:
        """Hand the message over and return the provider's id for it.

        Raises TemporaryFailure, PermanentFailure, OutcomeUnknown or ConfigurationFault.
        """
