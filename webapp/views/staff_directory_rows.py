"""Rows of the directory: added, changed and removed by one kind of page, made from the tables of the sheets."""

from __future__ import annotations

from flask import abort, render_template, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.wrappers import Response

from casework import directory_changes as changing
from casework.bundle import BundleError
from casework.directory_changes import Row
from webapp.views.staff_directory_asking import (
    Sheet,
    cells_of,
    form_of,
)
from webapp.views.staff_directory_door import (
    MOST_PROBLEMS,
    Base,
    Files,
    around,
    base,
    bp,
    complain,
    find_row,
    may_change,
    place_and_reason,
    propose,
    row_id,
)
from webapp.views.staff_directory_sheets import SHEETS
from webapp.wiring import read_directory

Answer = Response | str | tuple[str, int]


def _sheet(slug: str) -> Sheet:
    found = SHEETS.get(slug)
    return found if found is not None else abort(404)


@bp.get("/rows/<sheet>/add")
@bp.post("/rows/<sheet>/add")
@bp.get("/rows/<sheet>/add/<team>")
@bp.post("/rows/<sheet>/add/<team>")
@auth_required("session")
def add(sheet: str, team: str = "") -> Answer:
    """A new row. `team`: on whose page it will stand."""
    spec, here = _sheet(sheet), base()
    if spec.of_team != bool(team) or (team and team not in here.directory.teams):
        abort(404)
    return _asked(spec, here, {"team": team} if team else {}, new=True)


@bp.get("/rows/<sheet>/<row>")
@bp.post("/rows/<sheet>/<row>")
@auth_required("session")
def change(sheet: str, row: str) -> Answer:
    spec, here = _sheet(sheet), base()
    return _asked(spec, here, find_row(here.files, spec.file, row), new=False)


def _asked(spec: Sheet, here: Base, row: Row, *, new: bool) -> Answer:
    if not _may(spec, here, row, new=new):
        abort(404)
    team = row.get("team", "") if spec.of_team else ""
    where = around(here.directory, team)
    posted = request.form if request.method == "POST" else None
    form = form_of(spec.asked(where, new=new), where, posted, row)
    if posted is not None and form.validate():
        cells = {**({"team": team} if team else {}), **cells_of(form)}
        key = None if new else changing.key_of(spec.file, row)
        files, line = changing.with_row(here.files, spec.file, key, cells)
        if done := proposed(here, files, form, spec.file, line):
            return done
    page = render_template(
        "staff/directory/row.html",
        form=form,
        heading=spec.add if new else spec.change,
        back=_home(spec, team),
        back_words=spec.title,
        remove=None if new else row_id(spec.file, row),
        slug=next(slug for slug, known in SHEETS.items() if known is spec),
    )
    return (page, 422) if form.errors else page


def proposed(here: Base, files: Files, form: object, file: str, line: int) -> Response | None:
    """Show what the form's change would do; None where it cannot be, which then stands beside the fields."""
    try:
        read_directory(files, 0)
    except BundleError as error:
        complain(form, error.problems, file, line)
        return None
    return propose(here, files)


def _may(spec: Sheet, here: Base, row: Row, *, new: bool) -> bool:
    """A new absence names its worker later, and offers only those for whom one may."""
    offers_own = new and spec.file == "absences.csv"
    return offers_own or may_change(here.directory, spec.file, row)


def _home(spec: Sheet, team: str) -> str:
    return address(spec.home, team=team) if team else address(spec.home)


@bp.post("/rows/<sheet>/<row>/remove")
@auth_required("session")
def remove(sheet: str, row: str) -> Answer:
    spec, here = _sheet(sheet), base()
    found = find_row(here.files, spec.file, row)
    if not may_change(here.directory, spec.file, found):
        abort(404)
    files = changing.without_row(here.files, spec.file, changing.key_of(spec.file, found))
    team = found.get("team", "") if spec.of_team else ""
    return proposed_or_refused(here, files, _home(spec, team))


def proposed_or_refused(here: Base, files: Files, back: str) -> Answer:
    """Show what it would do; where it cannot be, why not."""
    try:
        read_directory(files, 0)
    except BundleError as error:
        reasons = [place_and_reason(problem) for problem in error.problems[:MOST_PROBLEMS]]
        page = render_template("staff/directory/refused.html", reasons=reasons, back=back)
        return page, 422
    return propose(here, files)
