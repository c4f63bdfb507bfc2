"""Reading the bundle's teams, with their services, hours, contact points and workers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from casework import bundle_values as values
from casework.bundle_tables import Problems, Row, Table, unique
from casework.calendar import OpeningHours, Span
from casework.directory import ANY, Municipality
from casework.teams import ContactKind, ContactPoint, Service, Team
from casework.workers import Worker

TEAMS_FILE: Final = "teams.csv"
SERVICES_FILE: Final = "services.csv"
EXCEPTIONS_FILE: Final = "hours_exceptions.csv"
CONTACTS_FILE: Final = "contact_points.csv"
WORKERS_FILE: Final = "workers.csv"
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TEAMS = Table(
    TEAMS_FILE,
    ("key", "name_fi", "phone", *WEEKDAYS, "closed_on_holidays")
    + ("acknowledge_minutes", "reply_working_days", "lead"),
    named=True,
)
_SERVICES = Table(SERVICES_FILE, ("team", "municipalities", "forms", "languages"))
_EXCEPTIONS = Table(EXCEPTIONS_FILE, ("team", "date", "spans", "reason"))
_CONTACTS = Table(CONTACTS_FILE, ("team", "key", "kind", "address", "language"))
_WORKERS = Table(WORKERS_FILE, ("key", "name", "email", "languages", "teams"))


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of the five files, repeated keys left out."""

    teams: list[Row]
    services: list[Row]
    exceptions: list[Row]
    contacts: list[Row]
    workers: list[Row]


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the other files say of each team, by its key."""

    members: defaultdict[str, list[str]]
    services: defaultdict[str, list[Service]] = field(default_factory=lambda: defaultdict(list))
    contacts: defaultdict[str, list[ContactPoint]] = field(
        default_factory=lambda: defaultdict(list)
    )
    exceptions: defaultdict[str, dict[date, tuple[Span, ...]]] = field(
        default_factory=lambda: defaultdict(dict)
    )


def read_tables(files: Mapping[str, str], problems: Problems) -> Tables:
    """The rows of all five files; `hours_exceptions.csv` may be absent."""

    def rows(table: Table) -> list[Row]:
        return table.rows(files[table.file], problems) if table.file in files else []

    return Tables(
        teams=unique(rows(_TEAMS), "key"),
        services=unique(rows(_SERVICES), "team", "municipalities", "forms", "languages"),
        exceptions=unique(rows(_EXCEPTIONS), "team", "date"),
        contacts=unique(rows(_CONTACTS), "key"),
        workers=unique(rows(_WORKERS), "key"),
    )


def read_workers(tables: Tables) -> dict[str, Worker]:
    """Workers by key. Addresses sign people in, so none may stand twice."""
    unique([row for row in tables.workers if row.text("email")], "email")
    return {
        row.text("key"): Worker(
            key=row.read("key", values.key, ""),
            name=row.read("name", values.required, ""),
            email=row.read("email", values.email, ""),
            languages=row.read("languages", values.languages, ()),
        )
        for row in tables.workers
    }


def read_teams(
    tables: Tables, municipalities: Mapping[str, Municipality], own: str
) -> dict[str, Team]:
    """Teams by key, each with what the other files say of it."""
    known = {row.text("key") for row in tables.teams}
    workers = {row.text("key") for row in tables.workers}
    parts = _Parts(_members(tables, known))
    for row in (*tables.services, *tables.exceptions, *tables.contacts):
        _check_team(row, row.text("team"), known)
    for row in tables.services:
        parts.services[row.text("team")].append(_service(row, municipalities, own))
    for row in tables.exceptions:
        day = row.read("date", values.day, date.min)
        parts.exceptions[row.text("team")][day] = row.read("spans", values.spans, ())
    for row in tables.contacts:
        parts.contacts[row.text("team")].append(_contact(row))
    for row in tables.teams:
        if row.text("lead") and row.text("lead") not in workers:
            row.wrong(f"lead: there is no worker '{row.text('lead')}'")
    return {row.text("key"): _team(row, parts) for row in tables.teams}


def _team(row: Row, parts: _Parts) -> Team:
    key = row.text("key")
    team = Team(
        key=row.read("key", values.key, ""),
        names=row.names(),
        services=tuple(parts.services[key]),
        hours=_hours(row, parts.exceptions[key]),
        phone=row.read("phone", values.phone, ""),
        members=tuple(parts.members[key]),
        lead=row.text("lead") or None,
        alert=tuple(parts.contacts[key]),
        acknowledge_within=timedelta(minutes=_number(row, "acknowledge_minutes", 1, 10080)),
        reply_within_working_days=_number(row, "reply_working_days", 0, 60),
    )
    if not team.names:
        row.wrong("the team has no name")
    return team


def _members(tables: Tables, known: set[str]) -> defaultdict[str, list[str]]:
    """Worker keys by team, in order of key."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for row in sorted(tables.workers, key=lambda row: row.text("key")):
        for team in dict.fromkeys(row.text("teams").split()):
            _check_team(row, team, known)
            members[team].append(row.text("key"))
    return members


def _check_team(row: Row, team: str, known: set[str]) -> None:
    if team not in known:
        row.wrong(f"there is no team '{team}' in {TEAMS_FILE}")


def _number(row: Row, column: str, low: int, high: int) -> int:
    return row.read(column, lambda text: values.whole_number(text, low, high), low)


def _hours(row: Row, exceptions: Mapping[date, tuple[Span, ...]]) -> OpeningHours:
    return OpeningHours(
        weekly=tuple(row.read(day, values.spans, ()) for day in WEEKDAYS),
        exceptions=exceptions,
        closed_on_holidays=row.read("closed_on_holidays", values.yes_or_no, True),
    )


def _service(row: Row, municipalities: Mapping[str, Municipality], own: str) -> Service:
    nothing: frozenset[str] = frozenset()

    def read(column: str, each: values.Reader) -> frozenset[str]:
        return row.read(column, lambda text: values.served(text, each), nothing)

    service = Service(
        municipalities=read("municipalities", values.municipality_code),
        forms=read("forms", values.key),
        languages=read("languages", values.language),
    )
    for code in sorted(service.municipalities - {ANY}):
        place = municipalities.get(code)
        if place is None or place.county != own:
            row.wrong(f"municipalities: {code} is not a municipality of this county")
    return service


def _contact(row: Row) -> ContactPoint:
    kind = row.read("kind", _kind_or_none, None)
    return ContactPoint(
        key=row.read("key", values.key, ""),
        kind=kind or ContactKind.EMAIL,
        address=row.read("address", lambda text: values.address(kind, text), "") if kind else "",
        language=row.read("language", values.language, ""),
    )


def _kind_or_none(text: str) -> ContactKind | None:
    return values.contact_kind(text)
