"""The newest directory as rows: for the constraints that no way of writing a revision can go round."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, delete, insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from casework.directory import Directory
from casework.errors import Outdated, Refused
from webapp.store.directory_tables import (
    directory_absences,
    directory_clients,
    directory_revisions,
    directory_services,
    directory_shifts,
)

#: Shifts that ended longer ago than this are history, which the files keep.
_PAST = timedelta(days=1)
#: What may be told of a row that stands twice: keys and codes of ours, never a client's.
_TOLD = {"team", "worker", "municipality", "form", "language"}
_DOUBLED = re.compile(r"Key \(([^)]*)\)=\((.*)\) (?:conflicts|already)", re.DOTALL)

Rows = Iterator[Mapping[str, Any]]


def project(connection: Connection, directory: Directory, now: datetime) -> None:
    """Replace all rows by those of `directory`, inside the caller's transaction."""
    rows: Mapping[Table, Rows] = {
        directory_services: _services(directory),
        directory_clients: (
            {"client_code": code, "worker": worker} for code, worker in directory.clients.items()
        ),
        directory_absences: (
            {"worker": a.worker, "during": Range(a.first_on, a.last_on, bounds="[]")}
            for a in directory.absences.entries
        ),
        directory_shifts: _shifts(directory, now - _PAST),
    }
    for table, found in rows.items():
        connection.execute(delete(table))
        if values := list(found):
            connection.execute(insert(table), values)


def _services(directory: Directory) -> Rows:
    """Each literal combination once a team: two rows of one team may overlap, those of two teams may not."""
    for team in directory.teams.values():
        served = {
            combination
            for service in team.services
            for combination in product(service.municipalities, service.forms, service.languages)
        }
        for place, form, language in sorted(served):
            yield {"municipality": place, "form": form, "language": language, "team": team.key}


def _shifts(directory: Directory, after: datetime) -> Rows:
    for rota in directory.rotas.values():
        for shift in rota.shifts:
            if shift.ends_at > after:
                during = Range(shift.begins_at, shift.ends_at)
                yield {"team": shift.team, "worker": shift.worker, "during": during}


def refusal(error: IntegrityError) -> Outdated | Refused:
    """What the database's refusal of a revision means; its own text would quote rows."""
    cause = error.orig
    if not isinstance(cause, psycopg.errors.IntegrityError):
        raise error
    table = (cause.diag.table_name or "").removeprefix("directory_")
    if f"directory_{table}" == directory_revisions.name:
        return Outdated()
    return Refused(f"{table} twice: {', '.join(_told(cause.diag.message_detail or ''))}")


def _told(detail: str) -> Iterator[str]:
    match = _DOUBLED.search(detail)
    if match:
        for name, value in zip(match[1].split(", "), match[2].split(", "), strict=False):
            if name in _TOLD:
                yield f"{name} {value}"
