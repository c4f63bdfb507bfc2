"""A rota as people look at it: the hours of nobody, and a week copied forward."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from casework.calendar import HELSINKI, OpeningHours, Span
from casework.directory import Directory
from casework.duty import forward, gaps, monday_of
from casework.workers import Absence, Absences, Rota, Shift

MONDAY = date(2026, 10, 19)
WEEKDAYS = OpeningHours(((Span(480, 960),),) * 5 + ((), ()))


def shift(worker: str, day: int, begin: int, end: int, instead_of: str | None = None) -> Shift:
    midnight = datetime(2026, 10, day)
    starts, ends = midnight + timedelta(hours=begin), midnight + timedelta(hours=end)
    return Shift("north", worker, starts, ends, instead_of)


def with_rota(demo: Directory, *shifts: Shift, absences: Absences | None = None) -> Directory:
    team = replace(demo.teams["north"], rota=True, hours=WEEKDAYS)
    return replace(
        demo,
        teams={**demo.teams, "north": team},
        rotas={"north": Rota(shifts)},
        absences=absences or Absences(),
    )


def shown(directory: Directory, days: int) -> list[str]:
    found = gaps(directory, directory.teams["north"], MONDAY, days)
    return [
        f"{begin.astimezone(HELSINKI):%a %H}-{end.astimezone(HELSINKI):%H}" for begin, end in found
    ]


def test_the_hours_of_nobody_lie_within_opening_hours(demo: Directory) -> None:
    here = with_rota(
        demo,
        shift("testi-paivystaja", 19, 6, 10),
        shift("esimerkki-ohjaaja", 19, 12, 20),
        shift("testi-paivystaja", 20, 8, 16),
    )
    assert shown(here, 3) == ["Mon 10-12", "Wed 08-16"]
    assert shown(with_rota(demo), 7)[-1] == "Fri 08-16"


def test_who_is_away_leaves_the_hours_to_nobody(demo: Directory) -> None:
    away = Absences((Absence("testi-paivystaja", MONDAY, MONDAY),))
    here = with_rota(
        demo,
        shift("testi-paivystaja", 19, 8, 16),
        shift("testi-paivystaja", 20, 8, 16),
        absences=away,
    )
    assert shown(here, 2) == ["Mon 08-16"]


def test_a_copied_week_keeps_its_clock_times_over_the_end_of_summer_time() -> None:
    (later,) = forward(Rota((shift("a", 19, 22, 30),)), MONDAY, 1)
    assert (later.starts, later.ends) == (datetime(2026, 10, 26, 22), datetime(2026, 10, 27, 6))


def test_a_swap_is_not_copied_and_a_shift_that_is_there_is_left_out() -> None:
    rota = Rota(
        (shift("b", 20, 8, 16, instead_of="a"), shift("c", 21, 8, 16), shift("c", 28, 15, 20))
    )
    copied = [(s.worker, s.instead_of, s.starts.day) for s in forward(rota, MONDAY, 2)]
    assert copied == [("a", None, 27), ("a", None, 3), ("c", None, 4)]


def test_a_week_begins_on_its_monday() -> None:
    assert {monday_of(MONDAY + timedelta(days=n)) for n in range(7)} == {MONDAY}
