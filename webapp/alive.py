"""Are these queues consumed? For health checks, which ask often: one query, and no setting is printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from casework.messages import Queue
from webapp import config
from webapp.store import sending
from webapp.store.engine import make_engine


def complaints(
    queues: Sequence[Queue], within: timedelta, now: datetime, *, any_of_them: bool = False
) -> Iterator[str]:
    """One line for each queue whose canary is older than `within`; `any_of_them`: only where all are.

    What stands in the way of knowing is a complaint as well.
    """
    try:
        settings = config.load()
    except config.SettingsError:
        yield "the settings are not complete: luotsi doctor says more"
        return
    engine = make_engine(settings.database_url.get_secret_value(), pool_size=1)
    try:
        with engine.connect() as connection:
            heard = sending.sung(connection)
    except SQLAlchemyError as error:
        yield f"the database does not answer: {type(error).__name__}"
        return
    finally:
        engine.dispose()
    silent = sending.silent(heard, queues, now, within)
    if any_of_them and len(silent) < len(queues):
        return
    for queue, at in silent.items():
        yield f"{queue.value}: {_age(at, now)}"


def _age(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "has never been consumed"
    return f"was last consumed {int((now - at).total_seconds())} s ago"
