"""One case at the desk of its team, for tests of what staff do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from casework.access import Role, Viewer
from casework.commands import Submit
from casework.directory import Directory
from casework.model import Case, Clock, ClockKind, TimelineEntry, TimelineKind
from casework.usecases import submit
from tests.casework.fakes import CountingIds, MemoryLog, MemoryWork, command

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
MEMBER = Viewer("1", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))
STRANGER = Viewer("2", "yo-esimerkki", frozenset({Role.DUTY_WORKER}))

Act = Callable[..., object]


@dataclass
class Desk:
    """One case of the team `coast`, and a clock that goes on by a minute with each act."""

    directory: Directory
    work: MemoryWork = field(default_factory=MemoryWork)
    ids: CountingIds = field(default_factory=CountingIds)
    at: datetime = MONDAY
    order: Submit = field(default_factory=command)

    def __post_init__(self) -> None:
        submit(self.order, directory=self.directory, now=self.at, ids=self.ids, work=self.work)
        self.log = MemoryLog(self.work)

    @property
    def case(self) -> Case:
        (case,) = self.work.kept.cases.values()
        return case

    def do(
        self,
        act: Act,
        *details: object,
        viewer: Viewer = MEMBER,
        case_id: UUID | None = None,
        **more: Any,
    ) -> object:
        self.at += timedelta(minutes=1)
        return act(
            case_id or self.case.id,
            viewer,
            *details,
            directory=self.directory,
            now=self.at,
            ids=self.ids,
            work=self.work,
            log=self.log,
            **more,
        )

    def clock(self, kind: ClockKind) -> Clock:
        return self.work.kept.clock(self.case.id, kind)

    @property
    def last(self) -> TimelineEntry:
        return self.work.kept.timeline[-1]

    def ended(self, kind: ClockKind) -> datetime | None:
        return self.work.kept.clock(self.case.id, kind).ended_at

    def kinds(self) -> list[TimelineKind]:
        return self.work.kept.kinds(self.case.id)[2:]
