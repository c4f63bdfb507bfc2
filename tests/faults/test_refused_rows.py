"""A database that quotes the row that it refuses: web and workers go on, and no log repeats the quotation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.faults import traces
from tests.faults.stack import ALERT, BY_SMS, Stack
from tests.live import until

MARK, DIGITS = "zqtorjuttu", "401239876"
CONTACT = {**BY_SMS, "name": MARK, "phone": "040 123 9876"}


@contextmanager
def refusing(stack: Stack, table: str, act: str = "insert or update") -> Iterator[None]:
    """The table refuses each row that is written so, and quotes it as a constraint does."""
    stack.may_complain = True
    stack.run(
        "create function quote_it() returns trigger language plpgsql as $$ begin "
        f"raise exception 'refused {MARK}' using detail = row_to_json(new)::text; end $$"
    )
    stack.run(
        f"create trigger quote_it before {act} on {table} for each row execute function quote_it()"
    )
    try:
        yield
    finally:
        stack.run("drop function quote_it cascade")


def events(stack: Stack, name: str) -> list[dict[str, Any]]:
    lines = (line for line in stack.crew.logs().splitlines() if line.startswith("{"))
    return [event for event in map(json.loads, lines) if event["event"] == name]


def nothing_is_quoted(stack: Stack) -> None:
    logs = stack.crew.logs()
    assert "Traceback" not in logs
    assert traces.found(logs, (MARK, DIGITS, "row_to_json")) == set()


@pytest.mark.parametrize("table", ["sessions", "submissions", "drafts", "messages"])
def test_a_page_whose_row_is_refused_quotes_nothing(stack: Stack, table: str) -> None:
    visitor = stack.visitor()
    at = stack.walk(visitor, contact=CONTACT, matter={"topic": "school", "message": MARK})
    before = len(events(stack, "store_down"))
    with refusing(stack, table):
        pressed = stack.press(visitor, at)
        shown = stack.visitor().get("/fi/follow-up")
    answers = shown if table == "sessions" else pressed
    assert answers.status_code == 503
    assert MARK not in shown.text
    *_, line = events(stack, "store_down")[before:]
    assert line["cause"] == "RaiseException"
    assert line["at"].startswith("webapp/")
    nothing_is_quoted(stack)


@pytest.mark.parametrize(("table", "act"), [("attempts", "insert"), ("messages", "update")])
def test_a_task_whose_row_is_refused_quotes_nothing(stack: Stack, table: str, act: str) -> None:
    before = len(events(stack, "task_failed"))
    with refusing(stack, table, act):
        stack.send(**ALERT)
        until(lambda: len(events(stack, "task_failed")) > before, what=stack.told)
    line = events(stack, "task_failed")[before]
    assert line["task"].startswith("outbox.")
    assert line["id"]
    assert line["cause"] == "RaiseException"
    assert line["at"].startswith(("webapp/", "tasks/"))
    nothing_is_quoted(stack)
