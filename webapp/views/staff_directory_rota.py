"""The duty rota of a team, a week on a page: who is on duty, when nobody is, and shifts added, swapped, copied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import abort, render_template, request
from flask import url_for as address
from flask_security import auth_required

from casework import directory_changes as changing
from casework.bundle_rotas import ROTA_FILE
from casework.bundle_times import end_on_wall_clock, near_day, wall_clock, written_clock
from casework.calendar import HELSINKI, is_open
from casework.directory import Directory
from casework.directory_changes import Row
from casework.duty import WEEK, forward, gaps, monday_of
from casework.teams import Team
from casework.workers import Rota
from forms.words import N_
from webapp.i18n import weekday
from webapp.pages import local_day
from webapp.views import staff_directory_choices as choices
from webapp.views.staff_answers import team_name
from webapp.views.staff_directory_door import (
    Base,
    around,
    base,
    bp,
    find_row,
    may_change,
    row_id,
)
from webapp.views.staff_directory_fields import (
    CHOOSE_ONE,
    DAY_HINT,
    NEEDED,
    ClockTyped,
    Column,
    DayTyped,
    Picked,
    cells_of,
    form_of,
    read_day,
    written_day,
)
from webapp.views.staff_directory_rows import Answer, proposed, proposed_or_refused
from webapp.views.staff_directory_teams import hours_in_words
from webapp.wiring import now

MOST_WEEKS = 26
WEEKS = N_("Write a whole number from 1 to 26")
NOTHING_TO_COPY = N_(
    "There is nothing to copy: the week is empty, or all of it stands there already"
)


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
    here, found = _team(team)
    monday = monday_of(_day(day) if day else local_day(now()))
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


def _team(key: str) -> tuple[Base, Team]:
    here = base()
    return here, here.directory.teams.get(key) or abort(404)


def _day(text: str) -> date:
    try:
        return near_day(text)
    except ValueError:
        abort(404)


def _shown(day: date, rows: list[Row], here: Base, team: Team, mine: bool) -> ShownDay:
    directory = here.directory
    shifts = [_shift(row, directory, mine) for row in _of_day(rows, day)]
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


def _shift(row: Row, here: Directory, mine: bool) -> ShownShift:
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


def _mine(team: str) -> tuple[Base, Team]:
    """The team, where the person may change its rota and it has one."""
    here, found = _team(team)
    if not found.rota or not may_change(here.directory, ROTA_FILE, {"team": team}):
        abort(404)
    return here, found


@bp.route("/rota/<team>/<day>/add", methods=["GET", "POST"])
@auth_required("session")
def add_shift(team: str, day: str) -> Answer:
    here, found = _mine(team)
    columns = (
        Column("worker", N_("Worker"), "", Picked, choices.members, CHOOSE_ONE),
        Column("day", N_("Day on which it begins"), DAY_HINT, DayTyped, needed=NEEDED),
        Column("starts", N_("Begins at"), N_("For example 08:00"), ClockTyped, needed=NEEDED),
        Column(
            "ends",
            N_("Ends at"),
            N_("An earlier time than the beginning is on the next day."),
            ClockTyped,
            needed=NEEDED,
        ),
        Column(
            "last_day",
            N_("Day on which it ends, if it is longer than that"),
            DAY_HINT,
            DayTyped,
        ),
    )
    posted = request.form if request.method == "POST" else None
    given = {"day": _day(day).isoformat()}
    form = form_of(columns, around(here.directory, team), posted, given)
    if posted is not None and form.validate():
        cells = _cells(team, cells_of(form))
        files, line = changing.with_row(here.files, ROTA_FILE, None, cells)
        if done := proposed(here, files, form, ROTA_FILE, line):
            return done
    return _page(form, found, here, N_("Add a shift"), _day(day))


def _cells(team: str, given: Row) -> dict[str, str]:
    day = read_day(given["day"])
    starts = _at(day, given["starts"])
    last = read_day(given["last_day"]) if given["last_day"] else day
    ends = _at(last, given["ends"])
    if not given["last_day"] and ends <= starts:
        ends += timedelta(days=1)
    return {
        "team": team,
        "worker": given["worker"],
        "starts": written_clock(starts),
        "ends": written_clock(ends),
        "instead_of": "",
    }


def _at(day: date, clock: str) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return datetime.combine(day, time()) + timedelta(hours=hours, minutes=minutes)


@bp.route("/rota/<team>/shifts/<row>/swap", methods=["GET", "POST"])
@auth_required("session")
def swap_shift(team: str, row: str) -> Answer:
    """Somebody else takes the shift; whose it was stays known."""
    here, found = _mine(team)
    shift = find_row(here.files, ROTA_FILE, row)
    columns = (
        Column("worker", N_("Who takes the shift"), "", Picked, choices.members, CHOOSE_ONE),
    )
    posted = request.form if request.method == "POST" else None
    form = form_of(columns, around(here.directory, team), posted, {})
    if posted is not None and form.validate():
        taker, first = cells_of(form)["worker"], shift.get("instead_of") or shift["worker"]
        cells = {**shift, "worker": taker, "instead_of": "" if taker == first else first}
        key = changing.key_of(ROTA_FILE, shift)
        files, line = changing.with_row(here.files, ROTA_FILE, key, cells)
        if done := proposed(here, files, form, ROTA_FILE, line):
            return done
    day = wall_clock(shift["starts"]).date()
    shown = _shift(shift, here.directory, mine=True)
    return _page(form, found, here, N_("Swap a shift"), day, shown)


def _page(
    form: object, team: Team, here: Base, heading: str, day: date, shift: ShownShift | None = None
) -> Answer:
    page = render_template(
        "staff/directory/shift.html",
        form=form,
        name=team_name(team.key, here.directory),
        heading=heading,
        day=f"{weekday(day)} {written_day(day)}",
        shift=shift,
        back=address("staff.directory.rota", team=team.key, day=day.isoformat()),
    )
    return (page, 422) if getattr(form, "errors", None) else page


@bp.post("/rota/<team>/shifts/<row>/remove")
@auth_required("session")
def remove_shift(team: str, row: str) -> Answer:
    here, _ = _mine(team)
    shift = find_row(here.files, ROTA_FILE, row)
    if shift["team"] != team:
        abort(404)
    files = changing.without_row(here.files, ROTA_FILE, changing.key_of(ROTA_FILE, shift))
    return proposed_or_refused(here, files, address("staff.directory.rota", team=team))


@bp.route("/rota/<team>/<day>/copy", methods=["GET", "POST"])
@auth_required("session")
def copy_week(team: str, day: str) -> Answer:
    here, found = _mine(team)
    monday = monday_of(_day(day))
    columns = (Column("weeks", N_("For how many weeks"), N_("From 1 to 26."), needed=NEEDED),)
    posted = request.form if request.method == "POST" else None
    form = form_of(columns, around(here.directory, team), posted, {})
    if posted is not None and form.validate():
        typed = cells_of(form)["weeks"]
        weeks = int(typed) if typed.isascii() and typed.isdigit() else 0
        if not 1 <= weeks <= MOST_WEEKS:
            form["weeks"].errors = [WEEKS]
        elif not (rows := _copies(here.directory.rotas.get(team, Rota()), monday, weeks)):
            form["weeks"].errors = [NOTHING_TO_COPY]
        else:
            files = changing.with_rows(here.files, ROTA_FILE, rows)
            return proposed_or_refused(
                here, files, address("staff.directory.rota", team=team, day=day)
            )
    return _page(form, found, here, N_("Copy the week forward"), monday)


def _copies(rota: Rota, monday: date, weeks: int) -> list[Row]:
    return [
        {
            "team": shift.team,
            "worker": shift.worker,
            "starts": written_clock(shift.starts),
            "ends": written_clock(shift.ends),
            "instead_of": "",
        }
        for shift in forward(rota, monday, weeks)
    ]
