"""Revisions of the directory: one after the other, all or nothing, and with what the database itself refuses."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from casework.calendar import OpeningHours
from casework.directory import Directory
from casework.directory_check import Hole
from casework.errors import NoDirectory, NotFound, Outdated, Refused
from casework.teams import Service
from casework.workers import Absence, Absences, Rota, Shift
from webapp import demo_county, wiring
from webapp.store.directory import DirectoryRevisions
from webapp.wiring import House

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
FILES = demo_county.bundle_files(demo_county.FOLDER)


@pytest.fixture
def revisions(house: House) -> Iterator[DirectoryRevisions]:
    """The demo's directory is the newest revision again afterwards."""
    yield house.revisions
    house.revisions.add(FILES, demo(), "tests", NOW, based_on=house.revisions.latest())


def demo() -> Directory:
    return wiring.read_directory(FILES, 0)


def add(revisions: DirectoryRevisions, directory: Directory) -> int:
    return revisions.add(FILES, directory, "tests", NOW, based_on=revisions.latest())


def shift(worker: str, starts: datetime, hours: int = 8) -> Shift:
    return Shift("north", worker, starts, starts + timedelta(hours=hours))


def with_shifts(*shifts: Shift) -> Directory:
    return replace(demo(), rotas={"north": Rota(shifts)})


def column(owner: Engine, query: str) -> list[str]:
    with owner.connect() as connection:
        return [str(row[0]) for row in connection.execute(text(query))]


# --- One after the other --------------------------------------------------------------------------------------


def test_a_second_change_of_the_same_revision_is_outdated(revisions: DirectoryRevisions) -> None:
    before = revisions.latest()
    made = revisions.add(FILES, demo(), "user:1", NOW, based_on=before)
    assert made == revisions.latest()
    for based_on in (before, None, made + 7):
        with pytest.raises(Outdated):
            revisions.add(FILES, demo(), "user:2", NOW, based_on=based_on)
    assert revisions.latest() == made


