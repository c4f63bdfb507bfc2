"""Reading and writing `escalation.csv`: who is told in turn when nobody opens a case."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from casework import bundle_times as times
from casework import bundle_values as values
from casework.bundle_known import Known
from casework.bundle_tables import Problems, Row, Table, written
from casework.directory import ANY
from casework.teams import DEFAULT_LADDER, LadderStep, Team, Tell

ESCALATION_FILE: Final = "escalation.csv"
#: A longer wait than a week, or more steps, is a mistake of typing.
_LONGEST_WAIT: Final = 7 * 24 * 60
_MOST_STEPS: Final = 20

Ladder = tuple[LadderStep, ...]

_COLUMNS: Final = ("team", "step", "tell", "after_minutes")
_LADDERS = Table(ESCALATION_FILE, _COLUMNS)


def read_ladders(text: str | None, known: Known, problems: Problems) -> dict[str, Ladder]:
    """Every team's ladder: its own rows, else those of '*', else the default."""
    steps: defaultdict[str, list[LadderStep]] = defaultdict(list)
    expected: defaultdict[str, int] = defaultdict(lambda: 1)
    for row in _LADDERS.rows(text, problems) if text is not None else []:
        team = row.text("team")
        if team != ANY:
            known.team(row, team)
        number = row.read("step", lambda cell: values.whole_number(cell, 1, _MOST_STEPS), 0)
        if number and number != expected[team]:
            row.wrong(f"step: expected {expected[team]}, steps are counted from 1 without gaps")
        # One wrong number is one problem: the next is expected to follow what stands here.
        expected[team] = (number or expected[team]) + 1
        steps[team].append(_step(row))
    default = tuple(steps[ANY]) or DEFAULT_LADDER
    return {team: tuple(steps[team]) or default for team in known.teams}


def dump_ladders(teams: Iterable[Team]) -> str:
    """The commonest ladder stands for every team ('*'); of the others each has its own rows."""
    ordered = sorted(teams, key=lambda team: team.key)
    counts = Counter(team.ladder for team in ordered)
    # Of equally common ones the default, else that of the first team by key.
    common = max(counts, key=lambda each: (counts[each], each == DEFAULT_LADDER), default=None)
    ladders: Mapping[str, Ladder] = {
        **({ANY: common} if common else {}),
        **{team.key: team.ladder for team in ordered if team.ladder != common},
    }
    rows = (
        [key, str(number), step.tell.value, str(times.minutes(step.after))]
        for key, ladder in ladders.items()
        for number, step in enumerate(ladder, start=1)
    )
    return written(_COLUMNS, rows)


def _step(row: Row) -> LadderStep:
    minutes = row.read("after_minutes", lambda cell: values.whole_number(cell, 0, _LONGEST_WAIT), 0)
    return LadderStep(row.read("tell", values.tell, Tell.TEAM), timedelta(minutes=minutes))
