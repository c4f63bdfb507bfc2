"""The proof on a county as large as the country: sound, it has no hole; with twenty things wrong, each is named."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bench.county import DAYS, START, large_county, member
from casework.calendar import OpeningHours
from casework.directory import Directory
from casework.directory_check import Hole, check
from casework.teams import ContactKind, ContactPoint, LadderStep, PointUse, Service, Tell
from casework.workers import Absence, Absences, Rota
from forms.registry import FORMS
from tests.casework.changed import with_team, with_worker

ANYTHING = frozenset({"*"})
SUMMER = START + timedelta(days=120)
#: Two that are served by duty-00 and duty-01.
UNSERVED, WITHOUT_ENGLISH = "005", "009"
ENDING = "091"
Plant = Callable[[Directory], Directory]


def away(directory: Directory, workers: list[str], first: date, days: int) -> Directory:
    """These workers away together, and at no other time."""
    others = (a for a in directory.absences.entries if a.worker not in workers)
    mine = (Absence(key, first, first + timedelta(days=days - 1)) for key in workers)
    return replace(directory, absences=Absences((*others, *mine)))


def without_shifts(directory: Directory, team: str, on: date) -> Directory:
    left = (shift for shift in directory.rotas[team].shifts if shift.starts.date() != on)
    return replace(directory, rotas={**directory.rotas, team: Rota(tuple(left))})


def served(directory: Directory, key: str, code: str, languages: set[str] | None) -> Directory:
    """A team that serves one municipality otherwise than before, or no more."""
    services = [
        replace(service, municipalities=service.municipalities - {code})
        for service in directory.teams[key].services
    ]
    if languages:
        services.append(Service(frozenset({code}), ANYTHING, frozenset(languages)))
    return with_team(directory, key, services=tuple(services))


def nobody_serves(directory: Directory) -> Directory:
    """Intake serves nothing of its own any more, which alone leaves no hole; and one place is left out by all."""
    directory = with_team(directory, "intake", services=())
    others = frozenset(directory.municipalities) - {UNSERVED}
    swedish = (Service(others, ANYTHING, frozenset({"sv"})),)
    directory = with_team(directory, "swedish", services=swedish)
    return served(directory, "duty-00", UNSERVED, None)


def everybody_is_away(directory: Directory) -> Directory:
    team = directory.teams["duty-02"]
    ladder = (LadderStep(Tell.ON_DUTY, timedelta(0)), LadderStep(Tell.ON_CALL, timedelta(0)))
    directory = with_team(directory, "duty-02", rota=False, ladder=ladder)
    mine = set(team.members)
    clients = {code: key for code, key in directory.clients.items() if key not in mine}
    return replace(away(directory, list(mine), SUMMER, 7), clients=clients)


def lead_is_away(directory: Directory) -> Directory:
    lead = member("duty-07", 30)
    directory = with_worker(with_team(directory, "duty-07", lead=lead), lead, deputy=None)
    return away(directory, [lead], SUMMER, 7)


def deputy_is_away(directory: Directory) -> Directory:
    worker, deputy = member("duty-09", 26), member("duty-09", 27)
    return away(with_worker(directory, worker, deputy=deputy), [worker, deputy], SUMMER, 3)


def no_english(directory: Directory) -> Directory:
    for key in directory.teams["duty-11"].members:
        directory = with_worker(directory, key, languages=("fi", "sv"))
    return directory


def landline(directory: Directory) -> Directory:
    point = ContactPoint("duty-13-desk", ContactKind.LANDLINE, "+35861000000", "fi")
    team = directory.teams["duty-13"]
    return with_team(directory, "duty-13", alert=(*team.alert, point))


def only_for_new(directory: Directory) -> Directory:
    points = directory.teams["duty-14"].alert
    only = tuple(replace(point, uses=frozenset({PointUse.NEW})) for point in points)
    return with_team(directory, "duty-14", alert=only)


def ends(directory: Directory) -> Directory:
    place = replace(directory.municipalities[ENDING], valid_to=date(2026, 12, 31))
    return replace(directory, municipalities={**directory.municipalities, ENDING: place})


def misspelt(directory: Directory) -> Directory:
    services = directory.teams["duty-16"].services
    more = replace(services[0], forms=frozenset({"guidence"}))
    return with_team(directory, "duty-16", services=(*services, more))


def mail_alone(directory: Directory) -> Directory:
    points = directory.teams["on-call"].alert
    mail = tuple(point for point in points if point.kind is ContactKind.EMAIL)
    return with_team(directory, "on-call", alert=mail)


NEVER = OpeningHours(weekly=((),) * 7)
PLANTED: tuple[tuple[Plant, set[tuple[str, str]]], ...] = (
    (nobody_serves, {("not_served", UNSERVED)}),
    (
        lambda d: served(d, "duty-01", WITHOUT_ENGLISH, {"fi"}),
        {("language_never_served", WITHOUT_ENGLISH)},
    ),
    (everybody_is_away, {("everybody_away", "duty-02")}),
    (lambda d: without_shifts(d, "duty-03", SUMMER), {("nobody_on_shift", "duty-03")}),
    (
        lambda d: with_team(d, "duty-04", alert=()),
        {("team_no_address", "duty-04"), ("nobody_would_see", "duty-04")},
    ),
    (
        lambda d: with_team(d, "duty-05", members=()),
        {("team_no_members", "duty-05"), ("nobody_would_see", "duty-05")},
    ),
    (lambda d: with_team(d, "duty-06", ladder=()), {("ladder_ends", "duty-06")}),
    (lead_is_away, {("ladder_ends", "duty-07")}),
    (
        lambda d: with_team(d, "duty-08", lead="gone"),
        {("ladder_ends", "duty-08"), ("team_lead_unknown", "duty-08")},
    ),
    (deputy_is_away, {("deputy_absent_too", member("duty-09", 26))}),
    (
        lambda d: with_worker(d, member("duty-10", 40), deputy="gone"),
        {("deputy_unknown", member("duty-10", 40))},
    ),
    (no_english, {("language_without_speaker", "duty-11")}),
    (
        lambda d: with_worker(d, member("duty-12", 40), teams=()),
        {("client_worker_without_team", member("duty-12", 40))},
    ),
    (landline, {("alert_is_landline", "duty-13-desk")}),
    (only_for_new, {("no_urgent_address", "duty-14")}),
    (
        lambda d: with_team(d, "duty-15", hours=NEVER),
        {("team_never_opens", "duty-15"), ("never_opens", "duty-15")},
    ),
    (misspelt, {("unknown_form", "guidence")}),
    (ends, {("no_successor", ENDING)}),
    (
        lambda d: without_shifts(d, "on-call", SUMMER),
        {("nobody_on_shift", "on-call"), ("on_call_unreachable", "on-call")},
    ),
    (mail_alone, {("on_call_no_urgent_mobile", "on-call")}),
)


@pytest.fixture(scope="module")
def sound() -> Directory:
    return large_county()


@pytest.fixture(scope="module")
def holes(sound: Directory) -> tuple[Hole, ...]:
    """What is found where all of it is wrong at once."""
    for plant, _ in PLANTED:
        sound = plant(sound)
    return check(sound, START, DAYS, forms=FORMS)


def test_a_county_as_large_as_the_country_is_proved_in_seconds(sound: Directory) -> None:
    begun = time.process_time()
    assert check(sound, START, DAYS, forms=FORMS) == ()
    assert time.process_time() - begun < 10


def test_twenty_things_that_are_wrong_are_each_named_and_nothing_else(
    holes: tuple[Hole, ...],
) -> None:
    assert len(PLANTED) == 20
    wanted = {hole for _, expected in PLANTED for hole in expected}
    assert [(hole.kind, hole.subject) for hole in holes] == sorted(wanted)


def test_each_example_is_the_earliest_and_smallest_one(holes: tuple[Hole, ...]) -> None:
    examples = {(hole.kind, hole.subject): hole.example for hole in holes}
    assert examples["language_never_served", WITHOUT_ENGLISH] == {
        "municipality": WITHOUT_ENGLISH,
        "form": "anticipatory-notification",
        "language": "en",
        "at": "2026-03-01T22:00:00+00:00",
        "served_in": "fi",
    }
    # What comes after 21 on the day before waits for a morning on which nobody is there.
    gap = examples["nobody_on_shift", "duty-03"]
    assert (gap["from"], gap["until"], gap["because"]) == (
        "2026-06-30T04:00:00+00:00",
        "2026-06-30T18:00:00+00:00",
        "no_shift",
    )
    assert gap["at"] == "2026-06-29T18:00:00+00:00"
    night = examples["on_call_unreachable", "on-call"]
    assert (night["at"], night["because"]) == ("2026-06-30T04:00:00+00:00", "nobody_on_duty")
    assert examples["deputy_absent_too", member("duty-09", 26)]["on"] == SUMMER.isoformat()
    assert examples["ladder_ends", "duty-07"]["because"] == "lead_away"


def test_no_hole_tells_a_name_a_number_an_address_or_a_client_code(
    sound: Directory, holes: tuple[Hole, ...]
) -> None:
    told = " ".join(str((hole.subject, dict(hole.example))) for hole in holes)
    workers = sound.workers.values()
    secrets = {text for worker in workers for text in (worker.name, worker.email)}
    secrets |= {p.address for team in sound.teams.values() for p in team.alert}
    assert not [text for text in secrets | set(sound.clients) if text in told]
