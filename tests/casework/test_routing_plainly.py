"""Routing as a whole, against a slow and plain version of the same rules."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.calendar import HELSINKI, is_open, next_opening
from casework.directory import Directory, Municipality
from casework.routing import Target, route
from casework.teams import ContactKind, PointUse, Team
from casework.workers import Rota, Worker


def exists(place: Municipality, on: date) -> bool:
    return (place.valid_from or date.min) <= on <= (place.valid_to or date.max)


def is_present(directory: Directory, worker: str, at: datetime) -> bool:
    day = at.astimezone(HELSINKI).date()
    away = (
        a.worker == worker and a.first_on <= day <= a.last_on for a in directory.absences.entries
    )
    return worker in directory.workers and not any(away)


def has_duty(directory: Directory, team: Team, at: datetime) -> bool:
    """Whether anybody is on duty in a team that is open."""
    rota = directory.rotas.get(team.key, Rota())
    on_shift = [s.worker for s in rota.shifts if s.begins_at <= at < s.ends_at]
    return any(is_present(directory, key, at) for key in (on_shift if team.rota else team.members))


def is_seen(directory: Directory, key: str, at: datetime) -> bool:
    team = directory.teams.get(key)
    if team is None or not set(team.members) & set(directory.workers):
        return False
    opens = next_opening(team.hours, directory.holidays, at)
    if opens is not None and not has_duty(directory, team, opens):
        return False
    written_to = {ContactKind.MOBILE, ContactKind.EMAIL}
    alerting = {PointUse.NEW, PointUse.URGENT}
    return any(p.address and p.kind in written_to and p.uses & alerting for p in team.alert)


def plainly_serving(directory: Directory, wanted: tuple[str, str, str]) -> Team | None:
    for named in product((True, False), repeat=3):
        for key in sorted(directory.teams):
            for s in directory.teams[key].services:
                served = (s.municipalities, s.forms, s.languages)
                fits = [
                    value in values if by_name else "*" in values
                    for value, values, by_name in zip(wanted, served, named, strict=True)
                ]
                if all(fits):
                    return directory.teams[key]
    return None


def plainly_wanted(target: Target, d: Directory, today: date) -> tuple[str, str | None]:
    place = d.municipalities.get(target.municipality or "")
    for _ in range(100):
        if place is None or exists(place, today):
            break
        retired = place.valid_to is not None and place.valid_to < today
        place = d.municipalities.get(place.successor or "") if retired else None
    if place is None or not exists(place, today):
        return d.intake_team, None
    if place.county != d.county.code:
        return d.intake_team, None if target.here_now else place.county
    spoken = {x for t in d.teams.values() for s in t.services for x in s.languages}
    order = (target.language, *place.languages, *d.county.languages, *sorted(spoken - {"*"}))
    for language in order:
        team = plainly_serving(d, (place.code, target.form, language))
        if team is not None:
            return team.key, None
    return d.intake_team, None


def words(name: str) -> set[str]:
    taken_apart = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in taken_apart if not unicodedata.combining(c)).replace("đ", "d")
    return set(re.split(r"[^0-9a-z]+", bare)) - {""}


def plainly_meant(target: Target, d: Directory) -> Worker | None:
    """The one worker of a known code, else of the name in the first sense in which anybody has it."""
    code = "".join(c for c in target.client_code if c.isalnum()).upper()
    if d.clients.get(code) in d.workers:
        return d.workers[d.clients[code]]
    typed = words(target.worker_name)
    if not typed:
        return None
    names = [(worker, words(worker.name)) for worker in d.workers.values()]
    exactly = [worker for worker, name in names if name == typed]
    with_more = [worker for worker, name in names if name >= typed]
    among_others = [worker for worker, name in names if name <= typed]
    found = exactly or with_more or among_others
    return found[0] if len(found) == 1 else None


def plainly_there(worker: Worker, d: Directory, now: datetime) -> str | None:
    """The worker, else a deputy who is there and in a team; never the deputy's deputy."""
    if is_present(d, worker.key, now):
        return worker.key
    day = now.astimezone(HELSINKI).date()
    absences = [a for a in d.absences.entries if a.worker == worker.key]
    (absence,) = [a for a in absences if a.first_on <= day <= a.last_on]
    deputy = absence.deputy or worker.deputy
    there = deputy is not None and is_present(d, deputy, now) and d.workers[deputy].teams
    return deputy if there else None


def plainly_seen(wanted: str, d: Directory, now: datetime) -> str:
    named = (wanted, d.fallback_team, d.intake_team, d.on_call_team)
    there = [key for key in (*named[1:], *sorted(d.teams)) if key in d.teams]
    return [*(key for key in named if is_seen(d, key, now)), *there][0]


