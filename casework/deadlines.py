"""When somebody must have done what. Pure arithmetic over the team's opening hours and working days."""

from __future__ import annotations

from datetime import UTC, datetime, time

from casework.calendar import HELSINKI, add_open_time, add_working_days, next_opening
from casework.directory import Directory, Team


def acknowledgement_due(team: Team, directory: Directory, arrived_at: datetime) -> datetime:
    """When the team must have opened the case: its target, counted in its opening hours only.

    A team that never opens again within the calendar's horizon gets the plain target: a wrong directory
    must not switch the reminder off.
    """
    due = add_open_time(team.hours, directory.holidays, arrived_at, team.acknowledge_within)
    return due if due is not None else arrived_at + team.acknowledge_within


def promised_reply_due(team: Team, directory: Directory, arrived_at: datetime) -> datetime:
    """The end of the last working day on which the team promises an answer, Europe/Helsinki.

    Days are counted from the day on which the team next sees the message, which is itself not counted.
    """
    seen = next_opening(team.hours, directory.holidays, arrived_at) or arrived_at
    last = add_working_days(
        seen.astimezone(HELSINKI).date(), team.reply_within_working_days, directory.holidays
    )
    return datetime.combine(last, time(23, 59, 59), HELSINKI).astimezone(UTC)
