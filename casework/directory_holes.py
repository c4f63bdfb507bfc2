"""Holes that stand in a directory whether or not a message ever comes: in teams, roles, places and languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from casework.calendar import HELSINKI, next_opening
from casework.directory import ANY, Directory
from casework.hole import Hole
from casework.teams import ALERTING, ContactKind, ContactPoint, PointUse, Team

# Mobile numbers of Finland begin with 04 or 050 (Traficom's numbering regulation).
_FINLAND: Final = "+358"
_FINNISH_MOBILE: Final = ("+3584", "+35850")
_ROLES: Final = ("intake_team", "fallback_team", "on_call_team", "feedback_team")
_EASY_FINNISH: Final = "selko"
_SAMI: Final = "se"


def standing_holes(directory: Directory, begin: datetime, forms: Sequence[str]) -> Iterator[Hole]:
    """Every hole that does not depend on the time, or lasts from the moment `begin` on."""
    for role in _ROLES:
        if getattr(directory, role) not in directory.teams:
            yield Hole("team_missing", role, {"team": getattr(directory, role)})
    yield from _unknown_forms(directory, forms)
    for key in sorted(directory.teams):
        yield from _team(directory, directory.teams[key], begin)
        yield from _points(directory, directory.teams[key])
        yield from _speakers(directory, directory.teams[key])


def places_left(directory: Directory, moments: Sequence[datetime]) -> Iterator[Hole]:
    """Own municipalities that nobody follows on one of the days that begin at `moments`."""
    for at in moments:
        day = at.astimezone(HELSINKI).date()
        for code in sorted(directory.municipalities):
            place = directory.municipalities[code]
            is_retired = place.valid_to is not None and place.valid_to < day
            is_lost = is_retired and directory.resolve_municipality(code, day) is None
            if is_lost and directory.is_own(place):
                yield Hole("no_successor", code, {"at": at.isoformat()})


def promised_languages(directory: Directory) -> tuple[str, ...]:
    """The languages in which a county must be able to answer: those of its pages, but for two.

    Easy Finnish (`selko`) is a way of writing: whoever reads it is answered in Finnish. Pages in Northern Sámi
    (`se`) are the county's own choice: the right to use Sámi with an authority hangs on the Sámi homeland
    (1086/2003), and elsewhere such a page is a welcome that an interpreter carries on. So Sámi counts in a team
    only where one of its services names it.
    """
    return tuple(x for x in directory.county.languages if x not in (_EASY_FINNISH, _SAMI))


def _unknown_forms(directory: Directory, forms: Sequence[str]) -> Iterator[Hole]:
    known = {*forms, ANY}
    for key in sorted(directory.teams):
        for service in directory.teams[key].services:
            for form in sorted(service.forms - known):
                yield Hole("unknown_form", form, {"team": key})
    for form in sorted(directory.county.closed_forms - known):
        yield Hole("unknown_form", form, {"county": directory.county.code})


def _team(directory: Directory, team: Team, begin: datetime) -> Iterator[Hole]:
    if not directory.has_members(team):
        yield Hole("team_no_members", team.key)
    if next_opening(team.hours, directory.holidays, begin) is None:
        yield Hole("team_never_opens", team.key, {"at": begin.isoformat()})
    if team.lead is not None and team.lead not in directory.workers:
        yield Hole("team_lead_unknown", team.key, {"lead": team.lead})
    for member in team.members:
        if member not in directory.workers:
            yield Hole("worker_unknown", member, {"team": team.key})


def _points(directory: Directory, team: Team) -> Iterator[Hole]:
    """A team that is told of what is urgent by no way, or the on-call team by no text message."""
    reachable = [point for point in team.alert if point.is_reachable]
    urgent = [point for point in reachable if PointUse.URGENT in point.uses]
    texted = [p for p in urgent if p.kind is ContactKind.MOBILE and not _is_landline(p)]
    if not reachable:
        yield Hole("team_no_address", team.key)
    elif not urgent:
        yield Hole("no_urgent_address", team.key)
    elif team.key == directory.on_call_team and not texted:
        yield Hole("on_call_no_urgent_mobile", team.key)
    for point in team.alert:
        if _is_landline(point) and point.uses & ALERTING:
            yield Hole("alert_is_landline", point.key, {"team": team.key})


def _is_landline(point: ContactPoint) -> bool:
    """A point that cannot be sent a text, though it may be marked as a mobile."""
    marked = point.kind is ContactKind.LANDLINE
    mobile = point.kind is ContactKind.MOBILE
    is_finnish = point.address.startswith(_FINLAND)
    return marked or (mobile and is_finnish and not point.address.startswith(_FINNISH_MOBILE))


def _speakers(directory: Directory, team: Team) -> Iterator[Hole]:
    """Languages that the team serves by name, or by '*' of those that the county promises, and nobody in it speaks."""
    known = [directory.workers[key] for key in team.members if key in directory.workers]
    spoken = {language for worker in known for language in worker.languages}
    served = {language for service in team.services for language in service.languages}
    wanted = served | (set(promised_languages(directory)) if ANY in served else set())
    missing = sorted(wanted - spoken - {ANY, _EASY_FINNISH})
    if known and missing:
        yield Hole("language_without_speaker", team.key, {"languages": " ".join(missing)})
