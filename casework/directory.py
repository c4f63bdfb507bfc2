"""Who serves whom: the county's snapshot of municipalities, teams, workers and hours.

A `Directory` is an immutable snapshot with a revision number; the revision is stored with every
decision that was made from it. Its mappings are never written to after it is made.
Codes are text with their leading zeros: municipalities three digits, counties two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from casework.announcements import Announcement
from casework.calendar import is_open
from casework.caps import SMS_COUNTRIES, SMS_DAILY_BUDGET
from casework.message_texts import Wordings
from casework.places import Names, postal_code_in
from casework.statements import Accessibility, Privacy
from casework.teams import ANY as ANY
from casework.teams import Services, Team
from casework.workers import Absences, Rota, Worker, WorkerNames, client_code

DEFAULT_LANGUAGE: Final = "fi"
#: The urgency of a statutory matter is assessed "at once" (LSL 26 §): at the latest in this time, day and night.
URGENCY_WITHIN: Final = timedelta(minutes=60)
#: The last step of a ladder is told again this often, until somebody opens the case.
REPEAT_EVERY: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality and its county; valid from and to with both days included."""

    code: str
    names: Mapping[str, str]
    county: str
    languages: tuple[str, ...]
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None

    def is_valid(self, on: date) -> bool:
        """Whether the municipality exists on the day `on`."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class OtherCounty:
    """Another county; its contacts are empty where this county does not know them."""

    code: str
    names: Mapping[str, str]
    phone: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class County:
    """What a county changes without code: names, numbers, colours and texts.

    `names`, `sender_names` and `crisis_line_hours` map a language to text, `colours` a CSS
    custom property without its dashes to `#rrggbb`, `texts` a text's id to its languages.
    `logo` names an image file beside the bundle, or is empty; `sms_countries` and `sms_daily_budget`: see
    `casework.caps`.
    `urgency_within`: in how much time after its arrival a statutory matter's urgency is assessed, an hour at most;
    `repeat_every`: how often the last step of a ladder is told again.
    What it says of its pages themselves stands in `casework.statements` and `casework.announcements`.
    """

    code: str
    names: Mapping[str, str]
    sender_names: Mapping[str, str]
    emergency_number: str
    emergency_social_services: str
    crisis_line_hours: Mapping[str, str]
    colours: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    closed_forms: frozenset[str]
    languages: tuple[str, ...]
    logo: str = ""
    sms_countries: tuple[str, ...] = SMS_COUNTRIES
    sms_daily_budget: int = SMS_DAILY_BUDGET
    accessibility: Accessibility = field(default_factory=Accessibility)
    privacy: Privacy = field(default_factory=Privacy)
    announcements: tuple[Announcement, ...] = ()
    urgency_within: timedelta = URGENCY_WITHIN
    repeat_every: timedelta = REPEAT_EVERY


@dataclass(frozen=True, slots=True)
class Directory:
    """One revision of the whole, keyed by code or key.

    A postal code leads to the municipalities that its area is known to lie in: it suggests, and
    never decides.
    """

    revision: int
    county: County
    municipalities: Mapping[str, Municipality]
    counties: Mapping[str, OtherCounty]
    teams: Mapping[str, Team]
    workers: Mapping[str, Worker]
    holidays: frozenset[date]
    intake_team: str
    fallback_team: str
    on_call_team: str
    feedback_team: str
    postal_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    absences: Absences = field(default_factory=Absences)
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    #: Client code, as `client_code` writes one, to the key of the responsible worker.
    clients: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: Texts of messages in the county's own words; what is not here is shipped.
    message_texts: Wordings = field(default_factory=dict, repr=False)
    _names: Names = field(init=False, repr=False, compare=False)
    _worker_names: WorkerNames = field(init=False, repr=False, compare=False)
    _services: Services = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = Names.of({code: m.names.values() for code, m in self.municipalities.items()})
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_worker_names", WorkerNames.of(self.workers.values()))
        object.__setattr__(self, "_services", Services.of(self.teams.values()))

    def is_own(self, municipality: Municipality) -> bool:
        """Whether the municipality belongs to this county."""
        return municipality.county == self.county.code

    def own_municipalities(self, on: date) -> tuple[Municipality, ...]:
        """This county's municipalities that exist on the day `on`, in order of code."""
        own = (m for m in self.municipalities.values() if self.is_own(m) and m.is_valid(on))
        return tuple(sorted(own, key=lambda m: m.code))

    def resolve_municipality(self, code: str, on: date) -> Municipality | None:
        """The municipality that answers for `code` on the day `on`, over its successors.

        None for a code that is unknown, not yet valid, or retired with nobody after it.
        """
        seen: set[str] = set()
        found = self.municipalities.get(code)
        while found is not None and not found.is_valid(on):
            seen.add(found.code)
            is_retired = found.valid_to is not None and found.valid_to < on
            heir = found.successor if is_retired else None
            found = self.municipalities.get(heir) if heir and heir not in seen else None
        return found

    def find_municipalities(self, text: str, on: date) -> tuple[Municipality, ...]:
        """Municipalities whose name in any language is `text`, else begins with it or has the word.

        Case, diacritics and hyphens do not count; a retired name leads to the successor.
        In order of code; empty for an empty text.
        """
        return self._answering(self._names.codes(text), on)

    def find_places(self, text: str, on: date) -> tuple[Municipality, ...]:
        """Municipalities that `text` may mean: by its postal code, by its name, or by both.

        Several where the two name different ones. In order of code; empty where nothing fits.
        """
        code, words = postal_code_in(text)
        return self._answering((*self.postal_codes.get(code, ()), *self._names.codes(words)), on)

    def _answering(self, codes: Iterable[str], on: date) -> tuple[Municipality, ...]:
        found = (self.resolve_municipality(code, on) for code in codes)
        unique = {m.code: m for m in found if m is not None}
        return tuple(unique[code] for code in sorted(unique))

    def teams_for(self, municipality: str, form: str, language: str) -> tuple[Team, ...]:
        """Teams serving the three, the most specific service first.

        A named municipality goes before '*', then a named form, then a named language, then
        the team's key. '*' stands for every municipality of this county and no other.
        """
        place = self.municipalities.get(municipality)
        if place is None or not self.is_own(place):
            return ()
        return tuple(self.teams[key] for key in self._services.keys(municipality, form, language))

    def team_for(self, municipality: str, form: str, language: str) -> Team | None:
        """The team that serves the three best, or None when none does."""
        return next(iter(self.teams_for(municipality, form, language)), None)

    def county_name(self, code: str, language: str) -> str:
        """What another county is called; its code where the directory does not know it."""
        other = self.counties.get(code)
        return self.name(other.names, language) if other else code

    def has_members(self, team: Team) -> bool:
        """Whether the team has a member whom the directory knows."""
        return any(key in self.workers for key in team.members)

    def worker_of_client(self, code: str) -> Worker | None:
        """The responsible worker to whom a client code leads, however it was typed."""
        return self.workers.get(self.clients.get(client_code(code), ""))

    def workers_called(self, name: str) -> tuple[str, ...]:
        """Keys of workers who may be meant by a name; see `casework.workers.WorkerNames`."""
        return self._worker_names.called(name)

    def is_present(self, worker: str, at: datetime) -> bool:
        """Whether the directory knows the worker, and knows of no absence on that day."""
        return worker in self.workers and self.absences.at(worker, at) is None

    def deputy_of(self, worker: str, at: datetime) -> str | None:
        """Who stands in on that day: the absence's deputy, else the worker's own. Perhaps away too."""
        absence = self.absences.at(worker, at)
        known = self.workers.get(worker)
        return (absence and absence.deputy) or (known and known.deputy) or None

    def stand_in(self, worker: str, at: datetime) -> str | None:
        """The worker who is present on that day, else the deputy who is, else None: one hop, so never a ring."""
        if self.is_present(worker, at):
            return worker
        deputy = self.deputy_of(worker, at)
        return deputy if deputy and self.is_present(deputy, at) else None

    def on_duty(self, team: Team, at: datetime) -> tuple[str, ...]:
        """Keys of those who are on duty in the team at the moment, in order; empty when it is closed.

        With a rota: those on a shift who are not absent, whatever the hours say. Without: all who are present.
        """
        if team.rota:
            shifts = self.rotas.get(team.key, Rota()).at(at)
            found = {shift.worker for shift in shifts}
        else:
            found = set(team.members) if is_open(team.hours, self.holidays, at) else set()
        return tuple(sorted(key for key in found if self.is_present(key, at)))

    @staticmethod
    def name(names: Mapping[str, str], language: str) -> str:
        """The name in `language`, else in Finnish, else in any; '' when there is none."""
        for candidate in (language, DEFAULT_LANGUAGE, *sorted(names)):
            if names.get(candidate):
                return names[candidate]
        return ""
