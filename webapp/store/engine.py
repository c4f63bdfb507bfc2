"""The pool of connections. Stale connections are noticed without a round trip, so a restarted PostgreSQL
costs nobody an error page."""

from __future__ import annotations

import select
import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

#: How long a request may wait for a connection, and a connection for the server, in seconds.
PATIENCE = 5
#: A connection used within this time is not looked at again, in seconds.
_FRESH = 0.1


def make_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine whose reads run without a transaction; units of work open theirs themselves."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=PATIENCE,
        connect_args={
            "connect_timeout": PATIENCE,
            "options": "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000",
            "application_name": "luotsi",
        },
        hide_parameters=True,  # an error must not print what was typed
    )
    event.listen(engine, "checkout", _refuse_stale)
    event.listen(engine, "checkin", _note_use)
    return engine


def _note_use(connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _refuse_stale(connection: Any, record: Any, proxy: Any) -> None:
    """An idle connection on which something can be read was closed, or is being closed, by the server."""
    if time.monotonic() - record.info.get("used_at", 0.0) < _FRESH:
        return
    if connection.closed or select.select([connection.fileno()], [], [], 0)[0]:
        raise DisconnectionError("the server has closed this connection")
