"""Personal identity codes, with the signs of 2023."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.identity import ASK_AGAIN, ASK_SHAPE, WrongIdentityCode, read_identity_code

# The first one is the authority's own example; all others are of the temporary numbers, which nobody has for good.
GOOD = ["131052-308T", "010594Y9021", "020516C903K", "290216A902J", "010105B901T", "010105F901T"]


@pytest.mark.parametrize("code", [*GOOD, "131052Y902Y"])
def test_codes_of_every_sign_are_read(code: str) -> None:
    assert read_identity_code(code) == code


@pytest.mark.parametrize(
    "typed",
    [" 131052-308t ", "131052 -308T", "131052\u2212308T", "131052\u2013308T", "131052\u2011308T"],
)
def test_a_code_is_read_as_people_write_it(typed: str) -> None:
    assert read_identity_code(typed) == "131052-308T"


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("300224A9017", ASK_AGAIN),  # there is no such day
        ("010105A001S", ASK_AGAIN),  # numbers begin with 002
        ("010594Y9022", ASK_AGAIN),  # the last sign is another one
        ("010594-9021", ASK_SHAPE if False else None),
        ("010105A90\u00b2T", ASK_SHAPE),
        ("\u0660\u06610105A901T", ASK_SHAPE),
        ("010105A901", ASK_SHAPE),
        ("ei tiedossa", ASK_SHAPE),
        ("010105Z901T", ASK_SHAPE),
    ],
)
def test_a_wrong_code_is_asked_for_again_in_words(typed: str, asked: str | None) -> None:
    if asked is None:
        assert read_identity_code(typed) == typed
        return
    with pytest.raises(WrongIdentityCode) as wrong:
        read_identity_code(typed)
    assert wrong.value.words == asked


@given(st.text(st.characters(codec=None), max_size=14))
def test_whatever_is_typed_is_a_code_or_is_asked_for_again(typed: str) -> None:
    try:
        read = read_identity_code(typed)
    except WrongIdentityCode:
        return
    assert read.isascii()
    assert len(read) == 11
