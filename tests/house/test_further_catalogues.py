"""A language is a catalogue and nothing else: found in a folder, and described by its header."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp import catalogues, wiring
from webapp.catalogues import CatalogueError
from webapp.config import Settings
from webapp.message_texts import render, render_html


@pytest.fixture
def further(tmp_path: Path) -> Iterator[Path]:
    """A folder with further catalogues; forgotten afterwards."""
    yield tmp_path
    catalogues.use("")


def put(folder: Path, code: str, text: str) -> None:
    place = folder / code / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "messages.po").write_text(text, "utf-8")


def header(**values: str) -> str:
    lines = "".join(f'"{name.replace("_", "-")}: {value}\\n"\n' for name, value in values.items())
    return f'# Somebody\nmsgid ""\nmsgstr ""\n{lines}\n'


def test_the_houses_languages_come_in_their_order_and_the_default_first() -> None:
    assert catalogues.complete() == ("fi", "sv", "en")
    assert list(catalogues.known())[:3] == ["fi", "sv", "en"]


def test_a_catalogue_in_the_further_folder_is_a_language(further: Path) -> None:
    put(further, "so", 'msgid "In English"\nmsgstr "Af-Soomaali"\n')
    catalogues.use(further)
    assert catalogues.complete() == ("fi", "sv", "en", "so")
    assert catalogues.own_name("so") == "Af-Soomaali"
    assert catalogues.translations("so").gettext("Continue") == "Continue", (
        "a lack shows as English"
    )


def test_a_further_catalogue_replaces_none_of_the_houses_own(further: Path) -> None:
    put(further, "fi", 'msgid "In English"\nmsgstr "Vieras"\n')
    catalogues.use(further)
    assert catalogues.own_name("fi") == "Suomeksi"


def test_no_further_folder_is_as_it_was_before(further: Path) -> None:
    put(further, "so", "")
    catalogues.use(further)
    catalogues.use("")
    assert "so" not in catalogues.known()


def test_the_header_says_tag_pages_and_base(further: Path) -> None:
    said = header(
        Language="sv_FI", X_Luotsi_Pages="public.start  forms.receipt", X_Luotsi_Based_On="sv"
    )
    put(further, "lattlast", said + 'msgid "Continue"\nmsgstr "Vidare"\n')
    catalogues.use(further)
    language = catalogues.known()["lattlast"]
    assert (language.tag, language.based_on) == ("sv-FI", "sv")
    assert language.has("public.start")
    assert not language.has("public.contact")
    assert "lattlast" not in catalogues.complete()
    assert catalogues.base("lattlast") == "sv"
    texts = catalogues.translations("lattlast")
    assert (texts.gettext("Continue"), texts.gettext("Error:")) == ("Vidare", "Fel:")


def test_the_name_of_a_base_is_not_the_name_of_the_language(further: Path) -> None:
    put(further, "se-tornio", header(Language="se", X_Luotsi_Pages="", X_Luotsi_Based_On="fi"))
    catalogues.use(further)
    catalogues.translations("se-tornio")
    assert catalogues.own_name("se-tornio") == "davvisámegiella"


def test_a_language_that_babel_does_not_know_works_with_plain_dates(further: Path) -> None:
    put(further, "qaa", "")
    catalogues.use(further)
    language = catalogues.known()["qaa"]
    assert (language.direction, language.tag, str(language.locale)) == ("ltr", "qaa", "en")
    assert catalogues.own_name("qaa") == "qaa"


@pytest.mark.parametrize(
    ("tag", "direction"),
    [("ar", "rtl"), ("fa", "rtl"), ("ckb", "rtl"), ("ru", "ltr"), ("so", "ltr")],
)
def test_the_direction_of_a_language_is_babels(further: Path, tag: str, direction: str) -> None:
    put(further, tag, "")
    catalogues.use(further)
    assert catalogues.known()[tag].direction == direction


@pytest.mark.parametrize(
    ("code", "text", "what"),
    [
        ("x", "", "no language code"),
        ("So", "", "no language code"),
        ("so", header(X_Luotsi_Based_On="xx"), "based on no complete language"),
        (
            "so",
            header(X_Luotsi_Pages="public.start", X_Luotsi_Based_On="se"),
            "based on no complete",
        ),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_named(
    further: Path, code: str, text: str, what: str
) -> None:
    put(further, code, text)
    with pytest.raises(CatalogueError, match=what):
        catalogues.use(further)
    assert code not in catalogues.known(), "nothing has changed"


def test_a_file_that_is_not_utf8_or_no_catalogue_is_named(further: Path) -> None:
    put(further, "so", "")
    file = further / "so" / "LC_MESSAGES" / "messages.po"
    file.write_bytes(b'msgid "a"\nmsgstr "\xff"\n')
    with pytest.raises(CatalogueError, match=str(file)):
        catalogues.use(further)
    file.write_text("msgid garbage\n", "utf-8")
    catalogues.use(further)
    with pytest.raises(CatalogueError, match=str(file)):
        catalogues.translations("so")


def test_a_folder_that_is_not_there_is_named(further: Path) -> None:
    with pytest.raises(CatalogueError, match="is no folder"):
        catalogues.use(further / "nowhere")


def test_messages_speak_a_further_language_too(further: Path) -> None:
    said = 'msgid "There is something new for you"\nmsgstr "Wax cusub baa jira"\n'
    put(further, "so", said)
    words = {"county": "Alue", "link": "https://a.example/"}
    with pytest.raises(ValueError, match="no text for"):
        render("something_new", "so", "sms", words)
    catalogues.use(further)
    assert render("something_new", "so", "email", words).subject == "Wax cusub baa jira"
    assert '<html lang="so" dir="ltr">' in render_html("Hei", "Hei", "so")


def test_a_house_that_is_built_knows_the_catalogues_of_its_settings(
    further: Path, base_settings: Settings
) -> None:
    put(further, "so", "")
    built = wiring.build(base_settings.model_copy(update={"catalogues_dir": str(further)}))
    built.engine.dispose()
    assert "so" in catalogues.complete()
