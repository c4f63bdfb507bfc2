"""Changes of a directory as rows of its files: made, told apart, and put upon a newer revision.

Works on files that `casework.bundle` has accepted, or is about to judge: a row is a mapping of column to cell, and
is known by the columns of its file's key. A cell may be somebody's number or a client's code: shown on pages to
those who may see it, and logged nowhere.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from casework.errors import Conflicting, NotFound

COUNTY_FILE: Final = "county.toml"
MESSAGES_FILE: Final = "messages.toml"
SETTINGS: Final = (COUNTY_FILE, MESSAGES_FILE)
#: The columns by which a row is known.
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "teams.csv": ("key",),
    "services.csv": ("team", "municipalities", "forms", "languages"),
    "hours_exceptions.csv": ("team", "date"),
    "contact_points.csv": ("key",),
    "escalation.csv": ("team", "step"),
    "workers.csv": ("key",),
    "rota.csv": ("team", "worker", "starts"),
    "absences.csv": ("worker", "first_day"),
    "clients.csv": ("client_code",),
    "counties.csv": ("code",),
    "municipalities.csv": ("code",),
}

Files = Mapping[str, str]
Row = Mapping[str, str]
Key = tuple[str, ...]


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one row. `before` is empty for an added one, `after` for a removed one."""

    file: str
    key: Key = field(repr=False)
    before: Row = field(repr=False)
    after: Row = field(repr=False)

    @property
    def kind(self) -> Kind:
        if not self.before:
            return Kind.ADDED
        return Kind.CHANGED if self.after else Kind.REMOVED

    def cells(self) -> Iterator[tuple[str, str, str]]:
        """(column, before, after): of a changed row the cells that differ, of another one those that are filled."""
        for column in {**self.before, **self.after}:
            before, after = self.before.get(column, ""), self.after.get(column, "")
            if before != after:
                yield column, before, after


def changes(old: Files, new: Files) -> tuple[Change, ...]:
    """What turns the old files into the new, settings first, then as in `KEYS` and the rows; () where they say the same.

    An empty cell and a column that is not there are the same.
    """
    found: list[Change] = []
    for file in (*SETTINGS, *KEYS):
        found += _compared(file, _by_key(file, old), _by_key(file, new))
    return tuple(found)


def rows(files: Files, file: str) -> list[Row]:
    """The rows of a file in order; none where the file is not there."""
    return _read(files.get(file, ""))[1]


def key_of(file: str, row: Row) -> Key:
    return tuple(row.get(column, "") for column in KEYS[file])


def with_row(files: Files, file: str, key: Key | None, cells: Row) -> tuple[dict[str, str], int]:
    """The files with the cells put over the row of `key`, or as a new row; and its line, as `bundle.Problem` counts.

    A new row comes after the last one with the same first cell: those of one team or worker stay together.
    Raises NotFound where no row has the key.
    """
    if key is None:
        changed, found = _put(files, file, {}, [cells])
        # The last of equal ones is the new one.
        return changed, len(found) - found[::-1].index(cells) + 1
    place, row = _find(files, file, key)
    return _put(files, file, {key: {**row, **cells}}, [])[0], place + 2


def without_row(files: Files, file: str, key: Key) -> dict[str, str]:
    """The files without the row of `key`. Raises NotFound where there is none."""
    _find(files, file, key)
    return _put(files, file, {key: {}}, [])[0]


def with_rows(
    files: Files, file: str, added: Sequence[Row] = (), replaced: Mapping[Key, Row] | None = None
) -> dict[str, str]:
    return _put(files, file, replaced or {}, added)[0]


def with_group(files: Files, file: str, first: str, group: Sequence[Row]) -> dict[str, str]:
    """The files with these rows in the place of all that have `first` in the file's first key column."""
    column = KEYS[file][0]
    header, found = _read(files.get(file, ""))
    kept = [row for row in found if row.get(column) != first]
    before = next((i for i, row in enumerate(found) if row.get(column) == first), len(kept))
    kept[before:before] = group
    return {**files, file: _written(header, kept)}


