"""Session rows. The cookie holds a random token; the table holds its hash, so a dump opens no session."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import DateTime, Engine, LargeBinary, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from webapp.store.tables import sessions


@dataclass(frozen=True, slots=True)
class SessionRow:
    data: dict[str, Any]
    created_at: datetime
    expires_at: datetime


#: Built once, for every page asks it.
_LOAD: Final = select(sessions.c.data, sessions.c.created_at, sessions.c.expires_at).where(
    sessions.c.id_hash == bindparam("hash", type_=LargeBinary()),
    sessions.c.expires_at > bindparam("now", type_=DateTime(timezone=True)),
)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Sessions:
    """Each call is one statement and one round trip."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")

    def load(self, id_hash: bytes, now: datetime) -> SessionRow | None:
        with self._reads.connect() as connection:
            row = connection.execute(_LOAD, {"hash": id_hash, "now": now}).first()
        return SessionRow(dict(row.data), row.created_at, row.expires_at) if row else None

    def save(self, id_hash: bytes, row: SessionRow, user_key: str | None) -> None:
        values = {"data": row.data, "user_key": user_key, "expires_at": row.expires_at}
        with self._reads.connect() as connection:
            connection.execute(
                insert(sessions)
                .values(id_hash=id_hash, created_at=row.created_at, **values)
                .on_conflict_do_update(index_elements=["id_hash"], set_=values)
            )

    def replace(self, id_hash: bytes, row: SessionRow, user_key: str | None) -> bool:
        """Write back a session that was loaded; False where it has been ended meanwhile."""
        with self._reads.connect() as connection:
            changed = connection.execute(
                update(sessions)
                .where(sessions.c.id_hash == id_hash)
                .values(data=row.data, user_key=user_key, expires_at=row.expires_at)
            )
        return changed.rowcount == 1

    def end(self, id_hash: bytes) -> None:
        with self._reads.connect() as connection:
            connection.execute(delete(sessions).where(sessions.c.id_hash == id_hash))

    def end_all_of(self, user_key: str) -> int:
        """Sign a person out everywhere: at deactivation and at a change of password."""
        with self._reads.connect() as connection:
            return connection.execute(
                delete(sessions).where(sessions.c.user_key == user_key)
            ).rowcount

    def purge(self, now: datetime) -> int:
        with self._reads.connect() as connection:
            return connection.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount
