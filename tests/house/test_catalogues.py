"""Every text of the house speaks Finnish and Swedish, with the same values in it; a language is a catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.dates import format_date
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from tests import pseudo
from webapp import catalogues
from webapp.catalogues import SOURCE_LANGUAGE, translations

ROOT = Path(__file__).parents[2]
LANGUAGES = tuple(catalogues.find(""))
TRANSLATED = [code for code in LANGUAGES if code != SOURCE_LANGUAGE]
COMPLETE = [code for code in catalogues.complete() if code != SOURCE_LANGUAGE]
#: How dates and times are written is no sentence.
PATTERNS = {catalogues.DAY_PATTERN, catalogues.CLOCK_PATTERN}
PLACE = re.compile(r"%\((\w+)\)[sd]")
SKIPPED = {
    ".venv",
    ".uv",
    ".git",
    ".luotsi",
    "node_modules",
    "__pycache__",
    "tests",
    "bench",
    "docs",
}
#: English words that no Finnish or Swedish sentence has.
ENGLISH = re.compile(r"\b(the|you|your|please|with|this|and the|of the|message|phone)\b", re.I)
LETTERS = re.compile(r"[^\W\d_]{2,}")


class Found(NamedTuple):
    file: str
    line: int


@cache
def texts() -> dict[str | tuple[str, ...], Found]:
    """Every message id that the code and the templates mark, and where it first stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found: dict[str | tuple[str, ...], Found] = {}
    for file, line, msgid, _, _ in extract_from_dir(
        ROOT,
        methods,
        options,
        keywords={**DEFAULT_KEYWORDS, "N_": None},
        directory_filter=lambda folder: Path(folder).name not in SKIPPED,
    ):
        found.setdefault(msgid, Found(file, line))
    return found


@cache
def catalogue(language: str) -> Catalog:
    return catalogues.read(catalogues.find("")[language])


def entries(language: str) -> Iterator[Message]:
    """Entries that have an id; the first one is the catalogue's own header."""
    return (entry for entry in catalogue(language) if entry.id)


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_texts_are_found_in_code_and_in_templates() -> None:
    files = {Path(found.file).parts[0] for found in texts().values()}
    assert {"forms", "webapp", "templates"} <= files
    assert len(texts()) > 150


@pytest.mark.parametrize("language", COMPLETE)
def test_every_text_is_translated(language: str) -> None:
    known = catalogue(language)
    missing = {}
    for msgid, found in texts().items():
        entry = known.get(msgid[0] if isinstance(msgid, tuple) else msgid)
        if entry is None or not all(forms(entry.string)) or not forms(entry.string):
            missing[f"{found.file}:{found.line}"] = msgid
    assert missing == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_of_the_catalogue_is_gone_from_the_code(language: str) -> None:
    used = {msgid[0] if isinstance(msgid, tuple) else msgid for msgid in texts()}
    left_over = [entry.id for entry in entries(language) if forms(entry.id)[0] not in used]
    assert left_over == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_unsure(language: str) -> None:
    assert [entry.id for entry in entries(language) if entry.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_same_places_for_values(language: str) -> None:
    wrong = {}
    for entry in entries(language):
        expected = {place for text in forms(entry.id) for place in PLACE.findall(text)}
        for text in forms(entry.string):
            places = set(PLACE.findall(text))
            # 'Once' needs no number, so the forms of a plural may leave it out.
            fits = places <= expected if entry.pluralizable else places == expected
            if text and not fits:
                wrong[str(entry.id)] = text
            if text and "%" in PLACE.sub("", text).replace("%%", ""):
                wrong[str(entry.id)] = text
    assert wrong == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_left_in_the_language_of_the_source(language: str) -> None:
    left = {}
    for entry in entries(language):
        if entry.id in PATTERNS:
            continue
        for msgid, text in zip(forms(entry.id), forms(entry.string), strict=False):
            same = text == msgid and len(LETTERS.findall(PLACE.sub("", text))) > 1
            if same or ENGLISH.search(PLACE.sub("", text)):
                left[msgid] = text
    assert left == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_ends_and_begins_as_its_text_does(language: str) -> None:
    """Sentences are joined in templates: a lost blank or colon shows."""
    odd = {}
    for entry in entries(language):
        for msgid, text in zip(forms(entry.id), forms(entry.string), strict=False):
            if text and (msgid[-1] == ":" and text[-1] != ":"):
                odd[msgid] = text
            if text != text.strip() and msgid == msgid.strip():
                odd[msgid] = text
    assert odd == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_finds_its_texts_in_the_catalogue_as_it_is_loaded(language: str) -> None:
    loaded = translations(language)
    for entry in entries(language):
        if isinstance(entry.id, str) and entry.string:
            assert loaded.gettext(entry.id) == entry.string


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_and_times_are_written_in_patterns_that_can_be_read(language: str) -> None:
    said = translations(language)
    day = said.gettext(catalogues.DAY_PATTERN)
    assert {"d", "y"} <= set(re.findall(r"[A-Za-z]", day)), day
    assert format_date(date(2026, 3, 4), day, locale=catalogues.known()[language].locale)
    assert re.fullmatch(r"HH?[.:]mm", said.gettext(catalogues.CLOCK_PATTERN))


def test_the_made_up_language_changes_every_text_and_keeps_its_values(tmp_path: Path) -> None:
    pseudo.write(tmp_path)
    known = catalogues.read(catalogues.find(tmp_path)[pseudo.CODE])
    for msgid in texts():
        entry = known.get(msgid[0] if isinstance(msgid, tuple) else msgid)
        assert entry is not None, msgid
        if entry.id in PATTERNS:
            continue
        for said in forms(entry.string):
            assert not re.search("[A-Za-z]{2}", PLACE.sub("", said)), said
        assert set(PLACE.findall("".join(forms(entry.string)))) == set(
            PLACE.findall("".join(forms(msgid)))
        )
