"""No message ends with nobody: the demo county is sound, and each hole is found and shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest

from casework.calendar import HELSINKI, OpeningHours, Span
from casework.directory import Directory, Municipality
from casework.directory_check import Hole, check
from casework.routing import Target, route
from casework.teams import ContactKind, ContactPoint, PointUse, Service
from tests.casework.changed import with_team

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
