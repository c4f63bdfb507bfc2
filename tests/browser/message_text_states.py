"""What the messages say: shipped, and in the county's own words; and the preview of taking its words away."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.directory_states import page
from tests.browser.reaching import Reach, go_on
from tests.browser.state import State
from tests.browser.visitor import DUTY_WORKER, Visitor


def texts_in(language: str) -> Reach:
    def reach(visitor: Visitor) -> str:
        visitor.sign_in(DUTY_WORKER)
        return f"/staff/message-texts?language={language}&lang={visitor.language}"

    return reach


def take_away(shown: Page) -> None:
    """An empty file in the place of the county's; nothing is saved."""
    empty = {"name": "messages.toml", "mimeType": "text/plain", "buffer": b"# nothing\n"}
    shown.locator("#files").set_input_files(empty)
    go_on(shown)


STATES = (
    State("texts of messages", "in Finnish", texts_in("fi")),
    State("texts of messages", "in Swedish", texts_in("sv")),
    State("texts of messages", "in English", texts_in("en")),
    State("preview", "of texts taken away", page("/bundle"), take_away),
)
