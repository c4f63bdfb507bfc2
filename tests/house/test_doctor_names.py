"""What `luotsi doctor` and an import say of names, addresses and texts that reach senders."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from casework.directory import Directory
from webapp import demo_county, directory_commands, wiring
from webapp.config import Settings
from webapp.doctor import Finding, examine
from webapp.message_texts import size_faults
from webapp.wiring import House

LONG_ADDRESS = "https://yhteydenotto.keski-uudenmaanhyvinvointialue.fi"
LONG_NAMES = {
    "fi": "Keski-Uudenmaan hyvinvointialue",
    "sv": "Mellersta Nylands välfärdsområde",
}


@pytest.fixture(scope="module")
def demo() -> Directory:
    return wiring.read_directory(demo_county.bundle_files(demo_county.FOLDER), 1)


@pytest.fixture
def found(
    settings: Settings, demo: Directory, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, Finding]]:
    """The doctor's findings on names and texts, with these settings and sender names changed."""

    def ask(names: dict[str, str] | None = None, **changes: str) -> dict[str, Finding]:
        county = replace(demo.county, sender_names={**demo.county.sender_names, **(names or {})})
        here = replace(demo, county=county)
        monkeypatch.setattr(House, "directory", property(lambda self: here))
        asked = settings.model_copy(update=changes)
        return {one.part: one for one in examine(asked) if one.part in {"names", "texts"}}

    return ask


def test_the_fictional_county_tells_nothing_and_fits(found: Callable[..., Any]) -> None:
    assert list(found()) == ["names", "texts"]
    assert [one.healthy for one in found().values()] == [True, True]


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("public_url", "https://lastensuojelu.kainuu.fi", "lastensuojelu"),
        ("public_url", "https://kainuunperhepalvelut.fi", "kainuunperhepalvelut"),
        ("mail_from", "no-reply@lastensuojelu.kainuu.fi", "lastensuojelu"),
        ("mail_from", "kainuu_perhe_asiat@example.org", "perhe"),
        ("mail_bounce", "bounces@barnskydd.example.org", "barnskydd"),
        ("twilio_from", "LASTENSUOJ", "lastensuoj"),
    ],
)
def test_a_setting_that_tells_is_named_with_the_word_and_no_address(
    found: Callable[..., Any], name: str, value: str, word: str
) -> None:
    names = found(**{name: value})["names"]
    assert not names.healthy
    assert names.words.startswith(f"LUOTSI_{name.upper()} tells what it is about: {word}")
    assert "@" not in names.words


def test_a_number_and_a_neutral_address_tell_nothing(found: Callable[..., Any]) -> None:
    told = found(
        public_url="https://luotsi.example.fi",
        mail_from="no-reply@example.fi",
        twilio_from="+358500000001",
    )
    assert told["names"].healthy


def test_a_sender_name_of_an_older_bundle_is_judged_too(found: Callable[..., Any]) -> None:
    names = found({"fi": "Kainuun lastensuojelu", "sv": "Kajana\nland"})["names"]
    assert not names.healthy
    assert names.words == (
        "county.toml: sender_names.fi: tells what it is about: lastensuojelu; "
        "county.toml: sender_names.sv: has more than one line"
    )


def test_a_text_of_two_segments_is_named_with_its_language(found: Callable[..., Any]) -> None:
    texts = found(LONG_NAMES, public_url=LONG_ADDRESS)["texts"]
    assert not texts.healthy
    told = texts.words.split("; ")
    assert any(re.match(r"received in fi takes 2 segments with .*, 1\d\d units", x) for x in told)
    assert re.search(r"something_new in sv takes 2 segments", texts.words)


def test_a_letter_that_phones_lack_is_named_with_what_it_costs(found: Callable[..., Any]) -> None:
    told = found({"fi": "Lappi á"}, public_url="https://luotsi.example.fi")["texts"].words
    assert "received in fi has letters that the plain alphabet of phones lacks: á" in told
    assert re.search(r"received in fi takes [23] segments", told)
    assert "please_call in fi" in told
    assert "in sv" not in told


def test_an_opening_time_counts_at_its_longest_whatever_the_hour(demo: Directory) -> None:
    here = replace(demo, county=replace(demo.county, sender_names={"fi": "N" * 70}))
    day = wiring.now().replace(month=3, day=2)
    by_day, by_night = (
        list(size_faults(here, "https://a.fi", day.replace(hour=hour))) for hour in (9, 21)
    )
    assert by_day == by_night
    assert any(fault.startswith("please_call in fi takes 2") for fault in by_day)


def test_an_import_warns_of_texts_that_become_too_long_and_goes_on(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "county"
    shutil.copytree(demo_county.FOLDER, folder)
    toml = (folder / "county.toml").read_text("utf-8")
    named = toml.replace('fi = "Esimerkki"', f'fi = "{LONG_NAMES["fi"]}"')
    (folder / "county.toml").write_text(named, "utf-8")
    long = SimpleNamespace(
        settings=house.settings.model_copy(update={"public_url": LONG_ADDRESS}),
        revisions=house.revisions,
        directory=house.directory,
    )
    monkeypatch.setattr(directory_commands, "_house", lambda: long)
    answer = CliRunner().invoke(directory_commands.directory, ["import", str(folder)])
    assert answer.exit_code == 0, answer.output
    assert "warning: received in fi takes 2 segments" in answer.stderr
    assert "in sv" not in answer.stderr
    assert answer.stdout.startswith("directory revision ")
