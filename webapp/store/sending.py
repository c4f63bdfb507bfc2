"""How the sending is: what waits and since when, what is in doubt, who consumes the queues. Counts and moments only.

Reads for operators (figures, `luotsi doctor`, `luotsi alive`) and for the desk's banner; the broker is asked nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Select, Table, false, func, select, true, union_all
from sqlalchemy.dialects.postgresql import insert

from casework.messages import UNFINISHED, Channel, MessageState, Queue
from webapp.store.message_rows import values_of
from webapp.store.message_tables import (
    canaries,
    channel_breaks,
    follow_ups,
    inbound_texts,
    provider_copies,
)
from webapp.store.tables import NOT_ARRIVED, PARKED, messages

#: Leases and retries are told by the clocks of all machines together: they must not differ by more than this.
CLOCKS_DIFFER = timedelta(seconds=5)
#: A message that may go, and a queue's canary, are late after this time.
LATE = timedelta(minutes=5)
#: So long a planned contact may be late: the task that raises them runs each minute.
FOLLOW_UP_LATE = timedelta(minutes=10)
#: What is older is told by the case alone: figures are for what somebody can still mend.
RECENT = timedelta(days=7)
#: Of what did not arrive the figures are of the last day: many for one reason are a fault that goes on.
LAST_DAY = timedelta(days=1)
#: How long a process believes what it read for the banner, in seconds.
_BELIEVED = 15.0

_PENDING = messages.c.state == MessageState.PENDING.value
#: Claimed, or being handed over: since it might have gone, or since it was taken up where that came first.
_IN_HAND = messages.c.state.in_(values_of(UNFINISHED - {MessageState.PENDING}))
_TAKEN_UP = func.least(messages.c.next_at, messages.c.changed_at)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows wait, and since when the oldest of those that may go does; None where none may."""

    count: int = 0
    since: datetime | None = None

    def age(self, now: datetime) -> timedelta:
        """Zero where nothing waits."""
        return max(timedelta(0), now - self.since) if self.since else timedelta(0)


@dataclass(frozen=True, slots=True)
class Break:
    """A channel that is stopped for a fault of our own; `reason` is a class of fault."""

    reason: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Messages of this channel do not leave since then; `is_broken`: it is stopped for a fault of our own."""

    channel: Channel
    since: datetime
    is_broken: bool = False


def waiting(connection: Connection, now: datetime) -> Mapping[Channel, Waiting]:
    """Of every channel what is not handed over yet. What waits for its time is counted and has no age."""
    pending = (
        select(
            messages.c.channel,
            func.count().label("count"),
            func.min(messages.c.next_at).filter(messages.c.next_at <= now).label("since"),
        )
        .where(_PENDING)
        .group_by(messages.c.channel)
    )
    in_hand = (
        select(messages.c.channel, func.count(), func.min(_TAKEN_UP))
        .where(_IN_HAND)
        .group_by(messages.c.channel)
    )
    found = dict.fromkeys(Channel, Waiting())
    for row in connection.execute(union_all(pending, in_hand)):
        known = found[Channel(row.channel)]
        found[Channel(row.channel)] = Waiting(
            known.count + row[1], _earliest(known.since, row.since)
        )
    return found


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def in_doubt(connection: Connection, now: datetime) -> int:
    """Messages of the last seven days of which nobody knows whether they arrived."""
    return _count(
        connection,
        select(func.count()).where(
            messages.c.state == MessageState.UNKNOWN.value, messages.c.changed_at > now - RECENT
        ),
    )


def parked(connection: Connection, now: datetime) -> int:
    """Messages of the last seven days that failed for a fault of ours, and are not tried again."""
    return _count(
        connection,
        select(func.count()).where(
            PARKED,
            NOT_ARRIVED,
            messages.c.changed_at > now - RECENT,
        ),
    )


def not_arrived(connection: Connection, now: datetime) -> Mapping[str, int]:
    """Why messages of the last day were refused or did not arrive: class of reason -> how many."""
    rows = connection.execute(
        select(messages.c.reason, func.count())
        .where(NOT_ARRIVED, messages.c.changed_at > now - LAST_DAY)
        .group_by(messages.c.reason)
    )
    return {row[0]: row[1] for row in rows}


def late_follow_ups(connection: Connection, now: datetime) -> int:
    """Planned contacts whose time has come and that nobody has raised."""
    return _count(
        connection,
        select(func.count()).where(
            follow_ups.c.state == "planned", follow_ups.c.due_at < now - FOLLOW_UP_LATE
        ),
    )


def copies_waiting(connection: Connection) -> int:
    """Copies of erased messages that are still to be deleted at the provider."""
    return _count(connection, _of(provider_copies).where(provider_copies.c.done_at.is_(None)))


def texts_waiting(connection: Connection) -> Waiting:
    """Texts that came in and that nobody has handled."""
    row = connection.execute(
        select(func.count(), func.min(inbound_texts.c.received_at)).where(
            inbound_texts.c.handled_at.is_(None), inbound_texts.c.body_sealed.is_not(None)
        )
    ).one()
    return Waiting(row[0], row[1])


def _of(table: Table) -> Select[int]:
    return select(func.count()).select_from(table)


def _count(connection: Connection, query: Select[int]) -> int:
    return connection.execute(query).scalar_one()


def breaks(connection: Connection) -> Mapping[Channel, Break]:
    """Channels that are stopped."""
    rows = connection.execute(select(channel_breaks))
    return {Channel(row.channel): Break(row.reason, row.opened_at) for row in rows}


def sung(connection: Connection) -> Mapping[Queue, datetime]:
    """When each queue's canary was last consumed; a queue that never had one is not in it."""
    rows = connection.execute(select(canaries)).all()
    # What an earlier version called a queue is nobody's today.
    return {Queue(row.queue): row.sung_at for row in rows if row.queue in set(Queue)}


