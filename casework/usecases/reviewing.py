"""After a change of the directory: which open cases would go elsewhere today. A case is never moved: it is proposed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from casework.calendar import HELSINKI
from casework.directory import Directory
from casework.model import CaseHead, TimelineEntry, TimelineKind
from casework.ports import Ids, UnitOfWork
from casework.routing import Target, belongs_to

BATCH = 500


def review_cases(
    *,
    directory: Directory,
    before: Callable[[int], Directory],
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
) -> int:
    """Compare a batch of open cases with the directory, each with the revision that placed it.

    `before` gives an older revision of the directory. What the change does not touch stays where it is, even
    where a person has moved it elsewhere. Returns how many were looked at; a full batch: there may be more.
    """
    with work:
        found = work.cases.unreviewed(directory.revision, BATCH)
        for head, municipality, revision in found:
            team = _elsewhere(head, municipality, directory, before(revision), now)
            if team is None:
                if head.proposed_team is not None and _settled(head, municipality, directory, now):
                    work.cases.propose(head.id, None)
                continue
            work.cases.propose(head.id, team)
            detail = {"from": head.team, "to": team, "revision": str(directory.revision)}
            entry = TimelineEntry(
                ids.row(), head.id, now, TimelineKind.MOVE_PROPOSED, "luotsi", detail
            )
            work.cases.append_timeline([entry])
        work.cases.review([head.id for head, _, _ in found], directory.revision)
        work.commit()
    return len(found)


def _elsewhere(
    head: CaseHead, municipality: str | None, new: Directory, old: Directory, now: datetime
) -> str | None:
    """The team to which the change leads the case, or None: it changes nothing for it."""
    if head.worker is not None:
        # The worker's own choice of clients is not this rule's; but a worker who has left has no cases.
        return None if head.worker in new.workers else _team(head, municipality, new, now)
    today = _team(head, municipality, new, now)
    if head.team not in new.teams:
        return today
    if head.protected or head.shown_team not in {None, head.team}:
        # Its place is hidden, or its worker or a person brought it elsewhere than its sender is told: the
        # municipality does not decide.
        return None
    moved = today != _team(head, municipality, old, now)
    return today if moved and today != head.team else None


def _settled(head: CaseHead, municipality: str | None, directory: Directory, now: datetime) -> bool:
    """Whether a proposal of before is overtaken: the case belongs where it is."""
    return head.team in directory.teams and _team(head, municipality, directory, now) == head.team


def _team(head: CaseHead, municipality: str | None, directory: Directory, now: datetime) -> str:
    target = Target(head.form, head.language, municipality)
    return belongs_to(target, directory, now.astimezone(HELSINKI).date())