def rebased(base: Files, mine: Files, newest: Files) -> dict[str, str]:
    """My changes of `base`, made on `newest`. Raises Conflicting where both changed the same row otherwise."""
    wanted = changes(base, mine)
    result = {**newest, **{file: _one_of_three(file, base, mine, newest) for file in SETTINGS}}
    for file in sorted({change.file for change in wanted}.difference(SETTINGS)):
        known = _by_key(file, newest)
        replaced: dict[Key, Row] = {}
        added: list[Row] = []
        for change in (one for one in wanted if one.file == file):
            now = known.get(change.key, {})
            if _filled(now) not in (_filled(change.before), _filled(change.after)):
                raise Conflicting(file)
            if now:
                replaced[change.key] = change.after
            elif change.after:
                added.append(change.after)
        result = _put(result, file, replaced, added)[0]
    return result


def _one_of_three(file: str, base: Files, mine: Files, newest: Files) -> str:
    """The text of a TOML file, whose notes for people are kept: so it is taken whole from one of the two."""
    settings = [_settings(file, files) for files in (base, mine, newest)]
    if settings[1] in (settings[0], settings[2]):
        return newest.get(file, "")
    if settings[0] != settings[2]:
        raise Conflicting(file)
    return mine.get(file, "")


def tidied(files: Files) -> dict[str, str]:
    """The same files as this project writes them: no byte order mark, commas, plain line ends, no empty lines."""
    return {
        name: _written(*_read(text)) if name in KEYS else _plain(text)
        for name, text in files.items()
    }


def _compared(file: str, old: Mapping[Key, Row], new: Mapping[Key, Row]) -> Iterator[Change]:
    for key in {**old, **new}:
        change = Change(file, key, old.get(key, {}), new.get(key, {}))
        if _filled(change.before) != _filled(change.after):
            yield change


def _filled(row: Row) -> Row:
    return {column: cell for column, cell in row.items() if cell}


def _by_key(file: str, files: Files) -> dict[Key, Row]:
    if file in SETTINGS:
        return _settings(file, files)
    return {key_of(file, row): row for row in rows(files, file)}


def _settings(file: str, files: Files) -> dict[Key, Row]:
    """Every value of a TOML file under its dotted path."""
    data = tomllib.loads(_plain(files.get(file, "")))
    return {(path,): {"path": path, "value": value} for path, value in _flat(data, "")}


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{path}.{number}")
    elif isinstance(value, str):
        yield path, value
    else:
        yield path, json.dumps(value, ensure_ascii=False, default=str)


def _find(files: Files, file: str, key: Key) -> tuple[int, Row]:
    for place, row in enumerate(rows(files, file)):
        if key_of(file, row) == key:
            return place, row
    raise NotFound(file)


def _put(
    files: Files, file: str, replaced: Mapping[Key, Row], added: Sequence[Row]
) -> tuple[dict[str, str], list[Row]]:
    """The files with rows replaced, or left out where the new one is empty, and others added; and the rows then."""
    header, found = _read(files.get(file, ""))
    kept = [row for old in found if (row := replaced.get(key_of(file, old), old))]
    header = header or [*added[0]]
    last = {row.get(header[0]): place for place, row in enumerate(kept)}
    after: defaultdict[int, list[Row]] = defaultdict(list)
    for row in added:
        after[last.get(row.get(header[0]), len(kept) - 1)].append(row)
    result = [*after[-1]]
    for place, row in enumerate(kept):
        result += [row, *after[place]]
    return {**files, file: _written(header, result)}, result


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _read(text: str) -> tuple[list[str], list[Row]]:
    """The header and the rows, as `bundle_tables` understands a table, but with nothing to complain about."""
    first = _plain(text).lstrip().split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    lines = csv.reader(io.StringIO(_plain(text), newline=""), delimiter=delimiter)
    filled = [line for cells in lines if any(line := [" ".join(cell.split()) for cell in cells])]
    if not filled:
        return [], []
    header = [column for column in filled[0] if column]
    return header, [dict(zip(header, line, strict=False)) for line in filled[1:]]


def _written(header: Sequence[str], found: Sequence[Row]) -> str:
    columns = [*dict.fromkeys([*header, *(column for row in found for column in row)])]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in found)
    return out.getvalue()
