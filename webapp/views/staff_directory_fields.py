"""Fields of the directory's forms: days, hours and keys as people write them, cells as the bundle keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import Form

from casework import bundle_times as times
from casework import bundle_values as values
from casework.directory import ANY
from forms.base import Questions
from forms.fields import YES_NO, Checks, Drop, Radios, Text
from forms.phones import UnreadableNumber, read_phone
from forms.words import N_, Words, wrong
from webapp.views.staff_directory_choices import Around, Choices, fixed
from webapp.views.staff_directory_reasons import worded

_FINNISH_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)

NEEDED = N_("Fill this in")
CHOOSE_ONE = N_("Choose one")
BAD_DAY = N_("Write the day as 24.12.2026")
BAD_CLOCK = N_("Write the time as 08:00")
BAD_KEY = N_("Write small letters a to z, digits and hyphens alone")

KEY_HINT = N_("A short word for the files, for example north-duty. It cannot be changed later.")
DAY_HINT = N_("For example 24.12.2026")
YES_OR_NO = fixed(dict(YES_NO))


class Line(Text):
    """One line. `cell` is how the bundle keeps it, `shown` how a cell is shown in the field."""

    @property
    def cell(self) -> str:
        return self.data or ""

    @staticmethod
    def shown(cell: str) -> str:
        return cell


class NumberTyped(Line):
    """A phone number, however it was written; a short one such as 112 stays as it is."""

    kind = "tel"

    @property
    def cell(self) -> str:
        with suppress(UnreadableNumber):
            return read_phone(self.data or "").number if self.data else ""
        return self.data or ""


class DayTyped(Line):
    @property
    def cell(self) -> str:
        return read_day(self.data).isoformat() if self.data else ""

    @staticmethod
    def shown(cell: str) -> str:
        with suppress(ValueError):
            return written_day(date.fromisoformat(cell))
        return cell

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data:
            try:
                read_day(self.data)
            except ValueError:
                raise wrong(BAD_DAY) from None


class ClockTyped(Line):
    """A time of the day; 24:00 is the midnight with which a day ends."""

    @property
    def cell(self) -> str:
        return read_clock(self.data or "")

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data:
            try:
                read_clock(self.data)
            except ValueError:
                raise wrong(BAD_CLOCK) from None


class HoursTyped(Line):
    """Stretches of a day."""

    @property
    def cell(self) -> str:
        return times.written_spans(times.spans(self.data or ""))

    @staticmethod
    def shown(cell: str) -> str:
        return "" if cell == "closed" else cell

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        try:
            times.spans(self.data or "")
        except ValueError as error:
            words = worded(str(error)) or Words(str(error))
            raise wrong(words, **words.params) from None


class KeyTyped(Line):
    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        try:
            values.key(self.data or "")
        except ValueError:
            raise wrong(BAD_KEY) from None


class Chosen(Radios):
    @property
    def cell(self) -> str:
        return self.data or ""

    @staticmethod
    def shown(cell: str) -> str:
        return cell


class Picked(Drop):
    cell = Chosen.cell
    shown = Chosen.shown


class Several(Checks):
    """Any number; 'all' goes before what was ticked beside it. What is unknown by now stays, unseen, until changed."""

    @property
    def cell(self) -> str:
        chosen = self.data or []
        return ANY if ANY in chosen else " ".join(chosen)

    @staticmethod
    def shown(cell: str) -> list[str]:
        return cell.split()


@dataclass(frozen=True, slots=True)
class Column:
    """One question of a form, and the column that it fills. `fixed`: asked of a new row only."""

    name: str
    label: str
    hint: str = ""
    field: type[Any] = Line
    choices: Choices | None = None
    needed: str = ""
    fixed: bool = False

    def made(self, around: Around) -> Any:
        given: dict[str, Any] = {"hint": self.hint, "needed": self.needed}
        if self.choices is not None:
            given["choices"] = tuple(self.choices(around))
        return self.field(self.label, **given)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file whose rows have forms. `home`: the endpoint of the page that lists them; `of_team`: they stand on a
    team's page, and the column `team` is that team.
    """

    file: str
    title: str
    add: str
    change: str
    home: str
    columns: tuple[Column, ...]
    of_team: bool = False

    def asked(self, around: Around, *, new: bool) -> tuple[Column, ...]:
        """The questions for a new row, or for one that there is: what it is known by does not change."""
        names = _names(around) if self.file == "teams.csv" else ()
        found = (*self.columns[:1], *names, *self.columns[1:])
        return tuple(column for column in found if new or not column.fixed)


def _names(around: Around) -> Iterator[Column]:
    for code in dict.fromkeys(("fi", *around.directory.county.languages)):
        if len(code) <= 3:
            needed = NEEDED if code == "fi" else ""
            label = NAME_IN.get(code, code)
            yield Column(f"name_{code}", label, needed=needed)


NAME_IN = {
    "fi": N_("Name in Finnish"),
    "sv": N_("Name in Swedish"),
    "en": N_("Name in English"),
    "se": N_("Name in Northern Sámi"),
}


def form_of(columns: Iterable[Column], around: Around, formdata: Any, cells: Any) -> Form:
    """A form with a field for each column, filled from what was posted, else from the row's cells."""
    fields = {column.name: column.made(around) for column in columns}
    made: type[Form] = type("DirectoryForm", (Questions,), fields)
    shown = {
        column.name: column.field.shown(cells[column.name])
        for column in columns
        if cells and column.name in cells
    }
    return made(formdata, data=shown)


def cells_of(form: Any) -> dict[str, str]:
    """What a valid form says, column by column."""
    return {field.short_name: field.cell for field in form}


def read_day(text: str) -> date:
    """'24.12.2026', or as ISO writes it. Raises ValueError."""
    match = _FINNISH_DAY.fullmatch(text)
    if match is None:
        return times.near_day(text)
    day, month, year = map(int, match.groups())
    return times.near_day(f"{year:04}-{month:02}-{day:02}")


def written_day(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def read_clock(text: str) -> str:
    """'8', '8.00' or '08:00' as '08:00'. Raises ValueError."""
    match = _CLOCK.fullmatch(text)
    hours, minutes = (int(match[1]), int(match[2] or 0)) if match else (25, 0)
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise ValueError(text)
    return f"{hours:02}:{minutes:02}"
