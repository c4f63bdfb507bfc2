"""Figures read from the database at the moment of the scrape: what waits, and for how long. Counts only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from math import inf

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine, func, select

from casework.calendar import HELSINKI
from casework.messages import Channel, Queue
from casework.model import CaseState, Mark
from webapp.store import sending
from webapp.store.caps import ALL
from webapp.store.directory_tables import directory_checks
from webapp.store.tables import cases, clocks, number_caps
from webapp.wiring import now


class StoreFigures(Collector):
    """Messages and their ways, cases by state, clocks that are late; all of one moment."""

    def __init__(self, engine: Engine) -> None:
        # One snapshot: what a worker moves meanwhile is not counted twice, nor missed.
        self._reads = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def collect(self) -> Iterator[Metric]:
        at = now()
        with self._reads.connect() as connection:
            yield from _messages(connection, at)
            yield from _ways(connection, at)
            yield from _waiting_for_somebody(connection, at)
            yield from _cases(connection)
            yield _clocks(connection, at)
            yield from _directory(connection, at)
            yield _texts_today(connection, at)


def _messages(connection: Connection, at: datetime) -> Iterator[Metric]:
    found = sending.waiting(connection, at)
    yield _labelled(
        "luotsi_messages_unfinished",
        "Messages not yet handed over.",
        "channel",
        {channel: found[channel].count for channel in Channel},
    )
    yield _labelled(
        "luotsi_messages_oldest_seconds",
        "Age of the oldest message that may go and has not, in seconds.",
        "channel",
        {channel: found[channel].age(at).total_seconds() for channel in Channel},
    )
    yield _single(
        "luotsi_messages_in_doubt",
        "Messages of the last seven days of which nobody knows whether they arrived.",
        sending.in_doubt(connection, at),
    )
    yield _single(
        "luotsi_messages_parked",
        "Messages of the last seven days that failed for a fault of ours.",
        sending.parked(connection, at),
    )
    yield _labelled(
        "luotsi_messages_not_arrived",
        "Messages of the last day that were refused or did not arrive.",
        "reason",
        sending.not_arrived(connection, at),
    )


def _ways(connection: Connection, at: datetime) -> Iterator[Metric]:
    """Whether channels and queues work."""
    broken = sending.breaks(connection)
    yield _labelled(
        "luotsi_channel_broken",
        "1 while a channel is stopped for a fault of our own settings.",
        "channel",
        {channel: int(channel in broken) for channel in Channel},
    )
    heard = sending.sung(connection)
    yield _labelled(
        "luotsi_canary_age_seconds",
        "Age of the newest canary that a worker consumed, in seconds; infinite before the first.",
        "queue",
        {queue: (at - heard[queue]).total_seconds() if queue in heard else inf for queue in Queue},
    )


def _waiting_for_somebody(connection: Connection, at: datetime) -> Iterator[Metric]:
    texts = sending.texts_waiting(connection)
    yield _single(
        "luotsi_inbound_texts_waiting", "Texts that came in and wait for a worker.", texts.count
    )
    yield _single(
        "luotsi_inbound_texts_oldest_seconds",
        "Age of the oldest of them, in seconds.",
        texts.age(at).total_seconds(),
    )
    yield _single(
        "luotsi_follow_ups_late",
        "Planned contacts whose time came more than ten minutes ago.",
        sending.late_follow_ups(connection, at),
    )
    yield _single(
        "luotsi_provider_copies_waiting",
        "Copies of erased messages that are still to be deleted at the provider.",
        sending.copies_waiting(connection),
    )


def _cases(connection: Connection) -> Iterator[Metric]:
    untold = select(func.count()).where(
        cases.c.state == CaseState.RECEIVED.value,
        cases.c.marks.contains([Mark.TEAM_NOT_REACHED.value]),
    )
    yield _single(
        "luotsi_cases_team_not_reached",
        "Cases that nobody has opened, of which a team could not be told.",
        connection.execute(untold).scalar_one(),
    )
    unopened = select(func.count()).where(cases.c.marks.contains([Mark.NOT_OPENED.value]))
    yield _single(
        "luotsi_cases_not_opened",
        "Cases that nobody has opened though the whole ladder was told.",
        connection.execute(unopened).scalar_one(),
    )
    open_cases = (
        select(cases.c.state, func.count())
        .where(cases.c.state != CaseState.CLOSED.value)
        .group_by(cases.c.state)
    )
    by_state = {row[0]: row[1] for row in connection.execute(open_cases)}
    yield _labelled("luotsi_cases", "Cases by state.", "state", by_state)


def _clocks(connection: Connection, at: datetime) -> Metric:
    overdue = (
        select(clocks.c.kind, func.count())
        .where(clocks.c.ended_at.is_(None), clocks.c.due_at < at)
        .group_by(clocks.c.kind)
    )
    late = {row[0]: row[1] for row in connection.execute(overdue)}
    return _labelled("luotsi_clocks_late", "Running clocks past their limit.", "kind", late)


def _directory(connection: Connection, at: datetime) -> Iterator[Metric]:
    """Nothing before the first check."""
    newest = connection.execute(
        select(directory_checks.c.checked_at, directory_checks.c.holes)
        .order_by(directory_checks.c.checked_at.desc())
        .limit(1)
    ).first()
    if newest is None:
        return
    yield _single(
        "luotsi_directory_holes",
        "Holes that the newest check of the directory found.",
        len(newest.holes),
    )
    yield _single(
        "luotsi_directory_check_seconds",
        "Age of the newest check of the directory, in seconds.",
        (at - newest.checked_at).total_seconds(),
    )


def _texts_today(connection: Connection, at: datetime) -> Metric:
    asked = select(number_caps.c.count).where(
        number_caps.c.number_hash == ALL,
        number_caps.c.day == at.astimezone(HELSINKI).date(),
    )
    return _single(
        "luotsi_texts_to_senders_today",
        "Texts to senders asked for today, Europe/Helsinki.",
        connection.execute(asked).scalar() or 0,
    )


def _single(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _labelled(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
