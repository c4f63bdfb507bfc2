"""Phone numbers in every way in which people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.cleaning import one_line
from forms.phones import (
    ASK_COUNTRY,
    ASK_LETTERS,
    ASK_PREFIX,
    ASK_WHOLE,
    UnreadableNumber,
    read_phone,
)


def read(typed: str) -> tuple[str, bool]:
    phone = read_phone(typed)
    return phone.number, phone.textable


def asked(typed: str) -> str:
    with pytest.raises(UnreadableNumber) as error:
        read_phone(typed)
    return str(error.value.words)


@pytest.mark.parametrize(
    "typed",
    [
        "040 123 4567",
        "0401234567",
        "040-123 4567",
        "(040) 123 4567",
        "040/123.45.67",
        "+358 40 123 4567",
        "+358401234567",
        "+358 (0)40 123 4567",
        "+358(0)401234567",
        "+358 0 40 123 4567",
        "00358 40 123 4567",
        "00358 (0)40 123 4567",
        "990 358 40 123 4567",
        "358 40 123 4567",
        "\u00a0040\u00a0123\u00a04567 ",
        "040\u2010123\u20134567",
    ],
)
def test_one_mobile_is_the_same_number_however_it_is_written(typed: str) -> None:
    assert read(typed) == ("+358401234567", True)


@pytest.mark.parametrize(
    "typed", ["\u200e0401234567", "\u202d+358401234567\u202c", "\ufeff0401234567"]
)
def test_invisible_marks_of_a_pasted_number_do_not_matter(typed: str) -> None:
    assert read(one_line(typed) or "") == ("+358401234567", True)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0457 123 4567", "+3584571234567"),
        ("+358 457 123 4567", "+3584571234567"),
        ("+358 50 123 4567", "+358501234567"),
        ("+46 70 123 45 67", "+46701234567"),
        ("0046 70 123 45 67", "+46701234567"),
        ("+372 5123 4567", "+37251234567"),
        ("+7 921 123 4567", "+79211234567"),
        ("+44 7911 123456", "+447911123456"),
        ("+47 406 12 345", "+4740612345"),
        ("+1 212 555 0123", "+12125550123"),
    ],
)
def test_mobiles_of_home_and_abroad_take_texts(typed: str, number: str) -> None:
    assert read(typed) == (number, True)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("09 310 12345", "+358931012345"),
        ("+358(0)9 310 12345", "+358931012345"),
        ("015 123 4567", "+358151234567"),
        ("018 12 345", "+3581812345"),
    ],
)
def test_a_landline_is_for_calling(typed: str, number: str) -> None:
    assert read(typed) == (number, False)


@pytest.mark.parametrize("typed", ["010 123 4567", "020 123 4567", "029 123 4567", "0800 12345"])
def test_a_service_number_is_kept_as_it_was_written_and_is_for_calling(typed: str) -> None:
    assert read(f" {typed} ") == (typed, False)


@pytest.mark.parametrize("typed", ["67868", "112", "116 117", "116117", "123456", "", "+", "()"])
def test_a_scrap_of_a_number_is_asked_for_whole(typed: str) -> None:
    assert asked(typed) == ASK_WHOLE


def test_a_country_code_without_its_plus_is_never_doubled() -> None:
    assert not read("358500000")[0].startswith("+358358")


@pytest.mark.parametrize("typed", ["1234567", "46701234567", "401234567"])
def test_a_number_that_begins_like_none_is_asked_for_its_beginning(typed: str) -> None:
    assert asked(typed) == ASK_PREFIX


@pytest.mark.parametrize("typed", ["070 123 45 67", "0731234567", "076-123 45 67"])
def test_a_swedish_number_without_its_country_is_asked_for_it(typed: str) -> None:
    assert asked(typed) == ASK_COUNTRY


@pytest.mark.parametrize(
    ("typed", "letters"),
    [
        ("+358ks.401234567", "ks"),
        ("040-KISSA12", "KISSA"),
        ("040 1234567 (äiti)", "äiti"),
        ("04O1234567", "O"),
    ],
)
def test_letters_are_named_and_no_number_is_made_of_them(typed: str, letters: str) -> None:
    with pytest.raises(UnreadableNumber) as error:
        read_phone(typed)
    assert error.value.words == ASK_LETTERS
    assert error.value.words.params == {"letters": letters}


@pytest.mark.parametrize("typed", ["040\u00b2123456", "\u0660401234567", "040 123 4567;ext=5"])
def test_what_only_looks_like_a_digit_is_no_digit(typed: str) -> None:
    assert asked(typed) in {ASK_WHOLE, ASK_LETTERS}


@given(typed=st.one_of(st.text(), st.text("+0123456789 ()-/", max_size=30)))
def test_whatever_is_typed_is_read_or_asked_for_again(typed: str) -> None:
    try:
        phone = read_phone(typed)
    except UnreadableNumber:
        return
    assert phone.number
    assert phone.number.startswith("+") or not phone.textable
    assert phone.number not in repr(phone)


@given(digits=st.text("0123456789", min_size=7, max_size=12), prefix=st.sampled_from(["+358", "+"]))
def test_a_number_that_was_read_reads_the_same_again(digits: str, prefix: str) -> None:
    try:
        phone = read_phone(prefix + digits)
    except UnreadableNumber:
        return
    assert read_phone(phone.number) == phone
