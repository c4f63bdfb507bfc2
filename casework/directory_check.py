"""Proof that no message ends with nobody: every hole in a directory, each with an example.

A decision depends on the time in two ways only: which municipalities exist on that day, and
which teams are open. So it is enough to ask `route` once for every stretch of days between two
changes of municipalities, and in it once for every mix of open and closed that the chosen team
and the on-call team ever show. A year of hours is covered by a few hundred questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from casework.calendar import HELSINKI, boundaries, is_open, next_opening
from casework.directory import Directory
from casework.routing import Target, route, visibility_fault
from casework.teams import ContactKind, ContactPoint, Team

# Mobile numbers of Finland begin with 04 or 050 (Traficom's numbering regulation).
_FINLAND: Final = "+358"
_FINNISH_MOBILE: Final = ("+3584", "+35850")

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


@dataclass(frozen=True, slots=True)
class Hole:
    """One hole. `subject` is the team, municipality or worker to mend.

    `example` is the smallest case that falls into it: text to text, with `at` in UTC.
    """

    kind: str
    subject: str
    example: Mapping[str, str] = field(default_factory=dict)


def check(
    directory: Directory, start: date, days: int = 366, *, forms: Iterable[str]
) -> tuple[Hole, ...]:
    """Every hole in `days` days from `start`, in order of kind and subject; () when sound.

    `forms` are the slugs of all public forms; those that the county has closed are left out.
    """
    slugs = sorted(set(forms))
    holes: dict[tuple[str, str], Hole] = {}
    found = (
        *_roles(directory),
        *_unknown_forms(directory, slugs),
        *(hole for key in sorted(directory.teams) for hole in _team(directory, key, start)),
        *_municipalities(directory, start, days),
        *_routes(directory, start, days, slugs),
    )
    for hole in found:
        holes.setdefault((hole.kind, hole.subject), hole)
    return tuple(holes[key] for key in sorted(holes))


def _roles(directory: Directory) -> Iterator[Hole]:
    for role in ("intake_team", "fallback_team", "on_call_team", "feedback_team"):
        key = getattr(directory, role)
        if key not in directory.teams:
            yield Hole("team_missing", role, {"team": key})


def _unknown_forms(directory: Directory, slugs: list[str]) -> Iterator[Hole]:
    known = {*slugs, "*"}
    for key in sorted(directory.teams):
        for service in directory.teams[key].services:
            for form in sorted(service.forms - known):
                yield Hole("unknown_form", form, {"team": key})
    for form in sorted(directory.county.closed_forms - known):
        yield Hole("unknown_form", form, {"county": directory.county.code})


def _team(directory: Directory, key: str, start: date) -> Iterator[Hole]:
    """What is wrong with a team whether or not any route leads to it."""
    team = directory.teams[key]
    fault = visibility_fault(team, directory)
    if fault is not None:
        yield Hole(f"team_{fault}", key)
    if next_opening(team.hours, directory.holidays, _midnight(start)) is None:
        yield Hole("team_never_opens", key)
    if team.lead is not None and team.lead not in directory.workers:
        yield Hole("team_lead_unknown", key, {"lead": team.lead})
    for member in team.members:
        if member not in directory.workers:
            yield Hole("worker_unknown", member, {"team": key})
    for point in team.alert:
        if _is_landline(point):
            yield Hole("alert_is_landline", point.key, {"team": key})


def _is_landline(point: ContactPoint) -> bool:
    """A point that cannot be sent a text, though it may be marked as a mobile."""
    marked = point.kind is ContactKind.LANDLINE
    mobile = point.kind is ContactKind.MOBILE
    is_finnish = point.address.startswith(_FINLAND)
    return marked or (mobile and is_finnish and not point.address.startswith(_FINNISH_MOBILE))


def _municipalities(directory: Directory, start: date, days: int) -> Iterator[Hole]:
    """Own municipalities that are retired within the time with nobody after them."""
    last = start + timedelta(days=days - 1)
    for code in sorted(directory.municipalities):
        place = directory.municipalities[code]
        is_retired = place.valid_to is not None and place.valid_to < last
        is_lost = is_retired and directory.resolve_municipality(code, last) is None
        if is_lost and directory.is_own(place):
            yield Hole("no_successor", code, {"on": last.isoformat()})


def _routes(directory: Directory, start: date, days: int, slugs: list[str]) -> Iterator[Hole]:
    """Holes that show only when a case is routed; the smallest example comes first."""
    forms = [form for form in slugs if form not in directory.county.closed_forms]
    for begin, end in _stretches(directory, start, days):
        moments = _Moments(directory, begin, end)
        own = directory.own_municipalities(begin.astimezone(HELSINKI).date())
        for municipality in (*(place.code for place in own), None):
            for form in forms:
                for language in directory.county.languages:
                    yield from _combination(form, language, municipality, moments)


def _combination(
    form: str, language: str, municipality: str | None, moments: _Moments
) -> Iterator[Hole]:
    # Statutory for every form: the sender of any form may say that it cannot wait.
    target = Target(form, language, municipality, statutory=True)
    team = route(target, moments.directory, moments.begin).team
    for at in moments.of(team):
        for reason in route(target, moments.directory, at).reasons:
            if reason.rule in _HOLES:
                subject = reason.detail.get("team") or reason.detail["municipality"]
                example = {
                    "municipality": municipality or "",
                    "form": form,
                    "language": language,
                    "at": at.isoformat(),
                    "because": reason.detail.get("because", ""),
                }
                yield Hole(reason.rule, subject, {k: v for k, v in example.items() if v})


@dataclass(slots=True)
class _Moments:
    """The moments of one stretch of days at which a team's cases could go another way."""

    directory: Directory
    begin: datetime
    end: datetime
    known: dict[str, tuple[datetime, ...]] = field(default_factory=dict)

    def of(self, key: str) -> tuple[datetime, ...]:
        """The first moment of each mix of open and closed, and the last change of all."""
        if key not in self.known:
            self.known[key] = tuple(self._of(key))
        return self.known[key]

    def _of(self, key: str) -> list[datetime]:
        roles = (key, self.directory.on_call_team)
        teams = [self.directory.teams[k] for k in roles if k in self.directory.teams]
        changes = {self.begin}
        for team in teams:
            changes |= set(self._boundaries(team))
        first: dict[tuple[bool, ...], datetime] = {}
        for at in sorted(changes):
            mix = tuple(is_open(team.hours, self.directory.holidays, at) for team in teams)
            first.setdefault(mix, at)
        return sorted({*first.values(), max(changes)})

    def _boundaries(self, team: Team) -> tuple[datetime, ...]:
        return boundaries(team.hours, self.directory.holidays, self.begin, self.end)


def _stretches(directory: Directory, start: date, days: int) -> Iterator[tuple[datetime, datetime]]:
    """The days cut wherever a municipality begins or ends, as UTC moments [begin, end)."""
    end = start + timedelta(days=days)
    cuts = {start, end}
    for place in directory.municipalities.values():
        if place.valid_from is not None:
            cuts.add(place.valid_from)
        if place.valid_to is not None and place.valid_to < end:
            cuts.add(place.valid_to + timedelta(days=1))
    inside = sorted(cut for cut in cuts if start <= cut <= end)
    for begin, finish in pairwise(inside):
        yield _midnight(begin), _midnight(finish)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HELSINKI).astimezone(UTC)
