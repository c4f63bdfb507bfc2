"""What the bundle says of workers: deputies, absences, shifts and clients, and what it refuses to say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from casework.bundle import dump
from casework.directory import Directory
from casework.workers import Absence, Shift
from tests.casework.bundle_rows import Files, Read, problems, with_line, with_lines

WORKER = "uusi,Testi Testaaja,t@example.org,fi,"


@pytest.fixture
def with_rota(demo_files: Files) -> Files:
    """The demo's bundle, its on-call team with a rota that is empty."""
    rows = demo_files["teams.csv"].splitlines()
    rows = [
        row.removesuffix(",no,") + ",yes," if row.startswith("on-call") else row for row in rows
    ]
    return {**demo_files, "teams.csv": "\n".join(rows) + "\n"}


def shifts(files: Files, read: Read) -> tuple[Shift, ...]:
    return read(files).rotas["on-call"].shifts


def test_a_workers_teams_keep_their_order_and_the_first_is_home(
    demo_files: Files, read_bundle: Read
) -> None:
    files, _ = with_line(demo_files, "workers.csv", f"{WORKER}south coast,+358 50 000 0199,,yes")
    read = read_bundle(files)
    worker = read.workers["uusi"]
    assert (worker.teams, worker.mobile) == (("south", "coast"), "+358500000199")
    assert (worker.deputy, worker.reads_protected) == (None, True)
    assert "uusi" in read.teams["coast"].members
    assert "uusi,Testi Testaaja,t@example.org,fi,south coast,+358500000199,,yes" in (
        dump(read)["workers.csv"].splitlines()
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (",,uusi,", "deputy: expected somebody else than the worker"),
        (",,nobody,", "deputy: no worker in workers.csv has this key"),
        (",0500000199,,", "mobile: expected a number that begins with +358"),
        (",112,,", "mobile: expected a number that begins with +358"),
        (",,,kyllä", "reads_protected: expected yes or no"),
    ],
)
def test_a_wrong_cell_of_a_worker_is_named(
    demo_files: Files, read_bundle: Read, cells: str, reason: str
) -> None:
    files, line = with_line(demo_files, "workers.csv", WORKER + cells)
    assert problems(read_bundle, files) == [("workers.csv", line, reason)]


def test_mutual_deputies_are_sound_and_lead_one_step_and_no_further(demo: Directory) -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert demo.deputy_of("yo-esimerkki", at) == "natt-exempel"
    assert demo.deputy_of("natt-exempel", at) == "yo-esimerkki"


def test_absences_are_read_with_their_deputies(demo_files: Files, read_bundle: Read) -> None:
    rows = "testi-etela,2028-02-29,2028-02-29,", "testi-etela,2028-03-01,2028-03-05,yo-esimerkki"
    read = read_bundle(with_lines(demo_files, "absences.csv", *rows))
    assert read.absences.of("testi-etela") == (
        Absence("testi-etela", date(2028, 2, 29), date(2028, 2, 29)),
        Absence("testi-etela", date(2028, 3, 1), date(2028, 3, 5), "yo-esimerkki"),
    )
    first, second = datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2028, 3, 5, 12, tzinfo=UTC)
    assert read.deputy_of("testi-etela", first) == "testi-paivystaja"
    assert read.deputy_of("testi-etela", second) == "yo-esimerkki"
    assert not read.is_present("testi-etela", second)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nobody,2026-07-01,2026-07-02,", "worker: no worker in workers.csv has this key"),
        (
            "testi-etela,2026-07-01,2026-07-02,nobody",
            "deputy: no worker in workers.csv has this key",
        ),
        ("testi-etela,2026-07-01,2026-07-02,testi-etela", "deputy: expected somebody else"),
        ("testi-etela,2026-07-02,2026-07-01,", "last_day is before first_day"),
        ("testi-etela,2027-02-28,2027-02-29,", "last_day: there is no such day as 2027-02-29"),
        ("testi-etela,2026-07-01,,", "last_day: expected a date as YYYY-MM-DD"),
        ("testi-etela,2026-07-01,9999-12-31,", "last_day: expected a year from 2000 to 2999"),
        ("testi-etela,2026-06-10,2026-06-10,", "the worker is away already: see line 2"),
        ("testi-etela,2026-05-01,2026-08-01,", "the worker is away already: see line 2"),
        ("testi-etela,2026-06-20,2026-06-21,", "the worker is away already: see line 2"),
    ],
)
def test_a_wrong_absence_is_named(
    demo_files: Files, read_bundle: Read, row: str, reason: str
) -> None:
    rows = "testi-etela,2026-06-01,2026-06-20,", row
    ((file, line, found),) = problems(read_bundle, with_lines(demo_files, "absences.csv", *rows))
    assert (file, line) == ("absences.csv", 3)
    assert reason in found


