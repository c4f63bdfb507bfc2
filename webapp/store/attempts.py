"""One try to send: claimed with SKIP LOCKED, begun and ended by conditional UPDATE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, and_, or_, update

from casework.messages import (
    LEASE,
    NOT_DELIVERED,
    PROBE_EVERY,
    Begin,
    Channel,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Queue,
)
from webapp.store.attempt_statements import BEGIN, CLAIM, CLAIM_PROBE, FINISH
from webapp.store.crypto import Keys
from webapp.store.erasure import REASON as ERASED
from webapp.store.following import chosen_otherwise
from webapp.store.message_rows import (
    CANNOT_BE_OPENED,
    message_of,
    note_unopened,
    opened,
    opted_out,
)
from webapp.store.tables import messages

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork

_S = MessageState


class AttemptRows:
    """The part of `casework.message_ports.Outbox` that workers use while they send."""

    def __init__(self, work: SqlUnitOfWork, keys: Keys) -> None:
        self._work = work
        self._keys = keys
        self._unopened: list[Message] = []

    def claim(
        self, queue: Queue, now: datetime, lease_until: datetime, limit: int
    ) -> list[Claimed]:
        which = {"of_queue": queue.value, "limit": limit}
        return self._claim(CLAIM, which, now, lease_until)

    def claim_probe(self, channel: Channel, now: datetime, lease_until: datetime) -> list[Claimed]:
        which = {"of_channel": channel.value, "soon": now + PROBE_EVERY, "limit": 1}
        return self._claim(CLAIM_PROBE, which, now, lease_until)

    def _claim(
        self, statement: Executable, which: dict[str, Any], now: datetime, lease_until: datetime
    ) -> list[Claimed]:
        values = {**which, "now": now, "until": lease_until}
        rows = self._work.connection.execute(statement, values)
        claimed = [
            one for row in rows.mappings().all() if (one := self._opened_or_failed(row, now))
        ]
        # The order of an UPDATE's rows is nobody's promise; the oldest goes first.
        return sorted(claimed, key=lambda one: one.message.not_before)

    def _opened_or_failed(self, row: Mapping[Any, Any], now: datetime) -> Claimed | None:
        if not row["address_sealed"]:
            # Erased while it was being handed over, and refused for now: nothing is wrong, and nothing goes.
            self._rest(_S.SUPPRESSED, ERASED, now, messages.c.id == row["id"])
            return None
        try:
            return opened(self._keys, row)
        except CANNOT_BE_OPENED as error:
            note_unopened(row["id"], error)
        failed = message_of(row)
        self._rest(_S.FAILED, "cannot_be_opened", now, messages.c.id == failed.id)
        self._unopened.append(replace(failed, state=_S.FAILED, reason="cannot_be_opened"))
        return None

    def unopened(self) -> Sequence[Message]:
        found, self._unopened = self._unopened, []
        return found

    def give_back(
        self, claimed: Sequence[Claimed], next_at: datetime | None, now: datetime
    ) -> None:
        if not claimed:
            return
        self._work.connection.execute(
            update(messages)
            .where(or_(*(self._ours(one) for one in claimed)))
            .values(
                state=_S.PENDING.value,
                next_at=next_at or messages.c.next_at,
                lease_until=None,
                attempts=messages.c.attempts - 1,
                changed_at=now,
            )
        )

    def begin(self, claimed: Claimed, attempt_id: UUID, now: datetime) -> Begin:
        if now >= claimed.lease_until:
            return Begin.LOST
        values = {
            "message": claimed.message.id,
            "claim": claimed.attempts,
            "attempt": attempt_id,
            "now": now,
            "until": now + LEASE,
        }
        begun = self._work.at_once(BEGIN, values)
        return Begin.BEGUN if begun else self._refused(claimed, now)

    def _refused(self, claimed: Claimed, now: datetime) -> Begin:
        for why, which in (
            (Begin.CONTACT_CHANGED, chosen_otherwise()),
            (Begin.OPTED_OUT, opted_out()),
        ):
            if self._rest(_S.SUPPRESSED, why.value, now, self._ours(claimed), which):
                return why
        return Begin.LOST

    def finish(
        self,
        claimed: Claimed,
        attempt_id: UUID,
        outcome: Outcome,
        state: MessageState,
        next_at: datetime | None,
        now: datetime,
    ) -> bool:
        # A receipt may have been faster than we are: then its state stays. A lease that ran out meanwhile
        # left the row `unknown`, or waiting to go again; now we know.
        of = [_S.SUBMITTING.value, _S.UNKNOWN.value]
        if state in {_S.ACCEPTED, _S.SENT}:
            of.append(_S.PENDING.value)
        values = {
            "attempt": attempt_id,
            "claim": claimed.attempts,
            "said": outcome.verdict.value,
            "because": outcome.reason,
            "provider": outcome.provider_id or None,
            "of": of,
            "to": state.value,
            "again": next_at,
            "given_back": 0 if outcome.counts else 1,
            "now": now,
        }
        if state in NOT_DELIVERED or state is _S.UNKNOWN or outcome.breaks:
            # What follows from it belongs to the same transaction.
            return bool(self._work.connection.execute(FINISH, values).all())
        return bool(self._work.at_once(FINISH, values))

    @staticmethod
    def _ours(claimed: Claimed) -> ColumnElement[bool]:
        """The row is still claimed as it was."""
        return and_(
            messages.c.id == claimed.message.id,
            messages.c.state == _S.CLAIMED.value,
            messages.c.attempts == claimed.attempts,
        )

    def _rest(
        self, state: MessageState, reason: str, now: datetime, *which: ColumnElement[bool]
    ) -> bool:
        """Move rows to a state in which they rest; whether there were any."""
        moved = self._work.connection.execute(
            update(messages)
            .where(*which)
            .values(
                state=state.value, reason=reason, lease_until=None, next_at=None, changed_at=now
            )
        )
        return moved.rowcount > 0