def silent(
    heard: Mapping[Queue, datetime], queues: Iterable[Queue], now: datetime, within: timedelta
) -> Mapping[Queue, datetime | None]:
    """Those of the queues whose canary is older than `within`, with when it was; None: there never was one."""
    limit = now - within
    return {
        queue: heard.get(queue) for queue in queues if queue not in heard or heard[queue] < limit
    }


class Sending:
    """What a process of the house notes and asks about the sending."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._read: tuple[float, tuple[Trouble, ...]] | None = None

    def sing(self, queue: Queue, at: datetime) -> timedelta:
        """A worker has consumed the queue's canary. One that was delayed takes nothing back.

        How far `at`, the worker's clock, is ahead of the database's.
        """
        line = insert(canaries).values(queue=queue.value, sung_at=at)
        newest = func.greatest(canaries.c.sung_at, line.excluded.sung_at)
        song = line.on_conflict_do_update(
            index_elements=[canaries.c.queue], set_={"sung_at": newest}
        )
        with self._reads.connect() as connection:
            told: datetime = connection.execute(song.returning(func.clock_timestamp())).scalar_one()
        return at - told

    def troubles(self, now: datetime) -> tuple[Trouble, ...]:
        """Channels whose messages do not leave, by channel; read by one query, and believed for 15 seconds."""
        clock = time.monotonic()
        if self._read is None or clock - self._read[0] >= _BELIEVED:
            self._read = (clock, self._troubles(now))
        return self._read[1]

    def forget(self) -> None:
        """Ask the database at the next call."""
        self._read = None

    def _troubles(self, now: datetime) -> tuple[Trouble, ...]:
        late = now - LATE
        query = union_all(
            select(
                channel_breaks.c.channel,
                channel_breaks.c.opened_at.label("since"),
                true().label("is_broken"),
            ),
            select(messages.c.channel, func.min(messages.c.next_at), false())
            .where(_PENDING, messages.c.next_at <= late)
            .group_by(messages.c.channel),
            select(messages.c.channel, func.min(_TAKEN_UP), false())
            .where(_IN_HAND, late >= _TAKEN_UP)
            .group_by(messages.c.channel),
        )
        since: dict[Channel, datetime] = {}
        broken = set[Channel]()
        with self._reads.connect() as connection:
            for row in connection.execute(query):
                channel = Channel(row.channel)
                since[channel] = min(since.get(channel, row.since), row.since)
                if row.is_broken:
                    broken.add(channel)
        return tuple(Trouble(one, since[one], one in broken) for one in Channel if one in since)
