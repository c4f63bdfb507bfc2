"""The steps of the public forms over the demo county, filled in as a browser would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from casework.bundle import parse
from casework.directory import Directory
from forms.base import Step, Surroundings
from webapp.demo_county import bundle_files
from webapp.holidays import finnish_holidays

DATA = Path(__file__).parents[2] / "webapp" / "data"
TODAY = date(2026, 3, 2)

Fill = Callable[..., Step]


@pytest.fixture(scope="session")
def directory() -> Directory:
    return parse(
        bundle_files(DATA / "demo"),
        reference_municipalities=(DATA / "municipalities.csv").read_text("utf-8"),
        reference_counties=(DATA / "wellbeing_counties.csv").read_text("utf-8"),
        reference_postal_codes=(DATA / "postal_codes.csv").read_text("utf-8"),
        revision=1,
        holidays=finnish_holidays(range(2025, 2029)),
    )


@pytest.fixture(scope="session")
def around(directory: Directory) -> Surroundings:
    return Surroundings(directory, TODAY, "fi")


@pytest.fixture(scope="session")
def world(around: Surroundings) -> Callable[[], Surroundings]:
    """The same for property tests, which would print a whole directory where they fail."""
    return lambda: around


@pytest.fixture(scope="session")
def fill(around: Surroundings) -> Fill:
    """A step with these fields posted, validated."""

    def filled(
        step: type[Step], fields: Iterable[tuple[str, str]] | dict[str, Any], **answers: Any
    ) -> Step:
        form = step(MultiDict(fields))
        form.prepare(around, answers)
        form.validate()
        return form

    return filled
