"""Messages that leave the house: their states and their legal moves; when they may go: `casework.message_times`.

One outbox row per (event, recipient, channel). The text is chosen by the stored event (`purpose`), never by
'the status now'. Nothing here knows a text: outside, a sender ever reads one of three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from casework.commands import SafeTime


class Channel(StrEnum):
    SMS = "sms"
    EMAIL = "email"


class Queue(StrEnum):
    """Celery queues; each has a consumer."""

    URGENT = "urgent"
    DEFAULT = "default"
    BULK = "bulk"
    PERIODIC = "periodic"


class Purpose(StrEnum):
    """Which text, chosen by what happened."""

    RECEIVED = "received"
    SOMETHING_NEW = "something_new"
    PLEASE_CALL = "please_call"
    STAFF_NEW = "staff_new"
    STAFF_URGENT = "staff_urgent"
    STAFF_REMINDER = "staff_reminder"
    STAFF_ESCALATION = "staff_escalation"
    STAFF_DUE = "staff_due"
    STAFF_DIGEST = "staff_digest"
    STAFF_UNDELIVERABLE = "staff_undeliverable"


#: Texts for staff, which may hold a case's opaque number; all others are for senders.
STAFF_PURPOSES = frozenset(
    {
        Purpose.STAFF_NEW,
        Purpose.STAFF_URGENT,
        Purpose.STAFF_REMINDER,
        Purpose.STAFF_ESCALATION,
        Purpose.STAFF_DUE,
        Purpose.STAFF_DIGEST,
        Purpose.STAFF_UNDELIVERABLE,
    }
)


class MessageState(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


_S = MessageState

#: Legal moves. Final states have none; `unknown` is resolved by a receipt or by asking the provider.
MOVES: Mapping[MessageState, frozenset[MessageState]] = {
    # A late receipt may say that a text which was given up for lost is on its way: then it is not sent again.
    _S.PENDING: frozenset(
        {_S.CLAIMED, _S.EXPIRED, _S.SUPPRESSED, _S.ACCEPTED, _S.SENT, _S.DELIVERED}
    ),
    _S.CLAIMED: frozenset(
        {
            _S.SUBMITTING,
            _S.PENDING,
            _S.EXPIRED,
            _S.FAILED,
            _S.SUPPRESSED,
            _S.ACCEPTED,
            _S.SENT,
            _S.DELIVERED,
        }
    ),
    _S.SUBMITTING: frozenset(
        {
            _S.ACCEPTED,
            _S.SENT,
            _S.DELIVERED,
            _S.UNDELIVERED,
            _S.FAILED,
            _S.PENDING,
            _S.UNKNOWN,
        }
    ),
    _S.ACCEPTED: frozenset({_S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.UNKNOWN}),
    _S.SENT: frozenset({_S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.UNKNOWN}),
    _S.UNKNOWN: frozenset(
        {_S.ACCEPTED, _S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.PENDING}
    ),
    _S.DELIVERED: frozenset(),
    _S.UNDELIVERED: frozenset(),
    _S.FAILED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.SUPPRESSED: frozenset(),
}

#: States in which somebody or something still has to act before the row rests.
UNFINISHED = frozenset({_S.PENDING, _S.CLAIMED, _S.SUBMITTING})
NOT_DELIVERED = frozenset({_S.UNDELIVERED, _S.FAILED, _S.EXPIRED})

#: What Twilio calls it -> where it leaves our row.
#: Source: twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
RECEIPT_STATES: Mapping[str, MessageState] = {
    "accepted": _S.ACCEPTED,
    "scheduled": _S.ACCEPTED,
    "queued": _S.ACCEPTED,
    "sending": _S.ACCEPTED,
    "sent": _S.SENT,
    "delivered": _S.DELIVERED,
    "read": _S.DELIVERED,
    "undelivered": _S.UNDELIVERED,
    "failed": _S.FAILED,
    "canceled": _S.FAILED,
}

#: A row with which so many workers died is not taken up again; a person looks at it.
MAX_LOST_WORKERS = 5
LEASE = timedelta(seconds=90)
#: What a claim must have left before an attempt begins: a provider may take this long to answer.
ATTEMPT_TAKES = timedelta(seconds=45)
#: An alert that was tried and still waits goes by the next way too after this time: two alerts do no harm.
RETELL_AFTER: Mapping[Queue, timedelta] = {
    Queue.URGENT: timedelta(minutes=2),
    Queue.DEFAULT: timedelta(minutes=30),
}
#: When somebody is asked to call a sender of whom nobody knows whether the message arrived.
DOUBT_PATIENCE = timedelta(minutes=15)
#: So many alerts to one recipient go by the next way in one sweep: the first tells enough to open the desk.
RETOLD_AT_ONCE = 3
#: After so long without word of a failure a channel that receipts had stopped counts as whole again.
BREAK_FADES = timedelta(minutes=10)
#: Marks the event of a text that goes again to a phone which was switched off, perhaps.
AGAIN = ":again"
#: How often a channel with a fault of its settings is tried with one message.
PROBE_EVERY = timedelta(minutes=1)
#: How long an SMS may wait for its first receipt before it counts as unknown.
RECEIPT_PATIENCE = timedelta(hours=72)
#: How long a confirmation may wait for a provider before the page alone has to do.
SENDER_PATIENCE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Spare:
    """The other way that a sender allowed, for when the first does not reach them; `safe_times` bind a text."""

    channel: Channel
    address: str = field(repr=False)
    safe_times: frozenset[SafeTime] = frozenset(SafeTime)
    #: Of a number, as `Message.address_hash`.
    number_hash: bytes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One outbox row. `address` is sealed before it is stored, with the submission's key where it has one, and so is
    `spare`. `address_hash` finds a sender's number again, see `casework.ports.Ids.number_hash`.

    `reason` says why it failed, was not sent or is in doubt: a class of fault, never an address or a text.
    """

    id: UUID
    submission_id: UUID | None
    case_id: UUID | None
    case_number: str
    event: str
    recipient: str
    channel: Channel
    purpose: Purpose
    language: str
    queue: Queue
    created_at: datetime
    not_before: datetime
    expires_at: datetime | None
    address: str = field(repr=False)
    state: MessageState = MessageState.PENDING
    spare: Spare | None = None
    address_hash: bytes | None = field(default=None, repr=False)
    reason: str = ""


def origins(to: MessageState) -> frozenset[MessageState]:
    """States from which `to` may be reached: the WHERE of each conditional UPDATE."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)


class Verdict(StrEnum):
    """How one attempt to hand a message to its provider ended."""

    ACCEPTED = "accepted"
    REFUSED_FOR_NOW = "refused_for_now"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a channel reports of one attempt; `reason` is a class of fault, never an address or a text.

    `counts` is False for a refusal that says nothing about this message; `breaks` where our own settings are at
    fault, so that no other message of the channel would go either.
    """

    verdict: Verdict
    provider_id: str = ""
    reason: str = ""
    retry_after: timedelta | None = None
    counts: bool = True
    breaks: bool = False


class Begin(StrEnum):
    """What came of the wish to begin an attempt."""

    BEGUN = "begun"
    LOST = "lost"  # somebody else has the row, or it is over
    CONTACT_CHANGED = "contact_changed"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Rate:
    """How many messages a second a provider takes of this house, and how many at once after a rest."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row claimed for sending, opened: who, what text, by which channel.

    `tried`: whether an attempt was begun before, however it ended; `lost_workers`: how many died with it in hand.
    """

    message: Message
    attempts: int
    lease_until: datetime
    tried: bool = False
    lost_workers: int = 0
