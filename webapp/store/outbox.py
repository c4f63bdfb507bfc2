"""Rows of messages: added once, moved by conditional UPDATE, their receipts only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, func, not_, or_, select, true, update

from casework.message_times import sms_window, spread
from casework.messages import (
    AGAIN,
    NOT_DELIVERED,
    SENDER_PATIENCE,
    UNFINISHED,
    Begin,
    Channel,
    Claimed,
    Message,
    MessageState,
    origins,
)
from webapp.store.attempts import AttemptRows
from webapp.store.crypto import OpenKey
from webapp.store.message_rows import (
    CANNOT_BE_OPENED,
    key_of_submission,
    message_of,
    note_unopened,
    note_untold,
    opened,
    readable,
    values_of,
)
from webapp.store.submissions import message_row, submission_keys
from webapp.store.tables import attempts, messages, receipts

_S = MessageState


_NAME_ATTEMPT = (
    "update attempts set provider_id = %(sid)s where id = %(id)s and provider_id is null"
)


class OutboxRows(AttemptRows):
    """Implements `casework.message_ports.Outbox`."""

    def add(self, rows: Sequence[Message]) -> None:
        named = {message.submission_id for message in rows if message.submission_id is not None}
        opened_keys = submission_keys(self._work, self._keys, named) if named else {}
        sealed = []
        for message in rows:
            # What belongs to no submission is sealed with the house's own key.
            key = (
                opened_keys.get(message.submission_id) if message.submission_id else self._keys.own
            )
            if isinstance(key, OpenKey):
                sealed.append(message_row(message, key))
            else:
                note_unopened(message.id, key or KeyError(message.submission_id))
        self._work.queue(messages, sealed, on_conflict="on conflict do nothing")

    def recipients_of(self, event: str) -> frozenset[str]:
        found = self._work.connection.execute(
            select(messages.c.recipient).where(messages.c.event == event)
        )
        return frozenset(row.recipient for row in found)

    def on_the_way(self, event: str) -> frozenset[str]:
        left = messages.c.state.in_(values_of({_S.ACCEPTED, _S.SENT, _S.DELIVERED}))
        waits = and_(messages.c.state.in_(values_of(UNFINISHED)), messages.c.retold_at.is_(None))
        found = self._work.connection.execute(
            select(messages.c.recipient).where(messages.c.event == event, or_(left, waits))
        )
        return frozenset(row.recipient for row in found)

    def last_to(self, submission_id: UUID, recipient: str) -> datetime | None:
        query = select(func.max(messages.c.created_at)).where(
            messages.c.submission_id == submission_id, messages.c.recipient == recipient
        )
        return self._work.connection.execute(query).scalar()

    def note_untold(self, message: Message) -> None:
        note_untold(message.id)

    def suppress_waiting(
        self, submission_id: UUID, recipient: str, now: datetime, *, event: str = ""
    ) -> None:
        # A claimed one too: its worker looks at the state before it lets anything leave.
        self._rest(
            _S.SUPPRESSED,
            Begin.CONTACT_CHANGED.value,
            now,
            messages.c.submission_id == submission_id,
            messages.c.recipient == recipient,
            messages.c.state.in_([_S.PENDING.value, _S.CLAIMED.value]),
            _root(messages) == event if event else true(),
        )

    def suppress_again(self, attempt_id: UUID, now: datetime) -> None:
        first, later = messages.alias("first"), messages
        self._rest(
            _S.SUPPRESSED,
            "arrived",
            now,
            attempts.c.id == attempt_id,
            first.c.id == attempts.c.message_id,
            first.c.state.in_([_S.UNDELIVERED.value, _S.FAILED.value]),
            later.c.id != first.c.id,
            later.c.submission_id == first.c.submission_id,
            later.c.recipient == first.c.recipient,
            _root(later) == _root(first),
            later.c.state.in_([_S.PENDING.value, _S.CLAIMED.value]),
        )

    def suppress(self, claimed: Claimed, reason: str, now: datetime) -> bool:
        return self._rest(_S.SUPPRESSED, reason, now, self._ours(claimed))

    def spoil(self, claimed: Claimed, reason: str, now: datetime) -> bool:
        return self._rest(_S.FAILED, reason, now, self._ours(claimed))

    def add_again(
        self, message: Message, row_id: UUID, event: str, at: datetime, now: datetime
    ) -> None:
        whole = self._opened(message.id)
        if whole is not None:
            # The moment of the first: a choice of contact made since then rules over this one too.
            self.add([replace(whole, id=row_id, event=event, not_before=at, state=_S.PENDING)])

    def add_spare(self, message: Message, row_id: UUID, now: datetime) -> bool:
        whole = self._opened(message.id)
        if whole is None or whole.spare is None:
            return False
        spare, window = whole.spare, (now, now + SENDER_PATIENCE)
        if spare.channel is Channel.SMS:
            found = sms_window(now, spare.safe_times)
            if found is None:
                return False
            opens, closes = found
            window = (spread(opens, closes, row_id) if opens > now else opens, closes)
        other = replace(
            whole,
            id=row_id,
            channel=spare.channel,
            address=spare.address,
            address_hash=spare.number_hash,
            spare=None,
            not_before=window[0],
            expires_at=window[1],
            state=_S.PENDING,
        )
        self.add([other])
        return True

    def _opened(self, message_id: UUID) -> Message | None:
        row = (
            self._work.connection.execute(
                select(*messages.c, key_of_submission()).where(messages.c.id == message_id)
            )
            .mappings()
            .one()
        )
        try:
            return opened(self._keys, row).message
        except CANNOT_BE_OPENED as error:
            note_unopened(message_id, error)
            return None

    def add_receipt(
        self,
        receipt_id: UUID,
        attempt_id: UUID,
        provider_id: str,
        status: str,
        error_code: str,
        now: datetime,
    ) -> None:
        """Append one receipt; the same one again is nothing new. By it the attempt's own id is known, were the answer
        lost: then no other message is taken for it."""
        if provider_id:
            self._work.queue_statement(_NAME_ATTEMPT, {"id": attempt_id, "sid": provider_id})
        self._work.queue(
            receipts,
            [
                {
                    "id": receipt_id,
                    "attempt_id": attempt_id,
                    "provider_id": provider_id,
                    "status": status,
                    "error_code": error_code,
                    "received_at": now,
                }
            ],
            on_conflict="on conflict do nothing",
        )

    def apply_receipt(
        self, attempt_id: UUID, to: MessageState, reason: str, now: datetime
    ) -> Message | None:
        """Move the attempt's message along, if that is a legal move; the message when it moved. That it did not arrive
        is believed of its newest attempt alone."""
        row = (
            self._work.connection.execute(
                update(messages)
                .where(
                    attempts.c.id == attempt_id,
                    messages.c.id == attempts.c.message_id,
                    messages.c.state.in_(values_of(origins(to))),
                    self._newest(attempt_id) if to in NOT_DELIVERED else true(),
                    # Of one that it does not know this version keeps the receipt; the other asks for it again.
                    readable(),
                )
                .values(
                    state=to.value,
                    reason=reason,
                    changed_at=now,
                    lease_until=None,
                    next_at=None,
                )
                .returning(*messages.c)
            )
            .mappings()
            .first()
        )
        return message_of(row) if row else None

    def _newest(self, attempt_id: UUID) -> ColumnElement[bool]:
        """No other attempt of its message began after this one, or will before the end of this transaction."""
        # Held by a statement of its own: one that waited for the row would not see the attempt that it waited for.
        whose = select(attempts.c.message_id).where(attempts.c.id == attempt_id)
        self._work.connection.execute(
            select(messages.c.id)
            .where(messages.c.id == whose.scalar_subquery())
            .with_for_update(key_share=True)
        )
        later = attempts.alias("later")
        since = select(later.c.id).where(
            later.c.message_id == messages.c.id, later.c.started_at > attempts.c.started_at
        )
        return not_(since.exists())


def _root(table: FromClause) -> ColumnElement[str]:
    """The event without the mark of a text that goes again."""
    return func.split_part(table.c.event, AGAIN, 1)
