"""Reading the bundle's CSV files, so that every wrong row is named by file, line and reason.

Tolerates what spreadsheets write: a byte order mark, CRLF, semicolons for commas, blank lines.
Nothing here raises on bad input; problems are collected, and the reader goes on.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")
#: A date, or a datetime, which is one too.
When = TypeVar("When", bound=date)
_NAME_COLUMN = re.compile(r"name_([a-z]{2,3})")


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong place in a bundle; `line` counts from 1, and 0 means the file as a whole."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class BundleError(ValueError):
    """A bundle that is not accepted; `problems` names every wrong row, in order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(slots=True)
class Problems:
    """Where readers note what is wrong."""

    found: list[Problem] = field(default_factory=list)

    def note(self, file: str, line: int, reason: str) -> None:
        """Remember one wrong place."""
        self.found.append(Problem(file, line, reason))

    def raise_if_any(self) -> None:
        """Raise BundleError with all that was noted, by file and line."""
        if self.found:
            unique = dict.fromkeys(self.found)
            raise BundleError(tuple(sorted(unique, key=lambda p: (p.file, p.line))))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: cells by column name, each in one line with single spaces."""

    file: str
    line: int
    cells: Mapping[str, str] = field(repr=False)
    problems: Problems = field(repr=False)

    def text(self, column: str) -> str:
        """The cell as it is; '' for a column that the file does not have."""
        return self.cells.get(column, "")

    def names(self) -> dict[str, str]:
        """The filled `name_xx` columns by language."""
        found = {_NAME_COLUMN.fullmatch(column): text for column, text in self.cells.items()}
        return {match[1]: text for match, text in found.items() if match and text}

    def read(self, column: str, convert: Callable[[str], T], default: T) -> T:
        """The cell converted; when `convert` raises ValueError it is noted and `default` given."""
        try:
            return convert(self.text(column))
        except ValueError as error:
            self.wrong(f"{column}: {error}")
            return default

    def wrong(self, reason: str) -> None:
        """Note that this row is wrong."""
        self.problems.note(self.file, self.line, reason)


@dataclass(frozen=True, slots=True)
class Table:
    """A bundle file's shape: columns it must have and may have; `named` ones also `name_xx`."""

    file: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    named: bool = False

    def rows(self, text: str, problems: Problems) -> list[Row]:
        """All rows below the header. Each wrong row is noted and left out."""
        lines = list(_lines(self.file, text, problems))
        if not lines:
            problems.note(self.file, 1, "the header row is missing")
            return []
        (header_line, header), body = lines[0], lines[1:]
        while not header[-1]:
            header.pop()
        if not self._accepts(header_line, header, problems):
            return []
        return [
            Row(self.file, line, dict(zip(header, cells, strict=True)), problems)
            for line, cells in body
            if self._fits(line, cells, header, problems)
        ]

    def _accepts(self, line: int, header: list[str], problems: Problems) -> bool:
        known = {*self.required, *self.optional}
        reasons = [f"column '{c}' is missing" for c in self.required if c not in header]
        for column in dict.fromkeys(header):
            if header.count(column) > 1:
                reasons.append(f"column '{column}' stands twice")
            if column not in known and not (self.named and _NAME_COLUMN.fullmatch(column)):
                reasons.append(f"unknown column '{column}'")
        for reason in reasons:
            problems.note(self.file, line, reason)
        return not reasons

    def _fits(self, line: int, cells: list[str], header: list[str], problems: Problems) -> bool:
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if len(cells) != len(header):
            reason = f"{len(cells)} cells under {len(header)} columns"
            problems.note(self.file, line, reason)
        return len(cells) == len(header)


def unique(rows: list[Row], *columns: str) -> list[Row]:
    """The rows whose key in `columns` was not seen before; a repeated key is noted, and never quoted."""
    first: dict[tuple[str, ...], int] = {}
    kept = []
    for row in rows:
        key = tuple(row.text(column) for column in columns)
        if key in first:
            row.wrong(f"{', '.join(columns)}: stands on line {first[key]} already")
            continue
        first[key] = row.line
        kept.append(row)
    return kept


@dataclass(frozen=True, slots=True)
class Stretch(Generic[When]):
    """A stretch of time [begin, end) that a row says."""

    begin: When
    end: When
    row: Row


def note_overlaps(stretches: Iterable[Stretch[When]], reason: str) -> None:
    """Note every stretch that overlaps another, at the later row of the two, with the line of the earlier."""
    reached: Stretch[When] | None = None
    for each in sorted(stretches, key=lambda stretch: stretch.begin):
        if reached is not None and each.begin < reached.end:
            earlier, later = sorted((each.row, reached.row), key=lambda row: row.line)
            later.wrong(f"{reason}: see line {earlier.line}")
        if reached is None or each.end > reached.end:
            reached = each


def written(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table as text, each row ending in a newline."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def without_mark(text: str) -> str:
    """The text without a byte order mark."""
    return text.removeprefix("\ufeff")


def _lines(file: str, text: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the line on which each begins."""
    text = without_mark(text)
    header = text.lstrip().split("\n", 1)[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [" ".join(cell.split()) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            problems.note(file, line, f"not readable as a table: {error}")
            return
        if any(cells):
            yield line, cells
