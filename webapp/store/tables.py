"""Every table of the house but the accounts'. Typed words stand only in columns named `*_sealed`.

`PLAIN_CASE_COLUMNS` is the one list of what a dump of the database shows of a case.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", LargeBinary, primary_key=True),
    Column("data", JSONB, nullable=False),
    Column("user_key", Text, index=True),
    _at("created_at"),
    _at("expires_at"),
    Index("ix_sessions_expires_at", "expires_at"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("session_hash", LargeBinary, nullable=False, index=True),
    Column("submission_id", Uuid, nullable=False),
    Column("form", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("shared_device", Boolean, nullable=False, server_default=text("false")),
    Column("content_sealed", LargeBinary),
    _at("created_at"),
    _at("expires_at"),
    CheckConstraint("state in ('open', 'sent')", name="state"),
    Index("ix_drafts_expires_at", "expires_at"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("form", Text, nullable=False),
    Column("domain_identifier", Text, nullable=False),
    Column("form_version", SmallInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("known_as", Text, nullable=False),
    _at("received_at"),
    Column("key_wrapped", LargeBinary),
    Column("shared_sealed", LargeBinary),
    Column("sender_key_wrapped", LargeBinary),
    Column("sender_sealed", LargeBinary),
    _at("erased_at", nullable=True),
    # Few ever: what is left behind an erasure is looked for among them.
    Index("ix_submissions_erased_at", "erased_at", postgresql_where=text("erased_at is not null")),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("submission_id", Uuid, ForeignKey("submissions.id"), nullable=False, index=True),
    Column("number", Text, nullable=False, unique=True),
    Column("form", Text, nullable=False),
    Column("form_version", SmallInteger, nullable=False),
    Column("team", Text, nullable=False),
    Column("worker", Text),
    Column("alerted_teams", ARRAY(Text), nullable=False),
    Column("transfer_to", Text),
    Column("marks", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("municipality", Text),
    Column("after_hours", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("statutory", Boolean, nullable=False, server_default=text("false")),
    Column("protected", Boolean, nullable=False, server_default=text("false")),
    Column("shown_team", Text),
    Column("proposed_team", Text),
    Column("directory_revision", Integer, nullable=False),
    # The revision with which the case's place was last compared.
    Column("reviewed_revision", Integer, nullable=False, server_default=text("0")),
    _at("created_at"),
    _at("acknowledged_at", nullable=True),
    _at("answered_at", nullable=True),
    _at("closed_at", nullable=True),
    Column("key_wrapped", LargeBinary),
    Column("child_sealed", LargeBinary),
    Column("reasons_sealed", LargeBinary),
    CheckConstraint(
        "state in ('received', 'in_progress', 'answered', 'closed')",
        name="state",
    ),
    # The inbox pages by (created_at, id) within a team; open cases are few, all cases are many.
    Index("ix_cases_team_created", "team", "created_at", "id"),
    Index(
        "ix_cases_team_open",
        "team",
        "created_at",
        "id",
        postgresql_where=text("state <> 'closed'"),
    ),
    Index("ix_cases_alerted_teams", "alerted_teams", postgresql_using="gin"),
    Index("ix_cases_worker", "worker", postgresql_where=text("worker is not null")),
    Index("ix_cases_reviewed", "reviewed_revision", postgresql_where=text("state <> 'closed'")),
    # Few at any time: they head the inbox of every lead.
    Index(
        "ix_cases_not_opened",
        "created_at",
        "id",
        postgresql_where=text("marks @> array['not_opened']"),
    ),
)

#: What a dump shows of a case: opaque ids, keys and times. `municipality` is null when it was not told.
PLAIN_CASE_COLUMNS = frozenset(
    column.name for column in cases.columns if not column.name.endswith(("_sealed", "_wrapped"))
)

additions = Table(
    "additions",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Whose key seals it and who reads it, as for the message itself: see `casework.commands.Scope`.
    Column("scope", Text, primary_key=True),
    Column("submission_id", Uuid, ForeignKey("submissions.id"), nullable=False, index=True),
    Column("case_id", Uuid, ForeignKey("cases.id")),
    _at("received_at"),
    Column("answers_sealed", LargeBinary, nullable=False),
)

clocks = Table(
    "clocks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("kind", Text, nullable=False),
    _at("started_at"),
    _at("due_at"),
    _at("act_at", nullable=True),
    _at("ended_at", nullable=True),
    _at("paused_at", nullable=True),
    # Steps of the ladder that were taken.
    Column("step", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("case_id", "kind"),
    Index(
        "ix_clocks_act_at",
        "act_at",
        postgresql_where=text("ended_at is null and act_at is not null"),
    ),
    # What is due this week, and what is late.
    Index("ix_clocks_due_at", "due_at", postgresql_where=text("ended_at is null")),
)

timeline = Table(
    "timeline",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    _at("at"),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Index("ix_timeline_case_at", "case_id", "at"),
)

#: Reasons of ours for which a message is not tried any more: somebody must mend what is at fault.
PARKED = text("reason in ('workers_died', 'cannot_be_rendered', 'cannot_be_opened')")
#: The states of what did not arrive, as the index and its readers name them.
NOT_ARRIVED = text("state in ('failed', 'undelivered')")

messages = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Null for what concerns no message of a citizen: the digest.
    Column("submission_id", Uuid, ForeignKey("submissions.id"), index=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), index=True),
    Column("case_number", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("address_sealed", LargeBinary, nullable=False),
    # The other way that the sender allowed, for when this one fails.
    Column("spare_sealed", LargeBinary),
    # Finds a sender's number again when a text comes from it; forgotten after a month.
    Column("address_hash", LargeBinary),
    # How often its worker died with it in hand: one that kills them all is parked.
    Column("lost_workers", SmallInteger, nullable=False, server_default=text("0")),
    # Why it failed, was not sent or is in doubt: a class, never a text or an address.
    Column("reason", Text, nullable=False, server_default=text("''")),
    # When somebody else was told too, or asked to see to it.
    _at("retold_at", nullable=True),
    _at("created_at"),
    _at("next_at", nullable=True),
    _at("expires_at", nullable=True),
    _at("lease_until", nullable=True),
    _at("changed_at"),
    UniqueConstraint("event", "recipient", "channel"),
    # The only rows that a claim or a sweep ever looks at.
    Index(
        "ix_messages_address_hash",
        "address_hash",
        postgresql_where=text("address_hash is not null"),
    ),
    Index("ix_messages_not_arrived", "changed_at", postgresql_where=NOT_ARRIVED),
    Index(
        "ix_messages_waiting",
        "queue",
        "next_at",
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_messages_in_flight",
        "state",
        "changed_at",
        postgresql_where=text("state in ('claimed', 'submitting', 'unknown')"),
    ),
    # Texts that wait for a receipt; an e-mail rests once it is sent.
    Index(
        "ix_messages_unconfirmed",
        "changed_at",
        postgresql_where=text("channel = 'sms' and state in ('accepted', 'sent')"),
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("message_id", Uuid, ForeignKey("messages.id"), nullable=False, index=True),
    _at("started_at"),
    _at("ended_at", nullable=True),
    Column("verdict", Text),
    Column("reason", Text),
    Column("provider_id", Text),
    # When the provider was last asked what had become of it.
    _at("asked_at", nullable=True),
    # Of which copies lie at the provider, and since when.
    Index(
        "ix_attempts_at_provider", "started_at", postgresql_where=text("provider_id is not null")
    ),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", Uuid, primary_key=True),
    # No foreign key: a receipt may come before, or without, an attempt that we know.
    Column("attempt_id", Uuid, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("error_code", Text, nullable=False),
    _at("received_at"),
    UniqueConstraint("attempt_id", "provider_id", "status", "error_code"),
)

#: How many texts a number was sent in a day, under a keyed hash of number and day; see `webapp.store.caps`.
number_caps = Table(
    "number_caps",
    metadata,
    Column("number_hash", LargeBinary, primary_key=True),
    Column("day", Date, primary_key=True, index=True),
    Column("count", Integer, nullable=False),
)

access_log = Table(
    "access_log",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _at("at"),
    Column("user_id", Text, nullable=False),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("action", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

#: Tables to which the application may only add.
APPEND_ONLY = (
    "access_log",
    "additions",
    "directory_checks",
    "directory_revisions",
    "receipts",
    "timeline",
)
