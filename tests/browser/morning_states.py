"""The summary of the morning, with and without anything in it."""

from __future__ import annotations

from tests.browser.legal_states import TEAM_LEAD
from tests.browser.reaching import HERE, Reach
from tests.browser.state import State
from tests.browser.visitor import IDLE_WORKER, Visitor


def morning(email: str) -> Reach:
    def reach(visitor: Visitor) -> str:
        visitor.beside().send(HERE)
        visitor.sign_in(email)
        return f"/staff/digest?lang={visitor.language}"

    return reach


STATES = (
    State("digest", "empty", morning(IDLE_WORKER)),
    State("digest", "filled", morning(TEAM_LEAD)),
)
