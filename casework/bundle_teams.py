"""Reading the bundle's teams, with their services, hours and contact points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from casework import bundle_times as times
from casework import bundle_values as values
from casework.bundle_known import TEAMS_FILE, Known
from casework.bundle_ladders import Ladder
from casework.bundle_tables import Problems, Row, Table, unique
from casework.calendar import OpeningHours, Span
from casework.directory import ANY, Municipality
from casework.teams import ALERTING, ContactKind, ContactPoint, Service, Team

SERVICES_FILE: Final = "services.csv"
EXCEPTIONS_FILE: Final = "hours_exceptions.csv"
CONTACTS_FILE: Final = "contact_points.csv"
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TEAMS = Table(
    TEAMS_FILE,
    ("key", "name_fi", "phone", *WEEKDAYS, "closed_on_holidays")
    + ("acknowledge_minutes", "reply_working_days", "lead"),
    ("closed_on_eves", "rota", "ask_after_days"),
    named=True,
)
_SERVICES = Table(SERVICES_FILE, ("team", "municipalities", "forms", "languages"))
_EXCEPTIONS = Table(EXCEPTIONS_FILE, ("team", "date", "spans", "reason"))
_CONTACTS = Table(CONTACTS_FILE, ("team", "key", "kind", "address", "language"), ("uses",))


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of the four files, repeated keys left out."""

    teams: list[Row]
    services: list[Row]
    exceptions: list[Row]
    contacts: list[Row]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the other files say of each team, by its key."""

    members: Mapping[str, tuple[str, ...]]
    ladders: Mapping[str, Ladder]
    services: defaultdict[str, list[Service]] = field(default_factory=lambda: defaultdict(list))
    contacts: defaultdict[str, list[ContactPoint]] = field(
        default_factory=lambda: defaultdict(list)
    )
    exceptions: defaultdict[str, dict[date, tuple[Span, ...]]] = field(
        default_factory=lambda: defaultdict(dict)
    )


def read_tables(files: Mapping[str, str], problems: Problems) -> Tables:
    """The rows of all four files; `hours_exceptions.csv` may be absent."""

    def rows(table: Table) -> list[Row]:
        return table.rows(files[table.file], problems) if table.file in files else []

    return Tables(
        teams=unique(rows(_TEAMS), "key"),
        services=unique(rows(_SERVICES), "team", "municipalities", "forms", "languages"),
        exceptions=unique(rows(_EXCEPTIONS), "team", "date"),
        contacts=unique(rows(_CONTACTS), "key"),
    )


def read_teams(
    tables: Tables,
    parts: Parts,
    known: Known,
    municipalities: Mapping[str, Municipality],
    own: str,
) -> dict[str, Team]:
    """Teams by key, each with what the other files say of it, which is gathered in `parts`."""
    for row in (*tables.services, *tables.exceptions, *tables.contacts):
        known.team(row, row.text("team"))
    services = [(row, _service(row, municipalities, own)) for row in tables.services]
    for row, service in services:
        parts.services[row.text("team")].append(service)
    _note_contested([(row, each) for row, each in services if row.text("team") in known.teams])
    for row in tables.exceptions:
        day = row.read("date", times.day, date.min)
        parts.exceptions[row.text("team")][day] = row.read("spans", times.spans, ())
    for row in tables.contacts:
        parts.contacts[row.text("team")].append(_contact(row))
    for row in tables.teams:
        if row.text("lead"):
            known.worker(row, "lead")
    return {row.text("key"): _team(row, parts) for row in tables.teams}


def _team(row: Row, parts: Parts) -> Team:
    key = row.text("key")
    team = Team(
        key=row.read("key", values.key, ""),
        names=row.names(),
        services=tuple(parts.services[key]),
        hours=_hours(row, parts.exceptions[key]),
        phone=row.read("phone", values.phone, ""),
        members=parts.members.get(key, ()),
        lead=row.text("lead") or None,
        alert=tuple(parts.contacts[key]),
        acknowledge_within=timedelta(minutes=_number(row, "acknowledge_minutes", 1, 10080)),
        reply_within_working_days=_number(row, "reply_working_days", 0, 60),
        rota=bool(row.read("rota", values.yes_no_or_empty, None)),
        ladder=parts.ladders[key],
        ask_after_days=row.read("ask_after_days", _days_or_never, None),
    )
    if not team.names:
        row.wrong("the team has no name")
    return team


def _number(row: Row, column: str, low: int, high: int) -> int:
    return row.read(column, lambda text: values.whole_number(text, low, high), low)


def _days_or_never(text: str) -> int | None:
    return values.whole_number(text, 1, 60) if text else None


def _hours(row: Row, exceptions: Mapping[date, tuple[Span, ...]]) -> OpeningHours:
    return OpeningHours(
        weekly=tuple(row.read(day, times.spans, ()) for day in WEEKDAYS),
        exceptions=exceptions,
        closed_on_holidays=row.read("closed_on_holidays", values.yes_or_no, True),
        closed_on_eves=row.read("closed_on_eves", values.yes_no_or_empty, None),
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


def _note_contested(services: list[tuple[Row, Service]]) -> None:
    """Note services of two teams that say the same of anything: between them only the key would decide.

    '*' is the same as '*' alone: a named value goes before it, so that nothing is in doubt.
    """
    by_place: defaultdict[str, list[tuple[Row, Service]]] = defaultdict(list)
    for row, service in services:
        earlier = (each for code in sorted(service.municipalities) for each in by_place[code])
        lines = [
            other.line
            for other, theirs in earlier
            if other.text("team") != row.text("team")
            and not theirs.forms.isdisjoint(service.forms)
            and not theirs.languages.isdisjoint(service.languages)
        ]
        if lines:
            row.wrong(f"serves what the other team on line {min(lines)} serves already")
        for code in service.municipalities:
            by_place[code].append((row, service))


def _contact(row: Row) -> ContactPoint:
    kind = row.read("kind", _kind_or_none, None)
    known = kind or ContactKind.EMAIL
    return ContactPoint(
        key=row.read("key", values.key, ""),
        kind=known,
        address=row.read("address", lambda text: values.address(known, text), "") if kind else "",
        language=row.read("language", values.language, ""),
        uses=row.read("uses", lambda text: values.uses(known, text), ALERTING),
    )


def _kind_or_none(text: str) -> ContactKind | None:
    return values.contact_kind(text)
