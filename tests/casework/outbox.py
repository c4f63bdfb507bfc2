"""An outbox in memory, and messages to put into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from casework.messages import (
    BREAK_FADES,
    LEASE,
    MAX_LOST_WORKERS,
    NOT_DELIVERED,
    PROBE_EVERY,
    RETELL_AFTER,
    UNFINISHED,
    Begin,
    Channel,
    Claimed,
    Message,
    MessageState,
    Outcome,
    Purpose,
    Queue,
    Rate,
    Verdict,
    origins,
)
from casework.messages import MessageState as S
from casework.model import TimelineEntry, TimelineKind
from casework.notices import SENDER
from casework.phrases import Phrase
from casework.usecases import Doubt, Unconfirmed
from tests.casework.fakes import MemoryWork
from tests.casework.memory_desk import root_of

START = datetime(2026, 3, 2, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """What a row of any outbox shows of itself."""

    state: MessageState
    next_at: datetime | None
    lease_until: datetime | None
    attempts: int
    lost_workers: int = 0
    reason: str = ""
    retold_at: datetime | None = None


@dataclass
class Kept:
    message: Message
    row: Row
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def doubtful(self) -> int:
        """Tries of which nobody knows how they ended."""
        return sum(a.verdict in {None, Verdict.UNKNOWN} for a in self.attempts)


@dataclass
class Attempt:
    id: UUID
    started_at: datetime
    provider_id: str = ""
    verdict: Verdict | None = None


class MemoryOutbox:
    """`casework.message_ports.Outbox`, `Channels` and `Upkeep`: conditional moves over a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Kept] = {}
        self.broken: dict[Channel, datetime] = {}
        self.failing: dict[Channel, datetime] = {}
        self.opted_out: set[bytes | None] = set()
        self.taken_back: set[str] = set()
        self.untold: list[Message] = []
        self.room = 1000

    def add(self, messages: Sequence[Message]) -> None:
        taken = {(k.message.event, k.message.recipient, k.message.channel) for k in self._all()}
        for m in messages:
            if (m.event, m.recipient, m.channel) not in taken:
                row = Row(m.state, m.not_before, None, 0)
                self.rows[m.id] = Kept(m, row)

    def recipients_of(self, event: str) -> frozenset[str]:
        return frozenset(k.message.recipient for k in self._all() if k.message.event == event)

    def on_the_way(self, event: str) -> frozenset[str]:
        return frozenset(
            k.message.recipient
            for k in self._all()
            if k.message.event == event
            and (
                k.row.state in {S.ACCEPTED, S.SENT, S.DELIVERED}
                or (k.row.state in UNFINISHED and k.row.retold_at is None)
            )
        )

    def note_untold(self, message: Message) -> None:
        self.untold.append(message)

    def suppress_waiting(
        self, submission_id: UUID, recipient: str, now: datetime, *, event: str = ""
    ) -> None:
        for k in self._all():
            of = (k.message.submission_id, k.message.recipient, event or root_of(k.message))
            waits = k.row.state in {S.PENDING, S.CLAIMED}
            if waits and of == (submission_id, recipient, root_of(k.message)):
                self._rest(k, S.SUPPRESSED, Begin.CONTACT_CHANGED.value)

    def _all(self) -> list[Kept]:
        return list(self.rows.values())

    def _of(self, attempt_id: UUID) -> Kept | None:
        mine = (k for k in self._all() if any(a.id == attempt_id for a in k.attempts))
        return next(mine, None)

    def claim(
        self, queue: Queue, now: datetime, lease_until: datetime, limit: int
    ) -> list[Claimed]:
        return self._claim(
            lambda k: k.message.queue is queue and k.message.channel not in self.broken,
            now,
            now,
            lease_until,
            limit,
        )

    def claim_probe(self, channel: Channel, now: datetime, lease_until: datetime) -> list[Claimed]:
        def refused_or_due(k: Kept) -> bool:
            return bool(k.row.reason) or (k.row.next_at or now) <= now

        return self._claim(
            lambda k: k.message.channel is channel and refused_or_due(k),
            now,
            now + PROBE_EVERY,
            lease_until,
            1,
        )

    def _claim(
        self,
        which: Callable[[Kept], bool],
        now: datetime,
        due: datetime,
        lease_until: datetime,
        limit: int,
    ) -> list[Claimed]:
        found = [
            k
            for k in self._all()
            if which(k)
            and k.row.state is MessageState.PENDING
            and k.row.next_at is not None
            and k.row.next_at <= due
            and (k.message.expires_at is None or k.message.expires_at > now)
        ][:limit]
        for k in found:
            k.row = replace(
                k.row,
                state=MessageState.CLAIMED,
                lease_until=lease_until,
                attempts=k.row.attempts + 1,
            )
        return [
            Claimed(k.message, k.row.attempts, lease_until, bool(k.attempts), k.row.lost_workers)
            for k in found
        ]

    def unopened(self) -> list[Message]:
        return []

    def give_back(
        self, claimed: Sequence[Claimed], next_at: datetime | None, now: datetime
    ) -> None:
        for k in filter(None, map(self._ours, claimed)):
            attempts = k.row.attempts - 1
            k.row = replace(
                k.row,
                state=MessageState.PENDING,
                next_at=next_at or k.row.next_at,
                lease_until=None,
                attempts=attempts,
            )

    def _ours(self, claimed: Claimed) -> Kept | None:
        k = self.rows[claimed.message.id]
        mine = (k.row.state, k.row.attempts) == (MessageState.CLAIMED, claimed.attempts)
        return k if mine else None

    def begin(self, claimed: Claimed, attempt_id: UUID, now: datetime) -> Begin:
        k = self._ours(claimed)
        if now >= claimed.lease_until or k is None:
            return Begin.LOST
        if root_of(k.message) in self.taken_back:
            self._rest(k, MessageState.SUPPRESSED, Begin.CONTACT_CHANGED.value)
            return Begin.CONTACT_CHANGED
        if k.message.address_hash in self.opted_out:
            self._rest(k, MessageState.SUPPRESSED, Begin.OPTED_OUT.value)
            return Begin.OPTED_OUT
        k.row = replace(k.row, state=MessageState.SUBMITTING, lease_until=now + LEASE)
        k.attempts.append(Attempt(attempt_id, now))
        return Begin.BEGUN

    def suppress(self, claimed: Claimed, reason: str, now: datetime) -> bool:
        return self._end(claimed, MessageState.SUPPRESSED, reason)

    def spoil(self, claimed: Claimed, reason: str, now: datetime) -> bool:
        return self._end(claimed, MessageState.FAILED, reason)

    def _end(self, claimed: Claimed, to: MessageState, reason: str) -> bool:
        k = self._ours(claimed)
        if k is not None:
            self._rest(k, to, reason)
        return k is not None

    def _rest(self, k: Kept, to: MessageState, reason: str) -> None:
        k.row = replace(k.row, state=to, reason=reason, next_at=None, lease_until=None)

    def suppress_again(self, attempt_id: UUID, now: datetime) -> None:
        first = self._of(attempt_id)
        if first is None or first.row.state not in {S.UNDELIVERED, S.FAILED}:
            return
        for k in self._all():
            waits = k.row.state in {MessageState.PENDING, MessageState.CLAIMED}
            same = k is not first and root_of(k.message) == root_of(first.message)
            if waits and same and k.message.recipient == first.message.recipient:
                self._rest(k, MessageState.SUPPRESSED, "arrived")

    def add_again(
        self, message: Message, row_id: UUID, event: str, at: datetime, now: datetime
    ) -> None:
        whole = self.rows[message.id].message
        self.add([replace(whole, id=row_id, event=event, not_before=at, state=S.PENDING)])

    def add_spare(self, message: Message, row_id: UUID, now: datetime) -> bool:
        whole = self.rows[message.id].message
        if whole.spare is None:
            return False
        channel, address = whole.spare.channel, whole.spare.address
        self.add(
            [
                replace(
                    whole, id=row_id, channel=channel, address=address, spare=None, not_before=now
                )
            ]
        )
        return True

    # Channels

    def take(
        self, channel: Channel, rate: Rate, wanted: int, now: datetime, *, force: bool
    ) -> tuple[int, datetime | None]:
        self.room = max(0, self.room - wanted) if force else self.room
        granted = wanted if force else min(wanted, self.room)
        self.room -= 0 if force else granted
        return granted, now + timedelta(seconds=1) if granted < wanted else None

    def broke(
        self,
        channel: Channel,
        reason: str,
        now: datetime,
        *,
        probe_at: datetime,
        by_receipt: bool = False,
    ) -> bool:
        if by_receipt:
            self.failing[channel] = now
        new = channel not in self.broken
        self.broken.setdefault(channel, probe_at)
        return new

    def to_probe(self, now: datetime, *, next_at: datetime) -> list[Channel]:
        due = [channel for channel, at in self.broken.items() if at <= now]
        self.broken.update(dict.fromkeys(due, next_at))
        return due

    def arrives(self, channel: Channel) -> None:
        if self.failing.pop(channel, None):
            self.broken.pop(channel, None)

    def mended(self, channel: Channel, now: datetime) -> bool:
        if channel in self.failing and self.failing[channel] > now - BREAK_FADES:
            return False
        self.failing.pop(channel, None)
        return self.broken.pop(channel, None) is not None

    def finish(
        self,
        claimed: Claimed,
        attempt_id: UUID,
        outcome: Outcome,
        state: MessageState,
        next_at: datetime | None,
        now: datetime,
    ) -> bool:
        k = self.rows[claimed.message.id]
        attempt = next(a for a in k.attempts if a.id == attempt_id)
        attempt.provider_id = outcome.provider_id or attempt.provider_id
        attempt.verdict = outcome.verdict
        waiting = {MessageState.SUBMITTING, MessageState.UNKNOWN}
        if state in {S.ACCEPTED, S.SENT}:
            waiting.add(S.PENDING)
        if k.row.state not in waiting or k.row.attempts != claimed.attempts:
            return False
        k.row = replace(
            k.row,
            state=state,
            next_at=next_at,
            lease_until=None,
            attempts=k.row.attempts - (not outcome.counts),
            reason=outcome.reason,
        )
        return True

    def add_receipt(self, receipt_id: UUID, attempt_id: UUID, provider_id: str, *rest: Any) -> None:
        k = self._of(attempt_id)
        if k is not None:
            attempt = next(a for a in k.attempts if a.id == attempt_id)
            attempt.provider_id = attempt.provider_id or provider_id

    def apply_receipt(
        self, attempt_id: UUID, to: MessageState, reason: str, now: datetime
    ) -> Message | None:
        k = self._of(attempt_id)
        if k is None or k.row.state not in origins(to):
            return None
        if to in NOT_DELIVERED and k.attempts[-1].id != attempt_id:
            return None
        self._rest(k, to, reason)
        return replace(k.message, state=to, reason=reason)

    def park(self, now: datetime, limit: int) -> list[Message]:
        claimed = self._over(MessageState.CLAIMED, now)
        over = [k for k in claimed if k.row.lost_workers >= MAX_LOST_WORKERS - 1]
        return self._sweep(over, MessageState.FAILED, "workers_died")

    def release_leases(self, now: datetime) -> None:
        for k in self._over(MessageState.CLAIMED, now):
            k.row = replace(
                k.row,
                state=MessageState.PENDING,
                lease_until=None,
                lost_workers=k.row.lost_workers + 1,
            )

    def _over(self, state: MessageState, now: datetime) -> list[Kept]:
        return [
            k
            for k in self._all()
            if k.row.state is state and k.row.lease_until is not None and k.row.lease_until <= now
        ]

    def _sweep(self, found: list[Kept], to: MessageState, reason: str) -> list[Message]:
        for k in found:
            self._rest(k, to, reason)
        return [replace(k.message, state=to, reason=reason) for k in found]

    def expire(self, now: datetime, limit: int) -> list[Message]:
        over = [
            k
            for k in self._all()
            if k.row.state is MessageState.PENDING
            and k.message.expires_at is not None
            and k.message.expires_at <= now
        ]
        return self._sweep(over, MessageState.EXPIRED, "safe_hours_over")

    def give_up_submitting(self, now: datetime, limit: int) -> list[Message]:
        over = self._over(MessageState.SUBMITTING, now)
        return self._sweep(over, MessageState.UNKNOWN, "worker_died")

    def give_up_receipts(self, since: datetime, now: datetime) -> None:
        pass

    def long_doubts(self, since: datetime, now: datetime, limit: int) -> list[Message]:
        return self._tell(
            now,
            lambda k: (
                k.row.state is MessageState.UNKNOWN
                and k.message.recipient == "sender"
                and k.attempts[-1].started_at <= since
            ),
        )

    def stuck(self, now: datetime, limit: int) -> list[Message]:
        return self._tell(
            now,
            lambda k: (
                k.row.state is MessageState.PENDING
                and k.message.recipient != "sender"
                and k.message.created_at <= now - RETELL_AFTER[k.message.queue]
                and (
                    k.message.channel in self.broken
                    or ((k.row.next_at or now) > now and bool(k.attempts))
                )
            ),
        )

    def _tell(self, now: datetime, which: Callable[[Kept], bool]) -> list[Message]:
        found = [k for k in self._all() if k.row.retold_at is None and which(k)]
        for k in found:
            k.row = replace(k.row, retold_at=now)
        return [k.message for k in found]

    def asked(self, attempt_ids: Sequence[UUID], now: datetime) -> None:
        pass

    def unconfirmed(self, until: datetime, limit: int) -> list[Unconfirmed]:
        return []

    def doubts(self, since: datetime, until: datetime, limit: int) -> list[Doubt]:
        return [
            Doubt(k.message, last.id, k.doubtful, k.row.attempts, last.started_at, self._known())
            for k in self._all()
            if k.row.state is MessageState.UNKNOWN
            and k.message.channel is Channel.SMS
            and since <= (last := k.attempts[-1]).started_at <= until
            and not last.provider_id
        ]

    def _known(self) -> frozenset[str]:
        return frozenset(a.provider_id for k in self._all() for a in k.attempts if a.provider_id)

    def settle_found(self, doubt: Doubt, provider_id: str, now: datetime) -> None:
        if provider_id not in self._known():
            self.rows[doubt.message.id].attempts[-1].provider_id = provider_id
            self._settle(doubt, MessageState.ACCEPTED, None)

    def settle_missing(self, doubt: Doubt, now: datetime) -> None:
        self._settle(doubt, MessageState.PENDING, now)

    def _settle(self, doubt: Doubt, to: MessageState, next_at: datetime | None) -> None:
        k = self.rows[doubt.message.id]
        if k.row.state is MessageState.UNKNOWN and k.row.attempts == doubt.number:
            k.row = replace(k.row, state=to, next_at=next_at)

    def waiting_queues(self, now: datetime) -> frozenset[Queue]:
        return frozenset(k.message.queue for k in self._all())


