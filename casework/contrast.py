"""Whether a county's own colours can be read: WCAG 2.2's contrast (1.4.3 and 1.4.11) of what stands on what.

Source of the arithmetic: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio . A county may change the colours of
`DEFAULTS`; all others belong to the look, whose own contrasts the tests hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

#: Of words, and of what must be told apart: a border, a mark, the ring around the focus.
TEXT, MARK = 4.5, 3.0

#: CSS custom property without its dashes -> hds-core's colour, which holds where the county names none.
DEFAULTS: Final[Mapping[str, str]] = {
    "color-bus": "#0000bf",
    "color-bus-dark": "#00005e",
    "color-bus-light": "#f0f0ff",
    "color-bus-medium-light": "#ccccff",
    "color-coat-of-arms": "#0072c6",
    "color-coat-of-arms-dark": "#005799",
    "color-coat-of-arms-light": "#e6f4ff",
    "color-coat-of-arms-medium-light": "#b5daf7",
    "color-focus-outline": "#0072c6",
}

WHITE, INK = "#ffffff", "#1a1a1a"
#: The look's own grounds: a notice, the urgent line, the county's notice, the bodies of notifications.
NOTICE, URGENT, QUIET = "#fff6d9", "#ffe9a8", "#f2f2f2"
GROUNDS: Final = (WHITE, NOTICE, QUIET, "#f6e2e6", "#fff4b4", "#e5eff8", "#e2f5f3")


@dataclass(frozen=True, slots=True)
class Pair:
    """What lies on what: names of `DEFAULTS`, or colours as #rrggbb; and the least ratio it needs."""

    front: str
    ground: str
    least: float
    what: str


PAIRS: Final = (
    Pair(WHITE, "color-bus", TEXT, "the words of a button"),
    Pair(WHITE, "color-bus-dark", TEXT, "the words of a button under the pointer"),
    Pair("color-bus", WHITE, TEXT, "the words and border of a secondary button"),
    Pair("color-bus", "color-bus-light", TEXT, "a secondary button under the pointer"),
    Pair(INK, "color-bus-light", TEXT, "words on the light colour"),
    Pair(INK, "color-bus-medium-light", TEXT, "words on the lighter colour"),
    Pair(WHITE, "color-coat-of-arms", TEXT, "the words of a button in the other colour"),
    Pair(WHITE, "color-coat-of-arms-dark", TEXT, "that button under the pointer"),
    Pair(INK, "color-coat-of-arms-light", TEXT, "words on the other light colour"),
    Pair(INK, "color-coat-of-arms-medium-light", TEXT, "words on the other lighter colour"),
    *(Pair("color-bus-dark", ground, TEXT, "a link") for ground in GROUNDS),
    *(Pair("color-focus-outline", ground, MARK, "the focus ring") for ground in (*GROUNDS, URGENT)),
)


def ratio(one: str, other: str) -> float:
    """From 1.0 (the same) to 21.0 (black on white). Colours as #rrggbb or #rgb."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (_linear(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def faults(colours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(name, what is wrong in words) of each colour that a county may not have."""
    known = {**DEFAULTS, **colours}
    for name in colours:
        if name not in DEFAULTS:
            yield name, f"is not a colour that can be changed; those are {', '.join(DEFAULTS)}"
    for pair in PAIRS:
        own = [name for name in (pair.front, pair.ground) if name in colours]
        front, ground = known.get(pair.front, pair.front), known.get(pair.ground, pair.ground)
        found = ratio(front, ground)
        if own and found < pair.least:
            # Rounded down: 4.49 is not enough and must not read 4.5.
            contrast = f"{front} on {ground} has a contrast of {int(found * 10) / 10:.1f} to 1"
            yield own[0], f"{contrast}; {pair.what} must have {pair.least:.1f} to 1"