def test_of_two_who_save_at_the_same_moment_one_is_outdated(
    revisions: DirectoryRevisions,
) -> None:
    before, here, outcomes = revisions.latest(), demo(), list[str]()
    together = threading.Barrier(2)

    def save() -> None:
        together.wait()
        try:
            revisions.add(FILES, here, "tests", NOW, based_on=before)
            outcomes.append("saved")
        except Outdated:
            outcomes.append("outdated")

    threads = [threading.Thread(target=save) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["outdated", "saved"]


def test_the_database_alone_refuses_two_revisions_of_one_base(
    revisions: DirectoryRevisions, owner: Engine
) -> None:
    add(revisions, demo())
    twice = "insert into directory_revisions (imported_at, imported_by, digest, files, based_on) select imported_at, imported_by, digest, files, based_on from directory_revisions order by revision desc limit 1"
    with pytest.raises(Exception, match="uq_directory_revisions_based_on"), owner.begin() as c:
        c.execute(text(twice))


def test_the_history_tells_who_and_when_the_newest_first(revisions: DirectoryRevisions) -> None:
    first, second = add(revisions, demo()), add(revisions, demo())
    newest, before = revisions.history(limit=2)
    assert (newest.number, before.number) == (second, first)
    assert (newest.by, newest.at) == ("tests", NOW)
    assert newest.digest == before.digest
    assert [line.number for line in revisions.history(before=second, limit=1)] == [first]
    with pytest.raises(NoDirectory):
        revisions.files(second + 1)


# --- What the database refuses --------------------------------------------------------------------------------


def test_no_worker_is_twice_at_one_time_in_a_team_and_nothing_is_kept(
    revisions: DirectoryRevisions, owner: Engine
) -> None:
    kept = add(revisions, demo())
    doubled = with_shifts(
        shift("testi-paivystaja", datetime(2026, 9, 22, 8)),
        shift("testi-paivystaja", datetime(2026, 9, 22, 15)),
    )
    with pytest.raises(
        Refused, match=r"^shifts twice: team north, worker testi-paivystaja$"
    ) as refused:
        add(revisions, doubled)
    assert "2026" not in str(refused.value)
    assert revisions.latest() == kept
    assert column(owner, "select worker from directory_shifts") == []


def test_shifts_may_meet_and_two_workers_may_share_an_hour(revisions: DirectoryRevisions) -> None:
    morning = datetime(2026, 9, 22, 8)
    add(
        revisions,
        with_shifts(
            shift("testi-paivystaja", morning),
            shift("testi-paivystaja", morning + timedelta(hours=8)),
            shift("esimerkki-ohjaaja", morning),
        ),
    )


def test_no_worker_is_away_twice_on_one_day(revisions: DirectoryRevisions) -> None:
    absences = (
        Absence("testi-etela", date(2026, 10, 1), date(2026, 10, 5)),
        Absence("testi-etela", date(2026, 10, 5), date(2026, 10, 9)),
    )
    with pytest.raises(Refused, match=r"^absences twice: worker testi-etela$"):
        add(revisions, replace(demo(), absences=Absences(absences)))


def test_no_message_has_two_teams(revisions: DirectoryRevisions) -> None:
    here = demo()
    both = Service(frozenset({"905"}), frozenset({"guidance"}), frozenset({"fi"}))
    teams = {
        key: replace(here.teams[key], services=(both,), hours=OpeningHours(((),) * 7))
        for key in ("north", "south")
    }
    with pytest.raises(
        Refused, match=r"^services twice: municipality 905, form guidance, language fi$"
    ):
        add(revisions, replace(here, teams=teams))


def test_two_rows_of_one_team_may_overlap(revisions: DirectoryRevisions, owner: Engine) -> None:
    here = demo()
    some = Service(frozenset({"288", "905"}), frozenset({"guidance"}), frozenset({"fi"}))
    more = Service(frozenset({"905"}), frozenset({"guidance"}), frozenset({"fi", "en"}))
    north = replace(here.teams["north"], services=(some, more))
    add(revisions, replace(here, teams={"north": north}))
    assert column(owner, "select municipality || language from directory_services order by 1") == [
        "288fi",
        "905en",
        "905fi",
    ]


# --- The rows of the newest revision --------------------------------------------------------------------------


def test_the_rows_are_those_of_the_newest_revision_alone(
    revisions: DirectoryRevisions, owner: Engine
) -> None:
    here = demo()
    morning = datetime(2026, 9, 22, 8)
    away = Absences((Absence("testi-etela", date(2026, 10, 1), date(2026, 10, 5)),))
    add(
        revisions,
        replace(
            with_shifts(
                shift("testi-paivystaja", morning),
                shift("testi-paivystaja", datetime(2026, 9, 19, 8)),  # over, since more than a day
            ),
            absences=away,
        ),
    )
    assert column(owner, "select lower(during) from directory_shifts") == [
        "2026-09-22 05:00:00+00:00"
    ]
    assert column(owner, "select upper(during) from directory_absences") == ["2026-10-06"]
    assert set(column(owner, "select client_code from directory_clients")) == set(here.clients)
    assert column(owner, "select team from directory_services where municipality = '*'")
    served = "select team from directory_services where municipality = '288' and form = '*'"
    assert set(column(owner, served)) == {"north"}
    add(revisions, here)
    assert column(owner, "select team from directory_shifts") == []


# --- Proposals and checks -------------------------------------------------------------------------------------


def test_a_proposal_is_its_makers_for_a_day(revisions: DirectoryRevisions, owner: Engine) -> None:
    made = revisions.propose({"a.csv": "x"}, 3, "user:1", NOW)
    almost = NOW + timedelta(hours=23, minutes=59)
    found = revisions.proposal(made, "user:1", almost)
    assert (found.files, found.based_on) == ({"a.csv": "x"}, 3)
    for by, at in (("user:2", NOW), ("user:1", NOW + timedelta(hours=24))):
        with pytest.raises(NotFound):
            revisions.proposal(made, by, at)
    revisions.drop(made, "user:2")
    assert revisions.purge(almost) == 0
    assert revisions.purge(NOW + timedelta(hours=24)) == 1
    assert column(owner, "select id from directory_proposals") == []


def test_the_newest_check_is_what_stands(revisions: DirectoryRevisions) -> None:
    assert revisions.latest_check() is None
    hole = Hole("team_never_opens", "north", {"at": NOW.isoformat()})
    revisions.store_check(4, [hole], NOW)
    revisions.store_check(5, [], NOW - timedelta(hours=1))
    found = revisions.latest_check()
    assert found is not None
    assert (found.revision, found.at, found.holes) == (4, NOW, (hole,))


def test_of_two_checks_of_the_watch_at_once_one_is_kept(
    revisions: DirectoryRevisions, owner: Engine
) -> None:
    day = timedelta(hours=23)
    barrier = threading.Barrier(2)

    def prove(_: int) -> bool:
        barrier.wait()
        return revisions.store_check_once(4, [], NOW, lasts=day)

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(prove, range(2))) == [False, True]
    assert revisions.store_check_once(5, [], NOW, lasts=day)
    assert not revisions.store_check_once(4, [], NOW + timedelta(hours=22), lasts=day)
    assert revisions.store_check_once(4, [], NOW + day, lasts=day)
    assert column(owner, "select revision from directory_checks order by id") == ["4", "5", "4"]


def test_what_is_kept_on_disk_for_bad_days_is_for_this_account_alone(
    house: House, tmp_path: Path
) -> None:
    """It holds codes of clients."""
    settings = house.settings.model_copy(update={"state_dir": tmp_path / "state"})
    opened = wiring.build(settings)
    assert opened.directory.workers
    opened.engine.dispose()
    (kept,) = (tmp_path / "state").iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (kept, kept.parent)] == [0o600, 0o700]
