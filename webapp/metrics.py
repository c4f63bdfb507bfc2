"""Figures read from the database at the moment of the scrape: what waits, and for how long. Counts only."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, select

from casework.calendar import HELSINKI
from casework.messages import UNFINISHED, MessageState
from casework.model import CaseState, Mark
from webapp.store.caps import ALL
from webapp.store.directory_tables import directory_checks
from webapp.store.tables import cases, clocks, messages, number_caps
from webapp.wiring import now


class StoreFigures(Collector):
    """Waiting messages and their age by channel, cases by state, clocks that are late."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")

    def collect(self) -> Iterator[Metric]:
        at = now()
        waiting = [state.value for state in UNFINISHED]
        count = GaugeMetricFamily(
            "luotsi_messages_unfinished", "Messages not yet handed over.", labels=["channel"]
        )
        age = GaugeMetricFamily(
            "luotsi_messages_oldest_seconds",
            "Age of the oldest message that may go and has not, in seconds.",
            labels=["channel"],
        )
        unknown = GaugeMetricFamily(
            "luotsi_messages_unknown", "Messages of which nobody knows whether they arrived."
        )
        unreached = GaugeMetricFamily(
            "luotsi_cases_team_not_reached",
            "Cases that nobody has opened, of which a team could not be told.",
        )
        unopened = GaugeMetricFamily(
            "luotsi_cases_not_opened",
            "Cases that nobody has opened though the whole ladder was told.",
        )
        holes = GaugeMetricFamily(
            "luotsi_directory_holes", "Holes that the newest check of the directory found."
        )
        checked = GaugeMetricFamily(
            "luotsi_directory_check_seconds",
            "Age of the newest check of the directory, in seconds.",
        )
        by_state = GaugeMetricFamily("luotsi_cases", "Cases by state.", labels=["state"])
        late = GaugeMetricFamily(
            "luotsi_clocks_late", "Running clocks past their limit.", labels=["kind"]
        )
        texts = GaugeMetricFamily(
            "luotsi_texts_to_senders_today", "Texts to senders asked for today, Europe/Helsinki."
        )
        with self._reads.connect() as connection:
            asked = select(number_caps.c.count).where(
                number_caps.c.number_hash == ALL,
                number_caps.c.day == at.astimezone(HELSINKI).date(),
            )
            texts.add_metric([], connection.execute(asked).scalar() or 0)
            for row in connection.execute(
                select(messages.c.channel, func.count(), func.min(messages.c.next_at))
                .where(messages.c.state.in_(waiting))
                .group_by(messages.c.channel)
            ):
                count.add_metric([row[0]], row[1])
                oldest = max(0.0, (at - row[2]).total_seconds()) if row[2] else 0.0
                age.add_metric([row[0]], oldest)
            lost = select(func.count()).where(messages.c.state == MessageState.UNKNOWN.value)
            unknown.add_metric([], connection.execute(lost).scalar_one())
            untold = select(func.count()).where(
                cases.c.state == CaseState.RECEIVED.value,
                cases.c.marks.contains([Mark.TEAM_NOT_REACHED.value]),
            )
            unreached.add_metric([], connection.execute(untold).scalar_one())
            waiting_cases = select(func.count()).where(
                cases.c.marks.contains([Mark.NOT_OPENED.value])
            )
            unopened.add_metric([], connection.execute(waiting_cases).scalar_one())
            newest = (
                select(directory_checks.c.checked_at, directory_checks.c.holes)
                .order_by(directory_checks.c.checked_at.desc())
                .limit(1)
            )
            for row in connection.execute(newest):
                holes.add_metric([], len(row.holes))
                checked.add_metric([], (at - row.checked_at).total_seconds())
            open_cases = (
                select(cases.c.state, func.count())
                .where(cases.c.state != CaseState.CLOSED.value)
                .group_by(cases.c.state)
            )
            for state, number in connection.execute(open_cases):
                by_state.add_metric([state], number)
            overdue = (
                select(clocks.c.kind, func.count())
                .where(clocks.c.ended_at.is_(None), clocks.c.due_at < at)
                .group_by(clocks.c.kind)
            )
            for kind, number in connection.execute(overdue):
                late.add_metric([kind], number)
        yield from (count, age, unknown, unreached, unopened, holes, checked, by_state, late, texts)
