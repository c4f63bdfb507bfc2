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


def teams_of(viewer: Viewer, directory: Directory) -> frozenset[str]:
    """Keys of the teams whose content the viewer may see; empty without a content role."""
    if not viewer.worker or not viewer.roles & {Role.DUTY_WORKER, Role.TEAM_LEAD}:
        return frozenset()
    return frozenset(
        team.key
        for team in directory.teams.values()
        if viewer.worker in team.members or viewer.worker == team.lead
    )


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
    """
    own = teams_of(viewer, directory)
    if viewer.worker and worker == viewer.worker and own:
        return Relation.OWN
    if team in own:
        return Relation.TEAM
    if own & alerted_teams:
        return Relation.ESCALATED
    return None
