"""A bundle as a whole: its rows in any order, its size, and the page that tells of its columns."""

from __future__ import annotations

import random
import re
import time
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.bundle import FILES, dump, parse
from casework.directory import Directory
from tests.casework.bundle_rows import Files, with_lines

PAGE = Path(__file__).parents[2] / "docs" / "directory.md"
UNORDERED = ("teams.csv", "workers.csv", "rota.csv", "absences.csv", "clients.csv")


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_the_order_of_rows_makes_no_difference_to_what_is_written(
    sound_directories: st.SearchStrategy[Directory], data: st.DataObject
) -> None:
    directory = data.draw(sound_directories)
    written = dump(directory)
    shuffled = dict(written)
    for name in UNORDERED:
        # No cell of these spans two lines: the names with line breaks in them were put into one line.
        header, *rows = written[name].splitlines(keepends=True)
        shuffled[name] = header + "".join(data.draw(st.permutations(rows)))
    again = parse(
        shuffled,
        reference_municipalities="",
        reference_counties="",
        revision=1,
        holidays=directory.holidays,
    )
    assert dump(again) == written


def test_a_large_county_is_read_quickly(
    demo: Directory, demo_files: Files, references: Files
) -> None:
    workers = [f"w{i},Testi Testaaja,w{i}@example.org,fi,on-call,,w{i ^ 1},no" for i in range(2000)]
    first = datetime(2026, 1, 1, 8)
    shifts = [
        f"on-call,w{i % 2000},{first + timedelta(days=i // 2000)},"
        f"{first + timedelta(days=i // 2000, hours=12)},"
        for i in range(20_000)
    ]
    random.Random(1).shuffle(shifts)
    files = with_lines(demo_files, "workers.csv", *workers)
    rows = files["teams.csv"].splitlines()
    rows = [
        row.removesuffix(",no,") + ",yes," if row.startswith("on-call") else row for row in rows
    ]
    files = {**files, "teams.csv": "\n".join(rows)}
    files = with_lines(files, "rota.csv", *shifts)
    codes = (f"ABCD-{i:06}-X,w{i % 2000}" for i in range(20_000))
    files = with_lines(files, "clients.csv", *codes)
    begun = time.process_time()
    read = parse(files, **references, revision=1, holidays=demo.holidays)
    # On the machine on which it was written it takes less than one second.
    assert time.process_time() - begun < 3
    assert len(read.rotas["on-call"].shifts) == 20_000
    assert len(read.clients) == 20_004


def _section(file: str) -> str:
    """What the page says under the file's heading."""
    found = re.search(
        rf"^## {re.escape(file)}\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.M | re.S
    )
    assert found, f"docs/directory.md has no heading {file}"
    return found[1]


@pytest.mark.parametrize("file", [name for name in FILES if name.endswith(".csv")])
def test_the_page_tells_of_every_column(demo: Directory, file: str) -> None:
    header = dump(demo)[file].splitlines()[0].split(",")
    told = set(
        re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| [^|]+\|", _section(file), re.M)))
    )
    days = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"} if "mon" in told else set()
    assert {name for name in header if not name.startswith("name_")} == {
        name for name in told | days if not name.startswith("name_")
    }


def test_the_page_tells_of_every_key_of_the_county(demo: Directory) -> None:
    section = _section("county.toml")
    keys = set(tomllib.loads(dump(demo)["county.toml"])) - {"texts", "announcements"}
    assert {
        key for key in keys if f"`{key}`" not in section and f"`[{key}]`" not in section
    } == set()
    assert "`[texts.*]`" in section
    assert "`[[announcements]]`" in section
