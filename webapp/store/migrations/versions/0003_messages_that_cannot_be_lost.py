"""What surrounds the messages: plans, texts that came in, opt-outs, and how the sending itself is"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHANGEABLE = (
    "canaries",
    "channel_breaks",
    "follow_ups",
    "inbound_texts",
    "opt_outs",
    "provider_copies",
    "send_rates",
)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _messages()
    op.add_column("attempts", _at("asked_at", nullable=True))
    op.add_column("submissions", _at("erased_at", nullable=True))
    op.drop_index("ix_messages_in_flight", table_name="messages")
    _in_flight("'claimed', 'submitting', 'unknown'")
    op.create_index(
        "ix_messages_unconfirmed",
        "messages",
        ["changed_at"],
        postgresql_where=sa.text("channel = 'sms' and state in ('accepted', 'sent')"),
    )
    _sending()
    _inbound()
    _follow_ups()
    for table in CHANGEABLE:
        op.execute(f"grant select, insert, update, delete on {table} to luotsi_app")
    _erasing()


def _messages() -> None:
    op.add_column("messages", sa.Column("spare_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("messages", sa.Column("address_hash", sa.LargeBinary(), nullable=True))
    op.add_column(
        "messages",
        sa.Column("lost_workers", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "messages", sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("messages", _at("retold_at", nullable=True))
    op.create_index(
        "ix_messages_address_hash",
        "messages",
        ["address_hash"],
        postgresql_where=sa.text("address_hash is not null"),
    )
    op.create_index(
        "ix_messages_not_arrived",
        "messages",
        ["changed_at"],
        postgresql_where=sa.text("state in ('failed', 'undelivered')"),
    )


def _in_flight(states: str) -> None:
    op.create_index(
        "ix_messages_in_flight",
        "messages",
        ["state", "changed_at"],
        postgresql_where=sa.text(f"state in ({states})"),
    )


def _sending() -> None:
    op.create_table(
        "canaries",
        sa.Column("queue", sa.Text(), nullable=False),
        _at("sung_at"),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_canaries")),
    )
    op.create_table(
        "channel_breaks",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _at("opened_at"),
        _at("failed_at"),
        _at("probe_at"),
        sa.Column("by_receipt", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_breaks")),
    )
    op.create_table(
        "send_rates",
        sa.Column("channel", sa.Text(), nullable=False),
        _at("free_at"),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_send_rates")),
    )
    op.create_table(
        "provider_copies",
        sa.Column("provider_id", sa.Text(), nullable=False),
        _at("wanted_at"),
        _at("next_at"),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        _at("done_at", nullable=True),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_provider_copies")),
    )
    op.create_index(
        "ix_provider_copies_waiting",
        "provider_copies",
        ["next_at"],
        postgresql_where=sa.text("done_at is null"),
    )


def _inbound() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number_hash", name=op.f("pk_opt_outs")),
    )
    op.create_table(
        "inbound_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        _at("received_at"),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("protected", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        _at("handled_at", nullable=True),
        sa.Column("handled_by", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('note', 'stop', 'start')", name=op.f("ck_inbound_texts_kind")),
        *_of_a_case("inbound_texts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_texts")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_inbound_texts_provider_id")),
    )
    _index_case("inbound_texts")
    op.create_index(
        "ix_inbound_texts_waiting",
        "inbound_texts",
        ["team", "received_at"],
        postgresql_where=sa.text("handled_at is null"),
    )


def _follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=False),
        _at("planned_at"),
        _at("due_at"),
        sa.Column("state", sa.Text(), nullable=False),
        _at("ended_at", nullable=True),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state in ('planned', 'done', 'cancelled')", name=op.f("ck_follow_ups_state")
        ),
        *_of_a_case("follow_ups"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    _index_case("follow_ups")
    op.create_index(
        "ix_follow_ups_due",
        "follow_ups",
        ["due_at"],
        postgresql_where=sa.text("state = 'planned'"),
    )


def _of_a_case(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f(f"fk_{table}_submission_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{table}_case_id")),
    )


def _index_case(table: str) -> None:
    for column in ("submission_id", "case_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _erasing() -> None:
    """The application may only add receipts; of one erased submission they go all the same, by the owner's hand."""
    for index, table, column, of in (
        ("ix_submissions_erased_at", "submissions", "erased_at", "erased_at"),
        ("ix_attempts_at_provider", "attempts", "started_at", "provider_id"),
    ):
        op.create_index(index, table, [column], postgresql_where=sa.text(f"{of} is not null"))
    op.execute(
        """
        create function erase_receipts(erased uuid) returns void
        language sql security definer set search_path = public, pg_temp as $$
            delete from receipts r using attempts a, messages m, submissions s
            where r.attempt_id = a.id and a.message_id = m.id and m.submission_id = s.id
              and s.id = erased and s.erased_at is not null
        $$
        """
    )
    op.execute("revoke all on function erase_receipts(uuid) from public")
    op.execute("grant execute on function erase_receipts(uuid) to luotsi_app")


def downgrade() -> None:
    op.execute("drop function erase_receipts(uuid)")
    op.drop_index("ix_attempts_at_provider", table_name="attempts")
    op.drop_index("ix_submissions_erased_at", table_name="submissions")
    for table in CHANGEABLE:
        op.drop_table(table)
    op.drop_column("submissions", "erased_at")
    op.drop_column("attempts", "asked_at")
    op.drop_index("ix_messages_in_flight", table_name="messages")
    _in_flight("'claimed', 'submitting', 'accepted', 'sent', 'unknown'")
    op.drop_index("ix_messages_unconfirmed", table_name="messages")
    op.drop_index("ix_messages_not_arrived", table_name="messages")
    op.drop_index("ix_messages_address_hash", table_name="messages")
    for name in ("retold_at", "reason", "lost_workers", "address_hash", "spare_sealed"):
        op.drop_column("messages", name)
