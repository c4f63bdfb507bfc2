"""Contrast as WCAG computes it, and which colours a county may have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casework import contrast
from casework.bundle import BundleError
from casework.directory import Directory


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#fff", "#ffffff", 1.0),
        # The examples that every checker agrees on: the lightest grey that passes, and the next one.
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_ratios_are_those_of_wcag_whichever_colour_comes_first(
    one: str, other: str, ratio: float
) -> None:
    assert contrast.ratio(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast.ratio(other, one) == contrast.ratio(one, other)


def test_the_design_systems_own_colours_and_the_demo_countys_are_fine(demo: Directory) -> None:
    assert list(contrast.faults(contrast.DEFAULTS)) == []
    assert list(contrast.faults(demo.county.colours)) == []
    assert len(demo.county.colours) > 3


def test_a_pale_button_is_refused_with_its_ratio() -> None:
    (button, *_others) = contrast.faults({"color-bus": "#9cc7db"})
    assert button == (
        "color-bus",
        "#ffffff on #9cc7db has a contrast of 1.8 to 1; the words of a button must have 4.5 to 1",
    )


def test_a_ratio_just_below_the_least_is_not_rounded_up_to_it() -> None:
    just_below = {"color-bus": "#777777"}
    assert next(words for _, words in contrast.faults(just_below)).startswith(
        "#ffffff on #777777 has a contrast of 4.4 to 1"
    )


def test_a_colour_that_nobody_can_judge_is_refused() -> None:
    ((name, words),) = contrast.faults({"color-error": "#ffcccc"})
    assert name == "color-error"
    assert words.startswith("is not a colour that can be changed")


def test_a_bundle_with_a_pale_colour_is_refused_naming_its_line_and_ratio(
    demo_files: dict[str, str], read_bundle: Callable[[dict[str, str]], Directory]
) -> None:
    county = demo_files["county.toml"]
    own = next(line for line in county.splitlines() if line.startswith("color-focus-outline"))
    pale = county.replace(own, 'color-focus-outline = "#9cc7db"')
    with pytest.raises(BundleError) as caught:
        read_bundle({**demo_files, "county.toml": pale})
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == ("county.toml", county.splitlines().index(own) + 1)
    assert problem.reason == (
        "colours.color-focus-outline: #9cc7db on #ffffff has a contrast of 1.8 to 1; the focus ring "
        "must have 3.0 to 1"
    )