def test_each_absence_inside_a_long_one_is_named(demo_files: Files, read_bundle: Read) -> None:
    days = ("06-10,2026-06-11", "06-12,2026-06-13", "05-01,2026-07-31", "08-01,2026-08-02")
    rows = (f"testi-etela,2026-{span}," for span in days)
    found = problems(read_bundle, with_lines(demo_files, "absences.csv", *rows))
    assert [(line, reason[-1]) for _, line, reason in found] == [(4, "2"), (4, "3")]


def test_a_client_code_is_found_however_it_is_typed(demo: Directory) -> None:
    assert "ESIM2345KOODI" in demo.clients
    for typed in ("ESIM-2345-KOODI", "esim 2345 koodi", "esim2345koodi"):
        worker = demo.worker_of_client(typed)
        assert worker is not None
        assert worker.key == "esimerkki-ohjaaja"
    assert demo.worker_of_client("ESIM-2345") is None
    assert demo.worker_of_client("") is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("esim 2345/koodi,testi-etela", "client_code: stands on line 2 already"),
        ("AB-123,testi-etela", "client_code: expected 6 to 20 letters a to z and digits"),
        ("ABCDE-ABCDE-ABCDE-ABCDE-1,testi-etela", "client_code: expected 6 to 20"),
        (",testi-etela", "client_code: expected 6 to 20"),
        ("TOINEN-2345,nobody", "worker: no worker in workers.csv has this key"),
        ("TOINEN-2345,", "worker: no worker in workers.csv has this key"),
    ],
)
def test_a_wrong_client_code_is_named_and_never_quoted(
    demo_files: Files, read_bundle: Read, row: str, reason: str
) -> None:
    files, number = with_line(demo_files, "clients.csv", row)
    ((file, line, found),) = problems(read_bundle, files)
    assert (file, line) == ("clients.csv", number)
    assert reason in found
    assert "2345" not in found


def test_shifts_are_read_as_people_write_them(with_rota: Files, read_bundle: Read) -> None:
    rows = (
        "on-call,natt-exempel,2026-12-25T06:00:00,2026-12-25 24:00,yo-esimerkki",
        "on-call,yo-esimerkki,2026-12-24 22:00,2026-12-25 6.00,",
        "on-call,yo-esimerkki,2028-02-29 00:00,2028-02-29 24:00,",
    )
    read = read_bundle(with_lines(with_rota, "rota.csv", *rows))
    assert read.rotas["on-call"].shifts == (
        Shift("on-call", "yo-esimerkki", datetime(2026, 12, 24, 22), datetime(2026, 12, 25, 6)),
        Shift(
            "on-call",
            "natt-exempel",
            datetime(2026, 12, 25, 6),
            datetime(2026, 12, 26),
            "yo-esimerkki",
        ),
        Shift("on-call", "yo-esimerkki", datetime(2028, 2, 29), datetime(2028, 3, 1)),
    )
    assert "on-call,yo-esimerkki,2026-12-24 22:00,2026-12-25 06:00,\n" in dump(read)["rota.csv"]


