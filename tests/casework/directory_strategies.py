"""Random directories: sound ones, which a bundle can say, and ones with anything missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from casework.calendar import ALWAYS, OpeningHours, Span
from casework.directory import Directory, Municipality, OtherCounty
from casework.message_texts import Wording
from casework.teams import (
    ALERTING,
    DEFAULT_LADDER,
    ContactKind,
    ContactPoint,
    LadderStep,
    PointUse,
    Service,
    Team,
    Tell,
)
from casework.workers import Worker
from tests.casework import worker_strategies
from tests.casework.county_strategies import DAYS, LANGUAGES, counties, names
from tests.casework.worker_strategies import WORKERS

FORMS = ("guidance", "notification")
CODES = ("005", "231", "280", "905", "946")
TEAMS = ("alpha", "beta", "gamma", "on-call")


def _some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    picked = st.sets(st.sampled_from(values), min_size=1).map(frozenset)
    return st.one_of(st.just(frozenset({"*"})), picked)


@st.composite
def _spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Up to two spans of a day, in order, the last one perhaps past midnight."""
    marks = sorted(draw(st.sets(st.integers(0, 1439), min_size=0, max_size=4)))
    spans = [Span(a, b) for a, b in zip(marks[::2], marks[1::2], strict=False)]
    if spans:
        opens = spans.pop().opens
        spans.append(Span(opens, draw(st.integers(opens + 1, opens + 1440))))
    return tuple(spans)


def _hours() -> st.SearchStrategy[OpeningHours]:
    made = st.builds(
        OpeningHours,
        weekly=st.tuples(*[_spans()] * 7),
        exceptions=st.dictionaries(DAYS, _spans(), max_size=2),
        closed_on_holidays=st.booleans(),
        closed_on_eves=st.sampled_from((None, True, False)),
    )
    return st.one_of(st.just(ALWAYS), made)


@st.composite
def _municipalities(draw: st.DrawFn) -> dict[str, Municipality]:
    """Five municipalities, the first one this county's; successors come later in the list."""
    found = {}
    for index, code in enumerate(CODES):
        first, last = sorted((draw(DAYS), draw(DAYS)))
        heirs = st.sampled_from(CODES[index + 1 :]) if CODES[index + 1 :] else st.none()
        found[code] = Municipality(
            code=code,
            names=draw(names(("fi", "sv", "se"))),
            county=draw(st.sampled_from(("16", "17"))) if index else "17",
            languages=draw(st.permutations(LANGUAGES).map(lambda x: tuple(x[:2]))),
            valid_from=draw(st.sampled_from((None, None, first))),
            valid_to=draw(st.sampled_from((None, None, last))),
            successor=draw(st.one_of(st.none(), heirs)),
        )
    return found


def _services(own: tuple[str, ...]) -> st.SearchStrategy[tuple[Service, ...]]:
    services = st.builds(Service, _some(own), _some(FORMS), _some(LANGUAGES))
    return st.lists(services, max_size=3, unique=True).map(tuple)


def _is_contested(service: Service, others: list[Service]) -> bool:
    """Whether two teams would serve something by the same right."""
    return any(
        service.municipalities & other.municipalities
        and service.forms & other.forms
        and service.languages & other.languages
        for other in others
    )


def _ladders() -> st.SearchStrategy[tuple[LadderStep, ...]]:
    wait = st.integers(0, 10080).map(lambda minutes: timedelta(minutes=minutes))
    steps = st.lists(st.builds(LadderStep, st.sampled_from(Tell), wait), min_size=1, max_size=3)
    return st.one_of(st.just(DEFAULT_LADDER), steps.map(tuple))


@st.composite
def _point(draw: st.DrawFn, team: str, kind: ContactKind) -> ContactPoint:
    by_kind = {ContactKind.EMAIL: "a@example.org", ContactKind.ADDRESS: "Esimerkkikatu 1, Malli"}
    uses = st.one_of(st.just(ALERTING), st.sets(st.sampled_from(PointUse), min_size=1))
    return ContactPoint(
        key=f"{team}-{kind.value}",
        kind=kind,
        address=by_kind.get(kind, "+358500000120"),
        language=draw(st.sampled_from(LANGUAGES)),
        uses=frozenset({PointUse.PUBLIC} if kind is ContactKind.ADDRESS else draw(uses)),
    )