class OutboxWork(MemoryWork):
    """A unit of work over a lasting outbox; the cases' rows are as in `MemoryWork`."""

    def __init__(self, outbox: MemoryOutbox) -> None:
        super().__init__()
        self._outbox = outbox

    @property
    def outbox(self) -> Any:
        return self._outbox

    @property
    def channels(self) -> Any:
        return self._outbox

    @property
    def upkeep(self) -> Any:
        return self._outbox


def message(number: int, **changes: Any) -> Message:
    """A text to a team's phone, due at START."""
    given: dict[str, Any] = {
        "id": UUID(int=100 + number),
        "submission_id": UUID(int=1),
        "case_id": UUID(int=2),
        "case_number": "ABCD-EFGH",
        "event": f"received:{number}",
        "recipient": "team:on-call:on-call-mobile",
        "channel": Channel.SMS,
        "purpose": Purpose.STAFF_URGENT,
        "language": "fi",
        "queue": Queue.URGENT,
        "created_at": START,
        "not_before": START,
        "expires_at": None,
        "address": "+358500000125",
    }
    return Message(**{**given, **changes})


#: A set phrase that stands on the page of the case, and what tells of it.
SAID = TimelineEntry(
    UUID(int=99),
    UUID(int=2),
    START,
    TimelineKind.PHRASE_SAID,
    "user:1",
    {"phrase": Phrase.READ.value, "event": "phrase:1"},
)


def take_back(work: Any, case_id: UUID, submission_id: UUID, at: datetime) -> None:
    """The phrase is taken back."""
    taken = {"entry": str(SAID.id), "phrase": Phrase.READ.value}
    kind, event = TimelineKind.PHRASE_TAKEN_BACK, SAID.detail["event"]
    with work:
        work.cases.append_timeline(
            [TimelineEntry(UUID(int=98), case_id, at, kind, "user:1", taken)]
        )
        work.outbox.suppress_waiting(submission_id, SENDER, at, event=event)
        work.commit()


def some_messages() -> list[Message]:
    """To a team by phone, to a sender by phone with an end, to a sender by mail; what tells a sender of a phrase."""
    return [
        message(1),
        message(2, recipient="sender", expires_at=START + timedelta(hours=12)),
        message(3, recipient="sender", channel=Channel.EMAIL, address="testi@example.org"),
        message(
            4,
            event=SAID.detail["event"],
            recipient="sender",
            purpose=Purpose.SOMETHING_NEW,
            expires_at=START + timedelta(hours=12),
        ),
    ]
