"""Every reason for which a bundle is refused has its words in each language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework import contrast
from webapp.views.staff_directory_reasons import about, worded

CASEWORK = Path(__file__).parents[2] / "casework"
#: What is put together elsewhere: the parts are reasons of their own.
_JOINED = {"x: x", "x: see line x"}
_NAMES = {"{TEAMS_FILE}": "teams.csv", "{WORKERS_FILE}": "workers.csv"}


def texts(node: ast.expr) -> Iterator[str]:
    """What an expression may say; each value in it is a word."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [
            str(part.value)
            if isinstance(part, ast.Constant)
            else _NAMES.get(ast.unparse(part), "x")
            for part in node.values
        ]
        yield "".join(parts)
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)
    elif isinstance(node, ast.List | ast.ListComp):
        for inner in [node.elt] if isinstance(node, ast.ListComp) else node.elts:
            yield from texts(inner)


def reasons() -> Iterator[str]:
    for path in sorted(CASEWORK.glob("bundle*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            if name in {"ValueError", "wrong", "note"}:
                yield from texts(node.args[-1])
            if name == "note_overlaps":
                yield from (f"{text}: see line 4" for text in texts(node.args[-1]))
            if name == "append" and "reasons" in ast.unparse(node.func):
                yield from texts(node.args[-1])


def reasons_of_texts() -> Iterator[str]:
    """What may be wrong with a text of messages."""
    for node in ast.walk(ast.parse((CASEWORK / "message_texts.py").read_text("utf-8"))):
        if isinstance(node, ast.Yield) and node.value is not None:
            yield from texts(node.value)


FOUND_IN_TEXTS = sorted(set(reasons_of_texts()))
FOUND = sorted(set(reasons()) - _JOINED)


def test_the_search_for_reasons_finds_them() -> None:
    assert len(FOUND) > 60


@pytest.mark.parametrize("reason", FOUND)
def test_a_reason_of_the_bundle_is_known(reason: str) -> None:
    assert worded(about(reason)[1]) is not None


@pytest.mark.parametrize("reason", FOUND_IN_TEXTS)
def test_a_reason_of_a_text_is_known(reason: str) -> None:
    assert len(FOUND_IN_TEXTS) > 9
    assert about(f"received.fi.sms: {reason}") == ("received.fi.sms", reason)
    assert worded(reason) is not None


@pytest.mark.parametrize(
    "reason", ["column 'x' is missing", "expected a whole number from 1 to 60"]
)
def test_a_reason_that_is_put_together_is_known(reason: str) -> None:
    assert worded(reason) is not None


def test_faint_colours_are_told_in_words() -> None:
    found = list(contrast.faults({"color-bus": "#ffffff", "colour-bus": "#000000"}))
    assert {worded(reason) is not None for _, reason in found} == {True}


def test_the_column_is_told_from_the_reason() -> None:
    assert about("municipalities: 091 is not a municipality of this county")[0] == "municipalities"
    assert about("team, date: stands on line 3 already")[0] == "team, date"
    assert about("code: no municipality belongs to county 77")[0] == ""
    assert about("12 cells under 4 columns") == ("", "12 cells under 4 columns")
