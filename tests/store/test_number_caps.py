"""Few texts to one number in a day, counted without keeping the number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from casework.caps import CAP_PER_NUMBER
from tests.store.conftest import TYPED
from webapp.store.caps import ALL, NumberCaps
from webapp.store.tables import number_caps
from webapp.wiring import House

TODAY = date(2026, 3, 2)
NUMBER = TYPED["phone"]


@pytest.fixture
def caps(house: House) -> NumberCaps:
    return NumberCaps(house.engine, b"a key of the tests")


def test_one_number_is_texted_a_few_times_a_day_and_again_the_next_day(caps: NumberCaps) -> None:
    assert all(caps.take(NUMBER, TODAY) for _ in range(CAP_PER_NUMBER))
    assert not caps.take(NUMBER, TODAY)
    assert caps.take("+358501239877", TODAY)
    assert caps.take(NUMBER, TODAY + timedelta(days=1))


def test_many_at_once_get_no_more_than_one_after_another(caps: NumberCaps) -> None:
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: caps.take(NUMBER, TODAY), range(12)))
    assert sorted(count for count in taken if count) == [1, 2, 3]
    assert taken.count(None) == 12 - CAP_PER_NUMBER


def test_what_is_over_a_numbers_share_uses_up_nothing_of_the_countys(caps: NumberCaps) -> None:
    for _ in range(CAP_PER_NUMBER + 5):
        caps.take(NUMBER, TODAY)
    assert caps.take("+358501239877", TODAY) == CAP_PER_NUMBER + 1


def test_no_number_is_stored_and_two_days_of_one_number_do_not_look_alike(
    caps: NumberCaps, owner: Engine
) -> None:
    caps.take(NUMBER, TODAY)
    caps.take(NUMBER, TODAY + timedelta(days=1))
    with owner.connect() as connection:
        rows = connection.execute(select(number_caps)).all()
    assert len({bytes(row.number_hash) for row in rows} - {ALL}) == 2
    assert NUMBER.lstrip("+").encode() not in b"".join(bytes(row.number_hash) for row in rows)


def test_another_key_counts_another_number(caps: NumberCaps, house: House) -> None:
    for _ in range(CAP_PER_NUMBER + 1):
        caps.take(NUMBER, TODAY)
    assert NumberCaps(house.engine, b"another key").take(NUMBER, TODAY)


def test_days_that_are_over_are_forgotten(caps: NumberCaps) -> None:
    for _ in range(CAP_PER_NUMBER + 1):
        caps.take(NUMBER, TODAY)
    assert caps.purge(TODAY) == 0
    assert not caps.take(NUMBER, TODAY)
    assert caps.purge(TODAY + timedelta(days=1)) == 2
    assert caps.take(NUMBER, TODAY)