FIRST = "on-call,yo-esimerkki,2026-12-24 22:00,2026-12-25 06:00,"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nowhere,yo-esimerkki,2026-12-01 08:00,2026-12-01 16:00,", "team: no team in teams.csv has this key"),
        ("on-call,nobody,2026-12-01 08:00,2026-12-01 16:00,", "worker: no worker in workers.csv"),
        ("on-call,testi-etela,2026-12-01 08:00,2026-12-01 16:00,", "worker: is not a member"),
        ("south,testi-etela,2026-12-01 08:00,2026-12-01 16:00,", "team: has no rota"),
        ("on-call,yo-esimerkki,2026-12-01 08:00,2026-12-01 16:00,nobody", "instead_of: no worker"),
        ("on-call,yo-esimerkki,2026-12-01 08:00,2026-12-01 16:00,yo-esimerkki", "instead_of: exp"),
        ("on-call,yo-esimerkki,2026-12-01 08:00,2026-12-01 08:00,", "ends: is not after starts"),
        ("on-call,yo-esimerkki,2026-12-01 22:00,2026-12-01 06:00,", "ends: is not after starts"),
        ("on-call,yo-esimerkki,2026-12-01 08:00,2026-12-03 08:01,", "ends: no shift is longer than 48"),
        ("on-call,yo-esimerkki,2026-12-01 24:00,2026-12-02 06:00,", "starts: there is no such time"),
        ("on-call,yo-esimerkki,2026-12-01 08:60,2026-12-02 06:00,", "starts: there is no such time"),
        ("on-call,yo-esimerkki,2026-12-01 22:00,2026-12-01 24:01,", "ends: there is no such time"),
        ("on-call,yo-esimerkki,2027-02-29 08:00,2027-03-01 08:00,", "no such day as 2027-02-29"),
        ("on-call,yo-esimerkki,9999-12-31 08:00,9999-12-31 24:00,", "expected a year from 2000"),
        ("on-call,yo-esimerkki,0001-01-01 00:00,2026-12-31 24:00,", "expected a year from 2000"),
        ("on-call,yo-esimerkki,1.12.2026 klo 8,2026-12-01 16:00,", "starts: expected a day and a time"),
        ("on-call,yo-esimerkki,2026-12-01 08:00,,", "ends: expected a day and a time"),
        ("on-call,yo-esimerkki,2026-12-25 05:59,2026-12-25 12:00,", "duty in this team already: see line 2"),
        ("on-call,yo-esimerkki,2026-12-24 12:00,2026-12-24 22:01,", "duty in this team already: see line 2"),
        (FIRST, "the worker is on duty in this team already: see line 2"),
        # The clock skips from 03:00 to 04:00, so no time passes between these.
        ("on-call,yo-esimerkki,2026-03-29 03:00,2026-03-29 04:00,", "ends: is not after starts"),
        ("on-call,yo-esimerkki,2026-03-29 03:10,2026-03-29 03:50,", "ends: is not after starts"),
    ],
)  # fmt: skip
def test_a_wrong_shift_is_named(with_rota: Files, read_bundle: Read, row: str, reason: str) -> None:
    found = problems(read_bundle, with_lines(with_rota, "rota.csv", FIRST, row))
    assert {(file, line) for file, line, _ in found} == {("rota.csv", 3)}
    assert any(reason in one for _, _, one in found)


@pytest.mark.parametrize(
    "row",
    [
        "on-call,yo-esimerkki,2026-12-25 06:00,2026-12-25 14:00,",
        "on-call,natt-exempel,2026-12-24 22:00,2026-12-25 06:00,yo-esimerkki",
        "on-call,yo-esimerkki,2026-12-20 08:00,2026-12-22 08:00,",
        "on-call,yo-esimerkki,2026-03-28 22:00,2026-03-29 03:30,",
        "on-call,yo-esimerkki,2026-10-25 03:30,2026-10-25 03:45,",
    ],
)
def test_shifts_that_only_meet_or_are_shared_are_sound(
    with_rota: Files, read_bundle: Read, row: str
) -> None:
    assert len(shifts(with_lines(with_rota, "rota.csv", FIRST, row), read_bundle)) == 2


def test_no_problem_quotes_a_person_or_a_code(with_rota: Files, read_bundle: Read) -> None:
    files = with_lines(with_rota, "workers.csv", "Kaisa Kuvitteellinen,K,k@x,fi,,0501234567,Kaisa,")
    files = with_lines(files, "workers.csv", "Kaisa Kuvitteellinen,K,k@x,fi,,,,")
    files = with_lines(files, "absences.csv", "Kaisa Kuvitteellinen,2026-01-01,2026-01-02,Kaisa")
    files = with_lines(files, "clients.csv", "K41SA,Kaisa", "K41SA-K41SA,Kaisa", "k41sak41sa,Kaisa")
    files = with_lines(files, "rota.csv", "on-call,Kaisa,2026-01-01 08:00,2026-01-01 09:00,Kaisa")
    found = problems(read_bundle, files)
    assert {file for file, _, _ in found} == {
        "workers.csv", "absences.csv", "clients.csv", "rota.csv"
    }  # fmt: skip
    told = " ".join(reason for _, _, reason in found).casefold()
    assert not any(word in told for word in ("kaisa", "k@x", "0501234567", "k41sa"))
