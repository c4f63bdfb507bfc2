"""The directory's rotas and proposals, clocks with steps, and what routing knows of a case"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ADD_ONLY = ("directory_checks",)
CHANGEABLE = (
    "directory_absences",
    "directory_clients",
    "directory_proposals",
    "directory_services",
    "directory_shifts",
)
#: Forms whose cases were statutory from the start.
STATUTORY = (
    "'notification', 'professional-notification', 'joint-contact', 'anticipatory-notification'"
)


def upgrade() -> None:
    # A trusted extension: the owner of the database may make it.
    op.execute("create extension if not exists btree_gist")
    _directory()
    _cases()
    op.add_column("clocks", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "clocks", sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    # What was reminded of once, or never, goes on by its ladder from here.
    op.execute(
        "update clocks set act_at = greatest(due_at, now()) where ended_at is null and act_at is null"
    )
    op.create_index(
        "ix_clocks_due_at", "clocks", ["due_at"], postgresql_where=sa.text("ended_at is null")
    )
    op.alter_column("messages", "submission_id", existing_type=sa.Uuid(), nullable=True)
    for table in (*ADD_ONLY, *CHANGEABLE):
        op.execute(f"grant select, insert on {table} to luotsi_app")
    for table in CHANGEABLE:
        op.execute(f"grant update, delete on {table} to luotsi_app")


def _directory() -> None:
    op.add_column("directory_revisions", sa.Column("based_on", sa.Integer(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_directory_revisions_based_on"), "directory_revisions", ["based_on"]
    )
    op.create_table(
        "directory_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_proposals")),
    )
    op.create_index(
        op.f("ix_directory_proposals_expires_at"), "directory_proposals", ["expires_at"]
    )
    op.create_table(
        "directory_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("holes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_checks")),
    )
    op.create_index(op.f("ix_directory_checks_checked_at"), "directory_checks", ["checked_at"])
    op.create_table(
        "directory_shifts",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("team"), "="),
            (sa.column("worker"), "="),
            (sa.column("during"), "&&"),
            name="ex_directory_shifts_twice",
        ),
    )
    op.create_table(
        "directory_absences",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("during", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("worker"), "="),
            (sa.column("during"), "&&"),
            name="ex_directory_absences_twice",
        ),
    )
    op.create_table(
        "directory_services",
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.UniqueConstraint(
            "municipality",
            "form",
            "language",
            name=op.f("uq_directory_services_municipality_form_language"),
        ),
    )
    op.create_table(
        "directory_clients",
        sa.Column("client_code", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client_code", name=op.f("pk_directory_clients")),
    )


def _cases() -> None:
    for name in ("statutory", "protected"):
        op.add_column(
            "cases",
            sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False),
        )
    op.add_column("cases", sa.Column("shown_team", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("proposed_team", sa.Text(), nullable=True))
    op.add_column(
        "cases",
        sa.Column("reviewed_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.execute(
        f"update cases set reviewed_revision = directory_revision, statutory = form in ({STATUTORY})"  # noqa: S608
    )
    op.create_index(
        "ix_cases_reviewed",
        "cases",
        ["reviewed_revision"],
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_index(
        "ix_cases_worker", "cases", ["worker"], postgresql_where=sa.text("worker is not null")
    )
    op.create_index(
        "ix_cases_not_opened",
        "cases",
        ["created_at", "id"],
        postgresql_where=sa.text("marks @> array['not_opened']"),
    )


def downgrade() -> None:
    op.execute("delete from messages where submission_id is null")
    op.alter_column("messages", "submission_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_index("ix_clocks_due_at", table_name="clocks")
    op.drop_column("clocks", "step")
    op.drop_column("clocks", "paused_at")
    op.drop_index("ix_cases_not_opened", table_name="cases")
    op.drop_index("ix_cases_worker", table_name="cases")
    op.drop_index("ix_cases_reviewed", table_name="cases")
    for name in ("reviewed_revision", "proposed_team", "shown_team", "protected", "statutory"):
        op.drop_column("cases", name)
    for table in (*CHANGEABLE, *ADD_ONLY):
        op.drop_table(table)
    op.drop_constraint(
        op.f("uq_directory_revisions_based_on"), "directory_revisions", type_="unique"
    )
    op.drop_column("directory_revisions", "based_on")
    op.execute("drop extension btree_gist")
