"""Holes around people: who is away together with the deputy, whom a ladder does not reach, whom nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from casework.calendar import HELSINKI, midnight, next_opening
from casework.directory import Directory
from casework.hole import Hole
from casework.teams import Team, Tell

_ONE_DAY: Final = timedelta(days=1)


def people_holes(directory: Directory, begin: datetime, end: datetime) -> Iterator[Hole]:
    """Every hole of workers and of ladders in [begin, end), both a midnight in Finland."""
    yield from _unknown_workers(directory)
    yield from _unknown_deputies(directory, begin)
    for key in sorted(set(directory.clients.values()) & set(directory.workers)):
        if not any(team in directory.teams for team in directory.workers[key].teams):
            yield Hole("client_worker_without_team", key)
        else:
            yield from _left_alone(directory, key, begin, end)
    for key in sorted(directory.teams):
        yield from _ladder(directory, directory.teams[key], begin, end)


def _unknown_workers(directory: Directory) -> Iterator[Hole]:
    """Workers to whom clients, shifts and absences lead, and whom the directory does not know."""
    shifts = (
        shift.worker for key in sorted(directory.rotas) for shift in directory.rotas[key].shifts
    )
    away = (absence.worker for absence in directory.absences.entries)
    named: tuple[tuple[str, Iterable[str]], ...] = (
        ("clients", directory.clients.values()),
        ("rota", shifts),
        ("absences", away),
    )
    for where, keys in named:
        for key in sorted(set(keys) - set(directory.workers)):
            yield Hole("worker_unknown", key, {"in": where})


def _unknown_deputies(directory: Directory, begin: datetime) -> Iterator[Hole]:
    for key in sorted(directory.workers):
        deputy = directory.workers[key].deputy
        if deputy is not None and deputy not in directory.workers:
            yield Hole("deputy_unknown", key, {"deputy": deputy})
    today = begin.astimezone(HELSINKI).date()
    for absence in directory.absences.entries:
        unknown = absence.deputy is not None and absence.deputy not in directory.workers
        if unknown and absence.last_on >= today:
            detail = {"deputy": absence.deputy or "", "on": absence.first_on.isoformat()}
            yield Hole("deputy_unknown", absence.worker, detail)


def _left_alone(
    directory: Directory, worker: str, begin: datetime, end: datetime
) -> Iterator[Hole]:
    """The first day on which a worker with clients is away and the deputy cannot stand in: away too, or in no team."""
    for day in _days_away(directory, worker, begin, end):
        at = midnight(day)
        deputy = directory.deputy_of(worker, at)
        if deputy is None or deputy not in directory.workers:
            continue
        away = not directory.is_present(deputy, at)
        if away or not directory.workers[deputy].teams:
            because = "away" if away else "no_team"
            example = {"deputy": deputy, "on": day.isoformat(), "at": at.isoformat()}
            yield Hole("deputy_absent_too", worker, {**example, "because": because})
            return


def _days_away(directory: Directory, worker: str, begin: datetime, end: datetime) -> Iterator[date]:
    """Days in [begin, end) on which the worker is away, in order."""
    first, last = begin.astimezone(HELSINKI).date(), end.astimezone(HELSINKI).date() - _ONE_DAY
    for absence in directory.absences.of(worker):
        day = max(first, absence.first_on)
        while day <= min(last, absence.last_on):
            yield day
            day += _ONE_DAY


def _ladder(directory: Directory, team: Team, begin: datetime, end: datetime) -> Iterator[Hole]:
    """The steps of a team's own ladder that tell nobody; before the last one only those that hang on one person.

    What is told to a team by no address is another hole, unless the ladder ends with it. A step to the on-call team
    is mended there, so it is that team's hole, once for all ladders.
    """
    if not team.ladder:
        yield Hole("ladder_ends", team.key, {"because": "empty"})
    for number, step in enumerate(team.ladder, start=1):
        example = {"step": str(number), "tell": step.tell.value}
        if step.tell is Tell.LEAD:
            for why in _lead(directory, team, begin, end):
                yield Hole("ladder_ends", team.key, {**example, **why})
        elif step.tell is Tell.ON_CALL:
            for because in _on_call(directory):
                why = {"team": team.key, "because": because}
                yield Hole("ladder_ends", directory.on_call_team, {**example, **why})
        elif number == len(team.ladder) and _is_silent(directory, team, step.tell):
            yield Hole("ladder_ends", team.key, {**example, "because": "no_address"})


def _is_silent(directory: Directory, team: Team, tell: Tell) -> bool:
    """Whether a step to the team itself tells nobody. One to the whole team writes to its members as well."""
    members = tell is Tell.TEAM and directory.has_members(team)
    return not members and not any(point.is_reachable for point in team.alert)


def _on_call(directory: Directory) -> Iterator[str]:
    team = directory.teams.get(directory.on_call_team)
    if team is None:
        yield "missing"
    elif not any(point.is_reachable for point in team.alert):
        yield "no_address"


def _lead(
    directory: Directory, team: Team, begin: datetime, end: datetime
) -> Iterator[dict[str, str]]:
    """Why the lead is not told: there is none, or the first opening of the team at which lead and deputy are away."""
    if team.lead is None:
        yield {"because": "no_lead"}
    elif team.lead not in directory.workers:
        yield {"because": "lead_unknown", "lead": team.lead}
    else:
        for day in _days_away(directory, team.lead, begin, end):
            opens = next_opening(team.hours, directory.holidays, midnight(day))
            deputy = directory.deputy_of(team.lead, midnight(day))
            stands_in = deputy is not None and directory.is_present(deputy, midnight(day))
            if not stands_in and opens is not None and opens < midnight(day + _ONE_DAY):
                yield {"because": "lead_away", "lead": team.lead, "at": opens.isoformat()}
                return
