"""Directory revisions: each import is a whole bundle, kept as it was, so that every decision can be explained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Engine, func, insert, select

from casework.errors import NoDirectory
from casework.model import CaseState
from webapp.store.directory_tables import directory_revisions
from webapp.store.tables import cases


class DirectoryRevisions:
    """Append-only history of the directory."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")

    def latest(self) -> int | None:
        """The number of the newest revision; None before the first import."""
        with self._reads.connect() as connection:
            return connection.execute(select(func.max(directory_revisions.c.revision))).scalar()

    def files(self, revision: int) -> Mapping[str, str]:
        """The bundle of a revision. Raises NoDirectory where there is none."""
        with self._reads.connect() as connection:
            found = connection.execute(
                select(directory_revisions.c.files).where(
                    directory_revisions.c.revision == revision
                )
            ).scalar()
        if found is None:
            raise NoDirectory(revision)
        return dict(found)

    def open_cases_without(self, teams: Collection[str]) -> Mapping[str, int]:
        """Teams that are not among `teams` and yet have open cases, their own or alerted to them; how many."""
        named = (
            select(
                cases.c.id,
                func.unnest(func.array_append(cases.c.alerted_teams, cases.c.team)).label("team"),
            )
            .where(cases.c.state != CaseState.CLOSED.value)
            .distinct()
            .subquery()
        )
        with self._reads.connect() as connection:
            counted = connection.execute(
                select(named.c.team, func.count())
                .where(named.c.team.not_in(sorted(teams)))
                .group_by(named.c.team)
                .order_by(named.c.team)
            )
            return {row[0]: row[1] for row in counted}

    def add(self, files: Mapping[str, str], imported_by: str, now: datetime) -> int:
        """Store a checked bundle as the newest revision and give its number."""
        digest = hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()
        with self._reads.connect() as connection:
            return int(
                connection.execute(
                    insert(directory_revisions)
                    .values(
                        imported_at=now,
                        imported_by=imported_by,
                        digest=digest,
                        files=dict(files),
                    )
                    .returning(directory_revisions.c.revision)
                ).scalar_one()
            )
