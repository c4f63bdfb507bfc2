"""Reading and writing the bundle's workers, their absences and their clients' codes.

No reason of a problem quotes a name, a number, a worker's key or a client code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from casework import bundle_times as times
from casework import bundle_values as values
from casework.bundle_known import WORKERS_FILE, Known
from casework.bundle_tables import Problems, Row, Stretch, Table, note_overlaps, unique, written
from casework.workers import Absence, Absences, Worker

ABSENCES_FILE: Final = "absences.csv"
CLIENTS_FILE: Final = "clients.csv"

_WORKER: Final = ("key", "name", "email", "languages", "teams")
_MORE_OF_WORKER: Final = ("mobile", "deputy", "reads_protected")
_ABSENCE: Final = ("worker", "first_day", "last_day", "deputy")
_CLIENT: Final = ("client_code", "worker")
_WORKERS = Table(WORKERS_FILE, _WORKER, _MORE_OF_WORKER)
_ABSENCES = Table(ABSENCES_FILE, _ABSENCE)
_CLIENTS = Table(CLIENTS_FILE, _CLIENT)


def worker_rows(text: str | None, problems: Problems) -> list[Row]:
    """The rows of workers. Addresses sign people in, so none may stand twice."""
    rows = unique(_WORKERS.rows(text, problems) if text is not None else [], "key")
    unique([row for row in rows if row.text("email")], "email")
    return rows


def read_workers(rows: Iterable[Row], known: Known) -> dict[str, Worker]:
    """Workers by key, their teams in the order in which they stand."""
    return {row.text("key"): _worker(row, known) for row in rows}


def _worker(row: Row, known: Known) -> Worker:
    return Worker(
        key=row.read("key", values.key, ""),
        name=row.read("name", values.required, ""),
        email=row.read("email", values.email, ""),
        languages=row.read("languages", values.languages, ()),
        teams=tuple(
            known.team(row, key, "teams") for key in dict.fromkeys(row.text("teams").split())
        ),
        mobile=row.read("mobile", values.optional(values.mobile), ""),
        deputy=known.other_worker(row, "deputy", row.text("key")),
        reads_protected=bool(row.read("reads_protected", values.yes_no_or_empty, None)),
    )


def members_of(workers: Mapping[str, Worker]) -> dict[str, tuple[str, ...]]:
    """The keys of each team's workers, in order."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(workers):
        for team in workers[key].teams:
            members[team].append(key)
    return {team: tuple(keys) for team, keys in members.items()}


def read_absences(text: str | None, known: Known, problems: Problems) -> Absences:
    """All absences. Those of one worker that overlap are noted."""
    found: list[Absence] = []
    of: defaultdict[str, list[Stretch[date]]] = defaultdict(list)
    for row in _ABSENCES.rows(text, problems) if text is not None else []:
        worker = known.worker(row, "worker")
        first = row.read("first_day", times.near_day, None)
        last = row.read("last_day", times.near_day, None)
        deputy = known.other_worker(row, "deputy", worker)
        if first is None or last is None:
            continue
        if last < first:
            row.wrong("last_day is before first_day")
            continue
        found.append(Absence(worker, first, last, deputy))
        of[worker].append(Stretch(first, last + timedelta(days=1), row))
    for stretches in of.values():
        note_overlaps(stretches, "the worker is away already")
    return Absences(tuple(found))


def read_clients(text: str | None, known: Known, problems: Problems) -> dict[str, str]:
    """Worker keys by client code, as `casework.workers.client_code` writes one."""
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    for row in _CLIENTS.rows(text, problems) if text is not None else []:
        worker = known.worker(row, "worker")
        code = row.read("client_code", values.client_code, "")
        if code in lines:
            row.wrong(f"client_code: stands on line {lines[code]} already")
        elif code:
            found[code], lines[code] = worker, row.line
    return found


def dump_workers(workers: Mapping[str, Worker]) -> str:
    rows = (
        [
            worker.key,
            worker.name,
            worker.email,
            " ".join(worker.languages),
            " ".join(worker.teams),
            worker.mobile,
            worker.deputy or "",
            values.yes_no(worker.reads_protected),
        ]
        for _, worker in sorted(workers.items())
    )
    return written((*_WORKER, *_MORE_OF_WORKER), rows)


def dump_absences(absences: Absences) -> str:
    rows = (
        [each.worker, each.first_on.isoformat(), each.last_on.isoformat(), each.deputy or ""]
        for each in absences.entries
    )
    return written(_ABSENCE, rows)


def dump_clients(clients: Mapping[str, str]) -> str:
    return written(_CLIENT, ([code, worker] for code, worker in sorted(clients.items())))
