"""The duty rota of a team, a week on a page: who is on duty, and when nobody is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import abort, render_template
from flask_security import auth_required

from casework import directory_changes as changing
from casework.bundle_rotas import ROTA_FILE
from casework.bundle_times import end_on_wall_clock, near_day, wall_clock
from casework.calendar import HELSINKI, is_open
from casework.directory import Directory
from casework.directory_changes import Row
from casework.duty import WEEK, gaps, monday_of
from casework.teams import Team
from webapp.i18n import weekday
from webapp.pages import local_day
from webapp.views.staff_answers import team_name
from webapp.views.staff_directory_door import (
    Base,
    base,
    bp,
    may_change,
    row_id,
)
from webapp.views.staff_directory_fields import (
    written_day,
)
from webapp.views.staff_directory_teams import hours_in_words
from webapp.wiring import now


@dataclass(frozen=True, slots=True)
class ShownShift:
    """`id` is empty where the person may not change it."""

    id: str
    when: str
    worker: str
    instead_of: str
    away: bool


@dataclass(frozen=True, slots=True)
class ShownDay:
    day: date
    name: str
    hours: str
    shifts: tuple[ShownShift, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on duty in a team now. `nobody`: it is open, and nobody is."""

    key: str
    name: str
    names: tuple[str, ...]
    rota: bool
    nobody: bool


def on_duty_now(here: Directory) -> list[OnDuty]:
    """Team by team, in the order of their names."""
    found = (_on_duty(team, here) for team in here.teams.values())
    return sorted(found, key=lambda each: each.name.casefold())


def _on_duty(team: Team, here: Directory) -> OnDuty:
    at = now()
    names = tuple(sorted(here.workers[key].name for key in here.on_duty(team, at)))
    nobody = not names and is_open(team.hours, here.holidays, at)
    return OnDuty(team.key, team_name(team.key, here), names, team.rota, nobody)


@bp.get("/rota")
@auth_required("session")
def rotas() -> str:
    return render_template("staff/directory/rotas.html", teams=on_duty_now(base().directory))


@bp.get("/rota/<team>")
@bp.get("/rota/<team>/<day>")
@auth_required("session")
def rota(team: str, day: str = "") -> str:
    """The week of a day; without one, the present week."""
    here, found = team_and_base(team)
    monday = monday_of(day_of(day) if day else local_day(now()))
    rows = [row for row in changing.rows(here.files, ROTA_FILE) if row["team"] == team]
    mine = may_change(here.directory, ROTA_FILE, {"team": team})
    days = [_shown(monday + timedelta(days=n), rows, here, found, mine) for n in range(7)]
    return render_template(
        "staff/directory/rota.html",
        team=found,
        name=team_name(team, here.directory),
        on_duty=_on_duty(found, here.directory),
        week=f"{written_day(monday)}–{written_day(monday + timedelta(days=6))}",
        number=monday.isocalendar().week,
        monday=monday,
        before=monday - WEEK,
        after=monday + WEEK,
        days=days,
        mine=mine,
    )


def team_and_base(key: str) -> tuple[Base, Team]:
    here = base()
    return here, here.directory.teams.get(key) or abort(404)


def day_of(text: str) -> date:
    try:
        return near_day(text)
    except ValueError:
        abort(404)


def _shown(day: date, rows: list[Row], here: Base, team: Team, mine: bool) -> ShownDay:
    directory = here.directory
    shifts = [shown_shift(row, directory, mine) for row in _of_day(rows, day)]
    return ShownDay(
        day,
        f"{weekday(day)} {written_day(day)}",
        hours_in_words(team.hours.spans_on(day, directory.holidays)),
        tuple(shifts),
        tuple(_clocks(begin, end) for begin, end in gaps(directory, team, day, 1)),
    )


def _of_day(rows: list[Row], day: date) -> Iterator[Row]:
    found = (row for row in rows if wall_clock(row["starts"]).date() == day)
    yield from sorted(found, key=lambda row: (wall_clock(row["starts"]), row["worker"]))


def shown_shift(row: Row, here: Directory, mine: bool) -> ShownShift:
    starts, ends = wall_clock(row["starts"]), end_on_wall_clock(row["ends"])
    before = here.workers.get(row.get("instead_of", ""))
    later = "" if ends - starts < timedelta(days=1) else f"{written_day(ends.date())} "
    return ShownShift(
        row_id(ROTA_FILE, row) if mine else "",
        f"{starts:%H:%M}–{later}{ends:%H:%M}",
        here.workers[row["worker"]].name,
        before.name if before else "",
        here.absences.on(row["worker"], starts.date()) is not None,
    )


def _clocks(begin: datetime, end: datetime) -> str:
    first, last = begin.astimezone(HELSINKI), end.astimezone(HELSINKI)
    closing = "24:00" if last.date() > first.date() else f"{last:%H:%M}"
    return f"{first:%H:%M}–{closing}"
