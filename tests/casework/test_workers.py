"""Shifts, absences, names and client codes: units, and properties over whole random rotas."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.calendar import HELSINKI
from casework.workers import (
    LONGEST_SHIFT,
    Absence,
    Absences,
    Rota,
    Shift,
    Worker,
    WorkerNames,
    client_code,
)
from tests.casework import worker_strategies

MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 3, 28, 18), datetime(2026, 4, 5)),
    st.datetimes(datetime(2026, 10, 24, 18), datetime(2026, 11, 1)),
).map(lambda moment: moment.replace(tzinfo=UTC))


def shift(starts: str, ends: str, worker: str = "malli") -> Shift:
    return Shift("on-call", worker, datetime.fromisoformat(starts), datetime.fromisoformat(ends))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    """The shifts of all three workers, which may overlap each other's but not their own."""
    of = [draw(worker_strategies.shifts("on-call", key)) for key in worker_strategies.WORKERS]
    return Rota(tuple(each for found in of for each in found))


@pytest.mark.parametrize(
    ("starts", "ends", "begins_at", "ends_at"),
    [
        # An ordinary night, and one over each change of the clocks: 8, 7 and 9 hours long.
        ("2026-12-24 22:00", "2026-12-25 06:00", "2026-12-24 20:00", "2026-12-25 04:00"),
        ("2026-03-28 22:00", "2026-03-29 06:00", "2026-03-28 20:00", "2026-03-29 03:00"),
        ("2026-10-24 22:00", "2026-10-25 06:00", "2026-10-24 19:00", "2026-10-25 04:00"),
        # Inside the hour that is skipped: its end. Inside the repeated one: its first passing.
        ("2026-03-29 03:30", "2026-03-29 06:00", "2026-03-29 01:00", "2026-03-29 03:00"),
        ("2026-10-25 03:30", "2026-10-25 06:00", "2026-10-25 00:30", "2026-10-25 04:00"),
        ("2028-02-29 00:00", "2028-03-01 00:00", "2028-02-28 22:00", "2028-02-29 22:00"),
    ],
)
def test_a_shift_lasts_from_what_the_clock_shows_to_what_it_shows(
    starts: str, ends: str, begins_at: str, ends_at: str
) -> None:
    made = shift(starts, ends)
    assert (made.begins_at, made.ends_at) == (utc(begins_at), utc(ends_at))


def test_the_first_instant_of_a_shift_counts_and_the_last_does_not() -> None:
    night = shift("2026-12-24 22:00", "2026-12-25 06:00")
    day = shift("2026-12-25 06:00", "2026-12-25 14:00", "prov")
    rota, instant = Rota((day, night)), timedelta(microseconds=1)
    assert rota.at(utc("2026-12-24 20:00") - instant) == ()
    assert rota.at(utc("2026-12-24 20:00")) == (night,)
    assert rota.at(utc("2026-12-25 04:00") - instant) == (night,)
    assert rota.at(utc("2026-12-25 04:00")) == (day,)
    assert rota.at(utc("2026-12-25 12:00")) == ()


def test_a_night_is_covered_through_the_hour_that_comes_twice() -> None:
    night = shift("2026-10-24 22:00", "2026-10-25 03:00")
    morning = shift("2026-10-25 03:00", "2026-10-25 08:00", "prov")
    rota = Rota((night, morning))
    for minutes in range(0, 600, 10):
        at = utc("2026-10-24 19:00") + timedelta(minutes=minutes)
        expected = night if at < utc("2026-10-25 00:00") else morning
        assert rota.at(at) == (expected,), at


def test_the_longest_shift_is_found_until_its_end_on_the_long_night() -> None:
    long = shift("2026-10-24 00:00", "2026-10-26 00:00")
    assert long.ends - long.starts == LONGEST_SHIFT
    later = tuple(
        shift(f"2026-10-25 {hour:02}:00", f"2026-10-25 {hour:02}:30") for hour in range(24)
    )
    assert long in Rota((long, *later)).at(long.ends_at - timedelta(microseconds=1))


@given(rota=rotas(), at=MOMENTS)
def test_who_is_on_a_shift_is_as_reading_the_whole_list_says(rota: Rota, at: datetime) -> None:
    assert rota.at(at) == tuple(s for s in rota.shifts if s.begins_at <= at < s.ends_at)


@given(rota=rotas(), at=MOMENTS, minutes=st.integers(1, 6000))
def test_shifts_of_a_stretch_are_as_reading_the_whole_list_says(
    rota: Rota, at: datetime, minutes: int
) -> None:
    end = at + timedelta(minutes=minutes)
    expected = tuple(s for s in rota.shifts if s.begins_at < end and s.ends_at > at)
    assert rota.between(at, end) == expected


