"""The house of this worker process: settings are read by the parent, everything is opened by the child."""

from __future__ import annotations

import os
from functools import lru_cache

from tasks.dispatch import Dispatch
from webapp import wiring
from webapp.config import Settings

_settings: Settings | None = None


def use(settings: Settings) -> None:
    """Give the settings, before the worker's processes are forked; a house opened before is forgotten."""
    global _settings
    _settings = settings
    _opened.cache_clear()


def house() -> wiring.House:
    return _opened(os.getpid())[0]


def dispatch() -> Dispatch:
    return _opened(os.getpid())[1]


@lru_cache(maxsize=1)
def _opened(pid: int) -> tuple[wiring.House, Dispatch]:
    """A connection must never be shared with the process that was forked from: hence the process id."""
    if _settings is None:
        raise RuntimeError("tasks.house.use() was not called")
    opened = wiring.build(_settings, pool_size=4)
    return opened, Dispatch(opened)
