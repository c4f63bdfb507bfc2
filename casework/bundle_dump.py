"""Writing a directory back as the bundle's files, in a stable order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from casework import bundle_notices as notices
from casework import bundle_places as places
from casework import bundle_rotas as rotas
from casework import bundle_teams as teams
from casework import bundle_times as times
from casework import bundle_workers as workers
from casework.bundle_county import TEAM_ROLES
from casework.bundle_known import TEAMS_FILE, WORKERS_FILE
from casework.bundle_ladders import ESCALATION_FILE, dump_ladders
from casework.bundle_messages import MESSAGES_FILE, dump_messages
from casework.bundle_tables import Problems, written
from casework.bundle_toml import COUNTY_FILE, toml
from casework.bundle_values import yes_no
from casework.directory import ANY, Directory
from casework.teams import PointUse

V = TypeVar("V")


def dump(
    directory: Directory, *, reference_municipalities: str = "", reference_counties: str = ""
) -> dict[str, str]:
    """The bundle's files by name, each ending in a newline, the same for equal directories.

    Rows of municipalities and counties that a given reference already says are left out. The
    reasons of `hours_exceptions.csv` are notes for people; a directory does not keep them.
    """
    return {
        COUNTY_FILE: _county(directory),
        TEAMS_FILE: _teams(directory),
        teams.SERVICES_FILE: _services(directory),
        teams.EXCEPTIONS_FILE: _exceptions(directory),
        teams.CONTACTS_FILE: _contacts(directory),
        WORKERS_FILE: workers.dump_workers(directory.workers),
        workers.ABSENCES_FILE: workers.dump_absences(directory.absences),
        workers.CLIENTS_FILE: workers.dump_clients(directory.clients),
        rotas.ROTA_FILE: rotas.dump_rotas(directory.rotas),
        ESCALATION_FILE: dump_ladders(directory.teams.values()),
        places.COUNTIES_FILE: _counties(directory, reference_counties),
        places.MUNICIPALITIES_FILE: _municipalities(directory, reference_municipalities),
        MESSAGES_FILE: dump_messages(directory.message_texts),
    }


def _county(directory: Directory) -> str:
    county = directory.county
    plain = {
        "code": county.code,
        "languages": list(county.languages),
        "emergency_number": county.emergency_number,
        "emergency_social_services": county.emergency_social_services,
        "logo": county.logo,
        "closed_forms": sorted(county.closed_forms),
        "sms_countries": list(county.sms_countries),
        "sms_daily_budget": county.sms_daily_budget,
        "urgency_minutes": times.minutes(county.urgency_within),
        "escalation_repeat_minutes": times.minutes(county.repeat_every),
        **{role: getattr(directory, role) for role in TEAM_ROLES},
    }
    tables: dict[str, Mapping[str, str]] = {
        "names": county.names,
        "sender_names": county.sender_names,
        "crisis_line_hours": county.crisis_line_hours,
        "colours": county.colours,
        **{f"texts.{name}": county.texts[name] for name in sorted(county.texts)},
    }
    lines = [f"{name} = {toml(value)}" for name, value in plain.items()]
    for heading, table in tables.items():
        lines += ["", f"[{heading}]"]
        lines += [f"{name} = {toml(table[name])}" for name in sorted(table)]
    return "\n".join([*lines, *notices.written(county)]) + "\n"


def _teams(directory: Directory) -> str:
    found = _sorted(directory.teams)
    languages = _languages(team.names for team in found)
    header = ["key", *(f"name_{x}" for x in languages), "phone", *teams.WEEKDAYS]
    header += ["closed_on_holidays", "closed_on_eves", "acknowledge_minutes"]
    header += ["reply_working_days", "lead", "rota", "ask_after_days"]
    rows = (
        [
            team.key,
            *(team.names.get(x, "") for x in languages),
            team.phone,
            *(times.written_spans(spans) for spans in team.hours.weekly),
            yes_no(team.hours.closed_on_holidays),
            yes_no(team.hours.closed_on_eves),
            str(times.minutes(team.acknowledge_within)),
            str(team.reply_within_working_days),
            team.lead or "",
            yes_no(team.rota),
            str(team.ask_after_days or ""),
        ]
        for team in found
    )
    return written(header, rows)


def _services(directory: Directory) -> str:
    rows = (
        [team.key, _served(s.municipalities), _served(s.forms), _served(s.languages)]
        for team in _sorted(directory.teams)
        for s in team.services
    )
    return written(["team", "municipalities", "forms", "languages"], rows)


def _exceptions(directory: Directory) -> str:
    rows = (
        [team.key, day.isoformat(), times.written_spans(team.hours.exceptions[day]), ""]
        for team in _sorted(directory.teams)
        for day in sorted(team.hours.exceptions)
    )
    return written(["team", "date", "spans", "reason"], rows)


def _contacts(directory: Directory) -> str:
    rows = (
        [
            team.key,
            point.key,
            point.kind.value,
            point.address,
            point.language,
            " ".join(use.value for use in PointUse if use in point.uses),
        ]
        for team in _sorted(directory.teams)
        for point in team.alert
    )
    return written(["team", "key", "kind", "address", "language", "uses"], rows)


def _counties(directory: Directory, reference: str) -> str:
    said = places.read_counties(None, reference, directory.county.code, Problems())
    found = [c for c in _sorted(directory.counties) if said.get(c.code) != c]
    languages = _languages(county.names for county in found)
    rows = (
        [c.code, *(c.names.get(x, "") for x in languages), c.phone, c.email, c.url] for c in found
    )
    return written(["code", *(f"name_{x}" for x in languages), "phone", "email", "url"], rows)


def _municipalities(directory: Directory, reference: str) -> str:
    said, _ = places.read_municipalities(None, reference, Problems())
    found = [m for m in _sorted(directory.municipalities) if said.get(m.code) != m]
    languages = _languages(place.names for place in found)
    header = ["code", *(f"name_{x}" for x in languages), "county", "languages"]
    rows = (
        [
            m.code,
            *(m.names.get(x, "") for x in languages),
            m.county,
            " ".join(m.languages),
            m.valid_from.isoformat() if m.valid_from else "",
            m.valid_to.isoformat() if m.valid_to else "",
            m.successor or "",
        ]
        for m in found
    )
    return written([*header, "valid_from", "valid_to", "successor"], rows)


def _sorted(found: Mapping[str, V]) -> list[V]:
    return [found[key] for key in sorted(found)]


def _languages(names: Iterable[Mapping[str, str]]) -> list[str]:
    """Every language used, Finnish always and first."""
    return ["fi", *sorted({language for each in names for language in each} - {"fi"})]


def _served(values: frozenset[str]) -> str:
    return ANY if ANY in values else " ".join(sorted(values))
