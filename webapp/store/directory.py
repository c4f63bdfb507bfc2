"""Directory revisions: each is a whole bundle, kept as it was, so that every decision can be explained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import uuid6
from sqlalchemy import Connection, Engine, Insert, delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from casework.directory import Directory
from casework.directory_check import Hole
from casework.errors import NoDirectory, NotFound, Outdated
from casework.model import CaseState
from webapp.store.directory_rows import project, refusal
from webapp.store.directory_tables import (
    directory_checks,
    directory_proposals,
    directory_revisions,
)
from webapp.store.tables import cases

#: How long a change waits to be saved.
PROPOSAL_LIFETIME = timedelta(hours=24)
#: Keys of the advisory locks under which revisions, and the watch's checks, are added one after the other.
_LOCK = 0x4C554F55
_CHECK_LOCK = 0x4C554F56

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Revision:
    """One line of the history. `digest`: SHA-256 of the files, so that equal bundles are seen to be equal."""

    number: int
    at: datetime
    by: str
    digest: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits to be saved: the whole bundle as it would be, and the revision it was made from."""

    id: UUID
    files: Files
    based_on: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a revision found, and when."""

    at: datetime
    revision: int
    holes: tuple[Hole, ...]


class DirectoryRevisions:
    """Append-only history of the directory, the changes that wait to become part of it, and what checks found."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")

    def latest(self) -> int | None:
        """The number of the newest revision; None before the first import."""
        with self._reads.connect() as connection:
            return _latest(connection)

    def files(self, revision: int) -> Files:
        """The bundle of a revision. Raises NoDirectory where there is none."""
        wanted = directory_revisions.c.revision == revision
        with self._reads.connect() as connection:
            found = connection.execute(select(directory_revisions.c.files).where(wanted)).scalar()
        if found is None:
            raise NoDirectory(revision)
        return dict(found)

    def history(self, before: int | None = None, limit: int = 50) -> Sequence[Revision]:
        """Revisions, the newest first; only those with a smaller number than `before`."""
        table = directory_revisions.c
        query = select(table.revision, table.imported_at, table.imported_by, table.digest)
        if before is not None:
            query = query.where(table.revision < before)
        with self._reads.connect() as connection:
            rows = connection.execute(query.order_by(table.revision.desc()).limit(limit))
            return [Revision(*row) for row in rows]

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

    def add(
        self, files: Files, directory: Directory, by: str, now: datetime, *, based_on: int | None
    ) -> int:
        """Store a bundle and its rows as the newest revision, all or nothing; its number.

        `directory` is what the files read as, `based_on` the revision that they were made from: None for the
        first of all. Raises Outdated where that is not the newest any more, and Refused where the database finds
        something twice.
        """
        adding = insert(directory_revisions).values(
            imported_at=now,
            imported_by=by,
            digest=hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest(),
            files=dict(files),
            based_on=based_on,
        )
        numbered = adding.returning(directory_revisions.c.revision)
        try:
            with self._engine.begin() as connection:
                connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
                if _latest(connection) != based_on:
                    raise Outdated
                number = int(connection.execute(numbered).scalar_one())
                project(connection, directory, now)
        except IntegrityError as error:
            raise refusal(error) from None
        return number

    def propose(self, files: Files, based_on: int, by: str, now: datetime) -> UUID:
        """Keep a change until it is saved or a day has passed."""
        made = UUID(int=uuid6.uuid7().int)
        values = {
            "id": made,
            "based_on": based_on,
            "made_by": by,
            "files": dict(files),
            "expires_at": now + PROPOSAL_LIFETIME,
        }
        with self._reads.connect() as connection:
            connection.execute(insert(directory_proposals).values(values))
        return made

    def proposal(self, proposal_id: UUID, by: str, now: datetime) -> Proposal:
        """A change of this person's. Raises NotFound where there is none, or not any more."""
        table = directory_proposals.c
        query = select(table.id, table.files, table.based_on).where(
            table.id == proposal_id, table.made_by == by, table.expires_at > now
        )
        with self._reads.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound(proposal_id)
        return Proposal(row.id, dict(row.files), row.based_on)

    def drop(self, proposal_id: UUID, by: str) -> None:
        """Forget a change of this person's."""
        table = directory_proposals.c
        with self._reads.connect() as connection:
            connection.execute(
                delete(directory_proposals).where(table.id == proposal_id, table.made_by == by)
            )

    def purge(self, now: datetime) -> int:
        """Forget the changes whose day has passed; how many."""
        over = directory_proposals.c.expires_at <= now
        with self._reads.connect() as connection:
            return connection.execute(delete(directory_proposals).where(over)).rowcount

    def store_check(self, revision: int, holes: Sequence[Hole], now: datetime) -> None:
        """Keep what a check of a revision found."""
        with self._reads.connect() as connection:
            connection.execute(_check_of(revision, holes, now))

    def store_check_once(
        self, revision: int, holes: Sequence[Hole], now: datetime, *, lasts: timedelta
    ) -> bool:
        """The same, unless another kept one of this revision within `lasts`; whether it was kept."""
        table = directory_checks.c
        newer = select(table.id).where(table.revision == revision, table.checked_at > now - lasts)
        with self._engine.begin() as connection:
            connection.execute(text(f"select pg_advisory_xact_lock({_CHECK_LOCK})"))
            if connection.execute(newer.limit(1)).first():
                return False
            connection.execute(_check_of(revision, holes, now))
        return True

    def latest_check(self) -> Checked | None:
        """The newest check; None where none was made yet."""
        table = directory_checks.c
        query = select(table.checked_at, table.revision, table.holes)
        with self._reads.connect() as connection:
            row = connection.execute(query.order_by(table.checked_at.desc()).limit(1)).first()
        if row is None:
            return None
        holes = tuple(Hole(each["kind"], each["subject"], each["example"]) for each in row.holes)
        return Checked(row.checked_at, row.revision, holes)


def _check_of(revision: int, holes: Sequence[Hole], now: datetime) -> Insert:
    found = [
        {"kind": hole.kind, "subject": hole.subject, "example": dict(hole.example)}
        for hole in holes
    ]
    made = UUID(int=uuid6.uuid7().int)
    values = {"id": made, "checked_at": now, "revision": revision, "holes": found}
    return insert(directory_checks).values(values)


def _latest(connection: Connection) -> int | None:
    return connection.execute(select(func.max(directory_revisions.c.revision))).scalar()
