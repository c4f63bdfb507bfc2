"""Cleaning: nothing invisible stays, nothing visible is lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.cleaning import one_line, running_text

#: All code points, halves of surrogate pairs among them.
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
FORBIDDEN = {"Cc", "Cs"}


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Hei\x00maailma", "Heimaailma"),
        ("Alisa\u202enamow", "Alisanamow"),
        ("a\u2066b\u2069c\u200ed", "abcd"),
        ("AB12\u200b-34\ufeff", "AB12-34"),
        ("Kissa\u00adtalo", "Kissatalo"),
        (
            "emoji \U0001f468\u200d\U0001f469\u200d\U0001f467",
            "emoji \U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),
        ("puolikas \ud83d", "puolikas"),
        ("\x1b[31mpunainen\x7f", "[31mpunainen"),
        ("a\ufffeb\ufdd0c\U0010ffffd", "abcd"),
        ("A\u0308iti", "Äiti"),
        ("Čáppa Ánde ŋ đ ŧ ǥ ʒ", "Čáppa Ánde ŋ đ ŧ ǥ ʒ"),
        ("  \t reunat \n", "reunat"),
        ("Matti Mäkinen-O'Hara", "Matti Mäkinen-O'Hara"),
        ("<b>ei & 'merkintää'</b>", "<b>ei & 'merkintää'</b>"),
    ],
)
def test_what_cannot_be_seen_goes_and_what_can_be_seen_stays(raw: str, clean: str) -> None:
    assert running_text(raw) == clean


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_end_of_a_line_counts_as_one_line_feed(end: str) -> None:
    assert running_text(f"yksi{end}kaksi") == "yksi\nkaksi"
    assert one_line(f"yksi{end}kaksi") == "yksi kaksi"


def test_two_empty_lines_stay_two() -> None:
    assert running_text("a\r\n\r\n\r\nb") == "a\n\n\nb"


def test_an_emoji_newer_than_our_tables_is_kept() -> None:
    unassigned = next(
        chr(c) for c in range(0x1FA00, 0x20000) if unicodedata.category(chr(c)) == "Cn"
    )
    assert running_text(f"hymy {unassigned}") == f"hymy {unassigned}"


@pytest.mark.parametrize("between", ["\u200b", "\x00", "\u202e", "\u00ad"])
def test_a_letter_and_its_accent_are_joined_when_the_mark_between_them_is_gone(
    between: str,
) -> None:
    assert running_text(f"e{between}\u0301") == "é"


@pytest.mark.parametrize("raw", ["\u200d", " \u200c \n", "\u200b\ufeff", "\x00", ""])
def test_text_that_nobody_can_see_is_no_text(raw: str) -> None:
    assert running_text(raw) == one_line(raw) == ""


def test_a_short_answer_has_single_spaces_and_no_joiners() -> None:
    assert one_line(" AB12\u200d-34 \u00a0 x\ty\r\n") == "AB12-34 x y"


def test_nothing_sent_stays_nothing() -> None:
    assert running_text(None) is one_line(None) is None


@given(raw=ANY_TEXT)
def test_what_comes_out_is_clean_normal_and_can_be_stored(raw: str) -> None:
    for clean in (running_text, one_line):
        text = clean(raw)
        assert text is not None
        assert clean(text) == text, "cleaning twice is cleaning once"
        assert unicodedata.is_normalized("NFC", text)
        assert text == text.strip()
        text.encode()
        assert not {unicodedata.category(c) for c in text if c not in "\n\t"} & FORBIDDEN
    assert "\n" not in (one_line(raw) or "")


@given(raw=st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=60))
def test_letters_numbers_and_signs_all_come_through(raw: str) -> None:
    assert running_text(raw) == unicodedata.normalize("NFC", raw)
