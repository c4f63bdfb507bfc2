"""The proof goes through the states of teams; here it is held against asking `route` at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.calendar import ALWAYS, HELSINKI, OpeningHours, Span, boundaries, moment_of
from casework.directory import Directory
from casework.directory_check import check
from casework.routing import Target, route, visibility_fault
from casework.teams import ContactKind, ContactPoint, Team
from casework.workers import Absence, Absences, Rota, Shift
from tests.casework.directory_strategies import TEAMS
from tests.casework.worker_strategies import WORKERS

# The night on which the clocks go forward lies in it, and most of what the random directories have.
START, DAYS = date(2026, 3, 27), 5
FORMS = ("feedback", "guidance", "notification")
TIMED = {
    "nobody_would_see",
    "nobody_on_shift",
    "everybody_away",
    "fallback_no_reachable",
    "never_opens",
    "not_served",
    "on_call_unreachable",
    "language_never_served",
}
Named = tuple[str, str]
MIDNIGHTS = [moment_of(datetime.combine(START + timedelta(n), time())) for n in range(DAYS + 1)]
BEGIN, END = MIDNIGHTS[0], MIDNIGHTS[-1]
moments = st.datetimes(datetime(2026, 3, 26, 22), datetime(2026, 3, 31, 20)).map(
    lambda at: at.replace(tzinfo=UTC)
)

_NIGHTLY = OpeningHours(weekly=((Span(1200, 1920),),) * 7)
_DAILY = OpeningHours(weekly=((Span(480, 960),),) * 7)
_NEVER = OpeningHours(weekly=((),) * 7)


@st.composite
def lively(draw: st.DrawFn, directories: st.SearchStrategy[Directory]) -> Directory:
    """Four teams who can be told, awake at other times than each other, and everybody away now and then."""
    directory = draw(directories)
    days = st.integers(0, DAYS).map(lambda n: START + timedelta(days=n))
    away = [Absence(key, day, day) for key in directory.workers for day in draw(st.sets(days))]
    some = next(iter(directory.teams.values()))
    teams = {key: draw(_awake(directory.teams.get(key, some), key)) for key in TEAMS}
    intake, fallback, on_call, _ = draw(st.permutations(TEAMS))
    return replace(
        directory,
        teams=teams,
        rotas={key: Rota(tuple(draw(_shifts(key)))) for key in TEAMS},
        absences=Absences(tuple(away)),
        intake_team=intake,
        fallback_team=fallback,
        on_call_team=on_call,
    )


@st.composite
def _awake(draw: st.DrawFn, team: Team, key: str) -> Team:
    return replace(
        team,
        key=key,
        hours=draw(st.sampled_from((team.hours, _NIGHTLY, _NIGHTLY, _DAILY, ALWAYS, _NEVER))),
        members=tuple(sorted(draw(st.sets(st.sampled_from(WORKERS), min_size=1)))),
        alert=(ContactPoint("mail", ContactKind.EMAIL, "a@example.org", "fi"),),
        rota=draw(st.booleans()),
    )


@st.composite
def _shifts(draw: st.DrawFn, team: str) -> list[Shift]:
    """From noon to noon; on some days nobody's."""
    noon = datetime.combine(START, time(12))
    workers = st.sampled_from((*WORKERS * 3, "gone", None))
    each = [(noon + timedelta(days=n), draw(workers)) for n in range(-1, DAYS)]
    return [Shift(team, w, starts, starts + timedelta(days=1)) for starts, w in each if w]


def every_boundary(d: Directory) -> set[datetime]:
    """Each moment at which anything at all begins or ends."""
    found = set(MIDNIGHTS)
    for team in d.teams.values():
        found |= set(boundaries(team.hours, d.holidays, BEGIN, END))
    for rota in d.rotas.values():
        found |= {moment for shift in rota.shifts for moment in (shift.begins_at, shift.ends_at)}
    return {moment for moment in found if BEGIN <= moment < END}


def every_target(d: Directory, day: date) -> Iterator[Target]:
    open_forms = [form for form in FORMS if form not in d.county.closed_forms]
    for form in open_forms:
        for language in d.county.languages:
            for code in (*d.municipalities, "999", None):
                place = d.municipalities.get(code or "")
                if place is None or place.is_valid(day):
                    yield Target(form, language, code, statutory=True)
            for client in d.clients:
                yield Target(form, language, None, statutory=True, client_code=client)
            for worker in d.workers.values():
                yield Target(form, language, None, statutory=True, worker_name=worker.name)


def holes_at(d: Directory, target: Target, at: datetime) -> Iterator[Named]:
    for reason in route(target, d, at).reasons:
        subject = reason.detail.get("team") or reason.detail.get("municipality", "")
        if reason.detail.get("because") == "nobody_on_duty" and reason.rule == "nobody_would_see":
            yield nobody_there(d, subject), subject
        elif reason.rule == "language_not_served":
            yield "language_never_served", subject
        elif reason.rule in TIMED:
            yield reason.rule, subject


def nobody_there(d: Directory, team: str) -> str:
    return "nobody_on_shift" if d.teams[team].rota else "everybody_away"


def plainly_checked(d: Directory, at: datetime) -> set[Named]:
    """What any message at all would fall into at the moment."""
    day = at.astimezone(HELSINKI).date()
    found = {hole for target in every_target(d, day) for hole in holes_at(d, target, at)}
    for key, team in d.teams.items():
        if visibility_fault(team, d, at) == "nobody_on_duty":
            found.add((nobody_there(d, key), key))
    return found


@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_each_hole_is_found_with_the_first_moment_of_all_at_which_a_message_falls_into_it(
    any_directories: st.SearchStrategy[Directory], data: st.DataObject
) -> None:
    directory = data.draw(st.one_of(any_directories, lively(any_directories)))
    first: dict[Named, datetime] = {}
    for at in sorted(every_boundary(directory)):
        for hole in plainly_checked(directory, at):
            first.setdefault(hole, at)
    found = [h for h in check(directory, START, DAYS, forms=FORMS) if h.kind in TIMED]
    assert {(h.kind, h.subject): datetime.fromisoformat(h.example["at"]) for h in found} == first


@settings(deadline=None, max_examples=40)
@given(data=st.data(), at=moments)
def test_no_message_falls_into_a_hole_that_is_not_named_at_any_moment_between(
    any_directories: st.SearchStrategy[Directory], data: st.DataObject, at: datetime
) -> None:
    directory = data.draw(st.one_of(any_directories, lively(any_directories)))
    named = {(hole.kind, hole.subject) for hole in check(directory, START, DAYS, forms=FORMS)}
    assert plainly_checked(directory, at) <= named


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_client_is_left_alone_on_the_days_that_are_named_and_no_earlier(
    any_directories: st.SearchStrategy[Directory], data: st.DataObject
) -> None:
    directory = data.draw(st.one_of(any_directories, lively(any_directories)))
    first: dict[str, str] = {}
    for at in MIDNIGHTS[:-1]:
        for code in directory.clients:
            for reason in route(
                Target("guidance", "fi", None, client_code=code), directory, at
            ).reasons:
                if reason.rule == "deputy_absent" and reason.detail["deputy"] in directory.workers:
                    first.setdefault(reason.detail["worker"], at.isoformat())
    holes = check(directory, START, DAYS, forms=FORMS)
    found = {h.subject: h.example["at"] for h in holes if h.kind == "deputy_absent_too"}
    assert found == first
