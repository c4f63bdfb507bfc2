"""The log of who saw what: append-only, each row chained to the one before by its hash."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Engine, insert, select, text

from casework.access import Relation, Viewer
from webapp.store.tables import access_log

#: Key of the advisory lock under which rows are appended: without it four writers forked the chain.
_CHAIN_LOCK = 0x4C554F54
_GENESIS = b"\x00" * 32


def row_hash(
    previous: bytes,
    seq: int,
    at: datetime,
    user_id: str,
    case_id: UUID,
    action: str,
    relation: str,
) -> bytes:
    """SHA-256 over the previous hash and the row's fields, NUL-separated, time in UTC ISO 8601."""
    fields = (str(seq), at.astimezone(UTC).isoformat(), user_id, str(case_id), action, relation)
    return hashlib.sha256(previous + "\0".join(fields).encode()).digest()


class ChainedAccessLog:
    """Implements `casework.ports.AccessLog`: one short transaction of its own a row."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(
        self, viewer: Viewer, case_id: UUID, action: str, relation: Relation, at: datetime
    ) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(f"select pg_advisory_xact_lock({_CHAIN_LOCK})"))
            last = connection.execute(
                select(access_log.c.seq, access_log.c.hash)
                .order_by(access_log.c.seq.desc())
                .limit(1)
            ).first()
            seq, previous = (last.seq + 1, last.hash) if last else (1, _GENESIS)
            digest = row_hash(previous, seq, at, viewer.user_id, case_id, action, relation.value)
            connection.execute(
                insert(access_log).values(
                    seq=seq,
                    at=at,
                    user_id=viewer.user_id,
                    case_id=case_id,
                    action=action,
                    relation=relation.value,
                    previous_hash=previous,
                    hash=digest,
                )
            )

    def first_break(self) -> int | None:
        """The number of the first row that does not follow from the one before; None: the chain is whole."""
        previous, expected = _GENESIS, 1
        every_row = select(access_log).order_by(access_log.c.seq)
        with (
            self._engine.connect() as connection,
            connection.execution_options(yield_per=1000).execute(every_row) as rows,
        ):
            for row in rows:
                digest = row_hash(
                    previous, row.seq, row.at, row.user_id, row.case_id, row.action, row.relation
                )
                if row.seq != expected or row.previous_hash != previous or row.hash != digest:
                    return int(row.seq)
                previous, expected = row.hash, expected + 1
        return None
