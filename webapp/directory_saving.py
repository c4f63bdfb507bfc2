"""How a directory becomes a new revision, from a page or the command line: checked first, and never by halves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from casework.bundle import BundleError
from casework.calendar import HELSINKI
from casework.directory import Directory
from casework.directory_check import Hole, check
from casework.errors import LuotsiError
from forms.registry import FORMS
from webapp.wiring import House, now, read_directory

log = structlog.get_logger()

Files = Mapping[str, str]


class OpenCasesLeft(LuotsiError):
    """Teams would be gone that have open cases; nothing was saved. `teams`: key -> how many."""

    def __init__(self, teams: Mapping[str, int]) -> None:
        super().__init__(", ".join(teams))
        self.teams = teams


class NewHoles(LuotsiError):
    """Holes would open that are not there now, and nobody said that this is known; nothing was saved."""

    def __init__(self, holes: tuple[Hole, ...]) -> None:
        super().__init__(f"{len(holes)} new holes")
        self.holes = holes


@dataclass(frozen=True, slots=True)
class Outlook:
    """What saving a bundle would mean: a page shows it, `save` acts on it."""

    files: Files = field(repr=False)
    directory: Directory = field(repr=False)
    based_on: int | None
    holes: tuple[Hole, ...]
    appearing: tuple[Hole, ...]
    going: tuple[Hole, ...]
    lost_teams: Mapping[str, int]


def holes_of(directory: Directory) -> tuple[Hole, ...]:
    """Every hole in the year from today."""
    today = now().astimezone(HELSINKI).date()
    return check(directory, today, forms=tuple(FORMS))


def outlook(house: House, files: Files, based_on: int | None) -> Outlook:
    """Read, check and compare with the revision that the bundle was made from; this takes seconds for a large county.

    Raises `casework.bundle.BundleError` naming every wrong row.
    """
    new = read_directory(files, 0)
    holes = holes_of(new)
    before = _holes_of_revision(house, based_on) if based_on is not None else ()
    known, found = set(map(_name, before)), set(map(_name, holes))
    return Outlook(
        files=files,
        directory=new,
        based_on=based_on,
        holes=holes,
        appearing=tuple(hole for hole in holes if _name(hole) not in known),
        going=tuple(hole for hole in before if _name(hole) not in found),
        lost_teams=house.revisions.open_cases_without(new.teams),
    )


def save(house: House, seen: Outlook, by: str, *, allow_holes: bool) -> int:
    """Make it the newest revision; its number. What was found is kept as the newest check.

    Raises OpenCasesLeft, NewHoles unless they are allowed, and what `DirectoryRevisions.add` raises.
    """
    if seen.lost_teams:
        raise OpenCasesLeft(seen.lost_teams)
    if seen.appearing and not allow_holes:
        raise NewHoles(seen.appearing)
    at = now()
    number = house.revisions.add(seen.files, seen.directory, by, at, based_on=seen.based_on)
    house.revisions.store_check(number, seen.holes, at)
    if seen.appearing:
        kinds = sorted({hole.kind for hole in seen.appearing})
        log.warning("directory_saved_with_holes", revision=number, kinds=kinds)
    return number


def _holes_of_revision(house: House, revision: int) -> tuple[Hole, ...]:
    """From the newest check where that is of this revision and of today, else by checking."""
    last, today = house.revisions.latest_check(), now().astimezone(HELSINKI).date()
    if last and last.revision == revision and last.at.astimezone(HELSINKI).date() == today:
        return last.holes
    try:
        here = read_directory(house.revisions.files(revision), revision, stored=True)
    except BundleError:
        # A newer version of the program may refuse what an older one took: then any hole is new.
        return ()
    return holes_of(here)


def _name(hole: Hole) -> tuple[str, str]:
    """A hole stays the same hole while its smallest example changes."""
    return hole.kind, hole.subject
