"""One transaction. Inserts are queued and leave, with BEGIN and COMMIT, in one pipelined round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError

from casework.errors import AlreadySubmitted
from webapp.store.cases import CaseRows
from webapp.store.crypto import Keys
from webapp.store.outbox import OutboxRows
from webapp.store.submissions import SubmissionRows

Row = Mapping[str, Any]


class SqlUnitOfWork:
    """Implements `casework.ports.UnitOfWork` on PostgreSQL. Rolls back unless `commit` was called."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._queued: list[tuple[str, Sequence[Row]]] = []
        self.submissions = SubmissionRows(self, keys)
        self.cases = CaseRows(self)
        self.outbox = OutboxRows(self, keys)

    @property
    def connection(self) -> Connection:
        """The transaction's connection, taken from the pool at first use; what is queued is sent first."""
        if self._connection is None:
            self._connection = self._engine.connect()
        if self._queued:
            self._send(self._connection)
        return self._connection

    def queue(self, table: Table, rows: Sequence[Row], *, on_conflict: str = "") -> None:
        """Insert `rows`, all with the same keys, before the next statement or at the commit."""
        if rows:
            self._queued.append((_insert(table, tuple(rows[0]), on_conflict), _adapt(table, rows)))

    def queue_statement(self, sql: str, values: Row) -> None:
        """Run one statement whose result nobody needs, before the next one or at the commit."""
        self._queued.append((sql, [values]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._queued = []
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def commit(self) -> None:
        """Raises AlreadySubmitted where a submission's id is taken."""
        if self._connection is None:
            self._connection = self._engine.connect()
        self._send(self._connection, commit=True)

    def _send(self, connection: Connection, *, commit: bool = False) -> None:
        queued, self._queued = self._queued, []
        if not queued:
            if commit:
                connection.commit()
            return
        connection.get_transaction() or connection.begin()
        driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        try:
            with driver.pipeline(), driver.cursor() as cursor:
                for sql, rows in queued:
                    for row in rows:
                        cursor.execute(sql, row)
                if commit:
                    driver.commit()
        except psycopg.errors.UniqueViolation as error:
            connection.rollback()
            if error.diag.constraint_name == "pk_submissions":
                raise AlreadySubmitted from error
            raise
        except psycopg.OperationalError as error:
            connection.invalidate()
            raise OperationalError(None, None, error) from error
        if commit:
            connection.commit()


_INSERTS: dict[tuple[str, tuple[str, ...], str], str] = {}


def _insert(table: Table, columns: tuple[str, ...], on_conflict: str) -> str:
    """Column names come from the code, never from outside."""
    key = (table.name, columns, on_conflict)
    if key not in _INSERTS:
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join(f"%({name})s" for name in columns)
        _INSERTS[key] = f"insert into {table.name} ({names}) values ({places}) {on_conflict}"  # noqa: S608
    return _INSERTS[key]


def _adapt(table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    json_columns = [c.name for c in table.columns if isinstance(c.type, JSONB)]
    if not json_columns:
        return rows
    return [
        {name: Jsonb(value) if name in json_columns else value for name, value in row.items()}
        for row in rows
    ]
