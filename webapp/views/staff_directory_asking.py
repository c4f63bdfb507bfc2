"""Forms made from tables: which questions fill which columns of a row, and how its cells are asked and read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import Form

from forms.base import Questions
from forms.fields import YES_NO
from forms.words import N_
from webapp.views.staff_directory_choices import Around, Choices, fixed
from webapp.views.staff_directory_fields import NEEDED, Line

KEY_HINT = N_("A short word for the files, for example north-duty. It cannot be changed later.")
DAY_HINT = N_("For example 24.12.2026")
YES_OR_NO = fixed(dict(YES_NO))


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


def with_home(row: Mapping[str, str]) -> dict[str, str]:
    """A worker's row with a cell for the home team, which stands first among the teams."""
    return {**row, "home": next(iter(row.get("teams", "").split()), "")}


def without_home(cells: dict[str, str]) -> dict[str, str]:
    """The same back: where a home team was asked, it goes first."""
    home = cells.pop("home", "")
    if home:
        teams = [home, *(key for key in cells["teams"].split() if key != home)]
        cells["teams"] = " ".join(teams)
    return cells


def form_of(
    columns: Iterable[Column], around: Around, formdata: Any, cells: Mapping[str, str]
) -> Form:
    """A form with a field for each column, filled from what was posted, else from the row's cells."""
    fields = {column.name: column.made(around) for column in columns}
    made: type[Form] = type("DirectoryForm", (Questions,), fields)
    known = with_home(cells)
    shown = {c.name: c.field.shown(known[c.name]) for c in columns if c.name in known}
    return made(formdata, data=shown)


def cells_of(form: Any) -> dict[str, str]:
    """What a valid form says, column by column."""
    return without_home({field.short_name: field.cell for field in form})
