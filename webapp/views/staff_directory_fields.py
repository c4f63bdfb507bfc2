"""Fields of the directory's forms: days, hours and keys as people write them, cells as the bundle keeps them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Any

from casework import bundle_times as times
from casework import bundle_values as values
from casework.directory import ANY
from forms.fields import Checks, Drop, Radios, Text
from forms.phones import UnreadableNumber, read_phone
from forms.words import N_, Words, wrong
from webapp.views.staff_directory_reasons import worded

_FINNISH_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)

NEEDED = N_("Fill this in")
CHOOSE_ONE = N_("Choose one")
BAD_DAY = N_("Write the day as 24.12.2026")
BAD_CLOCK = N_("Write the time as 08:00")
BAD_KEY = N_("Write small letters a to z, digits and hyphens alone")


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
