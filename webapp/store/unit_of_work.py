"""One transaction. What is queued leaves as one statement, which is then the whole transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg
import structlog
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, Executable, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError

from casework.errors import AlreadySubmitted
from webapp.store.cases import CaseRows
from webapp.store.channels import ChannelRows
from webapp.store.clocks import ClockRows
from webapp.store.copies import CopyRows
from webapp.store.crypto import Keys, OpenKey
from webapp.store.erasure import ErasureRows
from webapp.store.follow_ups import FollowUpRows
from webapp.store.inbound import InboundRows
from webapp.store.outbox import OutboxRows
from webapp.store.submissions import SubmissionRows
from webapp.store.upkeep import UpkeepRows

log = structlog.get_logger()

Row = Mapping[str, Any]

#: A deadlock, a transaction that cannot be put in line, a lock that was not had in time, at once or by the limit of the
#: statement. Source: postgresql.org/docs/current/errcodes-appendix.html
_HELD_UP = frozenset({"40P01", "40001", "55P03", "57014"})

#: Stands in a template where its rows will stand.
_ROWS = "values-of-the-rows"


class SqlUnitOfWork:
    """Implements `casework.ports.UnitOfWork` on PostgreSQL. Rolls back unless `commit` was called."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._queued: list[tuple[str, Sequence[Row]]] = []
        #: Keys of submissions that are queued and not stored yet.
        self.new_keys: dict[UUID, OpenKey] = {}
        self.submissions = SubmissionRows(self, keys)
        self.cases = CaseRows(self)
        self.clocks = ClockRows(self)
        self.outbox = OutboxRows(self, keys)
        self.channels = ChannelRows(self)
        self.upkeep = UpkeepRows(self, keys)
        self.erasure = ErasureRows(self)
        self.copies = CopyRows(self)
        self.follow_ups = FollowUpRows(self, keys)
        self.inbound = InboundRows(self, keys)

    @property
    def connection(self) -> Connection:
        """The transaction's connection, taken from the pool at first use; what is queued is sent first."""
        if self._connection is None:
            self._connection = self._engine.connect()
        if self._queued:
            self._send(self._connection)
        return self._connection

    def queue(
        self, table: Table, rows: Sequence[Row], *, on_conflict: str = "", first: bool = False
    ) -> None:
        """Insert `rows`, all with the same keys, before the next statement or at the commit; `first`: as the first
        part of what is queued."""
        if rows:
            part = (_insert(table, tuple(rows[0]), on_conflict), _adapt(table, rows))
            self._queued.insert(0 if first else len(self._queued), part)

    def queue_statement(self, sql: str, values: Row) -> None:
        """Run one statement whose result nobody needs, before the next one or at the commit."""
        self._queued.append((sql, [values]))

    def at_once(self, statement: Executable, values: Row) -> Sequence[Any]:
        """The rows of one statement that is all there is to commit: then it is the whole transaction, in one round
        trip. Where something was read or queued before, it is a part of that as usual."""
        if self._connection is not None or self._queued:
            return self.connection.execute(statement, values).all()
        options = {"isolation_level": "AUTOCOMMIT"}
        with self._engine.connect().execution_options(**options) as connection:
            return connection.execute(statement, values).all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._queued, self.new_keys = [], {}
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def is_held_up(self, error: Exception) -> bool:
        cause = error.orig if isinstance(error, DBAPIError) else None
        held_up = isinstance(cause, psycopg.Error) and cause.sqlstate in _HELD_UP
        if held_up:
            log.warning("held_up_by_others", fault=type(cause).__name__)
        return held_up

    def commit(self) -> None:
        """Raises AlreadySubmitted where a submission's id is taken."""
        if self._connection is None:
            self._send_alone()
        else:
            self._send(self._connection)
            self._connection.commit()

    def _send_alone(self) -> None:
        """Nothing was read or changed before: one statement is the whole transaction, and one round trip."""
        if self._queued:
            options = {"isolation_level": "AUTOCOMMIT"}
            with self._engine.connect().execution_options(**options) as connection:
                self._send(connection)

    def _send(self, connection: Connection) -> None:
        queued, self._queued = self._queued, []
        if not queued:
            return
        sql, values = _as_one(queued)
        try:
            connection.exec_driver_sql(sql, values)
        except IntegrityError as error:
            cause = error.orig
            if isinstance(cause, psycopg.Error) and cause.diag.constraint_name == "pk_submissions":
                raise AlreadySubmitted from error
            raise


def _as_one(queued: Sequence[tuple[str, Sequence[Row]]]) -> tuple[str, dict[str, Any]]:
    """All that is queued as one statement with data-modifying CTEs, and its values.

    PostgreSQL checks foreign keys at the end of the statement, so the parts may refer to each other.
    Source: postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING
    """
    parts, values = [], {}
    for number, (template, rows) in enumerate(queued):
        places = []
        for index, row in enumerate(rows):
            prefix = f"p{number}_{index}_"
            values.update({prefix + name: value for name, value in row.items()})
            places.append(f"({', '.join(f'%({prefix}{name})s' for name in row)})")
        if template.startswith("insert"):
            parts.append(template.replace(_ROWS, ", ".join(places)))
        else:
            parts.append(template.replace("%(", f"%(p{number}_0_"))
    ctes = ", ".join(f"w{number} as ({part})" for number, part in enumerate(parts[:-1]))
    return (f"with {ctes} {parts[-1]}" if ctes else parts[-1]), values


_INSERTS: dict[tuple[str, tuple[str, ...], str], str] = {}


def _insert(table: Table, columns: tuple[str, ...], on_conflict: str) -> str:
    """Column names come from the code, never from outside."""
    key = (table.name, columns, on_conflict)
    if key not in _INSERTS:
        names = ", ".join(f'"{name}"' for name in columns)
        _INSERTS[key] = f"insert into {table.name} ({names}) values {_ROWS} {on_conflict}"  # noqa: S608
    return _INSERTS[key]


def _adapt(table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    json_columns = [c.name for c in table.columns if isinstance(c.type, JSONB)]
    if not json_columns:
        return rows
    return [
        {name: Jsonb(value) if name in json_columns else value for name, value in row.items()}
        for row in rows
    ]
