"""Finding a place by what a person types: names however they are written, postal codes, and rubbish."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.bundle import BundleError, parse
from casework.directory import Directory, Municipality
from casework.places import Names, folded, postal_code_in
from tests.casework.conftest import DATA, HOLIDAYS

TODAY = date(2026, 3, 2)
POSTAL_CODES = (DATA / "postal_codes.csv").read_text("utf-8")
ROWS = [line.split(",") for line in POSTAL_CODES.split()[1:]]


@pytest.fixture(scope="module")
def finland(demo_files: dict[str, str], references: dict[str, str]) -> Directory:
    """The demo county with the postal codes of the whole country."""
    return parse(
        demo_files,
        **{**references, "reference_postal_codes": POSTAL_CODES},
        revision=1,
        holidays=HOLIDAYS,
    )


def found(directory: Directory, typed: str) -> list[str]:
    return [place.code for place in directory.find_places(typed, TODAY)]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("helsinki\u00a0", ["091"]),
        ("\u3000HELSINKI\t", ["091"]),
        ("\uff28\uff25\uff2c\uff33\uff29\uff2e\uff2b\uff29", ["091"]),
        ("hel\u00adsin\u200bki", ["091"]),
        ("Helsinki.", ["091"]),
        ("Helsingfors", ["091"]),
        ("Pedersöre", ["599"]),
        ("PEDERSO\u0308RE", ["599"]),
        ("Maarianhamina/Mariehamn", ["478"]),
        ("Maarianhamina - Mariehamn", ["478"]),
        ("Mustasaari (Korsholm)", ["499"]),
        ("Koski Tl", ["284"]),
        ("koski tl.", ["284"]),
        ("koski", ["284"]),
        ("Anár", ["148"]),
        ("ANAR", ["148"]),
        ("S:t Karins", ["202"]),
        ("St. Karins", ["202"]),
        ("mantta vilppula", ["508"]),
        ("Mänttä\u2013Vilppula", ["508"]),
        ("vilppula", ["508"]),
        ("Oravais", ["946"]),
        ("Hki", []),
        ("Kunta", ["599"]),
        ("x" * 5000, []),
        ("\u0000", []),
        ("%", []),
        (".", []),
    ],
)
def test_a_name_is_found_however_it_is_written(
    finland: Directory, typed: str, codes: list[str]
) -> None:
    assert found(finland, typed) == codes


@pytest.mark.parametrize("typed", ["a", "å", "ka", "ii", "j"])
def test_one_letter_or_two_find_all_that_begin_so_and_never_words_within(
    finland: Directory, typed: str
) -> None:
    names = {m.code: [folded(n) for n in m.names.values()] for m in finland.municipalities.values()}
    now = [finland.municipalities[code] for code in found(finland, typed)]
    assert now
    if typed == "ii":  # is itself a name
        assert [place.names["fi"] for place in now] == ["Ii"]
    successors = {m.successor for m in finland.municipalities.values() if m.successor}
    for place in now:
        begins = any(name.startswith(folded(typed)) for name in names[place.code])
        assert begins or place.code in successors


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("65100", "65100"),
        (" 65100 ", "65100"),
        ("65 100", "65100"),
        ("651 00", "65100"),
        ("FI-65100", "65100"),
        ("AX-22100", "22100"),
        ("65100 Vaasa", "65100"),
        ("Vaasa 65100", "65100"),
        ("Testikatu 12, 65100 VAASA", "65100"),
        ("\uff16\uff15\uff11\uff10\uff10", "65100"),
        ("\u0660\u0660\u0661\u0660\u0660", "00100"),
        ("0010\u00b2", ""),
        ("00100\u00b2", ""),
        ("\u2460\u2461\u2462\u2463\u2464", ""),
        ("0010", ""),
        ("100", ""),
        ("001000", ""),
        ("65100-1", ""),
        ("A65100", ""),
        ("", ""),
    ],
)
def test_only_five_digits_are_a_postal_code(typed: str, code: str) -> None:
    assert postal_code_in(typed)[0] == code


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("00100", ["091"]),
        ("00230", ["091"]),
        ("99999", []),
        ("64260", ["231", "545"]),
        ("64260 Kaskinen", ["231", "545"]),
        ("65100 Vasa", ["905"]),
        ("65100 Helsinki", ["091", "905"]),
        ("99999 Vaasa", ["905"]),
        ("0010\u00b2", []),
    ],
)
def test_a_postal_code_suggests_and_a_name_beside_it_counts_too(
    finland: Directory, typed: str, codes: list[str]
) -> None:
    assert found(finland, typed) == codes


def test_every_postal_code_of_the_table_leads_to_existing_municipalities(
    finland: Directory,
) -> None:
    several = {code for code, _ in ROWS if len(found(finland, code)) > 1}
    assert several == {"64260"}
    for code, municipality in ROWS:
        assert len(code) == 5
        assert municipality in found(finland, code)


def test_no_municipality_is_without_a_postal_code(
    finland: Directory, references: dict[str, str]
) -> None:
    rows = references["reference_municipalities"].splitlines()[1:]
    assert {row.split(",")[0] for row in rows} == {municipality for _, municipality in ROWS}


def test_every_name_in_every_language_finds_its_municipality(finland: Directory) -> None:
    for place in finland.municipalities.values():
        heir = finland.resolve_municipality(place.code, TODAY)
        for name in place.names.values():
            for written in (name, name.upper(), unicodedata.normalize("NFD", name), f" {name} "):
                assert heir is not None
                assert found(finland, written) == [heir.code], written


def test_a_postal_code_of_a_retired_municipality_leads_to_its_successor(
    finland: Directory,
) -> None:
    retired = replace(finland.municipalities["905"], valid_to=date(2025, 12, 31), successor="499")
    merged = replace(finland, municipalities={**finland.municipalities, "905": retired})
    assert found(merged, "65100") == found(merged, "Vaasa") == ["499"]


@pytest.mark.parametrize(
    "row", ["6510,905", "65100,91", "65100", "65100,905\n65100,905", "6510\u00b2,905"]
)
def test_a_wrong_row_of_the_postal_codes_is_named(
    demo_files: dict[str, str], references: dict[str, str], row: str
) -> None:
    table = f"postal_code,municipality_code\n{row}\n"
    with pytest.raises(BundleError, match=r"reference postal codes:[23]"):
        parse(
            demo_files,
            **{**references, "reference_postal_codes": table},
            revision=1,
            holidays=HOLIDAYS,
        )


def test_a_search_takes_a_fraction_of_a_form_page(finland: Directory) -> None:
    worst = max(
        _seconds(lambda typed=typed: found(finland, typed))  # type: ignore[misc]
        for typed in ("k", "xyz", "65100", "0010\u00b2", "xyz, " * 40, "\u00e5" * 200)
    )
    assert worst < 0.005


def _seconds(search: Callable[[], object]) -> float:
    """The quickest of several tries: what the machine does beside is not the search's."""
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        search()
        times.append(time.perf_counter() - begun)
    return min(times)


