"""Reading and writing of the TOML files, so that every wrong key is named by line and reason.

Paths of keys are dotted; tables of an array are counted from 1: `announcements.2.text.fi`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Final, TypeVar

from casework import bundle_values as values
from casework.bundle_tables import Problems, without_mark
from casework.directory import DEFAULT_LANGUAGE

COUNTY_FILE: Final = "county.toml"

#: In characters. Nested or dotted far enough, even a small file would keep a process busy for minutes.
_LARGEST: Final = 256_000
_LONGEST_LINE: Final = 4_000
_AT_LINE = re.compile(r"at line (\d+)")
_TABLE_LINE = re.compile(r"\s*(\[{1,2})\s*([^\[\]]+?)\s*\]")
#: Around a text of several lines, which may look like headings and keys.
_LONG_QUOTES = re.compile(r'"""|\'\'\'')
_KEY_LINE = re.compile(r"\s*([A-Za-z0-9_.\"-]+)\s*=")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reader:
    """The file's content, the line of each key, and where to note what is wrong."""

    data: Mapping[str, object]
    lines: Mapping[str, int]
    problems: Problems
    file: str = COUNTY_FILE

    def wrong(self, path: str, reason: str) -> None:
        """Note a problem at the key, or at the nearest table around it that has a line."""
        known = path
        while known and known not in self.lines:
            known = known.rpartition(".")[0]
        self.problems.note(self.file, self.lines.get(known, 0), f"{path}: {reason}")

    def read(self, path: str, value: object, convert: Callable[[str], T], default: T) -> T:
        """A text in quotes, converted; what is wrong is noted and read as `default`."""
        if not isinstance(value, str):
            self.wrong(path, "is missing" if value is None else "expected a text in quotes")
            return default
        try:
            return convert(value)
        except ValueError as error:
            self.wrong(path, str(error))
            return default

    def plain(self, name: str, convert: Callable[[str], str]) -> str:
        return self.read(name, self.data.get(name), convert, "")

    def optional(self, path: str, value: object, convert: Callable[[str], str]) -> str:
        """The same, but a key that is not there is an empty text."""
        return "" if value is None else self.read(path, value, values.optional(convert), "")

    def words(
        self, name: str, each: Callable[[str], str], default: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        found = self.data.get(name)
        if found is None and default is not None:
            return default
        if not isinstance(found, list):
            self.wrong(name, "is missing" if found is None else "expected a list of texts")
            return ()
        read = tuple(self.read(name, word, each, "") for word in found)
        if len(set(read)) < len(read):
            self.wrong(name, "names a value twice")
        return read

    def whole(self, name: str, default: int, low: int = 0, high: int | None = None) -> int:
        """A whole number from `low`, to `high` where there is one; `default` where the key is not there."""
        found = self.data.get(name, default)
        if (
            isinstance(found, bool)
            or not isinstance(found, int)
            or found < low
            or (high is not None and found > high)
        ):
            limit = "" if high is None else f" to {high}"
            self.wrong(name, f"expected a whole number from {low}{limit}")
            return default
        return found

    def table(self, name: str, of: object = None) -> Mapping[str, object]:
        """A table of texts: the one called `name`, or `of` read under that name."""
        found = self.data.get(name, {}) if of is None else of
        if isinstance(found, dict):
            return found
        self.wrong(name, "expected a table")
        return {}

    def tables(self, path: str, found: object) -> list[tuple[str, Mapping[str, object]]]:
        """An array of tables, each with its own path; none where it is not there."""
        if found is None:
            return []
        if not isinstance(found, list):
            self.wrong(path, f"expected [[{path}]]")
            return []
        return [
            (f"{path}.{number}", self.table(f"{path}.{number}", one))
            for number, one in enumerate(found, start=1)
        ]

    def only(self, path: str, table: Mapping[str, object], known: Iterable[str]) -> None:
        """Note keys that nobody reads: they are misspelt ones."""
        for name in table:
            if name not in known:
                self.wrong(f"{path}.{name}", "unknown key")

    def by_language(self, path: str, table: Mapping[str, object]) -> dict[str, str]:
        for language in table:
            self.read(f"{path}.{language}", language, values.page_language, "")
        return {
            language: self.read(f"{path}.{language}", text, values.required, "")
            for language, text in table.items()
        }

    def every_language(
        self, path: str, found: object, languages: Iterable[str]
    ) -> Mapping[str, str]:
        """Texts for all the county's languages, or at least in Finnish, which then stands for the others."""
        texts = self.by_language(path, self.table(path, {} if found is None else found))
        for language in languages:
            if language not in texts and DEFAULT_LANGUAGE not in texts:
                self.wrong(f"{path}.{language}", "is missing")
        return texts


def load(file: str, text: str, problems: Problems) -> Reader:
    """A file's content, for reading. Raises BundleError at once where it is no TOML or too large."""
    text = without_mark(text)
    if len(text) > _LARGEST or max(map(len, text.split("\n"))) > _LONGEST_LINE:
        problems.note(file, 0, "too large: the file, or one of its lines")
        problems.raise_if_any()
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        match = _AT_LINE.search(str(error))
        problems.note(file, int(match[1]) if match else 0, f"not readable: {error}")
        problems.raise_if_any()
        raise
    return Reader(data, key_lines(text), problems, file)


def key_lines(text: str) -> dict[str, int]:
    """The line on which each key stands, by dotted path."""
    found: dict[str, int] = {}
    arrays: Counter[str] = Counter()
    table = inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        was_inside = inside
        for mark in _LONG_QUOTES.findall(line):
            inside = "" if mark == inside else inside or mark
        if was_inside:
            continue
        if heading := _TABLE_LINE.match(line):
            table = heading[2].replace('"', "")
            if heading[1] == "[[":
                arrays[table] += 1
            table = _counted(table, arrays)
            for path in accumulate(table.split("."), "{}.{}".format):
                found.setdefault(path, number)
        elif key := _KEY_LINE.match(line):
            name = key[1].replace('"', "")
            found.setdefault(f"{table}.{name}" if table else name, number)
    return found


def _counted(table: str, arrays: Mapping[str, int]) -> str:
    """The path of a heading, in the newest table of each array around it."""
    for name, count in arrays.items():
        if table == name or table.startswith(f"{name}."):
            return f"{name}.{count}{table.removeprefix(name)}"
    return table


def toml(value: object) -> str:
    """A value as TOML. JSON's texts and lists of texts are TOML too, but for the one character it leaves bare."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
