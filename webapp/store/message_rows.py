"""What a row of a message says: read, opened with its submission's key, or named as one that cannot be opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, case, func, select

from casework.commands import SafeTime
from casework.errors import ErasedContent, TamperedContent
from casework.messages import Channel, Claimed, Message, MessageState, Purpose, Queue, Spare
from casework.notices import SENDER
from webapp.store.crypto import Keys
from webapp.store.message_tables import channel_breaks, opt_outs
from webapp.store.tables import messages, submissions

log = structlog.get_logger()

#: One such row must not hold up all others: it is left out, or has failed, and is named in the log.
CANNOT_BE_OPENED = (ErasedContent, TamperedContent)


def values_of(states: Iterable[MessageState]) -> list[str]:
    return sorted(state.value for state in states)


def note_unopened(message_id: UUID, error: Exception) -> None:
    log.error("message_cannot_be_opened", message=str(message_id), fault=type(error).__name__)


def note_untold(message_id: UUID) -> None:
    log.error("nobody_told", message=str(message_id))


def key_of_submission() -> ColumnElement[bytes | None]:
    """Of a row of messages: the wrapped key of its submission, as `key_wrapped`; null where it has none."""
    found = select(submissions.c.key_wrapped).where(submissions.c.id == messages.c.submission_id)
    return found.scalar_subquery().label("key_wrapped")


def channel_broken() -> ColumnElement[bool]:
    """Of a row of messages: its channel is stopped for a fault of its settings.

    The offset keeps the planner from joining: it would read and sort all that waits for a few rows.
    """
    return messages.c.channel.in_(select(channel_breaks.c.channel).offset(0))


def readable() -> ColumnElement[bool]:
    """Of a row of messages: this version of the program knows what it is. During a change of versions another may
    have written it; it waits for a worker of that one."""
    return and_(
        messages.c.purpose.in_([purpose.value for purpose in Purpose]),
        messages.c.channel.in_([channel.value for channel in Channel]),
        messages.c.queue.in_([queue.value for queue in Queue]),
    )


def opted_out() -> ColumnElement[bool]:
    """Of a row of messages: it is a text to a sender whose number wants none."""
    wants_none = select(opt_outs.c.number_hash).where(
        opt_outs.c.number_hash == messages.c.address_hash
    )
    return (messages.c.channel == Channel.SMS.value) & wants_none.exists()


def without_number() -> ColumnElement[str]:
    """Of a row of messages: its event, where it was made of a number without it. It is needed for one day only."""
    answers = and_(messages.c.recipient == SENDER, messages.c.event.startswith("texted:"))
    return case((answers, func.concat("texted:", messages.c.id)), else_=messages.c.event)


def opened(keys: Keys, row: Mapping[Any, Any]) -> Claimed:
    """A row with `key_wrapped` of its submission, if it has one, opened. Raises one of CANNOT_BE_OPENED."""
    key = keys.own
    if row["submission_id"] is not None:
        key = keys.unwrap(row["key_wrapped"], row["submission_id"], "submission_key")
    address = key.open(row["address_sealed"], row["id"], "address").decode()
    spare = None
    if row["spare_sealed"] is not None:
        channel, other, times, number = key.open_json(row["spare_sealed"], row["id"], "spare")
        safe = frozenset(map(SafeTime, times))
        spare = Spare(Channel(channel), other, safe, bytes.fromhex(number) or None)
    message = message_of(row, address, spare)
    tried, lost = bool(row.get("tried")), row["lost_workers"]
    return Claimed(message, row["attempts"], row["lease_until"], tried, lost)


def message_of(row: Mapping[Any, Any], address: str = "", spare: Spare | None = None) -> Message:
    """A message from its row; the addresses stay sealed unless they were opened."""
    return Message(
        id=row["id"],
        submission_id=row["submission_id"],
        case_id=row["case_id"],
        case_number=row["case_number"],
        event=row["event"],
        recipient=row["recipient"],
        channel=Channel(row["channel"]),
        purpose=Purpose(row["purpose"]),
        language=row["language"],
        queue=Queue(row["queue"]),
        created_at=row["created_at"],
        not_before=row["next_at"] or row["created_at"],
        expires_at=row["expires_at"],
        address=address,
        state=MessageState(row["state"]),
        spare=spare,
        address_hash=row["address_hash"],
        reason=row["reason"],
    )
