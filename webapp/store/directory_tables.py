"""Tables of the directory: its revisions, what waits to become one, and what the database itself refuses.

The newest revision's shifts, absences, services and client codes are kept as rows too, for their constraints:
whatever writes a revision, no worker is twice in one place and no message has two teams.
"""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Identity, Integer, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, TSTZRANGE, ExcludeConstraint

from webapp.store.tables import metadata

directory_revisions = Table(
    "directory_revisions",
    metadata,
    Column("revision", Integer, Identity(always=True), primary_key=True),
    Column("imported_at", DateTime(timezone=True), nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("files", JSONB, nullable=False),
    # Two changes made from the same revision: the second is refused, so that none is lost unseen.
    Column("based_on", Integer, unique=True),
)

#: Changes that somebody looks at before they are saved; each is gone within a day.
directory_proposals = Table(
    "directory_proposals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("based_on", Integer, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("files", JSONB, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
)

#: What the nightly proof found; the newest row is what stands.
directory_checks = Table(
    "directory_checks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("checked_at", DateTime(timezone=True), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("holes", JSONB, nullable=False),
)

directory_shifts = Table(
    "directory_shifts",
    metadata,
    Column("team", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    ExcludeConstraint(
        ("team", "="), ("worker", "="), ("during", "&&"), name="ex_directory_shifts_twice"
    ),
)

directory_absences = Table(
    "directory_absences",
    metadata,
    Column("worker", Text, nullable=False),
    Column("during", DATERANGE, nullable=False),
    ExcludeConstraint(("worker", "="), ("during", "&&"), name="ex_directory_absences_twice"),
)

#: Literal: `*` stands as it was written.
directory_services = Table(
    "directory_services",
    metadata,
    Column("municipality", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("team", Text, nullable=False),
    UniqueConstraint("municipality", "form", "language"),
)

directory_clients = Table(
    "directory_clients",
    metadata,
    Column("client_code", Text, primary_key=True),
    Column("worker", Text, nullable=False),
)
