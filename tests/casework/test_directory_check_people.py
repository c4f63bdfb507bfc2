"""Holes around people: hours without anybody, ladders and deputies that lead nowhere, workers whom nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from casework.calendar import OpeningHours, Span
from casework.directory import Directory
from casework.directory_check import Hole, check
from casework.teams import LadderStep, Tell
from casework.workers import Absence, Rota, Shift
from tests.casework.changed import away, with_team, with_worker
from tests.casework.test_directory_check import FORMS, START, kinds


def with_rota(directory: Directory, key: str, shifts: Iterable[tuple[str, int, int]]) -> Directory:
    """A team with these shifts, of (worker, hour, hour), on each of the first days of the check."""
    every = [
        Shift(key, worker, morning + timedelta(hours=begins), morning + timedelta(hours=ends))
        for morning in (datetime.combine(START + timedelta(days=n), time()) for n in range(10))
        for worker, begins, ends in shifts
    ]
    return replace(with_team(directory, key, rota=True), rotas={key: Rota(tuple(every))})


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


def test_an_absence_that_begins_in_the_middle_of_a_shift_leaves_the_rest_of_it_to_nobody(
    demo: Directory,
) -> None:
    nights = OpeningHours(weekly=((Span(1200, 1920),),) * 7)
    directory = with_rota(demo, "south", (("testi-etela", 20, 32),))
    directory = with_team(directory, "south", hours=nights)
    assert kinds(directory, 3) == {("nobody_on_shift", "south")}, "the night before the first shift"
    later = START + timedelta(days=1)
    assert check(directory, later, 3, forms=FORMS) == ()
    tomorrow = later + timedelta(days=1)
    directory = away(directory, Absence("testi-etela", tomorrow, tomorrow))
    (hole,) = check(directory, later, 3, forms=FORMS)
    assert hole.example["at"] == hole.example["from"] == "2026-03-03T22:00:00+00:00"
    assert hole.example["until"] == "2026-03-04T06:00:00+00:00"


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
    demo = with_worker(demo, "prov-ledare", deputy=None)
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
    directory = with_worker(demo, "testi-etela", deputy="testi-paivystaja")
    directory = replace(directory, clients={"ABC123": "testi-etela"})
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
    directory = with_worker(demo, "testi-etela", teams=())
    directory = replace(directory, clients={"ABC123": "testi-etela"})
    assert kinds(directory) == {("client_worker_without_team", "testi-etela")}
    silent = replace(with_team(demo, "management", alert=()), fallback_team="intake")
    (hole, _) = check(silent, START, 7, forms=FORMS)
    assert (hole.kind, hole.subject) == ("nobody_would_see", "management")
    assert hole.example["worker"] == "esko-esimerkki"
    assert "municipality" not in hole.example
