"""Teams: what they serve, where they are alerted, and who is told in turn when nobody opens a case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from casework.calendar import OpeningHours

ANY: Final = "*"


class ContactKind(StrEnum):
    """How a contact point can be reached; a text message reaches a mobile only."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EMAIL = "email"
    ADDRESS = "address"  # a street address: for people who come, and for letters


class PointUse(StrEnum):
    """What a contact point is for."""

    NEW = "new"  # told of new cases and additions
    URGENT = "urgent"  # told of what cannot wait, of reminders and of escalations
    PUBLIC = "public"  # printed for everybody on the contact page


ALERTING: Final = frozenset({PointUse.NEW, PointUse.URGENT})
_WRITTEN_TO: Final = frozenset({ContactKind.MOBILE, ContactKind.EMAIL})


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """Where a team is reached: E.164 for a phone, an address for e-mail, one line for a street address."""

    key: str
    kind: ContactKind
    address: str = field(repr=False)
    language: str
    uses: frozenset[PointUse] = ALERTING

    @property
    def is_reachable(self) -> bool:
        """Whether an alert can be written to it; a landline can only be called."""
        return bool(self.address) and self.kind in _WRITTEN_TO and bool(self.uses & ALERTING)


@dataclass(frozen=True, slots=True)
class Service:
    """What a team takes: municipality codes, form slugs and languages, each set or {'*'}."""

    municipalities: frozenset[str]
    forms: frozenset[str]
    languages: frozenset[str]


class Tell(StrEnum):
    """Whom a step of a ladder tells."""

    ON_DUTY = "on-duty"  # the case's own worker, else the team's first contact point
    TEAM = "team"  # every contact point of the team and everybody of it who is present
    LEAD = "lead"
    ON_CALL = "on-call"  # the county's emergency social services


@dataclass(frozen=True, slots=True)
class LadderStep:
    """Whom to tell, and how long after the step before (the first: after the limit) they are told."""

    tell: Tell
    after: timedelta


#: What a team without a ladder of its own has: a reminder at the limit, then each half hour one step more.
DEFAULT_LADDER: Final = (
    LadderStep(Tell.ON_DUTY, timedelta(0)),
    LadderStep(Tell.TEAM, timedelta(minutes=30)),
    LadderStep(Tell.LEAD, timedelta(minutes=30)),
    LadderStep(Tell.ON_CALL, timedelta(minutes=30)),
)


@dataclass(frozen=True, slots=True)
class Team:
    """A duty team. `members` and `lead` are worker keys; `phone` may be printed.

    With a `rota` only those on a shift are on duty; without, every member who is present is, in opening hours.
    `ask_after_days`: so many days after a message its sender is asked whether help was got; None: never.
    """

    key: str
    names: Mapping[str, str]
    services: tuple[Service, ...]
    hours: OpeningHours
    phone: str
    members: tuple[str, ...]
    lead: str | None
    alert: tuple[ContactPoint, ...]
    acknowledge_within: timedelta
    reply_within_working_days: int
    rota: bool = False
    ladder: tuple[LadderStep, ...] = DEFAULT_LADDER
    ask_after_days: int | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """Finds the teams that serve a place by asking only those that name it or '*': a county has few for one place."""

    _by_municipality: Mapping[str, tuple[tuple[Service, str], ...]]

    @classmethod
    def of(cls, teams: Iterable[Team]) -> Services:
        found: defaultdict[str, list[tuple[Service, str]]] = defaultdict(list)
        for team in teams:
            for service in team.services:
                for code in service.municipalities:
                    found[code].append((service, team.key))
        return cls({code: tuple(services) for code, services in found.items()})

    def keys(self, municipality: str, form: str, language: str) -> tuple[str, ...]:
        """Keys of teams serving the three: a named municipality first, then a named form, then a named language."""
        best: dict[str, tuple[bool, bool, bool]] = {}
        for rank, key in self._ranked(municipality, form, language):
            best[key] = min(rank, best.get(key, rank))
        return tuple(sorted(best, key=lambda key: (best[key], key)))

    def _ranked(
        self, municipality: str, form: str, language: str
    ) -> Iterator[tuple[tuple[bool, bool, bool], str]]:
        """What fits each service by the wildcard alone, and the key of its team."""
        for where in dict.fromkeys((municipality, ANY)):
            for service, key in self._by_municipality.get(where, ()):
                by_form, by_language = form in service.forms, language in service.languages
                takes_form = by_form or ANY in service.forms
                if takes_form and (by_language or ANY in service.languages):
                    yield (where == ANY, not by_form, not by_language), key
