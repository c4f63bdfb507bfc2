"""A made-up county as large as the whole country: what the directory's code is measured with, and proved on.

Every municipality of Finland under one county, 40 teams with three shifts each day and night for a year, 2,000
workers of whom half are away once, and 20,000 client codes. It has no hole; nobody and nothing in it is real.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from casework.calendar import ALWAYS, OpeningHours, Span
from casework.directory import County, Directory, Municipality
from casework.teams import ContactKind, ContactPoint, Service, Team
from casework.workers import Absence, Absences, Rota, Shift, Worker
from webapp.holidays import finnish_holidays

START: Final = date(2026, 3, 2)
DAYS: Final = 366
TEAMS: Final = 40
MEMBERS: Final = 50
CLIENTS: Final = 20_000
#: The first members of a team have its shifts and are always there; the others are away once, and they stand in.
STEADY: Final = 25
_ROLES: Final = ("intake", "management", "on-call", "service-desk", "swedish")
_CODES: Final = Path(__file__).parents[1] / "webapp" / "data" / "municipalities.csv"
_EVENINGS: Final = OpeningHours(weekly=((Span(420, 1260),),) * 5 + ((Span(540, 900),),) * 2)


def large_county() -> Directory:
    """The county as a directory, the same each time, sound for `DAYS` days from `START`."""
    places = _municipalities()
    keys = (*_ROLES, *(f"duty-{number:02}" for number in range(TEAMS - len(_ROLES))))
    teams = {key: _team(key, services) for key, services in _services(keys, sorted(places))}
    workers = {worker.key: worker for key in keys for worker in _workers(key)}
    away = (_absence(key, number) for key in keys for number in range(STEADY, MEMBERS))
    known = sorted(workers)
    return Directory(
        revision=1,
        county=_county(),
        municipalities=places,
        counties={},
        teams=teams,
        workers=workers,
        holidays=finnish_holidays(range(2025, 2030)),
        intake_team="intake",
        fallback_team="management",
        on_call_team="on-call",
        feedback_team="service-desk",
        absences=Absences(tuple(away)),
        rotas={key: Rota(tuple(_shifts(key))) for key in keys},
        clients={f"C{number:07}": known[number % len(known)] for number in range(CLIENTS)},
    )


def member(team: str, number: int) -> str:
    """The key of a team's member, counted from 0."""
    return f"{team}-{number:02}"


def _county() -> County:
    return County(
        code="17",
        names={"fi": "Mallin hyvinvointialue"},
        sender_names={"fi": "Malli"},
        emergency_number="112",
        emergency_social_services="+358500000100",
        crisis_line_hours={},
        colours={},
        texts={},
        closed_forms=frozenset(),
        languages=("fi", "sv", "en"),
    )


def _municipalities() -> dict[str, Municipality]:
    with _CODES.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if not row.get("valid_to")]
    return {
        row["code"]: Municipality(row["code"], {"fi": row["name_fi"]}, "17", ("fi", "sv"))
        for row in rows
    }


def _services(
    keys: Sequence[str], codes: Sequence[str]
) -> Iterator[tuple[str, tuple[Service, ...]]]:
    anything = frozenset({"*"})
    duty = [key for key in keys if key not in _ROLES]
    for key in keys:
        if key in duty:
            places = frozenset(codes[duty.index(key) :: len(duty)])
            yield key, (Service(places, anything, frozenset({"fi", "en"})),)
        elif key == "swedish":
            yield key, (Service(anything, anything, frozenset({"sv"})),)
        else:
            yield key, (Service(anything, anything, anything),) if key == "intake" else ()


def _team(key: str, services: tuple[Service, ...]) -> Team:
    address = "+358500000120"
    return Team(
        key=key,
        names={"fi": f"Mallin {key}"},
        services=services,
        hours=ALWAYS if key == "on-call" or key.endswith("0") else _EVENINGS,
        phone="+358500000110",
        members=tuple(member(key, number) for number in range(MEMBERS)),
        lead=member(key, 0),
        alert=(
            ContactPoint(f"{key}-mobile", ContactKind.MOBILE, address, "fi"),
            ContactPoint(f"{key}-mail", ContactKind.EMAIL, f"{key}@example.org", "fi"),
        ),
        acknowledge_within=timedelta(minutes=60),
        reply_within_working_days=3,
        rota=True,
    )


def _workers(team: str) -> Iterator[Worker]:
    for number in range(MEMBERS):
        key = member(team, number)
        deputy = member(team, number - STEADY) if number >= STEADY else None
        name = f"Malli {key.title()}"
        yield Worker(key, name, f"{key}@example.org", ("fi", "sv", "en"), (team,), deputy=deputy)


def _absence(team: str, number: int) -> Absence:
    key = member(team, number)
    first = START + timedelta(days=sum(key.encode()) * 37 % DAYS)
    return Absence(key, first, first + timedelta(days=number % 30))


def _shifts(team: str) -> Iterator[Shift]:
    """Three shifts of eight hours a day, from the day before the first to two days after the last."""
    for number in range(3 * (DAYS + 3)):
        day = START + timedelta(days=number // 3 - 1)
        starts = datetime.combine(day, time(7)) + timedelta(hours=8 * (number % 3))
        yield Shift(team, member(team, number % STEADY), starts, starts + timedelta(hours=8))