@given(st.text(max_size=220))
def test_whatever_is_typed_finds_known_places_each_once(finland: Directory, typed: str) -> None:
    codes = found(finland, typed)
    assert codes == sorted(set(codes))
    assert set(codes) <= set(finland.municipalities)


@given(st.text(max_size=30), st.text(max_size=10))
def test_folding_twice_changes_nothing_and_space_around_counts_for_nothing(
    text: str, more: str
) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded(f"\u00a0{text}\t") == folded(text)
    assert folded(f"{text} - {more}") == folded(f"{text} {more}")


@given(st.from_regex(r"[0-9]{5}", fullmatch=True), st.sampled_from(["", " ", "FI-", "Vaasa "]))
def test_five_digits_are_read_as_they_stand(code: str, before: str) -> None:
    assert postal_code_in(before + code)[0] == code


@given(st.text(max_size=40))
def test_a_postal_code_is_five_ascii_digits_or_none(text: str) -> None:
    code, beside = postal_code_in(text)
    assert code == "" or (code.isascii() and code.isdigit() and len(code) == 5)
    assert beside == text or code


NAME = st.text("aäåbŋ -", min_size=1, max_size=8)


@given(st.dictionaries(st.from_regex(r"[0-9]{3}", fullmatch=True), st.lists(NAME, max_size=3)))
def test_each_name_of_a_place_finds_it(names: dict[str, list[str]]) -> None:
    known = Names.of(names)
    for code, called in names.items():
        for name in called:
            assert (code in known.codes(name)) == bool(folded(name))


def test_a_directory_without_postal_codes_still_finds_names(demo: Directory) -> None:
    assert found(demo, "65100") == []
    assert found(demo, "65100 Vaasa") == ["905"]
    alone = {"001": Municipality("001", {"fi": "Esimerkkilä"}, "17", ("fi",))}
    assert found(replace(demo, municipalities=alone), "esimerkkila") == ["001"]
