"""Who may open a case, and by which relation. The relation is logged with every view."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from casework.directory import Directory
from casework.model import CaseHead, Mark
from casework.teams import Team


class Role(StrEnum):
    DUTY_WORKER = "duty_worker"
    TEAM_LEAD = "team_lead"
    DIRECTORY_ADMIN = "directory_admin"
    AUDITOR = "auditor"


class Relation(StrEnum):
    """Why a person may see a case."""

    OWN = "own"
    TEAM = "team"
    ESCALATED = "escalated"
    #: Nobody has opened it, whoever was told: then any lead may.
    NOT_OPENED = "not_opened"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in member of staff: `worker` is the person's key in the directory, if any."""

    user_id: str
    worker: str | None
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Visible:
    """Whose cases a viewer may see, for a query over many cases.

    A case is visible whose team or an alerted team is in `teams`, a protected one whose is in `protected`; one's
    own, by `worker`; where `orphans` is true, a case whose team is not in `known`, the directory's teams, and
    where `protected_orphans` is, a protected one too; where `unopened` is true, a case that nobody has opened though the whole ladder was told.
    """

    teams: frozenset[str]
    protected: frozenset[str]
    known: frozenset[str]
    orphans: bool
    protected_orphans: bool
    unopened: bool
    worker: str | None


def teams_of(viewer: Viewer, directory: Directory) -> frozenset[str]:
    """Keys of the teams whose content the viewer may see; empty without a content role."""
    if not viewer.worker or not viewer.roles & {Role.DUTY_WORKER, Role.TEAM_LEAD}:
        return frozenset()
    return frozenset(
        team.key
        for team in directory.teams.values()
        if viewer.worker in team.members or viewer.worker == team.lead
    )


def protected_teams_of(viewer: Viewer, directory: Directory) -> frozenset[str]:
    """Of these, the teams of which the viewer may open cases with non-disclosure too.

    They are for the lead and for those who are named as their readers; in a team that names none, for all: a
    case that nobody may open would be worse.
    """
    return frozenset(
        key
        for key in teams_of(viewer, directory)
        if viewer.worker in _protected_readers(directory.teams[key], directory)
    )


def _protected_readers(team: Team, directory: Directory) -> frozenset[str]:
    known = (directory.workers[key] for key in team.members if key in directory.workers)
    named = {worker.key for worker in known if worker.reads_protected}
    lead = {team.lead} if team.lead else set()
    return frozenset(named | lead if named else lead | set(team.members))


def visible_teams(viewer: Viewer, directory: Directory) -> Visible:
    """What `relation_to` says of each case, said of all cases at once."""
    own, protected = teams_of(viewer, directory), protected_teams_of(viewer, directory)
    return Visible(
        teams=own,
        protected=protected,
        known=frozenset(directory.teams),
        orphans=directory.fallback_team in own,
        protected_orphans=directory.fallback_team in protected,
        unopened=_is_lead(viewer, directory),
        worker=viewer.worker if own else None,
    )


def relation_to(viewer: Viewer, directory: Directory, head: CaseHead) -> Relation | None:
    """How the viewer is related to a case; None: for this person the case does not exist.

    A case of a team that the directory no longer knows belongs to the fallback team: it must not
    become a case of nobody.
    """
    if viewer.worker and head.worker == viewer.worker and teams_of(viewer, directory):
        return Relation.OWN
    own = (protected_teams_of if head.protected else teams_of)(viewer, directory)
    if (head.team if head.team in directory.teams else directory.fallback_team) in own:
        return Relation.TEAM
    if own & head.alerted_teams:
        return Relation.ESCALATED
    if Mark.NOT_OPENED in head.marks and _is_lead(viewer, directory):
        return Relation.NOT_OPENED
    return None


def _is_lead(viewer: Viewer, directory: Directory) -> bool:
    leads = {team.lead for team in directory.teams.values()}
    return Role.TEAM_LEAD in viewer.roles and viewer.worker in leads - {None}
