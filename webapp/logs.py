"""Logs: one JSON line an event on standard error; opaque ids only, by habit of those who write them.

Of an error its class and its place are written and never its text: a database quotes the row that it refused. What
libraries log comes through here too, for they hand over errors whole.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import structlog

_HOUSE: Final = f"{Path(__file__).resolve().parents[1]}/"
_LIBRARIES: Final = "site-packages/"
_TRACEBACK: Final = "Traceback (most recent call last)"
#: Of a recursion without an end these tell enough.
_MOST_FRAMES: Final = 40


def configure() -> None:
    """Called once a process, before anything is logged; a second time it changes nothing."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_texts_of_errors,
            structlog.processors.JSONRenderer(),
        ],
        # Whole lines: those of libraries are written by other threads to the same stream.
        logger_factory=structlog.WriteLoggerFactory(sys.__stderr__),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    if _of_libraries not in logging.root.handlers:
        logging.root.addHandler(_of_libraries)


def told(error: BaseException, trace: TracebackType | None = None) -> dict[str, str]:
    """`fault`, its class, and `at`, the innermost place in our own code; `cause`, the class that it was raised from.

    `trace`: of an error that came from another process, and has lost its own.
    """
    frames = _frames(trace or error.__traceback__)
    known = {"fault": type(error).__name__}
    if error.__cause__ is not None:
        known["cause"] = type(error.__cause__).__name__
    ours = [place for place, _, is_ours in frames if is_ours] or [place for place, _, _ in frames]
    return {**known, "at": ours[-1] if ours else ""}


def _frames(trace: TracebackType | None) -> list[tuple[str, str, bool]]:
    """(file:line, function, whether it is ours) of each frame, the innermost last."""
    return list(_walked(trace))[-_MOST_FRAMES:]


def _walked(trace: TracebackType | None) -> Iterator[tuple[str, str, bool]]:
    while trace is not None:
        code = trace.tb_frame.f_code
        file = code.co_filename
        is_ours = file.startswith(_HOUSE) and _LIBRARIES not in file
        shown = file.removeprefix(_HOUSE) if is_ours else file.rpartition(_LIBRARIES)[2]
        yield f"{shown}:{trace.tb_lineno}", code.co_name, is_ours
        trace = trace.tb_next


def _without_texts_of_errors(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """structlog's last look: `exc_info` becomes class and place, and an error among the values its class."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    known = told(error) if isinstance(error, BaseException) else {}
    return {name: _harmless(value) for name, value in event.items()} | known


class _Line(logging.Formatter):
    """A record of a library as a line like our own."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        event = {"logger": record.name, "level": record.levelname.lower(), "timestamp": at}
        return json.dumps({**_said(record), **event})


def _said(record: logging.LogRecord) -> dict[str, Any]:
    """The event. Beside an error nothing else is said of it: the text of the record may quote it."""
    kind, error, trace = record.exc_info or (None, None, None)
    if kind is None or error is None:
        return {"event": _text(record)}
    frames = [f"{place} {function}" for place, function, _ in _frames(trace)]
    # Celery wraps an error to hand it on; what it was is said by its class alone.
    known = {**told(error, trace), "fault": kind.__name__, "trace": frames}
    task = getattr(record, "data", None)
    if record.name == "celery.app.trace" and isinstance(task, Mapping):
        return {"event": "task_failed", "task": task.get("name"), "id": task.get("id"), **known}
    is_error = record.levelno >= logging.ERROR
    return {"event": "unforeseen" if is_error else "library_warning", **known}


def _text(record: logging.LogRecord) -> str:
    given = record.args
    if isinstance(given, Mapping):
        words: Any = {name: _harmless(value) for name, value in given.items()}
    else:
        words = tuple(_harmless(value) for value in given or ())
    said = str(_harmless(record.msg))
    # A library's own slip, as a value too few: else the record, values and all, is quoted as one that failed.
    with suppress(Exception):
        said = said % words if words else said
    # Some write a whole traceback into their text, with what was said at its end.
    return said.partition(_TRACEBACK)[0].rstrip()


def _harmless(value: object) -> object:
    return type(value).__name__ if isinstance(value, BaseException) else value


_of_libraries: Final = logging.StreamHandler(sys.__stderr__)
_of_libraries.setFormatter(_Line())