def plainly_placed(
    target: Target, d: Directory, now: datetime
) -> tuple[str, str | None, str | None, str | None]:
    """The team wanted, another county, the worker, and the team of which the sender is told."""
    usual, transfer_to = plainly_wanted(target, d, now.astimezone(HELSINKI).date())
    if not (target.client_code.strip() or target.worker_name.strip()):
        return usual, transfer_to, None, None
    shown = plainly_seen(usual, d, now)
    meant = plainly_meant(target, d)
    homes = [key for key in meant.teams if key in d.teams] if meant else []
    if meant is None or not homes:
        return usual, None, None, shown
    return homes[0], None, plainly_there(meant, d, now), shown


def plainly_routed(target: Target, d: Directory, now: datetime) -> tuple[object, ...]:
    wanted, transfer_to, worker, shown = plainly_placed(target, d, now)
    team = plainly_seen(wanted, d, now)
    after_hours = not is_open(d.teams[team].hours, d.holidays, now)
    alert = after_hours and (target.statutory or target.cannot_wait)
    on_call_there = is_seen(d, d.on_call_team, now) and is_open(
        d.teams[d.on_call_team].hours, d.holidays, now
    )
    hours = d.teams[team].hours
    days = (now.astimezone(HELSINKI).date() + timedelta(days=n) for n in range(-1, 400))
    never = after_hours and not any(hours.spans_on(day, d.holidays) for day in days)
    alarm = team != wanted or not is_seen(d, team, now) or never or (alert and not on_call_there)
    return team, worker, shown, after_hours, transfer_to, alert, alarm


NAMES = ("Testi Päivystäjä", "Malli Testi", "Testi Malli", "Đorđe Malli-Testi", "Åsa Öberg")
TYPED = (*NAMES, "", " ", "paivystaja TESTI", "asa oberg", "Malli", "työntekijä Åsa Öberg", "-")


def marked(code: str) -> str:
    """A client code as a family may copy it."""
    return f" {code[:3].lower()}-{code[3:]} "


@st.composite
def with_people(draw: st.DrawFn, directories: st.SearchStrategy[Directory]) -> Directory:
    """Workers with names that are like each other's, some of them the same."""
    directory = draw(directories)
    people = {
        key: replace(worker, name=draw(st.sampled_from(NAMES)))
        for key, worker in directory.workers.items()
    }
    return replace(directory, workers=people)


@st.composite
def some_target(draw: st.DrawFn, d: Directory) -> Target:
    known = [code for client in sorted(d.clients) for code in (client, marked(client))]
    return Target(
        form=draw(st.sampled_from(("guidance", "notification", "other"))),
        language=draw(st.sampled_from(("fi", "sv", "en", "uk"))),
        municipality=draw(st.sampled_from((None, "005", "231", "280", "905", "946", "999"))),
        here_now=draw(st.booleans()),
        send_anyway=draw(st.booleans()),
        cannot_wait=draw(st.booleans()),
        statutory=draw(st.booleans()),
        client_code=draw(st.sampled_from(("", "", " ", "NOBODYS1", *known))),
        worker_name=draw(st.sampled_from(TYPED)),
    )


moments = st.datetimes(datetime(2026, 3, 15), datetime(2026, 4, 15)).map(
    lambda at: at.replace(tzinfo=UTC)
)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), now=moments)
def test_every_message_has_a_team_the_same_each_time_and_as_the_plain_rules_say(
    any_directories: st.SearchStrategy[Directory], data: st.DataObject, now: datetime
) -> None:
    directory = data.draw(with_people(any_directories))
    target = data.draw(some_target(directory))
    decision = route(target, directory, now)
    assert decision == route(target, directory, now)
    assert decision.team in directory.teams
    assert decision.reasons
    json.dumps([{"rule": reason.rule, **reason.detail} for reason in decision.reasons])
    assert (decision.opens_at is not None) <= decision.after_hours
    routed = (
        decision.team,
        decision.worker,
        decision.shown_team,
        decision.after_hours,
        decision.transfer_to,
        decision.alert_on_call,
        decision.alarm,
    )
    assert routed == plainly_routed(target, directory, now)


@settings(deadline=None, max_examples=100)
@given(data=st.data(), now=moments)
def test_whatever_is_typed_of_a_worker_the_sender_is_told_of_the_same_team(
    any_directories: st.SearchStrategy[Directory], data: st.DataObject, now: datetime
) -> None:
    directory = data.draw(with_people(any_directories))
    target = data.draw(some_target(directory))
    codes = (*directory.clients, "NOBODYS1")
    ways = [replace(target, client_code=code, worker_name="") for code in codes]
    ways += [replace(target, client_code="", worker_name=name) for name in NAMES]
    shown = {route(way, directory, now).shown_team for way in ways}
    without = route(replace(target, client_code="", worker_name=""), directory, now)
    assert shown == {without.team}
