"""The house of this worker process: settings are read by the parent, everything is opened by the child."""

from __future__ import annotations

import os
from functools import lru_cache

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


def dispatch() -> Dispatch:
    return _opened(os.getpid())[1]


@lru_cache(maxsize=1)
def _opened(pid: int) -> tuple[wiring.House, Dispatch]:
    """A connection must never be shared with the process that was forked from: hence the process id."""
    if _settings is None:
        raise RuntimeError("tasks.house.use() was not called")
    opened = wiring.build(_settings, pool_size=4)
    return opened, Dispatch(opened)
