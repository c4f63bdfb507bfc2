"""When somebody must have done what. Pure arithmetic over the team's opening hours and working days."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from casework.calendar import HELSINKI, add_open_time, add_working_days, next_opening
from casework.directory import Directory
from casework.routing import FEEDBACK
from casework.teams import Team

#: Feedback on the accessibility of pages is answered within two weeks (306/2019 10 §).
FEEDBACK_REPLY: Final = timedelta(weeks=2)


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


def feedback_reply_due(arrived_at: datetime) -> datetime:
    """The end of the same weekday two weeks after arrival, Europe/Helsinki (150/1930 2 §); never put off."""
    last = arrived_at.astimezone(HELSINKI).date() + FEEDBACK_REPLY
    return datetime.combine(last, time(23, 59, 59), HELSINKI).astimezone(UTC)


def reply_due(form: str, team: Team, directory: Directory, arrived_at: datetime) -> datetime:
    """When the sender of a form is to be answered: by law for feedback, else as the team promises."""
    if form == FEEDBACK:
        return feedback_reply_due(arrived_at)
    return promised_reply_due(team, directory, arrived_at)
