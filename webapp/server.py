"""Granian, the WSGI server, around the application."""

from __future__ import annotations

import gc
from importlib import import_module

from granian import Granian
from granian.constants import Interfaces

from webapp import catalogues, config, logs

#: The server hands its own lines on to ours instead of writing them.
_LOGGING = {"loggers": {"_granian": {"propagate": True}}}


def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve until a signal comes. Raises SettingsError before anything listens.

    The settings are checked here and read again by each worker process, which then takes them out of its
    environment; this process answers no request.
    """
    settings = config.peek()
    if settings.demo and host not in {"127.0.0.1", "::1", "localhost"}:
        raise config.SettingsError("LUOTSI_DEMO serves on a loopback address only")
    catalogues.use(settings.catalogues_dir)
    logs.configure()
    _load_once()
    Granian(
        "webapp.app:create",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=threads,
        log_access=False,
        log_dictconfig=_LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    ).serve()


def _load_once() -> None:
    """Load code and texts before the workers are forked: they start sooner and share that memory.

    Nothing is opened here: a connection must not be shared by two processes.
    """
    import_module("webapp.app")
    for language in catalogues.known():
        catalogues.translations(language)
    gc.freeze()
