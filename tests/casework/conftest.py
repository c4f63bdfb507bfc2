"""The demo county, and random directories: sound ones, and ones with anything missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import strategies as st

from casework.bundle import parse
from casework.directory import Directory
from tests.casework import directory_strategies
from webapp.holidays import finnish_holidays

DATA = Path(__file__).parents[2] / "webapp" / "data"
HOLIDAYS = finnish_holidays(range(2024, 2033))


@pytest.fixture(scope="session")
def demo_files() -> dict[str, str]:
    """The demo county's bundle as text by file name."""
    return {path.name: path.read_text("utf-8") for path in sorted((DATA / "demo").iterdir())}


@pytest.fixture(scope="session")
def references() -> dict[str, str]:
    """The national reference tables, as `parse` and `dump` take them."""
    return {
        "reference_municipalities": (DATA / "municipalities.csv").read_text("utf-8"),
        "reference_counties": (DATA / "wellbeing_counties.csv").read_text("utf-8"),
    }


@pytest.fixture(scope="session")
def read_bundle(references: dict[str, str]) -> Callable[[dict[str, str]], Directory]:
    """Parses a bundle over the references, as revision 1."""

    def read(files: dict[str, str]) -> Directory:
        return parse(files, **references, revision=1, holidays=HOLIDAYS)

    return read


@pytest.fixture(scope="session")
def demo(
    demo_files: dict[str, str], read_bundle: Callable[[dict[str, str]], Directory]
) -> Directory:
    """The demo county's directory."""
    return read_bundle(demo_files)


@pytest.fixture(scope="session")
def sound_directories() -> st.SearchStrategy[Directory]:
    """Directories that a bundle can say."""
    return directory_strategies.sound(HOLIDAYS)


@pytest.fixture(scope="session")
def any_directories() -> st.SearchStrategy[Directory]:
    """Directories with roles, members, deputies, addresses, successors or whole teams missing."""
    return directory_strategies.broken(HOLIDAYS)
