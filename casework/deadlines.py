"""When somebody must have done what. Pure arithmetic over opening hours, working days and the law.

Days are those of Europe/Helsinki. A limit that is a day ends with its last second, and an authority's own limit
is never put off to a later day. Sources: LSL 417/2007 26 §, SHL 1301/2014 36 §, THL's handbook of child welfare
(the day of arrival is not counted; Saturdays and holidays are no working days), 150/1930 3 and 5 §.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from casework.calendar import (
    HELSINKI,
    OpeningHours,
    add_open_time,
    add_working_days,
    is_eve,
    is_working_day,
    moment_of,
    next_opening,
    open_time_between,
)
from casework.directory import Directory
from casework.model import ClockKind
from casework.routing import FEEDBACK
from casework.teams import Team

#: Feedback on the accessibility of pages is answered within two weeks (306/2019 10 §).
FEEDBACK_REPLY: Final = timedelta(weeks=2)
#: The assessment is started on this working day from initiation at the latest (LSL 26 §).
START_WITHIN: Final = 7
#: It is finished in so many months from initiation, not from its start (LSL 26 §).
FINISH_WITHIN_MONTHS: Final = 3
#: "Without delay" (434/2003 21 §): the day on which the team sees it counts, and one more working day.
TRANSFER_WITHIN: Final = 1


def acknowledgement_due(team: Team, directory: Directory, arrived_at: datetime) -> datetime:
    """When the team must have opened the case: its target, counted in its opening hours only.

    A team that never opens again within the calendar's horizon gets the plain target: a wrong directory
    must not switch the reminder off.
    """
    due = add_open_time(team.hours, directory.holidays, arrived_at, team.acknowledge_within)
    return due if due is not None else arrived_at + team.acknowledge_within


def promised_reply_due(team: Team, directory: Directory, arrived_at: datetime) -> datetime:
    """When the team closes on the last working day on which it promises an answer; else the end of that day.

    Days are counted from the day on which the team next sees the message, which is itself not counted.
    """
    seen = next_opening(team.hours, directory.holidays, arrived_at) or arrived_at
    last = add_working_days(_day(seen), team.reply_within_working_days, directory.holidays)
    return _closing(team.hours, directory, last)


def feedback_reply_due(arrived_at: datetime) -> datetime:
    """The end of the same weekday two weeks after arrival (150/1930 2 §); never put off."""
    return end_of(_day(arrived_at) + FEEDBACK_REPLY)


def reply_due(form: str, team: Team, directory: Directory, arrived_at: datetime) -> datetime:
    """When the sender of a form is to be answered: by law for feedback, else as the team promises."""
    if form == FEEDBACK:
        return feedback_reply_due(arrived_at)
    return promised_reply_due(team, directory, arrived_at)


def resumed_reply_due(
    team: Team, directory: Directory, due_at: datetime, paused_at: datetime, now: datetime
) -> datetime:
    """The limit of a promise that was paused: as much opening time is left as when it was paused.

    What was late already stays late by its old limit.
    """
    left = open_time_between(team.hours, directory.holidays, paused_at, due_at)
    if paused_at >= due_at:
        return due_at
    return add_open_time(team.hours, directory.holidays, now, left) or now + (due_at - paused_at)


def urgency_due(directory: Directory, arrived_at: datetime) -> datetime:
    """When the urgency must have been assessed, day and night; acknowledging does not end it."""
    return arrived_at + directory.county.urgency_within


def assessment_start_on(arrived_on: date, holidays: frozenset[date]) -> date:
    """The last day on which the assessment may be started: the 7th working day after the day of arrival.

    Whether Christmas and Midsummer Eve are working days inside a limit is unsettled: they are counted, which
    gives the earlier day, and a limit that would end on one ends on the working day before it.
    """
    last = add_working_days(arrived_on, START_WITHIN, _without_eves(holidays))
    while not is_working_day(last, holidays) or is_eve(last):
        last -= timedelta(days=1)
    return last


def assessment_finish_on(arrived_on: date) -> date:
    """The same day of the third month after, or that month's last day (150/1930 3 §)."""
    month = arrived_on.month - 1 + FINISH_WITHIN_MONTHS
    year, month = arrived_on.year + month // 12, month % 12 + 1
    return date(year, month, min(arrived_on.day, monthrange(year, month)[1]))


def statutory_limits(directory: Directory, arrived_at: datetime) -> Mapping[ClockKind, datetime]:
    """The limits of law for a matter that arrived at the moment, whoever handles it."""
    arrived_on = _day(arrived_at)
    start = end_of(assessment_start_on(arrived_on, directory.holidays))
    return MappingProxyType(
        {
            ClockKind.URGENCY: urgency_due(directory, arrived_at),
            ClockKind.ASSESSMENT_START: start,
            ClockKind.PARTIES_TOLD: start,
            ClockKind.ASSESSMENT_FINISH: end_of(assessment_finish_on(arrived_on)),
        }
    )


def transfer_due(team: Team, directory: Directory, arrived_at: datetime) -> datetime:
    """When the other county must have confirmed: by the team's closing on the working day after it sees the case."""
    seen = next_opening(team.hours, directory.holidays, arrived_at) or arrived_at
    last = add_working_days(_day(seen), TRANSFER_WITHIN, directory.holidays)
    return _closing(team.hours, directory, last)


def working_days_left(now: datetime, due_at: datetime, holidays: frozenset[date]) -> int:
    """Working days after today up to the day of the limit, that day included; negative when it has passed.

    Eves are not counted: nobody may be told of more time than there is.
    """
    today, last = _day(now), _day(due_at)
    early, late = min(today, last), max(today, last)
    days = (early + timedelta(days=n) for n in range(1, (late - early).days + 1))
    count = sum(is_working_day(day, holidays) and not is_eve(day) for day in days)
    return count if last >= today else -count


def end_of(day: date) -> datetime:
    """The last second of a day in Helsinki, as UTC."""
    return datetime.combine(day, time(23, 59, 59), HELSINKI).astimezone(UTC)


def _closing(hours: OpeningHours, directory: Directory, day: date) -> datetime:
    """When the team's last span of the day ends; the day's end where it is closed then, or open past midnight."""
    closes = max((span.closes for span in hours.spans_on(day, directory.holidays)), default=0)
    if not 0 < closes < 24 * 60:
        return end_of(day)
    return moment_of(datetime.combine(day, time(closes // 60, closes % 60)))


def _without_eves(holidays: frozenset[date]) -> frozenset[date]:
    """Holidays without the eves of Christmas and Midsummer, which only custom makes holidays."""
    return frozenset(day for day in holidays if not is_eve(day))


def _day(moment: datetime) -> date:
    return moment.astimezone(HELSINKI).date()
