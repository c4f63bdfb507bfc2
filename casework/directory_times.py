"""A team's state over time: what of it can change where a message goes, and each moment at which it changes.

A route knows the time in two ways only: by the day, which says what municipalities there are, and by the state
of the teams that it may choose among. A state is three facts: open now, ever open again, seen by somebody. They
change only where a span of the opening hours, a shift, or somebody's absence begins or ends: so a year of a team
is known from those moments, and a year of a county from one walk through each of its teams.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple

from casework.calendar import HORIZON, boundaries, midnight, next_opening
from casework.directory import Directory
from casework.routing import visibility_fault
from casework.teams import Team
from casework.workers import Rota

_ONE_DAY: Final = timedelta(days=1)


class State(NamedTuple):
    """What a route asks of a team. `fault`: see `casework.routing.visibility_fault`."""

    is_open: bool
    opens_again: bool
    fault: str | None


def changes(
    directory: Directory, team: Team, begin: datetime, end: datetime
) -> tuple[datetime, ...]:
    """Every moment (UTC, sorted) in [begin, end) at which the team may open or close, or its duty may change."""
    rota = directory.rotas.get(team.key, Rota()) if team.rota else Rota()
    workers = {shift.worker for shift in rota.shifts} if team.rota else set(team.members)
    away = [absence for worker in workers for absence in directory.absences.of(worker)]
    days = {day for a in away for day in (a.first_on, a.last_on + _ONE_DAY)}
    found = {moment for moment in map(midnight, days) if begin <= moment < end}
    found |= set(boundaries(team.hours, directory.holidays, begin, end))
    return tuple(sorted(found | set(rota.moments(begin, end))))


@dataclass(frozen=True, slots=True)
class TeamTimes:
    """The states of one team, each with the moment from which it lasts; two that follow each other differ."""

    since: tuple[datetime, ...]
    states: tuple[State, ...]

    @classmethod
    def of(cls, directory: Directory, team: Team, begin: datetime, end: datetime) -> TeamTimes:
        kept: list[tuple[datetime, State]] = []
        for at, state in _states(directory, team, begin, end):
            if not kept or kept[-1][1] != state:
                kept.append((at, state))
        return cls(tuple(at for at, _ in kept), tuple(state for _, state in kept))

    def at(self, moment: datetime) -> State:
        return self.states[bisect_right(self.since, moment) - 1]

    def first_fault(self, fault: str) -> datetime | None:
        """Since when the team first has this fault; None: it never does."""
        found = (
            at for at, state in zip(self.since, self.states, strict=True) if state.fault == fault
        )
        return next(found, None)


def _states(
    directory: Directory, team: Team, begin: datetime, end: datetime
) -> Iterator[tuple[datetime, State]]:
    asleep_until = begin
    for at in sorted({begin, *changes(directory, team, begin, end)}):
        if at < asleep_until:
            continue
        opens = next_opening(team.hours, directory.holidays, at)
        yield at, State(opens == at, opens is not None, visibility_fault(team, directory, at))
        if opens is None:
            # What opens later than anybody looks ahead comes into sight while it is still closed.
            later = next_opening(team.hours, directory.holidays, at + HORIZON)
            asleep_until = later - HORIZON if later else end
            if asleep_until < end:
                fault = visibility_fault(team, directory, asleep_until)
                yield asleep_until, State(False, True, fault)


@dataclass(frozen=True, slots=True)
class DirectoryTimes:
    """The states of all teams in [begin, end), each walked through when it is first asked for."""

    directory: Directory
    begin: datetime
    end: datetime
    _known: dict[str, TeamTimes] = field(default_factory=dict)

    def of(self, key: str) -> TeamTimes:
        """Raises KeyError for a team that the directory does not have."""
        if key not in self._known:
            team = self.directory.teams[key]
            self._known[key] = TeamTimes.of(self.directory, team, self.begin, self.end)
        return self._known[key]

    def first_of_each_mix(
        self, keys: Iterable[str], begin: datetime, end: datetime
    ) -> Iterator[datetime]:
        """The first moment in [begin, end) of each mix of states that these teams ever show together."""
        teams = [self.of(key) for key in sorted(set(keys) & set(self.directory.teams))]
        mix = [team.at(begin) for team in teams]
        seen = {tuple(mix)}
        yield begin
        events = sorted(
            (at, index, state)
            for index, team in enumerate(teams)
            for at, state in zip(team.since, team.states, strict=True)
            if begin < at < end
        )
        for at, together in groupby(events, key=lambda event: event[0]):
            for _, index, state in together:
                mix[index] = state
            if tuple(mix) not in seen:
                seen.add(tuple(mix))
                yield at


def gap(directory: Directory, team: Team, at: datetime) -> tuple[datetime, datetime | None] | None:
    """The next stretch of opening hours without anybody, of which `nobody_on_duty` warns at the moment `at`.

    From when it lasts and until when; None as its end: not within 400 days. None: there is no such stretch.
    """
    begins = next_opening(team.hours, directory.holidays, at)
    if begins is None or directory.on_duty(team, begins):
        return None
    for moment in changes(directory, team, begins, begins + HORIZON):
        opens = next_opening(team.hours, directory.holidays, moment)
        if moment > begins and (opens != moment or directory.on_duty(team, moment)):
            return begins, moment
    return begins, None
