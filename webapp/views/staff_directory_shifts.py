"""Shifts of a rota: added, swapped, removed, and a week copied forward."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import abort, render_template, request
from flask import url_for as address
from flask_security import auth_required
from wtforms import Form

from casework import directory_changes as changing
from casework.bundle_rotas import ROTA_FILE
from casework.bundle_times import wall_clock, written_clock
from casework.directory_changes import Row
from casework.duty import forward, monday_of
from casework.teams import Team
from casework.workers import Rota
from forms.words import N_
from webapp.i18n import weekday
from webapp.views import staff_directory_choices as choices
from webapp.views.staff_answers import team_name
from webapp.views.staff_directory_asking import (
    DAY_HINT,
    Column,
    cells_of,
    form_of,
)
from webapp.views.staff_directory_door import (
    Base,
    around,
    bp,
    find_row,
    may_change,
)
from webapp.views.staff_directory_fields import (
    CHOOSE_ONE,
    NEEDED,
    ClockTyped,
    DayTyped,
    Picked,
    read_day,
    written_day,
)
from webapp.views.staff_directory_rota import ShownShift, day_of, shown_shift, team_and_base
from webapp.views.staff_directory_rows import Answer, proposed, proposed_or_refused

MOST_WEEKS = 26
WEEKS = N_("Write a whole number from 1 to 26")
NOTHING_TO_COPY = N_(
    "There is nothing to copy: the week is empty, or all of it stands there already"
)


def _mine(team: str) -> tuple[Base, Team]:
    """The team, where the person may change its rota and it has one."""
    here, found = team_and_base(team)
    if not found.rota or not may_change(here.directory, ROTA_FILE, {"team": team}):
        abort(404)
    return here, found


def _shift_of(team: str, row: str, here: Base) -> Row:
    shift = find_row(here.files, ROTA_FILE, row)
    return shift if shift["team"] == team else abort(404)


@bp.get("/rota/<team>/<day>/add")
@bp.post("/rota/<team>/<day>/add")
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
    given = {"day": day_of(day).isoformat()}
    form = form_of(columns, around(here.directory, team), posted, given)
    if posted is not None and form.validate():
        cells = _cells(team, cells_of(form))
        files, line = changing.with_row(here.files, ROTA_FILE, None, cells)
        if done := proposed(here, files, form, ROTA_FILE, line):
            return done
    return _page(form, found, here, N_("Add a shift"), day_of(day))


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


@bp.get("/rota/<team>/shifts/<row>/swap")
@bp.post("/rota/<team>/shifts/<row>/swap")
@auth_required("session")
def swap_shift(team: str, row: str) -> Answer:
    """Somebody else takes the shift; whose it was stays known."""
    here, found = _mine(team)
    shift = _shift_of(team, row, here)
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
    shown = shown_shift(shift, here.directory, mine=True)
    return _page(form, found, here, N_("Swap a shift"), day, shown)


def _page(
    form: Form, team: Team, here: Base, heading: str, day: date, shift: ShownShift | None = None
) -> Answer:
    page = render_template(
        "staff/directory/shift.html",
        form=form,
        name=team_name(team.key, here.directory),
        heading=heading,
        day=f"{weekday(day)} {written_day(day)}",
        shift=shift,
        copying="weeks" in form,
        back=address("staff.directory.rota", team=team.key, day=day.isoformat()),
    )
    return (page, 422) if form.errors else page


@bp.post("/rota/<team>/shifts/<row>/remove")
@auth_required("session")
def remove_shift(team: str, row: str) -> Answer:
    here, _ = _mine(team)
    shift = _shift_of(team, row, here)
    files = changing.without_row(here.files, ROTA_FILE, changing.key_of(ROTA_FILE, shift))
    return proposed_or_refused(here, files, address("staff.directory.rota", team=team))


@bp.get("/rota/<team>/<day>/copy")
@bp.post("/rota/<team>/<day>/copy")
@auth_required("session")
def copy_week(team: str, day: str) -> Answer:
    here, found = _mine(team)
    monday = monday_of(day_of(day))
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
