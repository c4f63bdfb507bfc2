"""Migrations: one line, there and back, and exactly the tables that the code knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from webapp.accounts.models import Base
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.store import directory_tables, message_tables, migrate, schema
from webapp.store.tables import APPEND_ONLY

NAME = "migrations_alone"
#: Its tables are part of the metadata that everything is compared with.
assert directory_tables.directory_revisions is not None
assert message_tables.follow_ups is not None


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database in which nothing was ever made; its owner's URL."""
    postgres.create_database(NAME)
    yield postgres.url_for(NAME, "luotsi_owner")
    postgres.drop_database(NAME)


@pytest.fixture
def looking(empty_database: str) -> Iterator[Engine]:
    engine = create_engine(empty_database, poolclass=NullPool)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_migrations_are_one_line() -> None:
    script = ScriptDirectory.from_config(migrate.config_for())
    assert len(script.get_heads()) == len(script.get_bases()) == 1
    assert script.get_current_head() == schema.REVISION
    for revision in script.walk_revisions():
        assert not revision.is_branch_point
        assert not revision.is_merge_point


def test_there_and_back_and_there_again(empty_database: str, looking: Engine) -> None:
    assert schema.current(looking) is None
    migrate.upgrade(empty_database)
    made = tables(looking)
    assert made == set(Base.metadata.tables)
    assert schema.current(looking) == schema.REVISION
    migrate.upgrade(empty_database)  # twice is once
    script = ScriptDirectory.from_config(migrate.config_for())
    for revision in script.walk_revisions():
        migrate.downgrade(empty_database, revision.down_revision or "base")  # type: ignore[arg-type]
    assert tables(looking) == set()
    migrate.upgrade(empty_database)
    assert tables(looking) == made


def test_the_tables_of_the_migrations_are_those_of_the_code(
    empty_database: str, looking: Engine
) -> None:
    migrate.upgrade(empty_database)
    with looking.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_the_application_has_no_more_rights_than_it_needs(
    empty_database: str, looking: Engine
) -> None:
    migrate.upgrade(empty_database)
    with looking.connect() as connection:
        granted = connection.execute(
            text(
                "select table_name, string_agg(privilege_type, ' ' order by privilege_type)"
                " from information_schema.role_table_grants where grantee = 'luotsi_app'"
                " group by table_name"
            )
        ).all()
    rights: dict[str, str] = {row.table_name: row[1] for row in granted}
    assert set(rights) - {"alembic_version"} == set(Base.metadata.tables)
    assert rights.get("alembic_version", "SELECT") == "SELECT"
    for table in Base.metadata.tables:
        expected = "INSERT SELECT" if table in APPEND_ONLY else "DELETE INSERT SELECT UPDATE"
        assert rights[table] == expected, table
