"""Whom a decision reaches, by which way, and when a person is there next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.directory import Directory
from casework.reaching import Reach, reach
from casework.routing import Target, route
from casework.workers import Absence, Rota, Shift
from tests.casework.changed import away, with_team, with_worker

OPEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
CODE = "TEST-2345-KOODI"


def reached(directory: Directory, target: Target, at: datetime) -> Reach:
    return reach(route(target, directory, at), directory, at, urgent=target.cannot_wait)


def keys(found: Reach) -> list[str]:
    return [way.key for way in found.told]


def test_a_team_is_told_by_mail_and_by_text_when_it_cannot_wait(demo: Directory) -> None:
    calm = reached(demo, Target("guidance", "fi", "905"), OPEN)
    assert keys(calm) == ["team:coast:coast-mail", "team:coast:coast-mobile"]
    assert calm.on_duty == demo.on_duty(demo.teams["coast"], OPEN) != ()
    assert calm.next_human_at == OPEN
    urgent = reached(demo, Target("guidance", "fi", "905", cannot_wait=True), OPEN)
    assert keys(urgent) == ["team:coast:coast-mobile", "team:coast:coast-mail"]


def test_no_address_shows_where_it_is_printed(demo: Directory) -> None:
    found = reached(demo, Target("guidance", "fi", "905"), OPEN)
    assert "@" not in repr(found)
    assert all(way.address for way in found.told)


def test_at_night_somebody_is_there_when_the_team_opens_unless_the_on_call_team_is_alerted(
    demo: Directory,
) -> None:
    calm = reached(demo, Target("guidance", "fi", "905"), NIGHT)
    assert (calm.on_duty, calm.next_human_at) == ((), datetime(2026, 3, 3, 6, tzinfo=UTC))
    pressing = reached(demo, Target("notification", "fi", "905", statutory=True), NIGHT)
    assert pressing.next_human_at == NIGHT
    assert pressing.on_duty == demo.on_duty(demo.teams["on-call"], NIGHT)
    assert keys(pressing)[:3] == [
        "team:coast:coast-mail",
        "team:coast:coast-mobile",
        "team:on-call:on-call-mobile",
    ]


def test_a_worker_is_told_in_person_and_is_there_when_the_team_is_open(demo: Directory) -> None:
    target = Target("own-worker", "fi", "905", client_code=CODE)
    found = reached(demo, target, OPEN)
    assert keys(found) == ["worker:testi-etela:email", "worker:testi-etela:sms"]
    assert (found.on_duty, found.next_human_at) == (("testi-etela",), OPEN)
    night = reached(demo, target, NIGHT)
    assert (night.on_duty, night.next_human_at) == ((), datetime(2026, 3, 3, 6, 30, tzinfo=UTC))


def test_a_worker_who_is_away_from_tomorrow_is_there_on_the_first_open_day_after_it(
    demo: Directory,
) -> None:
    directory = away(demo, Absence("testi-etela", date(2026, 3, 3), date(2026, 3, 6)))
    found = reached(
        directory, Target("own-worker", "fi", None, client_code=CODE), NIGHT - timedelta(hours=3)
    )
    assert keys(found)[0] == "worker:testi-etela:email"
    assert found.next_human_at == datetime(2026, 3, 9, 6, 30, tzinfo=UTC)


def test_a_worker_without_any_way_is_told_by_the_points_of_the_team(demo: Directory) -> None:
    directory = with_worker(demo, "testi-etela", email="", mobile="")
    found = reached(directory, Target("own-worker", "fi", "905", client_code=CODE), OPEN)
    assert keys(found)[0] == "team:south:south-mail"


def test_in_a_team_with_a_rota_somebody_is_there_when_a_shift_of_one_who_is_present_begins(
    demo: Directory,
) -> None:
    shifts = tuple(
        Shift("south", worker, datetime(2026, 3, day, 9), datetime(2026, 3, day, 15))
        for day, worker in ((3, "testi-etela"), (4, "testi-paivystaja"), (5, "testi-etela"))
    )
    directory = replace(with_team(demo, "south", rota=True), rotas={"south": Rota(shifts)})
    directory = away(directory, Absence("testi-etela", date(2026, 3, 3), date(2026, 3, 3)))
    decision = route(Target("guidance", "fi", "287"), demo, NIGHT)
    assert reach(decision, directory, NIGHT).next_human_at == datetime(2026, 3, 4, 7, tzinfo=UTC)


@settings(deadline=None, max_examples=60)
@given(
    data=st.data(),
    at=st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10)),
    form=st.sampled_from(("guidance", "notification")),
)
def test_somebody_is_there_at_that_moment_and_at_no_quarter_of_an_hour_before_it(
    any_directories: st.SearchStrategy[Directory], data: st.DataObject, at: datetime, form: str
) -> None:
    directory = data.draw(any_directories)
    moment = at.replace(tzinfo=UTC)
    decision = route(Target(form, "fi", "005", statutory=form == "notification"), directory, moment)
    found = reach(decision, directory, moment)
    own = {decision.team} | ({directory.on_call_team} if decision.alert_on_call else set())
    teams = [directory.teams[key] for key in own if key in directory.teams]

    def anybody(then: datetime) -> bool:
        return any(directory.on_duty(team, then) for team in teams)

    assert found.next_human_at is None or anybody(found.next_human_at)
    assert bool(found.on_duty) == anybody(moment)
    last = min(found.next_human_at or moment + timedelta(days=9), moment + timedelta(days=9))
    quarters = (last - moment) // timedelta(minutes=15)
    earlier = (moment + n * timedelta(minutes=15) for n in range(quarters + 1))
    assert not any(anybody(then) for then in earlier if then < last)
