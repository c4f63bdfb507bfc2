"""Logs: each line is JSON, and no error is ever quoted in it, whoever writes it down."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import structlog
from celery import Celery
from psycopg.errors import CheckViolation
from sqlalchemy.exc import IntegrityError

from webapp import logs

ROOT = Path(__file__).resolve().parents[2]
SECRET = "zqmerkki"
HERE = "tests/house/test_logs.py:"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What was logged since the last look, each line read as JSON; none of it holds the secret."""
    before = structlog.get_config()
    logs.configure()

    def read() -> list[dict[str, Any]]:
        out, err = capfd.readouterr()
        assert SECRET not in out + err
        return [json.loads(line) for line in err.splitlines()]

    yield read
    structlog.configure(**before)


def refused() -> IntegrityError:
    """What SQLAlchemy raises where the database refuses a row, as it looks when it is caught."""
    quoted = f"new row violates a check\nDETAIL: Failing row contains ({SECRET})."
    cause = CheckViolation(quoted)

    def execute() -> NoReturn:
        raise IntegrityError("insert", {"x": SECRET}, cause, hide_parameters=True) from cause

    try:
        execute()
    except IntegrityError as error:
        return error


def test_an_error_that_a_library_logs_is_told_by_class_place_and_frames(lines: Lines) -> None:
    error = refused()
    logging.getLogger("a.library").error("it said %s", error, exc_info=error)
    (line,) = lines()
    assert line["event"] == "unforeseen"
    assert (line["logger"], line["level"]) == ("a.library", "error")
    assert (line["fault"], line["cause"]) == ("IntegrityError", "CheckViolation")
    assert line["at"].startswith(HERE)
    assert [frame.split()[1] for frame in line["trace"]] == ["refused", "execute"]
    assert line["trace"][-1] == f"{line['at']} execute"
    assert line["timestamp"].endswith("Z")


def test_a_warning_about_an_error_is_none_of_ours(lines: Lines) -> None:
    logging.getLogger("a.library").warning(f"lost: {refused()}", exc_info=refused())
    (line,) = lines()
    assert (line["event"], line["level"]) == ("library_warning", "warning")


@pytest.mark.parametrize(
    ("message", "given", "event"),
    [
        ("lost: %s, again in %d s", (refused(), 2), "lost: IntegrityError, again in 2 s"),
        ("lost: %(why)r", ({"why": refused()},), "lost: 'IntegrityError'"),
        (refused(), (), "IntegrityError"),
        ("two\nlines", (), "two\nlines"),
        (f"ended\nTraceback (most recent call last):\n  x\nE: {SECRET}", (), "ended"),
    ],
)
def test_an_error_among_the_words_of_a_library_is_told_by_its_class(
    lines: Lines, message: object, given: tuple[object, ...], event: str
) -> None:
    logging.getLogger("a.library").warning(message, *given)
    assert [line["event"] for line in lines()] == [event]


def test_our_own_events_cannot_quote_an_error_either(lines: Lines) -> None:
    log = structlog.get_logger()
    try:
        raise refused()
    except IntegrityError as error:
        log.exception("one")
        log.warning("two", exc_info=error)
        log.warning("three", fault=error)
    one, two, three = lines()
    assert one["fault"] == two["fault"] == three["fault"] == "IntegrityError"
    assert one["at"] == two["at"]
    assert one["at"].startswith(HERE)


def test_the_place_is_the_innermost_in_our_own_code(lines: Lines) -> None:
    try:
        json.loads(SECRET)
    except ValueError:
        logging.getLogger("a.library").exception("unreadable")
    (line,) = lines()
    assert line["at"].startswith(HERE)
    assert "decoder.py" in line["trace"][-1]


def test_a_recursion_without_an_end_is_told_in_few_frames(lines: Lines) -> None:
    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError:
        logging.getLogger("a.library").exception("too deep")
    (line,) = lines()
    assert line["fault"] == "RecursionError"
    assert len(line["trace"]) == 40


def test_a_task_that_fails_is_told_by_name_id_class_and_place(lines: Lines) -> None:
    app = Celery("tests", set_as_current=False)

    @app.task(name="tests.breaks", shared=False)  # else every other app has it too
    def breaks(what: str) -> None:
        raise refused()

    done = breaks.apply(kwargs={"what": SECRET})
    (line,) = lines()
    assert line["event"] == "task_failed"
    assert (line["task"], line["id"]) == ("tests.breaks", done.id)
    assert (line["fault"], line["cause"]) == ("IntegrityError", "CheckViolation")
    assert line["at"].startswith(HERE)


SET_UP = """
import logging
from tasks.celery_app import app
app.log.setup(loglevel="WARNING", redirect_stdouts=True)
names = ("", "celery", "celery.task", "celery.redirected", "celery.beat", "multiprocessing", "kombu")
for name in names:
    logger = logging.getLogger(name)
    try:
        raise ValueError("zqmerkki")
    except ValueError:
        logger.exception("zqmerkki")
        logger.error("%r", ValueError("zqmerkki"))
        logger.error("%d", ValueError("zqmerkki"))
"""


def test_workers_and_beat_have_no_logger_that_writes_otherwise() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SET_UP],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    assert SECRET not in done.stdout + done.stderr
    read = [json.loads(line) for line in done.stderr.splitlines()]
    assert len(read) == 3 * 7
    events = {line.get("fault") or line["event"] for line in read}
    assert events == {"ValueError", "'ValueError'", "%d"}
