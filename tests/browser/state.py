"""A page in one state: how a visitor gets there, and what it must answer."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.reaching import Act, Reach
from tests.browser.visitor import Visitor


@dataclass(frozen=True, slots=True)
class State:
    """A page in one state. `wrong` pages say 'Error:' in their title; `act` is what is done in the browser.

    `status` is the answer's, where it is not 200, or 422 for what is wrong. `in_trouble`: on a
    site from which no message leaves. Two states of one `page` may have one title; two pages may not.
    """

    page: str
    name: str
    reach: Reach
    act: Act | None = None
    wrong: bool = False
    status: int = 0
    without_database: bool = False
    in_trouble: bool = False

    def show(self, visitor: Visitor) -> Page:
        """Open the page in the browser, in this state."""
        shown = visitor.open(self.reach(visitor))
        if self.act:
            self.act(shown)
        return shown

    @property
    def answer(self) -> int:
        return self.status or (422 if self.wrong else 200)

    def __str__(self) -> str:
        return f"{self.page}:{self.name}"
