"""Reading and writing `rota.csv`: who is on duty when, in wall-clock times of Helsinki."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from casework import bundle_times as times
from casework.bundle_known import TEAMS_FILE, Known
from casework.bundle_tables import Problems, Row, Stretch, Table, note_overlaps, written
from casework.teams import Team
from casework.workers import LONGEST_SHIFT, Rota, Shift

ROTA_FILE: Final = "rota.csv"

_COLUMNS: Final = ("team", "worker", "starts", "ends", "instead_of")
_ROTA = Table(ROTA_FILE, _COLUMNS)
_HOURS: Final = int(LONGEST_SHIFT.total_seconds()) // 3600


def read_rotas(
    text: str | None, teams: Mapping[str, Team], known: Known, problems: Problems
) -> dict[str, Rota]:
    """The rota of each team that has shifts. Shifts of one worker in one team that overlap are noted."""
    shifts: defaultdict[str, list[Shift]] = defaultdict(list)
    of: defaultdict[tuple[str, str], list[Stretch[datetime]]] = defaultdict(list)
    for row in _ROTA.rows(text, problems) if text is not None else []:
        team, worker = _who(row, teams, known)
        starts = row.read("starts", times.wall_clock, None)
        ends = row.read("ends", times.end_on_wall_clock, None)
        instead_of = known.other_worker(row, "instead_of", worker)
        if starts is None or ends is None:
            continue
        shift = Shift(team, worker, starts, ends, instead_of)
        begin, end = shift.begins_at, shift.ends_at
        if end <= begin:
            # Also what lies in the hour that the clock skips, and so lasts no time at all.
            row.wrong("ends: is not after starts")
        elif ends - starts > LONGEST_SHIFT:
            row.wrong(f"ends: no shift is longer than {_HOURS} hours")
        else:
            shifts[team].append(shift)
            of[team, worker].append(Stretch(begin, end, row))
    for stretches in of.values():
        note_overlaps(stretches, "the worker is on duty in this team already")
    return {team: Rota(tuple(found)) for team, found in shifts.items()}


def _who(row: Row, teams: Mapping[str, Team], known: Known) -> tuple[str, str]:
    """Team and worker, who belong together, and the team has a rota."""
    team = known.team(row, row.text("team"))
    worker = known.worker(row, "worker")
    if team in teams and not teams[team].rota:
        row.wrong(f"team: has no rota, its column 'rota' in {TEAMS_FILE} is not yes")
    if team in teams and worker in known.workers and worker not in teams[team].members:
        row.wrong("worker: is not a member of the team")
    return team, worker


def dump_rotas(rotas: Mapping[str, Rota]) -> str:
    rows = (
        [
            team,
            shift.worker,
            times.written_clock(shift.starts),
            times.written_clock(shift.ends),
            shift.instead_of or "",
        ]
        for team in sorted(rotas)
        for shift in rotas[team].shifts
    )
    return written(_COLUMNS, rows)
