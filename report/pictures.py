"""Pictures for the README: a form and the inbox, small, of the fictional county."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.journey import by_pointer
from tests.browser.reaching import ABROAD, BY_PHONE, CHILD, HERE, TWO, at_step, followed, go_on
from tests.browser.site import CLOSED
from tests.browser.visitor import DUTY_WORKER, Visitor, Walker
from tests.live import until

MOST_BYTES = 150_000
#: The README is read in English by people who do not know Finnish.
LANGUAGE = "en"

_PHONE = {"width": 360, "height": 740}
_DESK = {"width": 1280, "height": 800}
_URGENT = {**HERE, "waiting": {"can_wait": "no"}}
_ANONYMOUS = {
    "children": {**CHILD, "children-0-municipality": CLOSED},
    "you": {"identity": "anonymous"},
}


class Camera:
    """Takes pictures of one visitor's page, each in both widths or in one."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self.browser, self.url, self.folder = browser, url, folder
        self.taken: list[Path] = []

    def visitor(self) -> Visitor:
        return Visitor(self.browser, self.url, LANGUAGE)

    def take(self, page: Page, name: str, *widths: dict[str, int]) -> None:
        """Pictures `name-<width>.png` of what a screen shows. Raises ValueError for one that is too large."""
        for size in widths:
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            path = self.folder / f"{name}-{size['width']}.png"
            page.screenshot(path=path, animations="disabled")
            if path.stat().st_size > MOST_BYTES:
                raise ValueError(f"{path.name} has {path.stat().st_size} bytes")
            self.taken.append(path)


def take_all(browser: Browser, url: str, folder: Path) -> list[Path]:
    """Walk the journey, fill the inbox, and picture what comes by; the pictures' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(browser, url, folder)
    for part in (_journey, _errors, _follow_up, _inbox):
        _with_visitor(camera, part)
    return camera.taken


def _with_visitor(camera: Camera, part: Callable[[Camera, Visitor], None]) -> None:
    visitor = camera.visitor()
    part(camera, visitor)
    visitor.close()


def _journey(camera: Camera, visitor: Visitor) -> None:
    page = visitor.page
    names = {"start": "start", "contact": "form", "check": "check", "receipt": "receipt"}
    for step in by_pointer(page, LANGUAGE):
        if step in names:
            camera.take(page, names[step], _PHONE, _DESK)


def _errors(camera: Camera, visitor: Visitor) -> None:
    page = visitor.open(at_step("matter")(visitor))
    go_on(page)
    camera.take(page, "error", _PHONE)


def _follow_up(camera: Camera, visitor: Visitor) -> None:
    camera.take(visitor.open(followed(visitor)), "follow-up", _PHONE)


def _alerts_are_out(anybody: Walker) -> bool:
    """Whether the team has been told. (A text message to a sender may wait for the morning.)"""
    messages = json.loads(anybody.client.get("/dev/outbox.json").text)
    gone = {"accepted", "sent", "delivered"}
    return all(m["state"] in gone for m in messages if m["purpose"].startswith("staff"))


def _inbox(camera: Camera, visitor: Visitor) -> None:
    """An inbox of a morning: urgent, opened, from a closed team, of several children."""
    sender = visitor.beside()
    receipts = [sender.send(a) for a in (_ANONYMOUS, TWO, HERE, BY_PHONE, ABROAD, _URGENT)]
    visitor.sign_in(DUTY_WORKER)
    opened = visitor.find_case(sender.client.get(receipts[3]))
    until(lambda: _alerts_are_out(sender), what="the team's alerts")
    camera.take(visitor.open(f"{opened}?lang={LANGUAGE}"), "case", _DESK)
    camera.take(visitor.open(f"/staff/?lang={LANGUAGE}"), "inbox", _DESK)