@st.composite
def _team(draw: st.DrawFn, key: str, services: tuple[Service, ...], members: list[str]) -> Team:
    kinds = draw(st.lists(st.sampled_from(ContactKind), max_size=3, unique=True))
    return Team(
        key=key,
        names=draw(names()),
        services=services,
        hours=draw(_hours()),
        phone="+358500000110",
        members=tuple(members),
        lead=draw(st.sampled_from((None, *WORKERS))),
        alert=tuple(draw(_point(key, kind)) for kind in kinds),
        acknowledge_within=timedelta(minutes=draw(st.integers(1, 120))),
        reply_within_working_days=draw(st.integers(0, 5)),
        rota=draw(st.booleans()),
        ladder=draw(_ladders()),
        ask_after_days=draw(st.one_of(st.none(), st.integers(1, 60))),
    )


@st.composite
def _teams(
    draw: st.DrawFn, keys: list[str], own: tuple[str, ...], workers: dict[str, Worker]
) -> dict[str, Team]:
    """Teams with the workers who are in them; no two of them serve anything by the same right."""
    teams: dict[str, Team] = {}
    for key in keys:
        others = [service for team in teams.values() for service in team.services]
        services = tuple(s for s in draw(_services(own)) if not _is_contested(s, others))
        members = sorted(worker.key for worker in workers.values() if key in worker.teams)
        teams[key] = draw(_team(key, services, members))
    return teams


def _wording(emergency: str) -> Wording:
    return Wording(
        # Without the county's name: an odd one would not fit into a text message.
        sms=f"{{link}} {emergency}",
        subject='"Uutta" \\ {county}',
        email=f'"""Hei!\n\n{{link}} \\u0041\n\n{{opens}}\n{emergency}"',
    )


#: Texts of the county's own, with all that TOML would rather have otherwise.
_WORDINGS = {
    "received": dict.fromkeys(LANGUAGES, _wording("112")),
    "staff_new": dict.fromkeys(LANGUAGES, Wording(sms="{number} {link}")),
}


@st.composite
def sound(draw: st.DrawFn, holidays: frozenset[date]) -> Directory:
    """Directories that a bundle can say."""
    places = draw(_municipalities())
    own = tuple(code for code, place in places.items() if place.county == "17")
    keys = sorted(draw(st.sets(st.sampled_from(TEAMS), min_size=1)))
    roles = st.sampled_from(keys)
    workers = draw(worker_strategies.workers(keys))
    teams = draw(_teams(keys, own, workers))
    return Directory(
        revision=1,
        county=draw(counties()),
        municipalities=places,
        counties={
            "16": OtherCounty("16", draw(names()), "", "", ""),
            "18": OtherCounty(
                "18", draw(names()), "116117", "x@example.org", "https://example.org"
            ),
        },
        teams=teams,
        workers=workers,
        holidays=holidays,
        intake_team=draw(roles),
        fallback_team=draw(roles),
        on_call_team=draw(roles),
        feedback_team=draw(roles),
        absences=draw(worker_strategies.absences()),
        rotas=draw(worker_strategies.rotas(teams)),
        clients=draw(worker_strategies.clients()),
        message_texts=draw(st.sampled_from(({}, _WORDINGS))),
    )


@st.composite
def broken(draw: st.DrawFn, holidays: frozenset[date]) -> Directory:
    """Directories with roles, members, deputies, addresses, successors or whole teams missing."""
    whole = draw(sound(holidays))
    loose: dict[str, Any] = {
        role: draw(st.sampled_from((*TEAMS, "nowhere")))
        for role in ("intake_team", "fallback_team", "on_call_team", "feedback_team")
    }
    codes = st.one_of(st.none(), st.sampled_from(CODES))
    loose["municipalities"] = {
        code: replace(place, successor=draw(codes)) for code, place in whole.municipalities.items()
    }
    loose["workers"] = {key: whole.workers[key] for key in draw(st.sets(st.sampled_from(WORKERS)))}
    loose["rotas"] = {
        key: rota for key, rota in whole.rotas.items() if draw(st.sampled_from((True, True, False)))
    }
    return replace(whole, **loose)
