"""Which shape of the database this code works with. Without Alembic, so that a web process need not load it."""

from __future__ import annotations

from sqlalchemy import Engine, text

#: The newest migration; a test holds it to what Alembic finds.
REVISION = "0003"


def current(engine: Engine) -> str | None:
    """The migration that the database is at; None before the first."""
    with engine.connect() as connection:
        exists = connection.execute(text("select to_regclass('alembic_version')")).scalar()
        if exists is None:
            return None
        return connection.execute(text("select version_num from alembic_version")).scalar()
