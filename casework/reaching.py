"""Whom a decision reaches: who is there now, who is told and by which way, and when a person is there next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from casework.calendar import HORIZON, midnight, next_opening
from casework.directory import Directory
from casework.directory_times import changes
from casework.notices import Recipient, team_recipients, worker_recipients
from casework.routing import Decision
from casework.teams import Team


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a message reaches: its own worker or team, and the on-call team where that is alerted too.

    `on_duty`: keys of workers who are there at the moment. `told`: the ways in the order in which they are tried,
    those of the case's own worker or team before those of the on-call team; each of the two is told by its first
    way that works. `next_human_at`: the earliest moment (UTC), this one included, at which any of them is there;
    None: not within 400 days.
    """

    on_duty: tuple[str, ...]
    told: tuple[Recipient, ...]
    next_human_at: datetime | None


def reach(decision: Decision, directory: Directory, at: datetime, *, urgent: bool = False) -> Reach:
    """Whom a decision of the moment `at` (aware) reaches. `urgent`: the sender said that it cannot wait."""
    at = at.astimezone(UTC)
    own, on_call = directory.teams.get(decision.team), _on_call(decision, directory)
    worker = directory.workers.get(decision.worker or "")
    on_duty: tuple[str, ...] = ()
    told: tuple[Recipient, ...] = ()
    moments: list[datetime | None] = []
    if worker is not None:
        moments.append(_worker_is_there(worker.key, decision, directory, at))
        on_duty = (worker.key,) if moments[0] == at else ()
        told = worker_recipients(worker, urgent=urgent)
    elif own is not None:
        moments.append(_somebody_is_there(own, directory, at))
        on_duty = directory.on_duty(own, at)
    if own is not None and not told:
        told = team_recipients(own, urgent=urgent)
    if on_call is not None:
        moments.append(_somebody_is_there(on_call, directory, at))
        on_duty += directory.on_duty(on_call, at)
        told += team_recipients(on_call, urgent=True)
    there = [moment for moment in moments if moment is not None]
    return Reach(tuple(dict.fromkeys(on_duty)), told, min(there, default=None))


def _on_call(decision: Decision, directory: Directory) -> Team | None:
    """The on-call team where it is told beside the case's own."""
    if not decision.alert_on_call or decision.team == directory.on_call_team:
        return None
    return directory.teams.get(directory.on_call_team)


def _somebody_is_there(team: Team, directory: Directory, at: datetime) -> datetime | None:
    moments = (at, *changes(directory, team, at, at + HORIZON))
    return next((moment for moment in moments if directory.on_duty(team, moment)), None)


def _worker_is_there(
    worker: str, decision: Decision, directory: Directory, at: datetime
) -> datetime | None:
    """When the team in which the worker is at home is next open on a day on which the worker is present."""
    homes = (*directory.workers[worker].teams, decision.team)
    team = next((directory.teams[key] for key in homes if key in directory.teams), None)
    moment: datetime | None = at
    while team is not None and moment is not None and moment <= at + HORIZON:
        moment = next_opening(team.hours, directory.holidays, moment)
        absence = directory.absences.at(worker, moment) if moment else None
        if absence is None:
            return moment
        moment = midnight(absence.last_on + timedelta(days=1))
    return None
