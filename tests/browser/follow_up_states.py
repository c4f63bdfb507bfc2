"""The follow-up page in every state."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.reaching import both, fill, followed, followed_in_progress, go_on, there
from tests.browser.state import State


def _follow_up() -> Iterator[State]:
    yield State("code", "empty", there("/follow-up"))
    yield State("code", "error", there("/follow-up"), go_on, wrong=True)
    yield State(
        "code", "unknown", there("/follow-up"), both(fill("code", "ABCD"), go_on), wrong=True
    )
    yield State("follow-up", "received", followed)
    yield State("follow-up", "in progress", followed_in_progress)


STATES = (*_follow_up(),)
