"""What would change, before it is saved; and what has changed, and by whom, since the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import abort, redirect, render_template, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.wrappers import Response

from casework import directory_changes as changing
from casework.bundle import BundleError
from casework.directory_changes import COUNTY_FILE, MESSAGES_FILE, Change
from casework.errors import Conflicting, NoDirectory, NotFound, Outdated, Refused
from forms.words import N_
from webapp import directory_saving as saving
from webapp.directory_saving import NewHoles, OpenCasesLeft
from webapp.house import house
from webapp.store.directory import Proposal
from webapp.views.staff_directory_door import Base, admins, base, bp, by, may_change
from webapp.views.staff_directory_holes import hole_lines
from webapp.views.staff_directory_people import names_of
from webapp.views.staff_directory_rows import Answer
from webapp.views.staff_directory_words import changed_files
from webapp.wiring import now, read_directory

#: Where a change of a file is seen.
_PAGES = {
    "rota.csv": "staff.directory.rotas",
    "absences.csv": "staff.directory.absences",
    "clients.csv": "staff.directory.clients",
    "workers.csv": "staff.directory.workers",
    "counties.csv": "staff.directory.counties",
    "municipalities.csv": "staff.directory.bundle",
    COUNTY_FILE: "staff.directory.bundle",
    MESSAGES_FILE: "staff.message_texts.index",
}
KNOW_HOLES = N_("Tick that you know of the new holes, or go back and mend them")
_PAGE = 50


@bp.get("/changes/<uuid:proposal>")
@auth_required("session")
def preview(proposal: UUID) -> Answer:
    """What would change. Where somebody else has saved meanwhile, the change is made again on theirs."""
    kept, here = _mine(proposal), base()
    if kept.based_on != here.number:
        return _made_again(kept, here)
    return _preview(kept, here)


def _mine(proposal: UUID) -> Proposal:
    try:
        return house().revisions.proposal(proposal, by(), now())
    except NotFound:
        abort(404)


def _found(kept: Proposal, here: Base) -> tuple[Change, ...]:
    """What would change; nothing that the person may not."""
    found = changing.changes(here.files, kept.files)
    rows = ((c.file, row) for c in found for row in (c.before, c.after) if row)
    if not all(may_change(here.directory, file, row) for file, row in rows):
        abort(404)
    return found


def _preview(kept: Proposal, here: Base, *, wrong: str = "") -> Answer:
    found = _found(kept, here)
    seen = saving.outlook(house(), kept.files, kept.based_on)
    page = render_template(
        "staff/directory/preview.html",
        proposal=kept.id,
        files=changed_files(found, (seen.directory, here.directory)),
        appearing=hole_lines(seen.appearing, seen.directory),
        going=hole_lines(seen.going, here.directory),
        lost_teams=seen.lost_teams,
        wrong=wrong,
        again=request.args.get("notice") == "again",
        back=_page_of(found),
    )
    return (page, 422) if wrong else page


def _page_of(found: Sequence[Change]) -> str:
    """Where the change is seen once it is saved: its page, or the team's."""
    files = list(dict.fromkeys(change.file for change in found))
    if len(files) == 1 and files[0] in _PAGES:
        return address(_PAGES[files[0]])
    rows = [change.after or change.before for change in found]
    teams = {row.get("team") or row.get("key", "") for row in rows}
    known = base().directory.teams
    if len(teams) == 1 and (team := teams.pop()) in known:
        return address("staff.directory.team", team=team)
    return address("staff.directory.overview")


def _made_again(kept: Proposal, here: Base) -> Answer:
    """The change upon the newest revision; where both changed the same, the person is told what to do."""
    revisions = house().revisions
    before = revisions.files(kept.based_on)
    try:
        files = changing.rebased(before, kept.files, here.files)
        read_directory(files, 0)
    except (Conflicting, BundleError):
        found = changing.changes(before, kept.files)
        names = (read_directory(kept.files, 0), here.directory)
        page = render_template(
            "staff/directory/stale.html",
            proposal=kept.id,
            files=changed_files(found, names),
            back=_page_of(found),
        )
        return page, 409
    made = revisions.propose(files, here.number, by(), now())
    revisions.drop(kept.id, by())
    return redirect(address("staff.directory.preview", proposal=made, notice="again"), 303)


@bp.post("/changes/<uuid:proposal>/save")
@auth_required("session")
def save(proposal: UUID) -> Answer:
    kept, here = _mine(proposal), base()
    again = redirect(address("staff.directory.preview", proposal=kept.id), 303)
    if kept.based_on != here.number:
        return again
    found = _found(kept, here)
    seen = saving.outlook(house(), kept.files, kept.based_on)
    knows = request.form.get("know_holes") == "yes"
    try:
        saving.save(house(), seen, by(), allow_holes=knows)
    except Outdated:
        return again
    except NewHoles:
        return _preview(kept, here, wrong=KNOW_HOLES)
    except OpenCasesLeft:
        return _preview(kept, here, wrong=N_("A team with open cases cannot be removed"))
    except Refused:
        return _preview(kept, here, wrong=N_("Something stands twice, and the database refuses it"))
    house().revisions.drop(kept.id, by())
    return _saved(found)


def _saved(found: Sequence[Change]) -> Response:
    return redirect(f"{_page_of(found)}?notice=saved", 303)


@bp.post("/changes/<uuid:proposal>/drop")
@auth_required("session")
def drop(proposal: UUID) -> Answer:
    """Forget the change."""
    kept = _mine(proposal)
    found = changing.changes(house().revisions.files(kept.based_on), kept.files)
    house().revisions.drop(kept.id, by())
    return redirect(_page_of(found), 303)


@bp.get("/history")
@auth_required("session")
@admins
def history() -> str:
    before = request.args.get("after", "")
    known = before.isascii() and before.isdecimal() and len(before) < 10
    lines = house().revisions.history(int(before) if known else None, _PAGE + 1)
    shown = lines[:_PAGE]
    return render_template(
        "staff/directory/history.html",
        lines=shown,
        names=names_of(line.by for line in shown),
        older=shown[-1].number if len(lines) > _PAGE else None,
        first_page=not before,
    )


@bp.get("/history/<int:revision>")
@auth_required("session")
@admins
def revision(revision: int) -> str:
    """What one revision changed of the one before it."""
    revisions = house().revisions
    lines = revisions.history(before=min(revision, 2**31 - 2) + 1, limit=2)
    if not lines or lines[0].number != revision:
        abort(404)
    files = [revisions.files(line.number) for line in lines]
    found = changing.changes(files[1], files[0]) if len(files) > 1 else ()
    names = []
    for line, each in zip(lines, files, strict=True):
        try:
            names.append(read_directory(each, line.number, stored=True))
        except (BundleError, NoDirectory):
            continue
    return render_template(
        "staff/directory/revision.html",
        line=lines[0],
        first=len(lines) == 1,
        who=names_of([lines[0].by])[lines[0].by],
        files=changed_files(found, names or [base().directory]),
    )
