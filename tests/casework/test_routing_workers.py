"""Routing of existing clients, of days off, and of hours in which nobody is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from casework.calendar import OpeningHours, Span
from casework.directory import Directory, Municipality
from casework.routing import Decision, Target, route
from casework.workers import Absence
from tests.casework.changed import away, with_team, with_worker

OPEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
# A family of the coast whose worker is in the south.
WRITTEN: Mapping[str, Any] = {"form": "own-worker", "language": "fi", "municipality": "905"}
CODE = "TEST-2345-KOODI"


def routed(directory: Directory, at: datetime = OPEN, **typed: Any) -> Decision:
    return route(Target(**WRITTEN, **typed), directory, at)


def rules(decision: Decision) -> list[str]:
    return [reason.rule for reason in decision.reasons]


@pytest.mark.parametrize("code", [CODE, " test 2345 koodi ", "TEST2345KOODI"])
def test_a_client_code_leads_to_the_childs_own_worker_wherever_the_child_lives(
    demo: Directory, code: str
) -> None:
    decision = routed(demo, client_code=code)
    assert (decision.team, decision.worker, decision.shown_team) == (
        "south",
        "testi-etela",
        "coast",
    )
    assert rules(decision) == ["client_code"]
    assert not decision.alarm


@pytest.mark.parametrize("name", ["Testi Etelä", "etela TESTI", "Etelä", "ohjaaja Testi Etelä"])
def test_a_worker_is_found_by_name_as_a_family_writes_it(demo: Directory, name: str) -> None:
    decision = routed(demo, worker_name=name)
    assert (decision.team, decision.worker) == ("south", "testi-etela")
    assert decision.reasons[0].detail == {"worker": "testi-etela"}


def test_a_code_goes_before_a_name_and_a_wrong_code_leaves_the_name_to_be_tried(
    demo: Directory,
) -> None:
    assert routed(demo, client_code=CODE, worker_name="Prov Ledare").worker == "testi-etela"
    decision = routed(demo, client_code="NOBODYS-1", worker_name="Testi Etelä")
    assert decision.worker == "testi-etela"
    assert rules(decision) == ["client_code_unknown", "worker_named"]


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ({"client_code": "NOBODYS-1"}, "client_code_unknown"),
        ({"worker_name": "Keksitty Nimi"}, "worker_not_found"),
        ({"worker_name": "Testi"}, "worker_ambiguous"),
    ],
)
def test_where_no_worker_or_several_fit_the_case_goes_to_the_duty_team(
    demo: Directory, typed: dict[str, Any], rule: str
) -> None:
    decision = routed(demo, **typed)
    assert (decision.team, decision.worker) == ("coast", None)
    assert rules(decision) == [rule, "served_by_municipality"]


@pytest.mark.parametrize("municipality", ["905", "942", "287", "091", "999", None])
@pytest.mark.parametrize("at", [OPEN, NIGHT])
def test_match_no_match_and_many_matches_look_the_same_to_the_sender(
    demo: Directory, municipality: str | None, at: datetime
) -> None:
    usual = Target("own-worker", "fi", municipality, client_code="NOBODYS-1")
    ways = (
        usual,
        replace(usual, client_code=CODE),
        replace(usual, client_code="", worker_name="Testi Etelä"),
        replace(usual, client_code="", worker_name="Testi"),
        replace(usual, client_code="", worker_name="Keksitty Nimi"),
    )
    seen = {
        (d.shown_team, d.after_hours, d.alert_on_call, d.transfer_to, d.alarm)
        for d in (route(way, demo, at) for way in ways)
    }
    assert len(seen) == 1, "nothing of it tells whether there is such a client"
    plain = route(replace(usual, client_code=""), demo, at)
    assert {shown for shown, *_ in seen} == {plain.team}


def test_without_a_worker_named_the_sender_is_told_of_the_cases_own_team(demo: Directory) -> None:
    assert routed(demo, client_code=" ", worker_name="").shown_team is None


def test_a_worker_who_is_away_is_stood_in_for_by_the_absences_deputy_before_the_workers_own(
    demo: Directory,
) -> None:
    week = Absence("testi-etela", MONDAY, date(2026, 3, 6))
    decision = routed(away(demo, week), client_code=CODE)
    assert (decision.team, decision.worker) == ("south", "testi-paivystaja")
    assert rules(decision) == ["client_code", "deputy"]
    named = away(demo, replace(week, deputy="esimerkki-ohjaaja"))
    assert routed(named, client_code=CODE).worker == "esimerkki-ohjaaja"
    after = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)  # already Saturday in Finland
    assert routed(named, after, client_code=CODE).worker == "testi-etela"


def test_where_the_deputy_is_away_too_the_workers_team_has_the_case_and_no_third_is_asked(
    demo: Directory,
) -> None:
    mine = Absence("testi-etela", MONDAY, MONDAY)
    theirs = Absence("testi-paivystaja", MONDAY, MONDAY)
    decision = routed(away(demo, mine, theirs), client_code=CODE)
    assert demo.workers["testi-paivystaja"].deputy == "malli-sosiaalityo"
    assert (decision.team, decision.worker) == ("south", None)
    assert rules(decision) == ["client_code", "deputy_absent"]


def test_a_worker_whom_nobody_stands_in_for_leaves_the_case_to_the_team(demo: Directory) -> None:
    directory = with_worker(demo, "testi-etela", deputy=None)
    directory = away(directory, Absence("testi-etela", MONDAY, MONDAY))
    decision = routed(directory, client_code=CODE)
    assert (decision.team, decision.worker) == ("south", None)
    assert rules(decision) == ["client_code", "worker_absent"]
    without = with_worker(demo, "testi-etela", teams=())
    assert rules(routed(without, client_code=CODE))[:2] == ["client_code", "worker_without_team"]


def test_a_statutory_message_to_a_worker_alerts_the_on_call_team_while_the_workers_team_is_closed(
    demo: Directory,
) -> None:
    target = Target("notification", "fi", "905", statutory=True, client_code=CODE)
    decision = route(target, demo, NIGHT)
    assert (decision.team, decision.worker, decision.alert_on_call) == (
        "south",
        "testi-etela",
        True,
    )


def test_a_team_whose_every_member_is_away_gives_way_to_the_fallback_and_nobody_absent_is_picked(
    demo: Directory,
) -> None:
    members = demo.teams["coast"].members
    directory = away(demo, *(Absence(key, MONDAY, MONDAY) for key in members))
    directory = with_team(directory, "management", members=("esko-esimerkki",))
    decision = route(Target("guidance", "fi", "905"), directory, OPEN)
    assert (decision.team, decision.worker, decision.alarm) == ("management", None, True)
    assert decision.reasons[1].detail == {"team": "coast", "because": "nobody_on_duty"}
    # In the evening the team is closed, and there are people again when it opens.
    assert route(Target("guidance", "fi", "905"), directory, NIGHT).team == "coast"


@pytest.mark.parametrize(("closed", "opens"), [(None, 24), (False, 24), (True, 28)])
def test_an_eve_is_a_day_off_where_the_county_says_so(
    demo: Directory, closed: bool | None, opens: int
) -> None:
    hours = replace(demo.teams["coast"].hours, closed_on_eves=closed)
    decision = route(
        Target("guidance", "fi", "905"),
        replace(
            with_team(demo, "coast", hours=hours), holidays=demo.holidays - {date(2026, 12, 24)}
        ),
        datetime(2026, 12, 24, 5, tzinfo=UTC),
    )
    assert decision.opens_at == datetime(2026, 12, opens, 6, tzinfo=UTC)


def test_a_day_that_differs_takes_the_night_after_it_along(demo: Directory) -> None:
    late = (Span(900, 1620),)
    good_friday = {date(2026, 4, 3): (Span(900, 1440),)}
    hours = OpeningHours((late,) * 7, exceptions=good_friday, closed_on_holidays=False)
    directory = with_team(demo, "coast", hours=hours)
    decision = route(
        Target("guidance", "fi", "905"), directory, datetime(2026, 4, 3, 22, tzinfo=UTC)
    )
    assert decision.after_hours
    assert decision.opens_at == datetime(2026, 4, 4, 12, tzinfo=UTC)


def test_the_day_of_a_merger_begins_at_midnight_in_finland(demo: Directory) -> None:
    old = Municipality(
        "801", {"fi": "Vanha"}, "17", ("fi",), valid_to=date(2026, 6, 30), successor="598"
    )
    directory = replace(demo, municipalities={**demo.municipalities, "801": old})
    before = route(
        Target("guidance", "fi", "801"), directory, datetime(2026, 6, 30, 20, 30, tzinfo=UTC)
    )
    after = route(
        Target("guidance", "fi", "801"), directory, datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    )
    assert (before.team, rules(before)[0]) == ("intake", "served_by_municipality")
    assert (after.team, rules(after)[0]) == ("north", "successor")
