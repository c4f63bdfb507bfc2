"""Tables around the messages: what was planned, what came back, who wants no texts, and how the sending itself is.

Typed words and numbers stand only in columns named `*_sealed`; a number is found by its keyed hash.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    false,
    text,
)

from webapp.store.tables import metadata

#: When each queue last showed that somebody consumes it.
canaries = Table(
    "canaries",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("sung_at", DateTime(timezone=True), nullable=False),
)

#: A channel whose settings are at fault: nothing goes until a single try has succeeded.
channel_breaks = Table(
    "channel_breaks",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False),
    Column("probe_at", DateTime(timezone=True), nullable=False),
    # Whether receipts told of it: then that a message is taken proves nothing.
    Column("by_receipt", Boolean, nullable=False, server_default=text("false")),
)

#: From when on the provider's rate is free again, one bucket for all workers.
send_rates = Table(
    "send_rates",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("free_at", DateTime(timezone=True), nullable=False),
)

#: Numbers whose owner wrote STOP.
opt_outs = Table(
    "opt_outs",
    metadata,
    # Without its moment: the timeline of a case has the same, and would tie the number to it for good.
    Column("number_hash", LargeBinary, primary_key=True),
)

#: Text messages that came in. Nobody knows who sent one: a number proves nothing.
inbound_texts = Table(
    "inbound_texts",
    metadata,
    Column("id", Uuid, primary_key=True),
    # The same text told twice by the provider is one.
    Column("provider_id", Text, nullable=False, unique=True),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("submission_id", Uuid, ForeignKey("submissions.id"), index=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), index=True),
    Column("team", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # Of a note of nobody's case: a case of its number asks for non-disclosure, and has fewer readers.
    Column("protected", Boolean, nullable=False, server_default=false()),
    # Sealed with the submission's key where the number belongs to one, else with the house's own.
    Column("number_sealed", LargeBinary),
    Column("body_sealed", LargeBinary),
    Column("handled_at", DateTime(timezone=True)),
    Column("handled_by", Text),
    CheckConstraint("kind in ('note', 'stop', 'start')", name="kind"),
    Index(
        "ix_inbound_texts_waiting",
        "team",
        "received_at",
        postgresql_where=text("handled_at is null"),
    ),
)

#: Contacts that a rule or a worker planned for later.
follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("submission_id", Uuid, ForeignKey("submissions.id"), nullable=False, index=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("planned_by", Text, nullable=False),
    Column("planned_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    # Why it was cancelled, as a code.
    Column("reason", Text, nullable=False, server_default=text("''")),
    # How the sender may be told, as of the newest choice; sealed with the submission's key.
    Column("contact_sealed", LargeBinary),
    CheckConstraint("state in ('planned', 'done', 'cancelled')", name="state"),
    Index("ix_follow_ups_due", "due_at", postgresql_where=text("state = 'planned'")),
)

#: Copies of messages at the provider that are to be deleted there.
provider_copies = Table(
    "provider_copies",
    metadata,
    Column("provider_id", Text, primary_key=True),
    Column("wanted_at", DateTime(timezone=True), nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("done_at", DateTime(timezone=True)),
    Index("ix_provider_copies_waiting", "next_at", postgresql_where=text("done_at is null")),
)
