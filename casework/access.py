"""Who may open a case, and by which relation. The relation is logged with every view."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from casework.directory import Directory


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


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in member of staff: `worker` is the person's key in the directory, if any."""

    user_id: str
    worker: str | None
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Visible:
    """Whose cases a viewer may see, for a query over many cases.

    A case is visible whose team or an alerted team is in `teams`; and, where `orphans` is true, a case
    whose team is not in `known`, the directory's teams.
    """

    teams: frozenset[str]
    known: frozenset[str]
    orphans: bool


def teams_of(viewer: Viewer, directory: Directory) -> frozenset[str]:
    """Keys of the teams whose content the viewer may see; empty without a content role."""
    if not viewer.worker or not viewer.roles & {Role.DUTY_WORKER, Role.TEAM_LEAD}:
        return frozenset()
    return frozenset(
        team.key
        for team in directory.teams.values()
        if viewer.worker in team.members or viewer.worker == team.lead
    )


def visible_teams(viewer: Viewer, directory: Directory) -> Visible:
    """What `relation_to` says of each case, but for one's own, said of all cases at once."""
    own = teams_of(viewer, directory)
    return Visible(own, frozenset(directory.teams), directory.fallback_team in own)


def relation_to(
    viewer: Viewer,
    directory: Directory,
    *,
    team: str,
    worker: str | None,
    alerted_teams: frozenset[str],
) -> Relation | None:
    """How the viewer is related to a case; None: for this person the case does not exist.

    `alerted_teams` are teams that were alerted about the case or to which it was escalated.
    A case of a team that the directory no longer knows belongs to the fallback team: it must not
    become a case of nobody.
    """
    own = teams_of(viewer, directory)
    if viewer.worker and worker == viewer.worker and own:
        return Relation.OWN
    if (team if team in directory.teams else directory.fallback_team) in own:
        return Relation.TEAM
    if own & alerted_teams:
        return Relation.ESCALATED
    return None
