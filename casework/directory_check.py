"""Proof that no message ends with nobody: every hole in a directory, each with an example.

Which team a message goes to hangs on the day alone, and on it only by the municipalities that there are. What
becomes of it there hangs on the states of that team and of those that may stand in for it, see
`casework.directory_times`. So it is enough to ask `route` where each municipality, form and language leads once
for every stretch of days between two changes of municipalities, and then, for each team that was named, once for
every mix of states that these teams ever show in that stretch. Any municipality that is not the county's own, or
that nobody follows, leads where an unknown one does; whoever names a worker leads to that worker's home team.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from casework.calendar import HELSINKI, midnight
from casework.directory import Directory
from casework.directory_holes import places_left, promised_languages, standing_holes
from casework.directory_people import people_holes
from casework.directory_times import DirectoryTimes, gap
from casework.hole import Hole as Hole
from casework.routing import FEEDBACK, Decision, Reason, Target, route
from casework.workers import Rota

# Reasons of a route that mean that somebody would not have been reached, or not as intended.
_HOLES: Final = frozenset(
    {
        "nobody_would_see",
        "fallback_no_reachable",
        "never_opens",
        "not_served",
        "on_call_unreachable",
    }
)
#: A team with a rota, and one without.
_NOBODY_THERE: Final = {True: "nobody_on_shift", False: "everybody_away"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A message of which is asked where it goes; `worker` is who is named in it."""

    target: Target
    worker: str = ""


def check(
    directory: Directory, start: date, days: int = 366, *, forms: Iterable[str]
) -> tuple[Hole, ...]:
    """Every hole in `days` days from `start`, in order of kind and subject; () when sound.

    `forms` are the slugs of all public forms; those that the county has closed are left out. The example of a hole
    is the earliest one, and of those the one with the smallest municipality and form. A large county takes seconds.
    """
    slugs = sorted(set(forms))
    begin, end = midnight(start), midnight(start + timedelta(days=days))
    stretches = _stretches(directory, start, days)
    times = DirectoryTimes(directory, begin, end)
    found = (
        *_routes(times, stretches, [f for f in slugs if f not in directory.county.closed_forms]),
        *_unrouted(times),
        *standing_holes(directory, begin, slugs),
        *places_left(directory, [start_of for start_of, _ in stretches]),
        *people_holes(directory, begin, end),
    )
    holes: defaultdict[tuple[str, str], list[Hole]] = defaultdict(list)
    for hole in found:
        holes[hole.kind, hole.subject].append(hole)
    # Those of one moment stay in the order in which they were found.
    smallest = (
        min(holes[key], key=lambda hole: hole.example.get("at", "")) for key in sorted(holes)
    )
    return tuple(_with_its_end(hole, directory) for hole in smallest)


def _routes(
    times: DirectoryTimes, stretches: Sequence[tuple[datetime, datetime]], forms: Sequence[str]
) -> Iterator[Hole]:
    """Holes that show when a message is routed."""
    directory = times.directory
    for begin, end in stretches:
        day = begin.astimezone(HELSINKI).date()
        first: dict[tuple[str, bool], _Asked] = {}
        for asked in _every(directory, day, forms):
            decision = route(asked.target, directory, begin)
            yield from _unserved(decision, asked, begin, directory)
            # Feedback alerts nobody at night, so it goes another way than the rest, even in the same team.
            first.setdefault((_chosen(decision), asked.target.form == FEEDBACK), asked)
        for (team, _), asked in first.items():
            for at in times.first_of_each_mix(_concerned(team, directory), begin, end):
                yield from _astray(route(asked.target, directory, at), asked, at, directory)


def _every(directory: Directory, day: date, forms: Sequence[str]) -> Iterator[_Asked]:
    """Every municipality, form and language, the smallest first, then somebody's worker for each team.

    Statutory for every form: the sender of any form may say that it cannot wait.
    """
    own = (place.code for place in directory.own_municipalities(day))
    for municipality in (*own, None):
        for form in forms:
            for language in directory.county.languages:
                yield _Asked(Target(form, language, municipality, statutory=True))
    usual = [form for form in forms if form != FEEDBACK]
    if usual and directory.county.languages:
        anybodys = Target(usual[0], directory.county.languages[0], None, statutory=True)
        yield from _workers(directory, anybodys)


