"""How the sending itself is: a bucket for each provider's rate, and channels that are stopped for a fault of ours.

In PostgreSQL and not in the broker, so that a lost broker lets no flood through.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, delete, literal, literal_column, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from casework.messages import BREAK_FADES, Channel, Rate
from webapp.store.message_tables import channel_breaks, send_rates

if TYPE_CHECKING:
    from webapp.store.unit_of_work import SqlUnitOfWork


#: How far ahead urgent alerts may take places in a rate.
_LONGEST_DEBT = timedelta(minutes=1)


class ChannelRows:
    """Implements `casework.message_ports.Channels`."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work

    def take(
        self, channel: Channel, rate: Rate, wanted: int, now: datetime, *, force: bool
    ) -> tuple[int, datetime | None]:
        """The generic cell rate algorithm (ITU-T I.371): `free_at` is when the bucket would be full again."""
        mine = send_rates.c.channel == channel.value
        connection = self._work.connection
        connection.execute(
            insert(send_rates).values(channel=channel.value, free_at=now).on_conflict_do_nothing()
        )
        # Held until the claim is committed: two workers never count on the same place.
        kept = connection.execute(select(send_rates.c.free_at).where(mine).with_for_update())
        apart = timedelta(seconds=1 / rate.per_second)
        # A clock that once ran ahead, or a flood of urgent alerts, must not stop the channel for hours.
        free_at = min(max(kept.scalar_one(), now), now + apart * rate.burst + _LONGEST_DEBT)
        room = max(0, int((now + apart * rate.burst - free_at) / apart + 1e-6))
        granted = wanted if force else min(wanted, room)
        free_at += apart * granted
        connection.execute(update(send_rates).where(mine).values(free_at=free_at))
        return granted, free_at - apart * (rate.burst - 1) if granted < wanted else None

    def broke(
        self,
        channel: Channel,
        reason: str,
        now: datetime,
        *,
        probe_at: datetime,
        by_receipt: bool = False,
    ) -> bool:
        stopped = self._work.connection.execute(
            insert(channel_breaks)
            .values(
                channel=channel.value,
                reason=reason,
                opened_at=now,
                failed_at=now,
                probe_at=probe_at,
                by_receipt=by_receipt,
            )
            .on_conflict_do_update(
                index_elements=[channel_breaks.c.channel],
                set_={
                    "failed_at": now,
                    "by_receipt": or_(channel_breaks.c.by_receipt, literal(by_receipt)),
                },
            )
            # Zero where the row is new. Source: postgresql.org/docs/current/ddl-system-columns.html
            .returning(literal_column("xmax = 0", Boolean))
        )
        return bool(stopped.scalar_one())

    def arrives(self, channel: Channel) -> None:
        # Nobody reads the result, so it costs no round trip of its own.
        self._work.queue_statement(
            "delete from channel_breaks where channel = %(channel)s and by_receipt",
            {"channel": channel.value},
        )

    def to_probe(self, now: datetime, *, next_at: datetime) -> Sequence[Channel]:
        rows = self._work.connection.execute(
            update(channel_breaks)
            .where(channel_breaks.c.probe_at <= now)
            .values(probe_at=next_at)
            .returning(channel_breaks.c.channel)
        )
        return [Channel(row.channel) for row in rows]

    def mended(self, channel: Channel, now: datetime) -> bool:
        gone = self._work.connection.execute(
            delete(channel_breaks).where(
                channel_breaks.c.channel == channel.value,
                or_(
                    not_(channel_breaks.c.by_receipt),
                    channel_breaks.c.failed_at <= now - BREAK_FADES,
                ),
            )
        )
        return gone.rowcount == 1
