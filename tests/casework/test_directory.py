"""Municipalities over time, finding them by name, and which team serves what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.calendar import ALWAYS
from casework.directory import Directory, Municipality
from casework.teams import ContactKind, ContactPoint, Service, Team
from casework.workers import Worker

TODAY = date(2026, 3, 2)
ANY = frozenset({"*"})


def team(key: str, *services: Service) -> Team:
    return Team(key, {"fi": key}, services, ALWAYS, "112", (), None, (), timedelta(minutes=60), 3)


def service(municipalities: str = "*", forms: str = "*", languages: str = "*") -> Service:
    parts = (frozenset(text.split()) for text in (municipalities, forms, languages))
    return Service(*parts)


def test_own_municipalities_are_the_countys_that_exist_on_the_day(demo: Directory) -> None:
    codes = [place.code for place in demo.own_municipalities(TODAY)]
    assert codes == sorted(codes)
    assert len(codes) == 14
    assert "942" not in codes
    assert "942" in [place.code for place in demo.own_municipalities(date(2012, 12, 31))]
    assert "942" not in [place.code for place in demo.own_municipalities(date(2013, 1, 1))]


@pytest.mark.parametrize(
    ("code", "on", "found"),
    [
        ("905", "2026-03-02", "905"),
        ("942", "2026-03-02", "905"),
        ("942", "2012-12-31", "942"),
        ("588", "2024-12-31", "588"),
        ("588", "2025-01-01", "507"),
        ("945", "2005-01-01", None),
        ("999", "2026-03-02", None),
        ("", "2026-03-02", None),
    ],
)
def test_a_code_leads_to_who_answers_for_it_on_the_day(
    demo: Directory, code: str, on: str, found: str | None
) -> None:
    place = demo.resolve_municipality(code, date.fromisoformat(on))
    assert (place.code if place else None) == found


def test_successors_that_go_round_lead_nowhere(demo: Directory) -> None:
    gone = date(2020, 12, 31)
    ring = {
        code: Municipality(code, {"fi": code}, "17", ("fi",), valid_to=gone, successor=heir)
        for code, heir in (("001", "002"), ("002", "001"), ("003", "003"), ("004", None))
    }
    directory = replace(demo, municipalities=ring)
    assert [directory.resolve_municipality(code, TODAY) for code in ring] == [None] * 4


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("Vaasa", ["905"]),
        ("  VASA ", ["905"]),
        ("narpes", ["545"]),
        ("Närpiö", ["545"]),
        ("pedersöre", ["599"]),
        ("Pedersören", ["599"]),
        ("vähäkyrö", ["905"]),
        ("Lillkyro", ["905"]),
        ("voyri maksamaa", ["946"]),
        ("ohcejohka", ["890"]),
        ("soadegilli", ["758"]),
        ("Pertunmaa", ["507"]),
        ("kri", ["287"]),
        ("Xyz", []),
        ("", []),
        (" - ", []),
    ],
)
def test_a_name_in_any_language_finds_the_municipality(
    demo: Directory, typed: str, codes: list[str]
) -> None:
    assert [place.code for place in demo.find_municipalities(typed, TODAY)] == codes


def test_a_whole_name_goes_before_names_that_begin_with_it(demo: Directory) -> None:
    assert [place.names["fi"] for place in demo.find_municipalities("ii", TODAY)] == ["Ii"]
    several = [place.names["fi"] for place in demo.find_municipalities("kiu", TODAY)]
    assert several == ["Kiuruvesi"]
    assert len(demo.find_municipalities("k", TODAY)) > 20


def test_the_most_specific_service_wins_and_then_the_key(demo: Directory) -> None:
    teams = (
        team("h", service()),
        team("g", service(languages="fi")),
        team("f", service(forms="guidance")),
        team("e", service(forms="guidance", languages="fi")),
        team("d", service("905")),
        team("c", service("905", languages="fi")),
        team("b", service("905", "guidance")),
        team("a2", service("905", "guidance", "fi")),
        team("a1", service(), service("905 946", "guidance", "fi sv")),
    )
    directory = replace(demo, teams={each.key: each for each in teams})
    ranked = [each.key for each in directory.teams_for("905", "guidance", "fi")]
    assert ranked == ["a1", "a2", "b", "c", "d", "e", "f", "g", "h"]
    best = directory.team_for("905", "guidance", "fi")
    assert best is not None
    assert best.key == "a1"


def test_the_star_stands_for_own_municipalities_only(demo: Directory) -> None:
    directory = replace(demo, teams={"all": team("all", service())})
    assert directory.team_for("905", "guidance", "fi") is not None
    assert directory.team_for("091", "guidance", "fi") is None
    assert directory.team_for("999", "guidance", "fi") is None


def test_a_name_falls_back_to_finnish_and_then_to_any() -> None:
    names = {"fi": "Vaasa", "sv": "Vasa"}
    assert Directory.name(names, "sv") == "Vasa"
    assert Directory.name(names, "en") == "Vaasa"
    assert Directory.name({"sv": "Vasa", "se": ""}, "en") == "Vasa"
    assert Directory.name({}, "fi") == ""


def test_people_and_addresses_do_not_show_in_a_printed_value() -> None:
    worker = Worker("malli", "Malli Esimerkki", "malli@example.org", ("fi",))
    point = ContactPoint("p", ContactKind.EMAIL, "malli@example.org", "fi")
    assert "Malli" not in repr(worker)
    assert "example.org" not in repr(worker) + repr(point)
