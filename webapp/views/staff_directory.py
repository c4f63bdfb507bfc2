"""The directory's first page: its revision, its holes, and who is on duty now."""

from __future__ import annotations

from flask import g, render_template
from flask_security import auth_required

from webapp import directory_saving as saving
from webapp.house import house
from webapp.views import (
    staff_directory_bundle,
    staff_directory_changes,
    staff_directory_people,
    staff_directory_rows,
    staff_directory_shifts,
    staff_directory_teams,
)
from webapp.views.staff_directory_door import base, is_admin
from webapp.views.staff_directory_door import bp as bp
from webapp.views.staff_directory_holes import hole_lines
from webapp.views.staff_directory_people import names_of
from webapp.views.staff_directory_rota import on_duty_now

# Pages that share a blueprint: naming their modules here is what puts them there.
assert all(
    part.bp is bp
    for part in (
        staff_directory_bundle,
        staff_directory_changes,
        staff_directory_people,
        staff_directory_rows,
        staff_directory_shifts,
        staff_directory_teams,
    )
)


@bp.context_processor
def _rights() -> dict[str, object]:
    """For the frame: which pages there are for this person."""
    return {"is_admin": bool(g.get("person")) and is_admin()}


@bp.get("/")
@auth_required("session")
def overview() -> str:
    """What stands, and what is wrong with it as the newest check found."""
    here, revisions = base(), house().revisions
    line = revisions.history(limit=1)[0]
    last = revisions.latest_check()
    # The first check of all is made here; every later one at night, and whenever a change is saved.
    holes = last.holes if last else saving.holes_of(here.directory)
    return render_template(
        "staff/directory/overview.html",
        line=line,
        who=names_of([line.by])[line.by],
        checked=last,
        holes=hole_lines(holes, here.directory),
        on_duty=on_duty_now(here.directory),
    )
