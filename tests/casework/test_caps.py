"""To which countries a sender's confirmation may be texted."""

from __future__ import annotations

import pytest

from casework.caps import SMS_COUNTRIES, may_text
from casework.directory import Directory


@pytest.mark.parametrize(
    "number", ["+358501234567", "+358184571234", "+46701234567", "+37251234567", "+3546111234"]
)
def test_finland_and_its_neighbours_are_texted(demo: Directory, number: str) -> None:
    assert may_text(number, demo.county.sms_countries)


@pytest.mark.parametrize(
    "number", ["+4915112345678", "+35361234567", "+88213000000", "+12125550100", "+3", "", "0501"]
)
def test_other_countries_and_what_is_no_number_are_not_texted(number: str) -> None:
    assert not may_text(number, SMS_COUNTRIES)


def test_a_county_may_text_nobody() -> None:
    assert not may_text("+358501234567", ())
