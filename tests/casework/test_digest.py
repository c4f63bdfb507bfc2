"""The summary of the morning: one for each lead, each day on which a team of theirs is at work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from casework.calendar import HELSINKI
from casework.directory import Directory
from casework.messages import Channel, Purpose, Queue
from casework.usecases import send_digests
from casework.workers import Absence, Absences
from tests.casework.fakes import CountingIds, MemoryWork

MIDNIGHT = datetime(2026, 3, 1, 22, tzinfo=UTC)  # the first moment of Monday in Helsinki


def days_of(directory: Directory, days: int) -> list[tuple[date, str]]:
    """(day, recipient) of every digest when the watch looks each ten minutes."""
    work, ids = MemoryWork(), CountingIds()
    for minute in range(0, days * 24 * 60, 10):
        send_digests(
            directory=directory, now=MIDNIGHT + timedelta(minutes=minute), ids=ids, work=work
        )
    for message in work.kept.messages:
        assert (message.purpose, message.queue) == (Purpose.STAFF_DIGEST, Queue.DEFAULT)
        assert message.channel is Channel.EMAIL
        assert (message.submission_id, message.case_id, message.case_number) == (None, None, "")
        assert message.created_at.astimezone(HELSINKI).hour >= 7
    return [(m.created_at.astimezone(HELSINKI).date(), m.recipient) for m in work.kept.messages]


def test_each_lead_is_told_once_a_day_on_which_a_team_of_theirs_is_open(demo: Directory) -> None:
    found = days_of(demo, 7)
    assert len(found) == len(set(found))
    weekdays = {day.weekday() for day, who in found if who == "worker:malli-vastaava:email"}
    assert weekdays == {0, 1, 2, 3, 4}
    # Leads of the team that is always open have each day.
    on_call = f"worker:{demo.teams['on-call'].lead}:email"
    assert {day.weekday() for day, who in found if who == on_call} == set(range(7))


def test_the_deputy_is_told_for_a_lead_who_is_away(demo: Directory) -> None:
    away = Absences((Absence("malli-vastaava", date(2026, 3, 2), date(2026, 3, 2), "prov-ledare"),))
    found = {who for _, who in days_of(replace(demo, absences=away), 1)}
    assert "worker:malli-vastaava:email" not in found
    assert "worker:prov-ledare:email" in found


def test_a_day_off_has_no_digest(demo: Directory) -> None:
    holidays = demo.holidays | {date(2026, 3, 2)}
    found = {who for _, who in days_of(replace(demo, holidays=holidays), 1)}
    assert "worker:malli-vastaava:email" not in found