def _workers(directory: Directory, anybodys: Target) -> Iterator[_Asked]:
    """One worker of each home team who is found by a client's code or by a name that nobody else has."""
    codes = {worker: code for code, worker in sorted(directory.clients.items(), reverse=True)}
    seen: set[str] = set()
    for key in sorted(directory.workers):
        worker = directory.workers[key]
        home = next((team for team in worker.teams if team in directory.teams), None)
        if home is None or home in seen:
            continue
        if key in codes:
            yield _Asked(replace(anybodys, client_code=codes[key]), key)
        elif directory.workers_called(worker.name) == (key,):
            yield _Asked(replace(anybodys, worker_name=worker.name), key)
        else:
            continue
        seen.add(home)


def _chosen(decision: Decision) -> str:
    """The team to which the message belongs, whether or not somebody stood in for it."""
    unseen = (r.detail["team"] for r in decision.reasons if r.rule == "nobody_would_see")
    return next(unseen, decision.team)


def _concerned(team: str, directory: Directory) -> tuple[str, ...]:
    """Every team whose state `route` may ask for once it has chosen this one."""
    named = (directory.fallback_team, directory.intake_team, directory.on_call_team)
    return (team, *named, *sorted(directory.teams)[:1])


def _unserved(
    decision: Decision, asked: _Asked, at: datetime, directory: Directory
) -> Iterator[Hole]:
    for reason in decision.reasons:
        if reason.rule == "not_served":
            yield Hole(reason.rule, reason.detail["municipality"], _example(asked, at, reason))
        promised = asked.target.language in promised_languages(directory)
        if reason.rule == "language_not_served" and promised:
            example = _example(asked, at, reason)
            yield Hole("language_never_served", reason.detail["municipality"], example)


def _astray(
    decision: Decision, asked: _Asked, at: datetime, directory: Directory
) -> Iterator[Hole]:
    for reason in decision.reasons:
        if reason.rule in _HOLES and "team" in reason.detail:
            key = reason.detail["team"]
            kind, example = reason.rule, _example(asked, at, reason)
            if kind == "nobody_would_see" and example["because"] == "nobody_on_duty":
                kind = _NOBODY_THERE[directory.teams[key].rota]
                del example["because"]
            yield Hole(kind, key, example)


def _example(asked: _Asked, at: datetime, reason: Reason) -> dict[str, str]:
    example = {
        "municipality": asked.target.municipality or "",
        "worker": asked.worker,
        "form": asked.target.form,
        "language": asked.target.language,
        "at": at.isoformat(),
        "served_in": reason.detail.get("served_in", ""),
        "because": reason.detail.get("because", ""),
    }
    return {name: value for name, value in example.items() if value}


def _unrouted(times: DirectoryTimes) -> Iterator[Hole]:
    """Teams with an hour without anybody, whether or not a message leads there: somebody may move one to them."""
    for key in sorted(times.directory.teams):
        at = times.of(key).first_fault("nobody_on_duty")
        if at is not None:
            kind = _NOBODY_THERE[times.directory.teams[key].rota]
            yield Hole(kind, key, {"at": at.isoformat()})


def _with_its_end(hole: Hole, directory: Directory) -> Hole:
    """With the stretch in which nobody is there, where the hole is one. No `until`: for as long as anybody looks."""
    if hole.kind not in _NOBODY_THERE.values():
        return hole
    team = directory.teams[hole.subject]
    found = gap(directory, team, datetime.fromisoformat(hole.example["at"]))
    if found is None:
        return hole
    begins, ends = found
    example = {**hole.example, "from": begins.isoformat()}
    if ends is not None:
        example["until"] = ends.isoformat()
    if team.rota:
        planned = directory.rotas.get(team.key, Rota()).at(begins)
        example["because"] = "away" if planned else "no_shift"
    return Hole(hole.kind, hole.subject, example)


def _stretches(
    directory: Directory, start: date, days: int
) -> tuple[tuple[datetime, datetime], ...]:
    """The days cut wherever a municipality begins or ends, as moments [begin, end)."""
    end = start + timedelta(days=days)
    cuts = {start, end}
    for place in directory.municipalities.values():
        if place.valid_from is not None:
            cuts.add(place.valid_from)
        if place.valid_to is not None and place.valid_to < end:
            cuts.add(place.valid_to + timedelta(days=1))
    inside = sorted(cut for cut in cuts if start <= cut <= end)
    return tuple((midnight(day), midnight(after)) for day, after in pairwise(inside))
