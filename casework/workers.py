"""Workers: who they are, when they are away, when they are on duty, and which clients are theirs.

No client is ever named here: a client code is printed on the client's plan and leads to a worker, no more.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from casework.calendar import HELSINKI, moment_of
from casework.places import folded

_MARKS: Final = re.compile(r"[^0-9A-Za-z]+")
#: A longer shift is a mistake of typing.
LONGEST_SHIFT: Final = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as the directory knows one; accounts and rights live elsewhere.

    `teams` are keys, the home team first. `deputy` stands in whenever an absence names nobody else.
    `reads_protected`: may open cases with non-disclosure; see `casework.access`.
    """

    key: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    languages: tuple[str, ...]
    teams: tuple[str, ...] = ()
    mobile: str = field(default="", repr=False)
    deputy: str | None = None
    reads_protected: bool = False


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which a worker is away, both included, Europe/Helsinki. Why, nobody is told."""

    worker: str
    first_on: date
    last_on: date
    deputy: str | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of duty in a team, in wall-clock times of Europe/Helsinki without a zone, as it was written.

    `instead_of`: the worker whose shift it was before a swap.
    """

    team: str
    worker: str
    starts: datetime
    ends: datetime
    instead_of: str | None = None

    @property
    def begins_at(self) -> datetime:
        """UTC; inside the hour that the clock skips: its end; inside the repeated one: its first passing."""
        return moment_of(self.starts)

    @property
    def ends_at(self) -> datetime:
        return moment_of(self.ends)


def client_code(text: str) -> str:
    """A client code as it is compared: capital letters and digits, whatever stood between them left out."""
    return _MARKS.sub("", text).upper()


@dataclass(frozen=True, slots=True)
class Rota:
    """The shifts of one team in order, each moment found in microseconds."""

    shifts: tuple[Shift, ...] = ()
    _begins: tuple[datetime, ...] = field(init=False, repr=False, compare=False)
    _ends: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.shifts, key=lambda s: (s.starts, s.ends, s.worker)))
        object.__setattr__(self, "shifts", ordered)
        object.__setattr__(self, "_begins", tuple(s.begins_at for s in ordered))
        object.__setattr__(self, "_ends", tuple(s.ends_at for s in ordered))

    def at(self, moment: datetime) -> tuple[Shift, ...]:
        """Shifts that cover the moment; the first instant counts, the last one not."""
        last = bisect_right(self._begins, moment)
        # No shift is longer than LONGEST_SHIFT, so none that began earlier can reach the moment.
        first = bisect_left(self._begins, moment - LONGEST_SHIFT - timedelta(hours=2))
        return tuple(self.shifts[i] for i in range(first, last) if moment < self._ends[i])

    def between(self, begin: datetime, end: datetime) -> tuple[Shift, ...]:
        """Shifts of which any part lies in [begin, end)."""
        first = bisect_left(self._begins, begin - LONGEST_SHIFT - timedelta(hours=2))
        last = bisect_left(self._begins, end)
        return tuple(self.shifts[i] for i in range(first, last) if self._ends[i] > begin)

    def moments(self, begin: datetime, end: datetime) -> tuple[datetime, ...]:
        """Every moment (UTC, sorted) in [begin, end) at which a shift begins or ends."""
        found = {m for m in (*self._begins, *self._ends) if begin <= m < end}
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Absences:
    """Who is away when. Absences of one worker do not overlap."""

    entries: tuple[Absence, ...] = ()
    _by_worker: Mapping[str, tuple[Absence, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.entries, key=lambda a: (a.worker, a.first_on)))
        by_worker: defaultdict[str, list[Absence]] = defaultdict(list)
        for absence in ordered:
            by_worker[absence.worker].append(absence)
        object.__setattr__(self, "entries", ordered)
        object.__setattr__(self, "_by_worker", {k: tuple(v) for k, v in by_worker.items()})

    def of(self, worker: str) -> tuple[Absence, ...]:
        """One worker's absences, the earliest first."""
        return self._by_worker.get(worker, ())

    def on(self, worker: str, day: date) -> Absence | None:
        """The absence that covers the day, or None: the worker is present."""
        return next((a for a in self.of(worker) if a.first_on <= day <= a.last_on), None)

    def at(self, worker: str, moment: datetime) -> Absence | None:
        """The absence that covers the moment's day in Helsinki."""
        return self.on(worker, moment.astimezone(HELSINKI).date())


@dataclass(frozen=True, slots=True)
class WorkerNames:
    """Finds workers by what a family typed: without regard to case, diacritics, hyphens and word order."""

    _words: Mapping[str, frozenset[str]]
    _by_word: Mapping[str, frozenset[str]]
    _by_name: Mapping[frozenset[str], frozenset[str]]

    @classmethod
    def of(cls, workers: Iterable[Worker]) -> WorkerNames:
        words = {worker.key: frozenset(folded(worker.name).split()) for worker in workers}
        by_word: defaultdict[str, set[str]] = defaultdict(set)
        by_name: defaultdict[frozenset[str], set[str]] = defaultdict(set)
        for key, parts in words.items():
            by_name[parts].add(key)
            for part in parts:
                by_word[part].add(key)
        return cls(
            words,
            {part: frozenset(keys) for part, keys in by_word.items()},
            {parts: frozenset(keys) for parts, keys in by_name.items()},
        )

    def called(self, text: str) -> tuple[str, ...]:
        """Keys of workers with exactly these words as their name, else with all of these words in it, else
        whose whole name is among these words; in order. Empty where nobody fits, or nothing was typed.
        """
        typed = frozenset(folded(text[:200]).split())
        if not typed:
            return ()
        found = self._by_name.get(typed) or self._within(typed) or self._around(typed)
        return tuple(sorted(found))

    def _within(self, typed: frozenset[str]) -> frozenset[str]:
        # The rarest word first: what is left to look at is never more than it has.
        sets = sorted((self._by_word.get(part, frozenset()) for part in typed), key=len)
        return frozenset.intersection(*sets)

    def _around(self, typed: frozenset[str]) -> frozenset[str]:
        near = {key for part in typed for key in self._by_word.get(part, ())}
        return frozenset(key for key in near if self._words[key] <= typed)
