"""The door of the directory's pages: who may read and who may change them, and the revision that they work on."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint, abort, g, redirect
from flask import url_for as address
from werkzeug.wrappers import Response

from casework import directory_changes as changing
from casework.access import Role
from casework.bundle import Problem
from casework.directory import Directory
from casework.directory_changes import Row
from webapp.house import house
from webapp.ids import derived_key
from webapp.views.staff_directory_choices import Around
from webapp.views.staff_directory_reasons import about, told, worded
from webapp.views.staff_door import viewer
from webapp.wiring import now

bp = Blueprint("directory", __name__, url_prefix="/directory")

P = ParamSpec("P")
R = TypeVar("R")
Files = Mapping[str, str]

#: Of so many wrong places each is named; of a file that is wrong altogether more would help nobody.
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Base:
    """The newest revision: what a page shows, and what a change is made from."""

    directory: Directory
    files: Files = field(repr=False)

    @property
    def number(self) -> int:
        return self.directory.revision


def base() -> Base:
    """Asked of the database each time: who has just saved wants to see it."""
    here = house().current.newest()
    return Base(here, house().revisions.files(here.revision))


@bp.before_request
def _for_those_who_may() -> None:
    """For everybody else the pages do not exist. Who is not signed in is sent to do so by each page itself."""
    if g.person and not viewer().roles & {Role.DIRECTORY_ADMIN, Role.TEAM_LEAD}:
        abort(404)


def is_admin() -> bool:
    return Role.DIRECTORY_ADMIN in viewer().roles


def admins(page: Callable[P, R]) -> Callable[P, R]:
    """A page for administrators of the directory alone."""

    @wraps(page)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_admin():
            abort(404)
        return page(*args, **kwargs)

    return guarded


def own_teams(here: Directory) -> frozenset[str]:
    """The teams of which a lead keeps the rota and the absences."""
    who = viewer()
    if Role.TEAM_LEAD not in who.roles or not who.worker:
        return frozenset()
    return frozenset(key for key, team in here.teams.items() if team.lead == who.worker)


def may_change(here: Directory, file: str, row: Row) -> bool:
    """Whether the person may make, change or remove this row."""
    if is_admin():
        return True
    if file == "rota.csv":
        return row.get("team") in own_teams(here)
    worker = here.workers.get(row.get("worker", ""))
    return file == "absences.csv" and worker is not None and bool({*worker.teams} & own_teams(here))


def around(here: Directory, team: str = "") -> Around:
    return Around(here, team, None if is_admin() else own_teams(here))


def by() -> str:
    return f"user:{viewer().user_id}"


def row_id(file: str, row: Row) -> str:
    """A row's name in addresses: a worker's key or a client's code must not stand in one."""
    key = derived_key(house().settings.secret_key.get_secret_value(), "directory-row")
    known_by = "\0".join((file, *changing.key_of(file, row)))
    return hmac.digest(key, known_by.encode(), hashlib.sha256).hex()[:24]


def find_row(files: Files, file: str, wanted: str) -> Row:
    """The row with this name; there may be none any more, and then no page either."""
    found = (row for row in changing.rows(files, file) if row_id(file, row) == wanted)
    row = next(found, None)
    return row if row is not None else abort(404)


def propose(made_from: Base, files: Files) -> Response:
    """Keep a change, and show what it would do."""
    made = house().revisions.propose(files, made_from.number, by(), now())
    return redirect(address("staff.directory.preview", proposal=made), 303)


def complain(form: object, problems: Iterable[Problem], file: str, line: int) -> None:
    """Put what is wrong beside the fields of the row on this line; what lies elsewhere, at the first field."""
    fields = {field.short_name: field for field in form}  # type: ignore[attr-defined]
    first = next(iter(fields.values()))
    elsewhere: list[str] = []
    for problem in problems:
        column, rest = about(problem.reason)
        if (problem.file, problem.line) == (file, line) and column in fields:
            fields[column].errors = [*fields[column].errors, worded(rest) or rest]
        elif (problem.file, problem.line) == (file, line):
            elsewhere.append(told(problem.reason))
        else:
            elsewhere.append(place_and_reason(problem))
    if elsewhere:
        first.errors = [*first.errors, "; ".join(dict.fromkeys(elsewhere[:5]))]


def place_and_reason(problem: Problem) -> str:
    """'rota.csv:7: …', in the page's language but for the name of the file."""
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return f"{place}: {told(problem.reason)}"
