"""The directory bundle: the readable files in which a county keeps its directory.

    county.toml           the county's names, numbers, colours, texts, named teams and notices
    teams.csv             names, phone, hours by weekday, promised times, lead, whether it has a rota
    services.csv          which municipalities, forms and languages a team takes ('*' for all)
    contact_points.csv    where a team is alerted, and where anybody reaches it
    workers.csv           workers, their teams and deputies
    hours_exceptions.csv  days on which a team's hours differ             (may be absent)
    rota.csv              who is on duty when                             (may be absent)
    absences.csv          who is away when                                (may be absent)
    clients.csv           client codes and their responsible workers      (may be absent)
    escalation.csv        who is told in turn when nobody opens a case    (may be absent)
    counties.csv          contacts of other counties                      (may be absent)
    municipalities.csv    what differs from the reference, the retired    (may be absent)
    messages.toml         texts of messages in the county's own words     (may be absent)

A bundle is taken whole or not at all. Codes are text: leading zeros count. `docs/directory.md` tells every column.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from casework import bundle_places as places
from casework import bundle_rotas as rotas
from casework import bundle_teams as teams
from casework import bundle_workers as workers
from casework.bundle_county import CountyFile, read_county
from casework.bundle_dump import dump
from casework.bundle_known import TEAMS_FILE, WORKERS_FILE, Known
from casework.bundle_ladders import ESCALATION_FILE, read_ladders
from casework.bundle_messages import MESSAGES_FILE, kept_messages, read_messages
from casework.bundle_tables import BundleError, Problem, Problems
from casework.bundle_toml import COUNTY_FILE
from casework.directory import County, Directory, Municipality
from casework.message_texts import LANGUAGES, Wordings
from casework.teams import Team
from casework.workers import Absences, Rota, Worker

__all__ = ["FILES", "BundleError", "Problem", "dump", "parse"]

_REQUIRED: Final = (
    COUNTY_FILE,
    TEAMS_FILE,
    teams.SERVICES_FILE,
    teams.CONTACTS_FILE,
    WORKERS_FILE,
)
_OPTIONAL: Final = (
    teams.EXCEPTIONS_FILE,
    rotas.ROTA_FILE,
    workers.ABSENCES_FILE,
    workers.CLIENTS_FILE,
    ESCALATION_FILE,
    places.COUNTIES_FILE,
    places.MUNICIPALITIES_FILE,
    MESSAGES_FILE,
)
FILES: Final = (*_REQUIRED, *_OPTIONAL)


@dataclass(frozen=True, slots=True)
class _Crew:
    """Who works for the county, when, and for whom."""

    teams: dict[str, Team]
    workers: dict[str, Worker]
    rotas: dict[str, Rota]
    absences: Absences
    clients: dict[str, str]


def parse(
    files: Mapping[str, str],
    *,
    reference_municipalities: str,
    reference_counties: str,
    reference_postal_codes: str = "",
    revision: int,
    holidays: frozenset[date],
    complete_languages: Collection[str] = LANGUAGES,
    stored: bool = False,
) -> Directory:
    """A directory from the bundle's files (name to text) over the national reference tables.

    The references are CSV text with the columns of Statistics Finland's tables as this project
    keeps them; an empty text means no reference. `complete_languages` have a whole catalogue. Of a
    `stored` bundle texts of messages and sender names are not judged again. Raises BundleError naming every wrong row.
    """
    problems = Problems()
    _check_files(files, problems)
    settings = read_county(files[COUNTY_FILE], problems, stored=stored)
    own = settings.county.code
    counties = places.read_counties(
        files.get(places.COUNTIES_FILE), reference_counties, own, problems
    )
    municipalities, rows = places.read_municipalities(
        files.get(places.MUNICIPALITIES_FILE), reference_municipalities, problems
    )
    postal_codes = places.read_postal_codes(reference_postal_codes, problems)
    places.check_places(rows, municipalities, counties, own)
    crew = _read_crew(files, municipalities, own, problems)
    _check_county(settings, crew.teams, municipalities, problems)
    wordings = _wordings(files, settings.county, complete_languages, None if stored else problems)
    problems.raise_if_any()
    return Directory(
        revision=revision,
        county=settings.county,
        municipalities=municipalities,
        counties=counties,
        teams=crew.teams,
        workers=crew.workers,
        holidays=holidays,
        intake_team=settings.teams["intake_team"],
        fallback_team=settings.teams["fallback_team"],
        on_call_team=settings.teams["on_call_team"],
        feedback_team=settings.teams["feedback_team"] or settings.teams["fallback_team"],
        postal_codes=postal_codes,
        absences=crew.absences,
        rotas=crew.rotas,
        clients=crew.clients,
        message_texts=wordings,
    )


def _wordings(
    files: Mapping[str, str],
    county: County,
    complete: Collection[str],
    problems: Problems | None,
) -> Wordings:
    """The county's own texts; without `problems` whatever can be read of them."""
    text = files.get(MESSAGES_FILE)
    if problems is None:
        return kept_messages(text, county, complete)
    return read_messages(text, county, complete, problems)


def _read_crew(
    files: Mapping[str, str],
    municipalities: Mapping[str, Municipality],
    own: str,
    problems: Problems,
) -> _Crew:
    tables = teams.read_tables(files, problems)
    rows = workers.worker_rows(files.get(WORKERS_FILE), problems)
    known = Known(
        frozenset(row.text("key") for row in tables.teams),
        frozenset(row.text("key") for row in rows),
    )
    people = workers.read_workers(rows, known)
    ladders = read_ladders(files.get(ESCALATION_FILE), known, problems)
    parts = teams.Parts(workers.members_of(people), ladders)
    found = teams.read_teams(tables, parts, known, municipalities, own)
    return _Crew(
        teams=found,
        workers=people,
        rotas=rotas.read_rotas(files.get(rotas.ROTA_FILE), found, known, problems),
        absences=workers.read_absences(files.get(workers.ABSENCES_FILE), known, problems),
        clients=workers.read_clients(files.get(workers.CLIENTS_FILE), known, problems),
    )


def _check_files(files: Mapping[str, str], problems: Problems) -> None:
    """Files that are missing or have a name that nobody reads; other kinds may lie beside."""
    for name in _REQUIRED:
        if name not in files:
            problems.note(name, 0, "the file is missing")
    for name in files:
        if name not in FILES and name.endswith((".csv", ".toml")):
            problems.note(name, 0, "no part of a bundle has this name")
    if COUNTY_FILE not in files:
        problems.raise_if_any()


def _check_county(
    settings: CountyFile,
    found: Mapping[str, Team],
    municipalities: Mapping[str, Municipality],
    problems: Problems,
) -> None:
    for role, key in settings.teams.items():
        if key and key not in found:
            line = settings.lines.get(role, 0)
            problems.note(COUNTY_FILE, line, f"{role}: there is no team '{key}'")
    own = settings.county.code
    if own and not any(place.county == own for place in municipalities.values()):
        line = settings.lines.get("code", 0)
        problems.note(COUNTY_FILE, line, f"code: no municipality belongs to county {own}")
