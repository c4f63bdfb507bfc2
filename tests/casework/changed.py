"""A directory with one thing in it changed, as tests of routing and of its proof need it."""

from __future__ import annotations

from dataclasses import replace

from casework.directory import Directory
from casework.workers import Absence, Absences


def with_team(directory: Directory, key: str, **changes: object) -> Directory:
    changed = replace(directory.teams[key], **changes)  # type: ignore[arg-type]
    return replace(directory, teams={**directory.teams, key: changed})


def with_worker(directory: Directory, key: str, **changes: object) -> Directory:
    changed = replace(directory.workers[key], **changes)  # type: ignore[arg-type]
    return replace(directory, workers={**directory.workers, key: changed})


def away(directory: Directory, *absences: Absence) -> Directory:
    """With these absences and no others."""
    return replace(directory, absences=Absences(absences))
