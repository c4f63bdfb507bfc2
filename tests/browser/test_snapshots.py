"""What pages say to screen readers, kept word for word: a change of it must be wanted.

After a wanted change: `LUOTSI_RENEW_SNAPSHOTS=1 ./run test tests/browser/test_snapshots.py`, then read the diff.
"""

from __future__ import annotations

import os

import pytest

from tests.browser import snapshots
from tests.browser.pages import STATES
from tests.browser.state import State
from tests.browser.visitor import Visitor

LANGUAGE = "fi"
RENEW = os.environ.get("LUOTSI_RENEW_SNAPSHOTS") == "1"

#: One of each kind of page, empty and with an error. No page whose words depend on the day of the week.
KEPT = (
    *("start:all forms open", "urgent:shown", "which-who:shown"),
    *("finder:nothing written", "contact-several:shown"),
    *("form:new", "matter:empty", "matter:error", "children:empty", "children:two errors"),
    *("you:empty", "you:error", "contact:error", "joint-contact/needs:error", "onward:shown"),
    *("notification/guardians:two of them", "professional-notification/notifier:error"),
    *("check:shown", "notification/check:shown", "receipt:with its code"),
    *("code:empty", "code:error", "privacy:shown"),
    *("nothing here:404", "too many:429", "matter:no cookie", "sign-in:error"),
)
#: Of these the head and the foot too; the others have the same.
WHOLE = {"start:all forms open", "matter:error", "sign-in:error"}
BY_NAME = {str(state): state for state in STATES}


@pytest.mark.parametrize("state", [BY_NAME[name] for name in KEPT], ids=str)
def test_a_page_says_to_screen_readers_what_it_said(
    state: State, windows: dict[str, Visitor]
) -> None:
    visitor = windows[LANGUAGE]
    visitor.forget()
    said = snapshots.taken(state.show(visitor), "body" if str(state) in WHOLE else "main")
    kept = snapshots.path_of(str(state), LANGUAGE)
    if RENEW:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(said, "utf-8")
    assert said == kept.read_text("utf-8")


def test_no_snapshot_is_kept_of_a_page_that_is_not_looked_at() -> None:
    wanted = {snapshots.path_of(name, LANGUAGE).name for name in KEPT}
    assert {path.name for path in snapshots.FOLDER.iterdir()} == wanted
