"""No message ends with nobody: the demo county is sound, and each hole is found and shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import process_time

import pytest

from casework.calendar import HELSINKI, OpeningHours, Span
from casework.directory import Directory, Municipality
from casework.directory_check import Hole, check
from casework.routing import Target, route
from casework.teams import ContactKind, ContactPoint, LadderStep, PointUse, Service, Tell
from casework.workers import Absence, Absences, Rota, Shift

START = date(2026, 3, 2)
FORMS = (
    "guidance",
    "own-worker",
    "notification",
    "professional-notification",
    "joint-contact",
    "anticipatory-notification",
)
ANYTHING = frozenset({"*"})
NEVER = OpeningHours(weekly=((),) * 7)
DAYTIME = OpeningHours(weekly=((Span(480, 960),),) * 7)


def with_team(directory: Directory, key: str, **changes: object) -> Directory:
    changed = replace(directory.teams[key], **changes)  # type: ignore[arg-type]
    return replace(directory, teams={**directory.teams, key: changed})


def with_rota(directory: Directory, key: str, shifts: Iterable[tuple[str, int, int]]) -> Directory:
    """A team with these shifts, of (worker, hour, hour), on each of the first days of the check."""
    every = [
        Shift(key, worker, morning + timedelta(hours=begins), morning + timedelta(hours=ends))
        for morning in (datetime.combine(START + timedelta(days=n), time()) for n in range(10))
        for worker, begins, ends in shifts
    ]
    return replace(with_team(directory, key, rota=True), rotas={key: Rota(tuple(every))})


def kinds(directory: Directory, days: int = 366) -> set[tuple[str, str]]:
    return {(hole.kind, hole.subject) for hole in check(directory, START, days, forms=FORMS)}


def test_the_demo_county_has_no_hole_and_is_checked_quickly(demo: Directory) -> None:
    begun = process_time()
    assert check(demo, START, forms=FORMS) == ()
    assert process_time() - begun < 2


def test_a_team_without_members_is_shown_with_its_smallest_case(demo: Directory) -> None:
    holes = check(with_team(demo, "south", members=()), START, forms=FORMS)
    assert holes == (
        Hole(
            "nobody_would_see",
            "south",
            {
                "municipality": "231",
                "form": "anticipatory-notification",
                "language": "fi",
                "at": "2026-03-01T22:00:00+00:00",
                "because": "no_members",
            },
        ),
        Hole("team_no_members", "south"),
    )


def test_each_kind_of_hole_in_a_team_is_found(demo: Directory) -> None:
    assert kinds(with_team(demo, "north", alert=())) == {
        ("team_no_address", "north"),
        ("nobody_would_see", "north"),
    }
    assert kinds(with_team(demo, "north", hours=NEVER)) == {
        ("team_never_opens", "north"),
        ("never_opens", "north"),
    }
    assert kinds(with_team(demo, "north", lead="gone")) == {
        ("team_lead_unknown", "north"),
        ("ladder_ends", "north"),
    }
    members = (*demo.teams["north"].members, "gone")
    assert kinds(with_team(demo, "north", members=members)) == {("worker_unknown", "gone")}


@pytest.mark.parametrize(
    ("kind", "address", "is_hole"),
    [
        (ContactKind.LANDLINE, "+35861000000", True),
        (ContactKind.MOBILE, "+35861000000", True),
        (ContactKind.MOBILE, "+358401234567", False),
        (ContactKind.MOBILE, "+46701234567", False),
    ],
)
def test_a_landline_among_the_alerts_is_found(
    demo: Directory, kind: ContactKind, address: str, is_hole: bool
) -> None:
    point = ContactPoint("new-point", kind, address, "fi")
    directory = with_team(demo, "north", alert=(*demo.teams["north"].alert, point))
    assert kinds(directory) == ({("alert_is_landline", "new-point")} if is_hole else set())


def test_missing_roles_are_found(demo: Directory) -> None:
    found = kinds(replace(demo, intake_team="x", fallback_team="y", on_call_team="z"))
    roles = {("team_missing", f"{role}_team") for role in ("intake", "fallback", "on_call")}
    assert roles <= found
    assert ("nobody_would_see", "x") in found
    assert ("on_call_unreachable", "z") in found


def test_an_on_call_team_that_sleeps_is_found(demo: Directory) -> None:
    (hole,) = check(with_team(demo, "on-call", hours=DAYTIME), START, forms=FORMS)
    assert (hole.kind, hole.subject) == ("on_call_unreachable", "on-call")
    assert hole.example["because"] == "closed"
    assert hole.example["at"] == "2026-03-01T22:00:00+00:00"


def test_a_municipality_that_nobody_serves_is_found(demo: Directory) -> None:
    directory = with_team(demo, "intake", services=())
    others = frozenset(place.code for place in demo.own_municipalities(START)) - {"231"}
    swedish = Service(others, ANYTHING, frozenset({"sv"}))
    south = Service(frozenset({"287", "545"}), ANYTHING, ANYTHING)
    directory = with_team(directory, "swedish", services=(swedish,))
    assert kinds(with_team(directory, "south", services=(south,))) == {("not_served", "231")}


def test_a_language_that_another_must_answer_for_is_found_with_its_smallest_case(
    demo: Directory,
) -> None:
    holes = check(with_team(demo, "intake", services=()), START, forms=FORMS)
    assert holes == ()
    without_english = Service(frozenset({"287", "231", "545"}), ANYTHING, frozenset({"fi"}))
    directory = with_team(demo, "intake", services=())
    holes = check(with_team(directory, "south", services=(without_english,)), START, forms=FORMS)
    assert [(hole.kind, hole.subject) for hole in holes] == [
        ("language_never_served", code) for code in ("231", "287", "545")
    ]
    assert holes[0].example["language"] == "en"
    assert holes[0].example["served_in"] == "fi"


def test_easy_finnish_and_sami_pages_need_no_team_of_their_own_but_a_named_sami_service_a_speaker(
    demo: Directory,
) -> None:
    assert {"se", "selko"} <= set(demo.county.languages)
    speaking = Service(ANYTHING, ANYTHING, frozenset({"fi", "se", "selko"}))
    (hole,) = check(with_team(demo, "north", services=(speaking,)), START, forms=FORMS)
    assert hole == Hole("language_without_speaker", "north", {"languages": "se"})


def test_a_municipality_born_within_the_year_is_checked_from_its_first_day(
    demo: Directory,
) -> None:
    newborn = Municipality("801", {"fi": "Uusi"}, "17", ("fi",), valid_from=date(2027, 1, 1))
    places = {**demo.municipalities, "801": newborn}
    directory = with_team(replace(demo, municipalities=places), "intake", services=())
    directory = with_team(directory, "swedish", services=())
    hole = {hole.subject: hole for hole in check(directory, START, forms=FORMS)}["801"]
    assert hole.kind == "not_served"
    assert hole.example["at"] == "2026-12-31T22:00:00+00:00"


def test_a_municipality_retired_without_a_successor_is_found(demo: Directory) -> None:
    ending = replace(demo.municipalities["231"], valid_to=date(2026, 12, 31))
    directory = replace(demo, municipalities={**demo.municipalities, "231": ending})
    assert kinds(directory) == {("no_successor", "231")}
    assert check(directory, START, days=30, forms=FORMS) == ()


def test_a_form_that_does_not_exist_is_found_and_a_closed_one_left_out(demo: Directory) -> None:
    county = replace(demo.county, closed_forms=frozenset({"guidance", "guidence"}))
    assert kinds(replace(demo, county=county)) == {("unknown_form", "guidence")}
    service = Service(frozenset({"*"}), frozenset({"notificaton"}), frozenset({"*"}))
    assert kinds(with_team(demo, "north", services=(service,))) >= {("unknown_form", "notificaton")}
    only_closed = replace(demo.county, closed_forms=frozenset(FORMS))
    assert kinds(with_team(replace(demo, county=only_closed), "north", members=())) == {
        ("team_no_members", "north")
    }


def hours_from(start: date, days: int) -> Iterator[datetime]:
    first = datetime(start.year, start.month, start.day, tzinfo=HELSINKI).astimezone(UTC)
    return (first + timedelta(hours=n) for n in range(24 * days))


def test_no_hour_of_the_christmas_week_ends_with_nobody(demo: Directory) -> None:
    for at in hours_from(date(2026, 12, 22), 8):
        for municipality in ("905", "231", None):
            for language in demo.county.languages:
                target = Target("notification", language, municipality, statutory=True)
                assert not route(target, demo, at).alarm


def away(directory: Directory, *absences: Absence) -> Directory:
    return replace(directory, absences=Absences(absences))


def test_an_hour_of_a_rota_without_anybody_is_found_from_when_until_when(demo: Directory) -> None:
    directory = with_rota(demo, "south", (("testi-etela", 8, 12), ("testi-paivystaja", 13, 16)))
    hole = next(iter(check(directory, START, 3, forms=FORMS)))
    assert (hole.kind, hole.subject) == ("nobody_on_shift", "south")
    assert hole.example == {
        "municipality": "231",
        "form": "anticipatory-notification",
        "language": "fi",
        "at": "2026-03-02T10:00:00+00:00",
        "from": "2026-03-02T10:00:00+00:00",
        "until": "2026-03-02T11:00:00+00:00",
        "because": "no_shift",
    }


def test_a_shift_whose_worker_is_away_is_nobodys(demo: Directory) -> None:
    directory = with_rota(demo, "south", (("testi-etela", 8, 16),))
    assert kinds(directory, 3) == set()
    directory = away(directory, Absence("testi-etela", date(2026, 3, 3), date(2026, 3, 3)))
    (hole,) = check(directory, START, 3, forms=FORMS)
    assert (hole.kind, hole.example["because"]) == ("nobody_on_shift", "away")
    assert hole.example["from"] == "2026-03-03T06:30:00+00:00"
    assert hole.example["until"] == "2026-03-03T13:30:00+00:00"


def test_a_rota_that_ends_leaves_nobody_for_as_long_as_anybody_looks(demo: Directory) -> None:
    directory = with_rota(demo, "on-call", (("yo-esimerkki", 0, 24),))
    holes = {hole.kind: hole for hole in check(directory, START, forms=FORMS)}
    assert set(holes) == {"nobody_on_shift", "on_call_unreachable"}
    assert "until" not in holes["nobody_on_shift"].example
    assert holes["on_call_unreachable"].example["because"] == "nobody_on_duty"


def test_a_day_on_which_a_whole_team_is_away_is_found(demo: Directory) -> None:
    day = date(2026, 3, 4)
    members = demo.teams["swedish"].members
    directory = away(demo, *(Absence(key, day, day) for key in members))
    found = {(h.kind, h.subject): h.example for h in check(directory, START, 7, forms=FORMS)}
    assert found.keys() == {
        ("everybody_away", "swedish"),
        ("ladder_ends", "swedish"),
        ("deputy_absent_too", "prov-jourhavande"),
    }
    gap = found["everybody_away", "swedish"]
    assert gap["from"] == "2026-03-04T06:00:00+00:00"
    assert gap["until"] == "2026-03-04T13:30:00+00:00"
    assert found["ladder_ends", "swedish"]["because"] == "lead_away"


@pytest.mark.parametrize(
    ("ladder", "because"),
    [
        ((), "empty"),
        ((LadderStep(Tell.LEAD, timedelta(0)),), "no_lead"),
        ((LadderStep(Tell.ON_DUTY, timedelta(0)),), "no_address"),
        ((LadderStep(Tell.TEAM, timedelta(0)),), None),
        ((LadderStep(Tell.ON_DUTY, timedelta(0)), LadderStep(Tell.ON_CALL, timedelta(0))), None),
    ],
)
def test_a_ladder_that_ends_with_nobody_is_found(
    demo: Directory, ladder: tuple[LadderStep, ...], because: str | None
) -> None:
    directory = with_team(demo, "north", ladder=ladder, lead=None, alert=())
    holes = check(directory, START, 7, forms=FORMS)
    found = [hole.example["because"] for hole in holes if hole.kind == "ladder_ends"]
    assert found == ([because] if because else [])


def test_a_ladder_that_ends_at_an_on_call_team_without_an_address_is_that_teams_hole(
    demo: Directory,
) -> None:
    found = {
        (h.kind, h.subject)
        for h in check(with_team(demo, "on-call", alert=()), START, 7, forms=FORMS)
    }
    assert found == {
        ("ladder_ends", "on-call"),
        # A family may name a worker whose home team it is.
        ("nobody_would_see", "on-call"),
        ("on_call_unreachable", "on-call"),
        ("team_no_address", "on-call"),
    }


def test_a_lead_who_is_away_has_a_deputy_or_the_ladder_breaks(demo: Directory) -> None:
    alone = replace(demo.workers["prov-ledare"], deputy=None)
    demo = replace(demo, workers={**demo.workers, "prov-ledare": alone})
    weekend = Absence("prov-ledare", date(2026, 3, 7), date(2026, 3, 8))
    assert kinds(away(demo, weekend)) == set()
    week = Absence("prov-ledare", date(2026, 3, 7), date(2026, 3, 13))
    (hole,) = check(away(demo, week), START, forms=FORMS)
    assert (hole.kind, hole.subject) == ("ladder_ends", "swedish")
    assert hole.example["at"] == "2026-03-09T06:00:00+00:00"
    assert kinds(away(demo, replace(week, deputy="exempel-handledare"))) == set()


def test_a_client_whose_worker_and_deputy_are_away_together_is_found_with_the_first_day(
    demo: Directory,
) -> None:
    worker = replace(demo.workers["testi-etela"], deputy="testi-paivystaja")
    directory = replace(
        demo,
        workers={**demo.workers, "testi-etela": worker},
        clients={"ABC123": "testi-etela"},
    )
    mine = Absence("testi-etela", date(2026, 3, 2), date(2026, 3, 13))
    theirs = Absence("testi-paivystaja", date(2026, 3, 11), date(2026, 3, 20))
    assert kinds(away(directory, mine)) == set()
    (hole,) = check(away(directory, mine, theirs), START, forms=FORMS)
    assert hole == Hole(
        "deputy_absent_too",
        "testi-etela",
        {
            "deputy": "testi-paivystaja",
            "on": "2026-03-11",
            "at": "2026-03-10T22:00:00+00:00",
            "because": "away",
        },
    )
    instead = replace(mine, deputy="exempel-handledare")
    assert kinds(away(directory, instead, theirs)) == set()


def test_workers_whom_nobody_knows_are_found_wherever_they_are_named(demo: Directory) -> None:
    directory = replace(demo, clients={"ABC123": "gone"})
    (hole,) = check(directory, START, 7, forms=FORMS)
    assert hole == Hole("worker_unknown", "gone", {"in": "clients"})
    absence = Absence("prov-ledare", date(2026, 3, 7), date(2026, 3, 8), deputy="gone")
    (hole,) = check(away(demo, absence), START, 7, forms=FORMS)
    assert hole == Hole("deputy_unknown", "prov-ledare", {"deputy": "gone", "on": "2026-03-07"})


def test_a_clients_worker_needs_a_team_and_the_team_somebody_who_would_see_it(
    demo: Directory,
) -> None:
    loose = replace(demo.workers["testi-etela"], teams=())
    directory = replace(
        demo, workers={**demo.workers, "testi-etela": loose}, clients={"ABC123": "testi-etela"}
    )
    assert kinds(directory) == {("client_worker_without_team", "testi-etela")}
    silent = replace(with_team(demo, "management", alert=()), fallback_team="intake")
    (hole, _) = check(silent, START, 7, forms=FORMS)
    assert (hole.kind, hole.subject) == ("nobody_would_see", "management")
    assert hole.example["worker"] == "esko-esimerkki"
    assert "municipality" not in hole.example


def test_a_team_that_is_told_of_nothing_urgent_is_found(demo: Directory) -> None:
    only_new = tuple(
        replace(point, uses=frozenset({PointUse.NEW})) for point in demo.teams["north"].alert
    )
    assert kinds(with_team(demo, "north", alert=only_new)) == {("no_urgent_address", "north")}
    mail = tuple(p for p in demo.teams["on-call"].alert if p.kind is ContactKind.EMAIL)
    assert kinds(with_team(demo, "on-call", alert=mail)) == {
        ("on_call_no_urgent_mobile", "on-call")
    }


def test_a_landline_that_is_only_printed_is_no_hole(demo: Directory) -> None:
    desk = ContactPoint(
        "desk", ContactKind.LANDLINE, "+35861000000", "fi", frozenset({PointUse.PUBLIC})
    )
    assert kinds(with_team(demo, "north", alert=(*demo.teams["north"].alert, desk))) == set()
