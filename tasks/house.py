"""The house of this worker process: settings are read by the parent, everything is opened by the child."""

from __future__ import annotations

import os
from datetime import datetime
from functools import lru_cache
from typing import TypedDict

from casework.directory import Directory
from casework.ports import Ids, UnitOfWork
from tasks.dispatch import Dispatch
from webapp import wiring
from webapp.config import Settings

_settings: Settings | None = None
_forms: tuple[str, ...] = ()


def use(settings: Settings, forms: tuple[str, ...] = ()) -> None:
    """Give the settings and the slugs of all forms, before the worker's processes are forked; a house opened before
    is forgotten."""
    global _settings, _forms
    _settings, _forms = settings, forms
    _opened.cache_clear()


def forms() -> tuple[str, ...]:
    """The slugs of all public forms. Raises RuntimeError where they were not given: nothing is proved then."""
    if not _forms:
        raise RuntimeError(
            "this worker was not told which forms there are: start it by `luotsi worker`"
        )
    return _forms


def house() -> wiring.House:
    return _opened(os.getpid())[0]


class Rooms(TypedDict):
    """What every use case is given."""

    directory: Directory
    now: datetime
    ids: Ids
    work: UnitOfWork


def rooms() -> Rooms:
    """The present moment, and a fresh unit of work."""
    opened = house()
    return {
        "directory": opened.directory,
        "now": wiring.now(),
        "ids": opened.ids,
        "work": opened.work(),
    }


def dispatch() -> Dispatch:
    return _opened(os.getpid())[1]


@lru_cache(maxsize=1)
def _opened(pid: int) -> tuple[wiring.House, Dispatch]:
    """A connection must never be shared with the process that was forked from: hence the process id."""
    if _settings is None:
        raise RuntimeError("tasks.house.use() was not called")
    opened = wiring.build(_settings, pool_size=4)
    return opened, Dispatch(opened)
