"""How staff act on a case: related to it, logged first, and with the case held while it is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, TypedDict, Unpack
from uuid import UUID

from casework.access import Relation, Viewer, relation_to
from casework.directory import Directory
from casework.errors import ErasedContent, IllegalMove, NotFound
from casework.model import CaseHead, CaseState, Clock, ClockKind, TimelineEntry, TimelineKind
from casework.ports import AccessLog, Ids, UnitOfWork
from casework.teams import Team

NOTHING: Mapping[str, str] = MappingProxyType({})


class Rooms(TypedDict):
    """What every act is given beside the case and the person."""

    directory: Directory
    now: datetime
    ids: Ids
    work: UnitOfWork
    log: AccessLog


class CaseAct(Protocol):
    """One thing that staff do with a case that they have opened.

    Raises NotFound without a relation, IllegalMove where somebody else was faster.
    """

    def __call__(
        self,
        case_id: UUID,
        viewer: Viewer,
        *,
        directory: Directory,
        now: datetime,
        ids: Ids,
        work: UnitOfWork,
        log: AccessLog,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Held:
    """A case that nobody else can act on until the unit of work ends: its head and clocks as they are now."""

    head: CaseHead
    clocks: Mapping[ClockKind, Clock]
    viewer: Viewer
    directory: Directory
    now: datetime
    ids: Ids
    work: UnitOfWork

    def waiting(self, kinds: frozenset[ClockKind]) -> tuple[ClockKind, ...]:
        """Which of these have not ended, by limit; a paused one still waits."""
        unended = (kind for kind, clock in self.clocks.items() if clock.ended_at is None)
        return tuple(kind for kind in unended if kind in kinds)

    def end(self, kind: ClockKind) -> None:
        """The clock has done its duty. Raises IllegalMove where it does not run."""
        if not self.work.clocks.end(self.head.id, kind, self.now):
            raise IllegalMove(f"{kind} is not running")

    def note(self, kind: TimelineKind, detail: Mapping[str, str] = NOTHING) -> UUID:
        """Add to the timeline; the id of the entry."""
        entry = TimelineEntry(
            self.ids.row(), self.head.id, self.now, kind, actor(self.viewer), detail
        )
        self.work.cases.append_timeline([entry])
        return entry.id


@contextmanager
def held(
    case_id: UUID,
    viewer: Viewer,
    action: TimelineKind,
    *,
    unopened: bool = False,
    **rooms: Unpack[Rooms],
) -> Iterator[Held]:
    """Log the action, then hold the case, and commit at the end unless something was raised.

    Only opening leads out of `received`: nearly every act is illegal before it. Raises NotFound without a
    relation; IllegalMove where the case has not been opened, or has been moved elsewhere meanwhile.
    """
    work = rooms["work"]
    head, relation = authorised(case_id, viewer, rooms["directory"], work)
    rooms["log"].record(viewer, case_id, action.value, relation, rooms["now"])
    with work:
        # In this order: who holds the clocks reads the case as the one before left it.
        clocks = {clock.kind: clock for clock in work.clocks.of(case_id)}
        now_head = work.cases.head(case_id)
        if now_head is None:
            raise NotFound("case")
        if now_head.erased:
            raise ErasedContent("case")
        if (now_head.team, now_head.worker) != (head.team, head.worker):
            raise IllegalMove("moved meanwhile")
        if now_head.state is CaseState.RECEIVED and not unopened:
            raise IllegalMove("not opened yet")
        yield Held(now_head, clocks, viewer, rooms["directory"], rooms["now"], rooms["ids"], work)
        work.commit()


def authorised(
    case_id: UUID, viewer: Viewer, directory: Directory, work: UnitOfWork
) -> tuple[CaseHead, Relation]:
    """The case and the viewer's relation to it; lets go of the database before the log opens its own
    transaction, so that many readers at once never wait for each other's connections. Raises NotFound, and
    ErasedContent to a related person where there is nothing to act on any more."""
    with work:
        head = work.cases.head(case_id)
    if head is None:
        raise NotFound("case")
    relation = relation_to(viewer, directory, head)
    if relation is None:
        raise NotFound("case")
    if head.erased:
        raise ErasedContent("case")
    return head, relation


def own_team(head: CaseHead, directory: Directory) -> Team:
    """The team of a case; the fallback team where the directory knows it no longer."""
    return directory.teams.get(head.team) or directory.teams[directory.fallback_team]


def promising_team(head: CaseHead, directory: Directory) -> Team:
    """The team whose promise the sender reads: the one shown, so that its limit tells nothing more either."""
    return directory.teams.get(head.shown_team or "") or own_team(head, directory)


def actor(viewer: Viewer) -> str:
    """A worker as the timeline names one."""
    return f"user:{viewer.user_id}"
