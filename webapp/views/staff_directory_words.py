"""Cells of the directory's files in words: columns by their labels, people, teams and places by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from casework.directory import ANY, Directory
from casework.directory_changes import Change, Kind
from forms.words import N_
from webapp.i18n import say
from webapp.views import staff_directory_choices as choices
from webapp.views.staff_answers import form_title, municipality_name, team_name
from webapp.views.staff_directory_fields import (
    DayTyped,
    written_day,
)
from webapp.views.staff_directory_sheets import SHEETS

#: Of one file so many rows are shown; an upload may change thousands.
MOST_ROWS = 200

KINDS = {
    Kind.ADDED: (N_("Added"), "success"),
    Kind.REMOVED: (N_("Removed"), "error"),
    Kind.CHANGED: (N_("Changed"), "info"),
}
_FURTHER_FILES = {
    "county.toml": N_("County settings"),
    "rota.csv": N_("Duty rota"),
    "escalation.csv": N_("Who is told in turn"),
    "municipalities.csv": N_("Municipalities"),
    "messages.toml": N_("Texts of messages"),
}
_FURTHER_COLUMNS = {
    "team": N_("Team"),
    "worker": N_("Worker"),
    "starts": N_("Begins"),
    "ends": N_("Ends"),
    "instead_of": N_("Instead of"),
    "step": N_("Step"),
    "tell": N_("Who is told"),
    "after_minutes": N_("After how many minutes"),
    "date": N_("Day"),
    "path": N_("Setting"),
    "value": N_("Value"),
    "name_fi": N_("Name in Finnish"),
    "name_sv": N_("Name in Swedish"),
    "name_en": N_("Name in English"),
}
_WORKERS = {"worker", "deputy", "lead", "instead_of"}
_YES_NO = {"yes": N_("Yes"), "no": N_("No")}


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row of a preview: what it is about, and each cell that changes as (label, before, after)."""

    kind: str
    look: str
    about: str
    cells: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    title: str
    file: str
    rows: Sequence[ChangedRow]
    more: int


def file_title(file: str) -> str:
    sheets = {sheet.file: sheet.title for sheet in SHEETS.values()}
    return say(sheets.get(file) or _FURTHER_FILES.get(file, file))


def label(file: str, column: str) -> str:
    """What a form calls the column, else the words for it, else the column itself."""
    for sheet in SHEETS.values():
        for known in sheet.columns if sheet.file == file else ():
            if known.name == column:
                return say(known.label)
    return say(_FURTHER_COLUMNS.get(column, column))


def shown(column: str, cell: str, here: Sequence[Directory]) -> str:
    """A cell in words. `here`: the directories in whose names it may be said, the first one first."""
    if not cell or cell == "closed":
        return say(N_("closed")) if cell else ""
    if column in _WORKERS:
        names = [found.name for d in here if (found := d.workers.get(cell))]
        return names[0] if names else cell
    if column in _LISTS:
        one = _LISTS[column]
        return ", ".join(say(N_("All")) if w == ANY else one(w, here) for w in cell.split())
    if column in _ONES:
        return say(_ONES[column].get(cell, cell))
    return _moment(cell) if column in {"starts", "ends"} else DayTyped.shown(cell)


def _team(key: str, here: Sequence[Directory]) -> str:
    known = [d for d in here if key in d.teams]
    return team_name(key, known[0]) if known else key


_LISTS: Mapping[str, Callable[[str, Sequence[Directory]], str]] = {
    "team": _team,
    "teams": _team,
    "municipalities": lambda code, here: municipality_name(code, here[0]),
    "forms": lambda slug, here: form_title(slug),
    "languages": lambda code, here: choices.language_in_words(code),
    "language": lambda code, here: choices.language_in_words(code),
    "uses": lambda use, here: say(choices.USES.get(use, use)),
}
_ONES: Mapping[str, Mapping[str, str]] = {
    "kind": choices.KINDS,
    "tell": choices.TELLS,
    **dict.fromkeys(("closed_on_holidays", "closed_on_eves", "rota", "reads_protected"), _YES_NO),
}


def _moment(cell: str) -> str:
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:  # 24:00, which ends a day
        return cell
    return f"{written_day(at.date())} {at:%H:%M}"


def changed_files(found: Sequence[Change], here: Sequence[Directory]) -> list[ChangedFile]:
    """Changes in words, file by file."""
    result = []
    for file, group in groupby(found, key=lambda change: change.file):
        changes = list(group)
        rows = [_row(change, here) for change in changes[:MOST_ROWS]]
        more = max(0, len(changes) - MOST_ROWS)
        result.append(ChangedFile(file_title(file), file, rows, more))
    return result


def _row(change: Change, here: Sequence[Directory]) -> ChangedRow:
    words, look = KINDS[change.kind]
    return ChangedRow(words, look, _about(change, here), list(_cells(change, here)))


def _about(change: Change, here: Sequence[Directory]) -> str:
    """Whose row it is: a name where the row has one, else what it is known by."""
    row = change.after or change.before
    for column in ("name", "name_fi", "path"):
        if row.get(column):
            return row[column]
    parts = ("team", "worker", "key", "client_code", "code")
    return ", ".join(shown(part, row[part], here) for part in parts if row.get(part))


def _cells(change: Change, here: Sequence[Directory]) -> Iterator[tuple[str, str, str]]:
    for column, before, after in change.cells():
        if column != "path":
            words = label(change.file, column)
            yield words, shown(column, before, here), shown(column, after, here)
