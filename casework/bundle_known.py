"""What the files of a bundle may name: the teams of `teams.csv` and the workers of `workers.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from casework.bundle_tables import Row

TEAMS_FILE: Final = "teams.csv"
WORKERS_FILE: Final = "workers.csv"


@dataclass(frozen=True, slots=True)
class Known:
    """Keys that stand in the two files, well made or not. Whoever is named elsewhere must be among them."""

    teams: frozenset[str]
    workers: frozenset[str]

    def team(self, row: Row, key: str, column: str = "team") -> str:
        """The key; one that is not there is noted, and never quoted: anything may have slipped into its place."""
        if key not in self.teams:
            row.wrong(f"{column}: no team in {TEAMS_FILE} has this key")
        return key

    def worker(self, row: Row, column: str) -> str:
        """The key in a column; the same of workers."""
        key = row.text(column)
        if key not in self.workers:
            row.wrong(f"{column}: no worker in {WORKERS_FILE} has this key")
        return key

    def other_worker(self, row: Row, column: str, than: str) -> str | None:
        """The same, but None for an empty cell; and `than` is not somebody else."""
        if not row.text(column):
            return None
        key = self.worker(row, column)
        if key == than:
            row.wrong(f"{column}: expected somebody else than the worker")
        return key
