"""Segments as a phone network counts them, and plain letters for plain phones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.sms_segments import Segments, plain_sms, segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("я" * 70, "UCS-2", 70, 1),
        ("я" * 71, "UCS-2", 71, 2),
        ("я" * 134, "UCS-2", 134, 2),
        ("я" * 135, "UCS-2", 135, 3),
        ("ÄÖÅäöå€", "GSM-7", 8, 1),
        ("Čáŋ", "UCS-2", 3, 1),
    ],
)
def test_a_text_takes_the_segments_that_the_network_charges(
    text: str, encoding: str, units: int, count: int
) -> None:
    assert segments(text) == Segments(encoding, units, count)  # type: ignore[arg-type]


def test_an_escaped_pair_is_never_cut_in_two() -> None:
    assert segments("a" * 152 + "€" + "a" * 152) == Segments("GSM-7", 306, 3)


def test_an_emoji_is_never_cut_in_two() -> None:
    assert segments("я" * 66 + "😀" + "я" * 66) == Segments("UCS-2", 134, 3)
    assert segments("a" * 66 + "👋" + "a" * 10).count == 2


def test_brackets_count_once_when_the_text_is_unicode_anyway() -> None:
    assert segments("a" * 68 + "{" + "ŋ") == Segments("UCS-2", 70, 1)


@given(st.text(alphabet="aäö€[]я😀ŋ \n", max_size=400))
def test_segments_never_hold_more_than_fits_nor_fewer_than_needed(text: str) -> None:
    found = segments(text)
    alone, joined = (160, 153) if found.encoding == "GSM-7" else (70, 67)
    assert (found.count <= 1) == (found.units <= alone)
    assert found.units <= max(alone, found.count * joined)
    # Each full segment wastes at most one unit, and only where a pair did not fit.
    assert found.count <= 1 or (found.count - 1) * (joined - 1) < found.units


def test_typography_becomes_what_a_person_would_type() -> None:
    plain = plain_sms("Klo\u00a08\u201316, \u201cja\u201d \u2019niin\u2019\u2026 \u202fnyt\u00ad")
    assert plain == "Klo 8-16, \"ja\" 'niin'...  nyt"
    assert segments(plain).encoding == "GSM-7"


def test_spaces_and_line_ends_stay_spaces_and_line_ends() -> None:
    assert plain_sms("Hei\u00a0 Anna \r\nterveisin") == "Hei  Anna \nterveisin"


def test_letters_outside_the_alphabet_arrive_unchanged() -> None:
    assert plain_sms("Čáppa Ánde ŋ") == "Čáppa Ánde ŋ"


def test_a_letter_written_as_two_is_composed() -> None:
    assert plain_sms("A\u0308iti") == "Äiti"


@given(st.text(max_size=200))
def test_making_plain_twice_changes_nothing_more(text: str) -> None:
    assert plain_sms(plain_sms(text)) == plain_sms(text)
