"""Routing: its rules one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from casework.calendar import ALWAYS, OpeningHours
from casework.directory import Directory
from casework.routing import Decision, Target, route
from casework.teams import ContactKind, ContactPoint
from tests.casework.changed import with_team

OPEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)


def rules(decision: Decision) -> list[str]:
    return [reason.rule for reason in decision.reasons]


@pytest.mark.parametrize(
    ("municipality", "language", "team"),
    [
        ("905", "fi", "coast"),
        ("598", "fi", "north"),
        ("287", "en", "south"),
        ("905", "sv", "swedish"),
        ("905", "se", "intake"),
    ],
)
def test_the_municipality_and_the_language_choose_the_team(
    demo: Directory, municipality: str, language: str, team: str
) -> None:
    decision = route(Target("guidance", language, municipality), demo, OPEN)
    assert decision.team == team
    assert rules(decision) == ["served_by_municipality"]
    assert not decision.alarm


def test_a_retired_municipality_goes_to_its_successors_team(demo: Directory) -> None:
    decision = route(Target("notification", "fi", "942"), demo, OPEN)
    assert decision.team == "coast"
    assert decision.reasons[0].detail == {"from": "942", "to": "905"}


@pytest.mark.parametrize("municipality", [None, "999", ""])
def test_an_unknown_municipality_goes_to_intake(demo: Directory, municipality: str | None) -> None:
    decision = route(Target("guidance", "sv", municipality), demo, OPEN)
    assert decision.team == "intake"
    assert rules(decision) == ["unknown_municipality"]
    assert decision.transfer_to is None


@pytest.mark.parametrize("send_anyway", [True, False])
def test_another_countys_matter_becomes_a_transfer(demo: Directory, send_anyway: bool) -> None:
    target = Target("notification", "fi", "091", send_anyway=send_anyway)
    decision = route(target, demo, OPEN)
    assert (decision.team, decision.transfer_to) == ("intake", "90")
    said = decision.reasons[0].detail["send_anyway"]
    assert said == ("yes" if send_anyway else "no")


def test_a_retired_municipality_elsewhere_is_transferred_to_its_successors_county(
    demo: Directory,
) -> None:
    decision = route(Target("notification", "fi", "588"), demo, OPEN)
    assert decision.transfer_to == "12"
    assert rules(decision) == ["successor", "other_county_transfer"]


def test_a_child_who_is_here_now_is_ours(demo: Directory) -> None:
    decision = route(Target("notification", "fi", "091", here_now=True), demo, OPEN)
    assert (decision.team, decision.transfer_to) == ("intake", None)
    assert rules(decision) == ["here_now"]


def test_a_language_that_nobody_serves_goes_to_the_municipalitys_own(demo: Directory) -> None:
    teams = {key: team for key, team in demo.teams.items() if key != "swedish"}
    teams["intake"] = replace(teams["intake"], services=())
    decision = route(Target("guidance", "sv", "905"), replace(demo, teams=teams), OPEN)
    assert decision.team == "coast"
    assert decision.reasons[0].rule == "language_not_served"
    assert decision.reasons[0].detail["served_in"] == "fi"
    without = replace(demo, teams={**teams, "coast": replace(teams["coast"], services=())})
    unserved = route(Target("guidance", "sv", "905"), without, OPEN)
    assert (unserved.team, rules(unserved)) == ("intake", ["not_served"])


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_a_closed_team_keeps_the_case_and_says_when_it_opens(
    demo: Directory, language: str
) -> None:
    decision = route(Target("guidance", language, "905"), demo, NIGHT)
    assert decision.after_hours
    assert decision.opens_at == datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert not decision.alert_on_call
    assert rules(decision)[-1] == "after_hours"


@pytest.mark.parametrize(
    ("statutory", "cannot_wait", "at", "alerted"),
    [
        (True, False, NIGHT, True),
        (False, True, NIGHT, True),
        (False, False, NIGHT, False),
        (True, True, OPEN, False),
    ],
)
def test_what_cannot_wait_alerts_the_on_call_team_after_hours(
    demo: Directory, statutory: bool, cannot_wait: bool, at: datetime, alerted: bool
) -> None:
    target = Target("notification", "fi", "905", statutory=statutory, cannot_wait=cannot_wait)
    decision = route(target, demo, at)
    assert decision.alert_on_call is alerted
    assert ("on_call_alerted" in rules(decision)) is alerted
    assert not decision.alarm


LANDLINE = ContactPoint("desk", ContactKind.LANDLINE, "+35861000000", "fi")
NOWHERE = ContactPoint("gone", ContactKind.EMAIL, "", "fi")


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"members": ()}, "no_members"),
        ({"members": ("nobody-known",)}, "no_members"),
        ({"alert": ()}, "no_address"),
        ({"alert": (LANDLINE, NOWHERE)}, "no_address"),
    ],
)
def test_a_team_that_nobody_would_see_gives_way_to_the_fallback(
    demo: Directory, changes: dict[str, object], because: str
) -> None:
    decision = route(Target("guidance", "fi", "905"), with_team(demo, "coast", **changes), OPEN)
    assert (decision.team, decision.alarm) == ("management", True)
    assert decision.reasons[1].detail == {"team": "coast", "because": because}
    assert rules(decision)[1:] == ["nobody_would_see", "fallback"]


def test_a_fallback_that_nobody_would_see_gives_way_to_whoever_is_there(demo: Directory) -> None:
    blind = with_team(with_team(demo, "coast", alert=()), "management", members=())
    assert route(Target("guidance", "fi", "905"), blind, OPEN).team == "intake"
    nobody = replace(demo, workers={})
    decision = route(Target("guidance", "fi", "905"), nobody, OPEN)
    assert (decision.team, decision.alarm) == ("management", True)
    assert rules(decision)[-1] == "fallback_no_reachable"


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"members": ()}, "no_members"),
        ({"alert": ()}, "no_address"),
        ({"hours": OpeningHours(weekly=((),) * 7)}, "closed"),
    ],
)
def test_an_on_call_team_that_would_not_be_reached_raises_the_alarm(
    demo: Directory, changes: dict[str, object], because: str
) -> None:
    directory = with_team(demo, "on-call", **changes)
    decision = route(Target("notification", "fi", "905", statutory=True), directory, NIGHT)
    assert (decision.team, decision.alert_on_call, decision.alarm) == ("coast", True, True)
    assert decision.reasons[-1].detail == {"team": "on-call", "because": because}


def test_a_team_that_never_opens_raises_the_alarm(demo: Directory) -> None:
    directory = with_team(demo, "coast", hours=OpeningHours(weekly=((),) * 7))
    decision = route(Target("guidance", "fi", "905"), directory, OPEN)
    assert (decision.after_hours, decision.opens_at, decision.alarm) == (True, None, True)
    assert rules(decision)[-1] == "never_opens"


def test_a_team_that_is_always_open_is_never_after_hours(demo: Directory) -> None:
    directory = with_team(demo, "coast", hours=ALWAYS)
    assert not route(Target("guidance", "fi", "905"), directory, NIGHT).after_hours


def test_even_an_empty_directory_answers(demo: Directory) -> None:
    empty = replace(demo, teams={}, workers={}, municipalities={})
    decision = route(Target("guidance", "fi", "905", statutory=True), empty, OPEN)
    assert (decision.team, decision.alarm, decision.opens_at) == ("management", True, None)
