"""Workers, their absences, and the clients for whom they answer; and whom to call in another county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import render_template, request
from flask import url_for as address
from flask_security import auth_required

from casework import directory_changes as changing
from casework.directory_changes import Row
from casework.workers import Worker, client_code
from forms.words import N_, Words
from webapp.accounts.users import workers_of
from webapp.house import house
from webapp.i18n import say
from webapp.pages import local_day
from webapp.views import staff_directory_choices as choices
from webapp.views.staff_answers import team_name
from webapp.views.staff_directory_asking import (
    Column,
    cells_of,
    form_of,
)
from webapp.views.staff_directory_door import (
    Base,
    admins,
    around,
    base,
    bp,
    find_row,
    is_admin,
    may_change,
    own_teams,
    row_id,
)
from webapp.views.staff_directory_fields import (
    CHOOSE_ONE,
    Picked,
    written_day,
)
from webapp.views.staff_directory_rows import Answer, proposed_or_refused
from webapp.wiring import now

_CLIENTS, _WORKERS, _ABSENCES = "clients.csv", "workers.csv", "absences.csv"
SAME_WORKER = N_("Choose somebody else than the worker who leaves")
NO_CLIENTS = N_("This worker has no client codes")


@dataclass(frozen=True, slots=True)
class Listed:
    """A row for a table: its cells in words, and its name in addresses ('' where it may not be changed)."""

    id: str
    cells: tuple[str, ...]
    now: bool = False


def names_of(whos: Iterable[str]) -> Mapping[str, str]:
    """Who is behind each `imported_by`: the worker's name, else the account's number, else the text itself."""
    known = list(whos)
    users = {who.removeprefix("user:") for who in known if who.startswith("user:")}
    workers, here = workers_of(house().engine, users), house().directory
    return {who: _name(who, workers, here.workers) for who in known}


def _name(who: str, workers: Mapping[str, str], known: Mapping[str, Worker]) -> str:
    user = who.removeprefix("user:")
    if user == who:
        return who
    worker = known.get(workers.get(user, ""))
    return worker.name if worker else say(Words(N_("Account %(number)s"), number=user))


@bp.get("/workers")
@auth_required("session")
def workers() -> str:
    here = base()
    directory, at = here.directory, now()
    lines = []
    for row in sorted(changing.rows(here.files, _WORKERS), key=lambda row: row["name"].casefold()):
        worker = directory.workers[row["key"]]
        deputy = directory.workers.get(worker.deputy or "")
        cells = (
            worker.name,
            ", ".join(team_name(key, directory) for key in worker.teams),
            ", ".join(choices.language_in_words(code) for code in worker.languages),
            worker.email,
            deputy.name if deputy else "",
        )
        away = not directory.is_present(worker.key, at)
        lines.append(Listed(row_id(_WORKERS, row) if is_admin() else "", cells, away))
    return render_template("staff/directory/workers.html", lines=lines)


@bp.get("/absences")
@auth_required("session")
def absences() -> str:
    """Those that are not over, the earliest first."""
    here, today = base(), local_day(now())
    rows = changing.rows(here.files, _ABSENCES)
    current = [row for row in rows if date.fromisoformat(row["last_day"]) >= today]
    lines = [_absence(row, here, today) for row in sorted(current, key=lambda r: r["first_day"])]
    return render_template(
        "staff/directory/absences.html",
        lines=lines,
        may_add=is_admin() or bool(own_teams(here.directory)),
    )


def _absence(row: Row, here: Base, today: date) -> Listed:
    directory, first = here.directory, date.fromisoformat(row["first_day"])
    worker = directory.workers[row["worker"]]
    deputy = directory.workers.get(row.get("deputy") or worker.deputy or "")
    cells = (
        worker.name,
        written_day(first),
        written_day(date.fromisoformat(row["last_day"])),
        deputy.name if deputy else "",
    )
    mine = may_change(directory, _ABSENCES, row)
    return Listed(row_id(_ABSENCES, row) if mine else "", cells, first <= today)


@bp.get("/clients")
@bp.post("/clients")
@auth_required("session")
@admins
def clients() -> str:
    """How many clients each worker has; and those that were looked for, by a POST: no code stands in an address."""
    here = base()
    counts = Counter(here.directory.clients.values())
    named = sorted(here.directory.workers.values(), key=lambda worker: worker.name.casefold())
    lines = [
        Listed(row_id(_WORKERS, {"key": worker.key}), (worker.name, str(counts[worker.key])))
        for worker in named
        if counts[worker.key]
    ]
    wanted = request.form.get("wanted", "").replace("\0", "").strip()[:100]
    found = _clients(here, _wanted(wanted, here)) if wanted else []
    return render_template("staff/directory/clients.html", lines=lines, wanted=wanted, found=found)


def _wanted(text: str, here: Base) -> list[Row]:
    """Rows with this client code, else those of the workers with this name."""
    rows = changing.rows(here.files, _CLIENTS)
    by_code = [row for row in rows if client_code(row["client_code"]) == client_code(text)]
    called = here.directory.workers_called(text)
    return by_code or [row for row in rows if row["worker"] in called]


def _clients(here: Base, rows: Iterable[Row]) -> list[Listed]:
    known = here.directory.workers
    return [
        Listed(row_id(_CLIENTS, row), (row["client_code"], known[row["worker"]].name))
        for row in rows
    ]


@bp.get("/clients/of/<row>")
@auth_required("session")
@admins
def clients_of(row: str) -> str:
    """All client codes of one worker. `row`: the worker's."""
    here = base()
    worker = find_row(here.files, _WORKERS, row)
    rows = (r for r in changing.rows(here.files, _CLIENTS) if r["worker"] == worker["key"])
    return render_template(
        "staff/directory/clients_of.html", name=worker["name"], found=_clients(here, rows)
    )


@bp.get("/clients/move")
@bp.post("/clients/move")
@auth_required("session")
@admins
def move_clients() -> Answer:
    """All clients of a worker who leaves, to somebody else."""
    here = base()
    columns = (
        Column("leaves", N_("Who leaves"), "", Picked, choices.workers, CHOOSE_ONE),
        Column("takes", N_("Who takes over"), "", Picked, choices.workers, CHOOSE_ONE),
    )
    posted = request.form if request.method == "POST" else None
    form = form_of(columns, around(here.directory), posted, {})
    if posted is not None and form.validate():
        cells = cells_of(form)
        rows = changing.rows(here.files, _CLIENTS)
        theirs = [row for row in rows if row["worker"] == cells["leaves"]]
        if cells["leaves"] == cells["takes"]:
            form["takes"].errors = [SAME_WORKER]
        elif not theirs:
            form["leaves"].errors = [NO_CLIENTS]
        else:
            moved = {
                changing.key_of(_CLIENTS, row): {**row, "worker": cells["takes"]} for row in theirs
            }
            files = changing.with_rows(here.files, _CLIENTS, replaced=moved)
            return proposed_or_refused(here, files, address("staff.directory.clients"))
    page = render_template("staff/directory/move_clients.html", form=form)
    return (page, 422) if form.errors else page


@bp.get("/counties")
@auth_required("session")
@admins
def counties() -> str:
    here = base()
    lines = []
    for row in changing.rows(here.files, "counties.csv"):
        county = here.directory.counties[row["code"]]
        name = dict(choices.counties(around(here.directory)))[county.code]
        cells = (name, county.phone, county.email, county.url)
        lines.append(Listed(row_id("counties.csv", row), cells))
    lines.sort(key=lambda line: line.cells[0])
    return render_template("staff/directory/counties.html", lines=lines)
