"""Random workers with their absences, shifts and clients, around both nights on which the clocks change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from casework.teams import Team
from casework.workers import LONGEST_SHIFT, Absence, Absences, Rota, Shift, Worker
from tests.casework.county_strategies import DAYS, NAME

WORKERS = ("malli", "prov", "testi")
HALF_HOUR = timedelta(minutes=30)
#: The evenings before the clocks go forward and back.
EVENINGS = (datetime(2026, 3, 28, 22), datetime(2026, 10, 24, 22))


def _others(key: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *(other for other in WORKERS if other != key)))


@st.composite
def _worker(draw: st.DrawFn, key: str, teams: list[str]) -> Worker:
    return Worker(
        key=key,
        name=draw(st.one_of(st.just(f"Esimerkki {key}"), NAME)),
        email=f"{key}@example.org",
        languages=draw(st.sampled_from((("fi",), ("sv", "fi")))),
        teams=tuple(draw(st.lists(st.sampled_from(teams), unique=True))),
        mobile=draw(st.sampled_from(("", "+358500000130"))),
        deputy=draw(_others(key)),
        reads_protected=draw(st.booleans()),
    )


@st.composite
def workers(draw: st.DrawFn, teams: list[str]) -> dict[str, Worker]:
    """The three workers, each in some of the teams, in any order; deputies may be mutual or go round."""
    return {key: draw(_worker(key, teams)) for key in WORKERS}


@st.composite
def absences(draw: st.DrawFn) -> Absences:
    """Up to two absences of each worker, which do not overlap; one day at least."""
    found = []
    for worker in WORKERS:
        days = sorted(draw(st.sets(DAYS, max_size=4)))
        pairs: Iterable[tuple[date, date]] = zip(days[::2], days[1::2], strict=False)
        found += [Absence(worker, first, last, draw(_others(worker))) for first, last in pairs]
        if len(days) % 2:
            found.append(Absence(worker, days[-1], days[-1]))
    return Absences(tuple(found))


@st.composite
def shifts(draw: st.DrawFn, team: str, worker: str) -> list[Shift]:
    """Up to three shifts one after the other, with or without a break; none that lasts no time at all."""
    found = []
    reached = draw(st.sampled_from(EVENINGS))
    for _ in range(draw(st.integers(0, 3))):
        starts = reached + draw(st.integers(0, 30)) * HALF_HOUR
        reached = starts + draw(st.integers(1, LONGEST_SHIFT // HALF_HOUR)) * HALF_HOUR
        shift = Shift(team, worker, starts, reached, draw(_others(worker)))
        found += [shift] if shift.begins_at < shift.ends_at else []
    return found


@st.composite
def rotas(draw: st.DrawFn, teams: Mapping[str, Team]) -> dict[str, Rota]:
    """A rota for each team that has one and any shifts, of its members only."""
    found = {}
    for team in teams.values():
        members = team.members if team.rota else ()
        all_shifts = [shift for key in members for shift in draw(shifts(team.key, key))]
        if all_shifts:
            found[team.key] = Rota(tuple(all_shifts))
    return found


def clients() -> st.SearchStrategy[dict[str, str]]:
    """Worker keys by client code."""
    codes = st.text("ABCXYZ0189", min_size=6, max_size=20)
    return st.dictionaries(codes, st.sampled_from(WORKERS), max_size=3)