@given(rota=rotas(), at=MOMENTS, minutes=st.integers(1, 6000))
def test_between_two_moments_of_a_rota_nothing_changes(
    rota: Rota, at: datetime, minutes: int
) -> None:
    end = at + timedelta(minutes=minutes)
    moments = rota.moments(at, end)
    assert list(moments) == sorted(set(moments))
    cuts = (at, *moments, end)
    for begin, until in pairwise(cuts):
        if begin < until:
            last = until - timedelta(microseconds=1)
            assert rota.at(begin) == rota.at(begin + (until - begin) / 2) == rota.at(last)


@given(rota=rotas(), at=MOMENTS)
def test_nobody_stands_twice_at_one_moment(rota: Rota, at: datetime) -> None:
    workers = [each.worker for each in rota.at(at)]
    assert len(workers) == len(set(workers))


@given(shifts=rotas().map(lambda rota: rota.shifts), data=st.data())
def test_the_order_in_which_shifts_were_written_does_not_matter(
    shifts: tuple[Shift, ...], data: st.DataObject
) -> None:
    assert Rota(tuple(data.draw(st.permutations(shifts)))) == Rota(shifts)


@given(
    absences=worker_strategies.absences(),
    worker=st.sampled_from((*worker_strategies.WORKERS, "nobody")),
    on=st.dates(date(2026, 3, 15), date(2026, 4, 15)),
)
def test_who_is_away_is_as_reading_the_whole_list_says(
    absences: Absences, worker: str, on: date
) -> None:
    away = absences.on(worker, on)
    covering = [a for a in absences.entries if a.worker == worker and a.first_on <= on <= a.last_on]
    assert ([] if away is None else [away]) == covering


@pytest.mark.parametrize(
    ("at", "is_away"),
    [
        ("2026-02-28 21:59", False),
        ("2026-02-28 22:00", True),
        ("2026-03-29 20:59", True),
        ("2026-03-29 21:00", False),
    ],
)
def test_an_absence_begins_and_ends_at_midnight_in_helsinki(at: str, is_away: bool) -> None:
    away = Absence("malli", date(2026, 3, 1), date(2026, 3, 29))
    assert Absences((away,)).at("malli", utc(at)) == (away if is_away else None)


def test_the_extra_day_of_a_leap_year_is_a_day_like_others() -> None:
    absences = Absences((Absence("malli", date(2028, 2, 29), date(2028, 2, 29)),))
    noon = datetime(2028, 2, 29, 12, tzinfo=HELSINKI)
    assert absences.at("malli", noon) is not None
    assert absences.at("malli", noon + timedelta(days=1)) is None


def named(*names: str) -> WorkerNames:
    return WorkerNames.of(
        Worker(f"w{i}", name, "w@example.org", ("fi",)) for i, name in enumerate(names)
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Kaisa Kuvitteellinen", ["w0"]),
        ("  KUVITTEELLINEN,  kaisa ", ["w0"]),
        ("Kaisa", ["w0", "w1"]),
        ("Testi Päivystäjä", ["w2"]),
        ("testi paivystaja", ["w2"]),
        ("Sosiaalityöntekijä Testi Päivystäjä", ["w2"]),
        ("Anna Maija Esimerkki", ["w3"]),
        ("Anna-Maija", ["w3"]),
        ("Kai", []),
        ("Malli", []),
        ("", []),
        (" - ", []),
    ],
)
def test_a_worker_is_found_by_the_name_that_a_family_types(typed: str, found: list[str]) -> None:
    names = named(
        "Kaisa Kuvitteellinen", "Kaisa Esimerkki", "Testi Päivystäjä", "Anna-Maija Esimerkki"
    )
    assert list(names.called(typed)) == found


def test_two_of_the_same_name_are_both_found() -> None:
    assert named("Testi Testaaja", "Testi Testaaja").called("testaaja testi") == ("w0", "w1")


@given(text=st.text(max_size=300))
def test_any_text_is_looked_up_without_a_fault(text: str) -> None:
    found = named("Kaisa Kuvitteellinen", "Testi Testaaja").called(text)
    assert set(found) <= {"w0", "w1"}
    assert client_code(client_code(text)) == client_code(text)


@pytest.mark.parametrize("typed", ["esim-2345-koodi", " ESIM 2345 KOODI ", "Esim/2345.koodi\u200b"])
def test_a_client_code_is_compared_without_what_stands_between(typed: str) -> None:
    assert client_code(typed) == "ESIM2345KOODI"
