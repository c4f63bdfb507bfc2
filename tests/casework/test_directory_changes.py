"""Changes of the directory's rows: what is done to a row is what is told of it, and two people's are put together."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.bundle import dump
from casework.directory import Directory
from casework.directory_changes import (
    KEYS,
    Change,
    Kind,
    changes,
    key_of,
    rebased,
    rows,
    tidied,
    with_group,
    with_row,
    with_rows,
    without_row,
)
from casework.errors import Conflicting, NotFound

Files = dict[str, str]
Read = Callable[[Files], Directory]

FILE = "workers.csv"
cells = st.text(st.characters(categories=("L", "N"), include_characters=' ,;"'), max_size=8).map(
    lambda text: " ".join(text.split())
)
workers = st.lists(
    st.builds(lambda name, mail: {"name": name, "email": mail}, cells, cells),
    min_size=1,
    max_size=6,
)


def written(people: list[dict[str, str]]) -> Files:
    keyed = [{"key": f"w{n}", **person} for n, person in enumerate(people)]
    return with_rows({FILE: "key,name,email\n", "county.toml": ""}, FILE, keyed)


@given(workers, st.integers(0, 9), cells)
def test_a_changed_row_is_the_one_change_that_is_told(
    people: list[dict[str, str]], which: int, name: str
) -> None:
    files, key = written(people), f"w{which % len(people)}"
    changed, line = with_row(files, FILE, (key,), {"name": name})
    assert changed[FILE].split("\n")[line - 1].startswith(key)
    before = people[which % len(people)]["name"]
    found = changes(files, changed)
    if before == name:
        assert found == ()
    else:
        (change,) = found
        assert (change.kind, change.key) == (Kind.CHANGED, (key,))
        assert list(change.cells()) == [("name", before, name)]


@given(workers, st.integers(0, 9))
def test_adding_undoes_removing_but_for_the_place(people: list[dict[str, str]], which: int) -> None:
    files, key = written(people), (f"w{which % len(people)}",)
    less = without_row(files, FILE, key)
    (change,) = changes(files, less)
    assert (change.kind, change.after) == (Kind.REMOVED, {})
    assert changes(files, with_row(less, FILE, None, change.before)[0]) == ()


@given(workers, workers, workers)
def test_a_change_put_upon_another_is_what_both_say_or_conflicts(
    base: list[dict[str, str]], mine: list[dict[str, str]], theirs: list[dict[str, str]]
) -> None:
    files, here, newest = written(base), written(mine), written(theirs)

    def said(of: Files) -> dict[tuple[str, ...], Change]:
        return {change.key: change for change in changes(files, of)}

    differ = [key for key in said(here) if key in said(newest)]
    agreed = all(said(here)[key].after == said(newest)[key].after for key in differ)
    if not agreed:
        with pytest.raises(Conflicting):
            rebased(files, here, newest)
    else:
        assert said(rebased(files, here, newest)) == {**said(newest), **said(here)}


def as_a_spreadsheet_writes(name: str, text: str) -> str:
    if name not in KEYS:
        return text
    out = io.StringIO("\ufeff")
    out.seek(1)
    csv.writer(out, delimiter=";", lineterminator="\r\n\r\n").writerows(
        csv.reader(text.splitlines())
    )
    return out.getvalue()


def test_the_demo_keeps_every_row_through_tidying_and_dumping(
    demo: Directory, demo_files: Files, read_bundle: Read
) -> None:
    spoilt = {name: as_a_spreadsheet_writes(name, text) for name, text in demo_files.items()}
    assert changes(demo_files, spoilt) == ()
    assert tidied(spoilt)[FILE] == tidied(demo_files)[FILE]
    assert read_bundle(tidied(spoilt)) == demo
    assert changes(dump(demo), dump(read_bundle(dump(demo)))) == ()


def test_a_new_row_stands_after_those_of_the_same_team(demo_files: Files) -> None:
    more = {"team": "north", "municipalities": "905", "forms": "guidance", "languages": "sv"}
    files, line = with_row(demo_files, "services.csv", None, more)
    lines = files["services.csv"].splitlines()
    assert lines[line - 1] == "north,905,guidance,sv"
    assert lines[line - 2].startswith("north,")
    assert not lines[line].startswith("north,")


def test_columns_that_no_form_asks_for_stay(demo_files: Files) -> None:
    row = rows(demo_files, "hours_exceptions.csv")[0]
    key = key_of("hours_exceptions.csv", row)
    files, _ = with_row(demo_files, "hours_exceptions.csv", key, {"spans": "closed"})
    assert rows(files, "hours_exceptions.csv")[0] == {**row, "spans": "closed"}


def test_a_column_that_the_file_lacks_is_added_for_who_fills_it() -> None:
    files, _ = with_row({FILE: "key,name\na,A\nb,B\n"}, FILE, ("b",), {"mobile": "112"})
    assert files[FILE] == "key,name,mobile\na,A,\nb,B,112\n"


def test_a_group_takes_the_place_of_all_its_rows() -> None:
    file = "escalation.csv"
    files = {file: "team,step,tell,after_minutes\na,1,team,0\nb,1,team,0\nb,2,lead,5\nc,1,lead,0\n"}
    changed = with_group(files, file, "b", [{"team": "b", "step": "1", "tell": "on-call"}])
    assert [row["team"] + row["tell"] for row in rows(changed, file)] == [
        "ateam",
        "bon-call",
        "clead",
    ]
    assert [row["team"] for row in rows(with_group(files, file, "b", []), file)] == ["a", "c"]


def test_settings_are_compared_by_their_keys(demo_files: Files) -> None:
    toml = demo_files["county.toml"]
    changed = {
        **demo_files,
        "county.toml": toml.replace("sms_daily_budget = 1000", "sms_daily_budget = 5"),
    }
    (change,) = changes(demo_files, changed)
    assert (change.key, list(change.cells())) == (("sms_daily_budget",), [("value", "1000", "5")])
    noted = {**demo_files, "county.toml": "# a note\n" + toml}
    assert changes(demo_files, noted) == ()
    other = {**demo_files, "county.toml": toml.replace('logo = ""', 'logo = "a.svg"')}
    assert changes(noted, rebased(demo_files, changed, demo_files)) == changes(demo_files, changed)
    with pytest.raises(Conflicting):
        rebased(demo_files, changed, other)


def test_a_row_that_is_gone_cannot_be_changed(demo_files: Files) -> None:
    with pytest.raises(NotFound):
        with_row(demo_files, FILE, ("nobody",), {"name": "X"})
    with pytest.raises(NotFound):
        without_row(demo_files, FILE, ("nobody",))
