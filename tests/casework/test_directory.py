"""Municipalities over time, finding them by name, and which team serves what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from casework.calendar import ALWAYS, OpeningHours
from casework.directory import Directory, Municipality
from casework.routing import Target, route
from casework.teams import ContactKind, ContactPoint, Service, Team
from casework.workers import Absence, Absences, Rota, Shift, Worker

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
    email, mobile = "malli@example.org", "+358500000130"
    worker = Worker("malli", "Malli Esimerkki", email, ("fi",), mobile=mobile)
    point = ContactPoint("p", ContactKind.EMAIL, "malli@example.org", "fi")
    assert "Malli" not in repr(worker)
    assert mobile not in repr(worker)
    assert "example.org" not in repr(worker) + repr(point)


def on_rota(demo: Directory, *shifts: Shift, hours: OpeningHours = ALWAYS) -> Directory:
    """The demo county, its on-call team with these shifts."""
    on_call = replace(demo.teams["on-call"], rota=True, hours=hours)
    return replace(demo, teams={**demo.teams, "on-call": on_call}, rotas={"on-call": Rota(shifts)})


def away(demo: Directory, *absences: Absence) -> Directory:
    return replace(demo, absences=Absences(absences))


NIGHT = Shift("on-call", "yo-esimerkki", datetime(2026, 3, 2, 22), datetime(2026, 3, 3, 6))
MIDNIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_without_a_rota_all_who_are_present_are_on_duty_in_opening_hours(demo: Directory) -> None:
    swedish = demo.teams["swedish"]
    everybody = ("exempel-handledare", "prov-jourhavande", "prov-ledare", "testi-paivystaja")
    assert demo.on_duty(swedish, NOON) == everybody
    assert demo.on_duty(swedish, MIDNIGHT) == ()
    short = away(demo, Absence("prov-jourhavande", TODAY, TODAY))
    assert short.on_duty(swedish, NOON) == tuple(k for k in everybody if k != "prov-jourhavande")


def test_with_a_rota_only_those_on_a_shift_are_on_duty_whatever_the_hours(demo: Directory) -> None:
    closed = OpeningHours(weekly=((),) * 7)
    directory = on_rota(demo, NIGHT, hours=closed)
    team = directory.teams["on-call"]
    assert directory.on_duty(team, MIDNIGHT) == ("yo-esimerkki",)
    assert directory.on_duty(team, NOON) == ()
    sick = away(directory, Absence("yo-esimerkki", date(2026, 3, 3), date(2026, 3, 3)))
    assert sick.on_duty(team, MIDNIGHT - timedelta(seconds=1)) == ("yo-esimerkki",)
    assert sick.on_duty(team, MIDNIGHT) == ()
    assert replace(directory, rotas={}).on_duty(team, MIDNIGHT) == ()
    assert replace(directory, workers={}).on_duty(team, MIDNIGHT) == ()


def test_an_absence_names_its_deputy_else_the_worker_has_one(demo: Directory) -> None:
    assert demo.deputy_of("testi-etela", NOON) == "testi-paivystaja"
    named = away(demo, Absence("testi-etela", TODAY, TODAY, "esko-esimerkki"))
    assert named.deputy_of("testi-etela", NOON) == "esko-esimerkki"
    assert named.deputy_of("testi-etela", NOON + timedelta(days=1)) == "testi-paivystaja"
    assert demo.deputy_of("nobody", NOON) is None
    assert not demo.is_present("nobody", NOON)


def test_deputies_of_each_other_who_are_both_away_lead_to_the_team_and_not_round(
    demo: Directory,
) -> None:
    pair = ("prov-jourhavande", "exempel-handledare")
    assert [demo.deputy_of(key, NOON) for key in pair] == list(reversed(pair))
    target = Target("own-worker", "sv", "905", client_code="EXEM-2345-KODEN")
    one = away(demo, Absence(pair[0], TODAY, TODAY))
    assert route(target, one, NOON).worker == pair[1]
    both = away(demo, *(Absence(key, TODAY, TODAY) for key in pair))
    decided = route(target, both, NOON)
    assert (decided.team, decided.worker) == ("swedish", None)


def test_a_client_code_leads_to_its_worker_and_to_nobody_once_that_one_is_gone(
    demo: Directory,
) -> None:
    worker = demo.worker_of_client("exem 2345 koden")
    assert worker is not None
    assert worker.key == "prov-jourhavande"
    assert replace(demo, workers={}).worker_of_client("EXEM-2345-KODEN") is None


def test_a_client_code_does_not_show_in_a_printed_directory(demo: Directory) -> None:
    assert "EXEM2345KODEN" in demo.clients
    assert "EXEM2345KODEN" not in repr(demo)
