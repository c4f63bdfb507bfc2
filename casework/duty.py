"""Who is on duty, as people look at it: hours when nobody is, and a week that stands for the weeks after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from casework.calendar import Period, boundaries, is_open, midnight
from casework.directory import Directory
from casework.teams import Team
from casework.workers import Rota, Shift

WEEK = timedelta(days=7)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def gaps(directory: Directory, team: Team, first: date, days: int = 7) -> tuple[Period, ...]:
    """The stretches (UTC) within opening hours in which nobody is on duty, from the day `first` on."""
    begin, end = midnight(first), midnight(first + timedelta(days=days))
    moments = {begin, end, *(midnight(first + timedelta(days=n)) for n in range(days))}
    moments |= set(boundaries(team.hours, directory.holidays, begin, end))
    moments |= set(directory.rotas.get(team.key, Rota()).moments(begin, end))
    found: list[Period] = []
    for start, stop in pairwise(sorted(moments)):
        if is_open(team.hours, directory.holidays, start) and not directory.on_duty(team, start):
            joined = bool(found) and found[-1][1] == start
            found[-1:] = [(found[-1][0], stop)] if joined else [*found[-1:], (start, stop)]
    return tuple(found)


def forward(rota: Rota, monday: date, weeks: int) -> Iterator[Shift]:
    """The shifts that begin in the week of `monday`, again in each of the `weeks` after it.

    A swap was for once: the shift goes back to the one whose it was. One is left out where its worker has a
    shift in the team then already.
    """
    begin = datetime.combine(monday, time())
    week = [shift for shift in rota.shifts if begin <= shift.starts < begin + WEEK]
    for number in range(1, weeks + 1):
        for shift in week:
            later = Shift(
                shift.team,
                shift.instead_of or shift.worker,
                shift.starts + number * WEEK,
                shift.ends + number * WEEK,
            )
            taken = rota.between(later.begins_at, later.ends_at)
            if all(other.worker != later.worker for other in taken):
                yield later
