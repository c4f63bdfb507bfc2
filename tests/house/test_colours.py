"""Every colour that our stylesheet names, against the grounds it can stand on, in the demo county's colours."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework import contrast
from webapp import assets, demo_county

_OWN = Path(assets.__file__).parent / "static" / "site.css"
#: Lines that only adorn: the blocks that they part are kept apart by space and headings as well.
ADORNMENT = {"var(--line)"}
_COLOUR = re.compile(r"#[0-9a-f]{3,6}\b|var\(--[^()]*\)")

Rule = tuple[str, dict[str, str]]


def _rules(sheet: str) -> Iterator[Rule]:
    """(selector, property -> value) of each rule for screens in ordinary colours; at-rules are opened."""
    plain = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    plain = re.sub(
        r"@media (?:\(forced-colors|print)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", plain
    )
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", plain):
        parts = [part.split(":", 1) for part in body.split(";") if ":" in part]
        yield selector.strip(), {name.strip(): value.strip() for name, value in parts}


def _tokens() -> dict[str, str]:
    """Custom properties of the whole sheet's roots, the later ones over the earlier."""
    county = tomllib.loads(demo_county.bundle_files(demo_county.FOLDER)["county.toml"])
    sheet = assets.stylesheet(county["colours"]).body.decode()
    return {
        name: value
        for selector, body in _rules(sheet)
        if selector.endswith(":root")
        for name, value in body.items()
        if name.startswith("--")
    }


TOKENS = _tokens()


def _colour(value: str) -> str | None:
    """#rrggbb of a value, or None where it names no colour (but inherits one, or is none)."""
    found = _COLOUR.search(value.lower())
    if found is None:
        return None
    if found.group().startswith("#"):
        return found.group()
    name, _, fallback = found.group()[4:-1].partition(",")
    return _colour(TOKENS.get(name.strip(), fallback))


def _named(*properties: str) -> list[tuple[str, str, str, dict[str, str]]]:
    """(selector, property, colour, whole rule) of our own rules that set one of these properties."""
    return [
        (selector, name, colour, body)
        for selector, body in _rules(_OWN.read_text("utf-8"))
        for name, value in body.items()
        if name.startswith(properties) and not ADORNMENT & set(_COLOUR.findall(value))
        if (colour := _colour(value))
    ]


def _grounds(body: dict[str, str]) -> list[str]:
    """What a rule's words lie on: its own background, else whatever the pages have."""
    own = [c for n, v in body.items() if n.startswith("background") and (c := _colour(v))]
    return own or [*contrast.GROUNDS, contrast.URGENT]


@pytest.fixture(autouse=True)
def _with_the_design_system() -> None:
    if not assets.has_design_system():
        pytest.skip("the npm packages are not installed")


def test_words_stand_out_from_every_ground_they_can_lie_on() -> None:
    judged = [
        (selector, colour, ground, contrast.ratio(colour, ground))
        for selector, _, colour, body in _named("color")
        for ground in _grounds(body)
    ]
    assert len(judged) > 50
    assert [one for one in judged if one[3] < contrast.TEXT] == []


def test_borders_marks_and_rings_stand_out_from_every_ground() -> None:
    judged = [
        (selector, name, colour, ground, contrast.ratio(colour, ground))
        for selector, name, colour, body in _named("border", "outline")
        for ground in contrast.GROUNDS
    ]
    assert len(judged) > 50
    assert [one for one in judged if one[4] < contrast.MARK] == []


def test_the_grounds_of_the_pages_are_those_that_a_countys_colours_are_held_against() -> None:
    grounds = {colour for _, _, colour, _ in _named("background")}
    known = {contrast.ratio(ground, "#000") for ground in (*contrast.GROUNDS, contrast.URGENT)}
    assert grounds
    assert {ground for ground in grounds if contrast.ratio(ground, "#000") not in known} == set()


def test_a_county_may_change_exactly_the_colours_that_the_design_system_has() -> None:
    sheet = assets.stylesheet({}).body.decode()
    for name, colour in contrast.DEFAULTS.items():
        (value,) = re.findall(rf"--{name}:(#[0-9a-f]+)", sheet)
        assert contrast.ratio(value, "#fff") == contrast.ratio(colour, "#fff"), name
