"""The return path of one attempt: found again in whatever form a server left it, and never made up."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.return_path import attempt_in, is_return_address, return_path

KEY, OTHER = b"key of the tests", b"another key"
ADDRESS = "bounces@luotsi.example.fi"
LONGEST = f"{'b' * 21}@luotsi.example.fi"
ATTEMPT = UUID("0198e7b2-5f3a-7c41-9d2e-6a1b2c3d4e5f")


@given(st.uuids())
def test_an_attempt_is_found_again_in_an_address_that_any_server_takes(attempt: UUID) -> None:
    made = return_path(LONGEST, attempt, KEY)
    local, _, domain = made.rpartition("@")
    assert len(local) <= 64
    assert (local, domain) == (local.lower(), "luotsi.example.fi")
    assert attempt_in(made, KEY) == attempt_in(made.upper(), KEY) == attempt


def rewritten(token: str) -> list[str]:
    """What servers make of it: another delimiter, a tag of theirs, quotes, percent signs, a name before it."""
    return [
        f"bounces-{token}@luotsi.example.fi",
        f"bounces={token}@luotsi.example.fi",
        f"BOUNCES+{token.upper()}@LUOTSI.EXAMPLE.FI",
        f'"bounces+{token}"@luotsi.example.fi',
        f"bounces%2b{token}@luotsi.example.fi",
        f"prvs=1234abcdef=bounces+{token}@luotsi.example.fi",
        f"SRS0=HHHH=TT=luotsi.example.fi=bounces+{token}@forwarder.example",
        f'"Luotsi" <bounces+{token}@luotsi.example.fi>, muu@koe.example',
        f" <bounces+{token}@luotsi.example.fi>\r\n",
        f"bounces+{token}",
    ]


def test_a_token_is_found_whatever_a_server_made_of_the_address() -> None:
    token = return_path(ADDRESS, ATTEMPT, KEY).partition("+")[2].partition("@")[0]
    assert [attempt_in(text, KEY) for text in rewritten(token)] == [ATTEMPT] * len(rewritten(token))


def test_a_token_of_another_house_or_with_one_letter_changed_is_none() -> None:
    made = return_path(ADDRESS, ATTEMPT, KEY)
    assert attempt_in(made, OTHER) is None
    start = made.index("+") + 1
    # The last letter holds bits that mean nothing.
    for place in range(start, made.index("@") - 1):
        other = "a" if made[place] != "a" else "b"
        assert attempt_in(f"{made[:place]}{other}{made[place + 1 :]}", KEY) is None


def test_a_token_after_more_text_than_any_address_has_is_not_looked_for() -> None:
    assert attempt_in("x@y, " * 300 + return_path(ADDRESS, ATTEMPT, KEY), KEY) is None


@given(st.text(max_size=200) | st.text("abcdefgh234567+@", max_size=200))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    assert attempt_in(text, KEY) is None


@pytest.mark.parametrize("good", [ADDRESS, LONGEST, "b@päivä.example", "a.b-c_d@x.fi", "a+b@x.fi"])
def test_tokens_fit_into_an_address_with_a_short_plain_name(good: str) -> None:
    assert is_return_address(good)
    assert attempt_in(return_path(good, one := uuid4(), KEY), KEY) == one


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "bounces",
        "@x.fi",
        f"{'b' * 22}@x.fi",
        "ä@x.fi",
        "a b@x.fi",
        '"a"@x.fi',
        "a@b@x.fi",
        "a@",
    ],
)
def test_an_address_into_which_no_token_fits_is_told_apart(wrong: str) -> None:
    assert not is_return_address(wrong)
