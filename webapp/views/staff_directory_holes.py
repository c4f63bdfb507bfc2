"""Holes of the directory in plain words, each with its smallest example and the page where it is mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for as address

from casework.directory import Directory
from casework.directory_check import Hole
from forms.words import N_, Words
from webapp.i18n import say, short_moment
from webapp.pages import local_day
from webapp.views import staff_directory_choices as choices
from webapp.views.staff_answers import form_title, municipality_name, team_name
from webapp.views.staff_directory_door import is_admin
from webapp.views.staff_directory_fields import (
    DayTyped,
)

#: What each kind of hole means. `subject` is a name already.
HOLES: Mapping[str, str] = {
    "team_missing": N_("The settings name a team that is not there: %(subject)s."),
    "unknown_form": N_("There is no form called %(subject)s."),
    "team_no_members": N_("%(subject)s: the team has no members."),
    "team_never_opens": N_("%(subject)s: the team has no opening hours."),
    "team_lead_unknown": N_("%(subject)s: the team's lead is nobody whom the directory knows."),
    "worker_unknown": N_("%(subject)s: somebody is named whom the directory does not know."),
    "team_no_address": N_(
        "%(subject)s: the team has no address to which a message could be written."
    ),
    "no_urgent_address": N_("%(subject)s: the team has no address for what cannot wait."),
    "on_call_no_urgent_mobile": N_(
        "%(subject)s: no mobile phone gets a text message when something cannot wait."
    ),
    "alert_is_landline": N_("%(subject)s: a text message does not reach this number."),
    "language_without_speaker": N_(
        "%(subject)s: the team answers in a language that nobody in it speaks."
    ),
    "no_successor": N_("%(subject)s: the municipality ends, and none is named after it."),
    "nobody_would_see": N_("%(subject)s: nobody would see a message to this team."),
    "nobody_on_shift": N_("%(subject)s: the team is open, and nobody is on a shift."),
    "everybody_away": N_("%(subject)s: the team is open, and everybody is away."),
    "fallback_no_reachable": N_("%(subject)s: no team of the county could be reached."),
    "never_opens": N_("%(subject)s: the team never opens, and messages come to it."),
    "not_served": N_("%(subject)s: no team answers for this municipality and a form."),
    "language_never_served": N_(
        "%(subject)s: nobody answers in a language that the county promises."
    ),
    "on_call_unreachable": N_("%(subject)s: the emergency social services cannot be reached."),
    "client_worker_without_team": N_(
        "%(subject)s: the worker has clients, but belongs to no team."
    ),
    "deputy_unknown": N_("%(subject)s: the deputy is nobody whom the directory knows."),
    "deputy_absent_too": N_("%(subject)s: the worker is away, and the deputy cannot stand in."),
    "ladder_ends": N_("%(subject)s: when nobody opens a case, one of the steps tells nobody."),
}
UNNAMED = N_("%(subject)s: a hole of the kind %(kind)s, which has no explanation here.")
_LABELS: Mapping[str, str] = {
    "municipality": N_("municipality: %(value)s"),
    "worker": N_("worker: %(value)s"),
    "deputy": N_("deputy: %(value)s"),
    "lead": N_("team lead: %(value)s"),
    "form": N_("form: %(value)s"),
    "language": N_("language: %(value)s"),
    "languages": N_("languages: %(value)s"),
    "served_in": N_("answered in: %(value)s"),
    "team": N_("team: %(value)s"),
    "tell": N_("who is told: %(value)s"),
    "step": N_("step: %(value)s"),
    "at": N_("when: %(value)s"),
    "from": N_("from: %(value)s"),
    "until": N_("until: %(value)s"),
    "on": N_("day: %(value)s"),
}


@dataclass(frozen=True, slots=True)
class HoleLine:
    """`example` and `link` may be empty."""

    words: str
    example: str
    link: str


def hole_lines(holes: Iterable[Hole], here: Directory) -> list[HoleLine]:
    """Each hole as a sentence. `here`: the directory that it is in."""
    return [HoleLine(_words(hole, here), _example(hole, here), _link(hole, here)) for hole in holes]


def _words(hole: Hole, here: Directory) -> str:
    msgid = HOLES.get(hole.kind, UNNAMED)
    return say(Words(msgid, subject=_subject(hole.subject, here), kind=hole.kind))


def _subject(key: str, here: Directory) -> str:
    """A team, worker or municipality by its name; whatever else it is stands for itself."""
    if key in here.teams:
        return team_name(key, here)
    worker = here.workers.get(key)
    return worker.name if worker else municipality_name(key, here)


def _example(hole: Hole, here: Directory) -> str:
    return ", ".join(_parts(hole, here))


def _parts(hole: Hole, here: Directory) -> Iterator[str]:
    for name, value in hole.example.items():
        # When it begins says more than when one would first notice.
        hidden = name == "at" and "from" in hole.example
        if name in _LABELS and not hidden:
            yield say(Words(_LABELS[name], value=_value(name, value, here)))


def _value(name: str, value: str, here: Directory) -> str:
    if name in {"at", "from", "until"}:
        return short_moment(datetime.fromisoformat(value))
    if name == "form":
        return form_title(value)
    if name in {"language", "languages", "served_in"}:
        return ", ".join(choices.language_in_words(code) for code in value.split())
    if name == "tell":
        return say(choices.TELLS.get(value, value))
    return DayTyped.shown(value) if name == "on" else _subject(value, here)


def _link(hole: Hole, here: Directory) -> str:
    """The page where it is mended."""
    if hole.kind == "nobody_on_shift" and hole.subject in here.teams:
        begins = hole.example.get("from") or hole.example["at"]
        day = local_day(datetime.fromisoformat(begins)).isoformat()
        return address("staff.directory.rota", team=hole.subject, day=day)
    if hole.kind in {"everybody_away", "deputy_absent_too"}:
        return address("staff.directory.absences")
    team = hole.subject if hole.subject in here.teams else hole.example.get("team", "")
    if team in here.teams:
        return address("staff.directory.team", team=team)
    if hole.subject in here.workers or hole.kind == "worker_unknown":
        return address("staff.directory.workers")
    if hole.kind in {"not_served", "language_never_served"}:
        return address("staff.directory.teams")
    return address("staff.directory.bundle") if is_admin() else ""
