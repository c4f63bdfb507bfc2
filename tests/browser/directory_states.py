"""The directory's pages in every state: as a lead reads them, and as an administrator changes what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from playwright.sync_api import Page

from tests.browser.reaching import Act, Reach, both, fill, go_on
from tests.browser.site import ROTA_TEAM
from tests.browser.state import State
from tests.browser.visitor import Visitor
from tests.web.walking import token

AT = "/staff/directory"
ADMIN, LEAD = "hakemisto@example.org", "esihenkilo@example.org"
NEW_WORKER = {
    "key": "kaisa-kuvitteellinen",
    "name": "Kaisa Kuvitteellinen",
    "email": "kaisa.kuvitteellinen@example.org",
    "languages": ["fi"],
    "home": "north",
}


def page(path: str, email: str = ADMIN) -> Reach:
    def reach(visitor: Visitor) -> str:
        visitor.sign_in(email)
        return f"{AT}{path}?lang={visitor.language}"

    return reach


def linked(path: str, pattern: str) -> Reach:
    """The first page to which a page's link of this kind leads."""

    def reach(visitor: Visitor) -> str:
        shown = visitor.client.get(page(path)(visitor)).text
        found = re.search(rf'href="([^"]*{pattern}[^"]*)"', shown)
        assert found, shown
        return f"{unescape(found.group(1))}?lang={visitor.language}"

    return reach


def proposed(path: str, **fields: Any) -> Reach:
    """What a change would do."""

    def reach(visitor: Visitor) -> str:
        visitor.sign_in(ADMIN)
        return _made(visitor, f"{AT}{path}", **fields)

    return reach


def _made(visitor: Visitor, at: str, **fields: Any) -> str:
    answer = visitor.press(at, **fields)
    assert answer.status_code == 303, answer.text
    return f"{answer.headers['Location']}?lang={visitor.language}"


def with_a_hole(visitor: Visitor) -> str:
    """A new team without members and hours."""
    known = {"key": "empty", "name_fi": "Tyhjä tiimi", "phone": "112", "closed_on_holidays": "yes"}
    targets = {"acknowledge_minutes": "60", "reply_working_days": "3"}
    return proposed("/rows/teams/add", **known, **targets)(visitor)


def overtaken(visitor: Visitor) -> str:
    """My change of a row that somebody else has changed meanwhile: a deputy's day, which no message hangs on."""
    shown = visitor.client.get(page("/absences")(visitor)).text
    found = re.search(r'href="([^"]*/rows/absences/[0-9a-f]{24})"', shown)
    assert found, shown
    row = visitor.client.get(found.group(1)).text
    days = [
        unescape(day) for day in re.findall(r'name="(?:first|last)_day"[^>]*value="([^"]*)"', row)
    ]
    given = {"worker": "natt-exempel", "first_day": days[0], "last_day": days[1]}
    theirs = (
        "" if 'value="yo-esimerkki" selected' in row.split('name="deputy"')[1] else "yo-esimerkki"
    )
    mine = _made(visitor, found.group(1), **given, deputy="esko-esimerkki")
    preview = _made(visitor, found.group(1), **given, deputy=theirs).split("?")[0]
    pressed = {"csrf_token": token(visitor.client.get(preview)), "know_holes": "yes"}
    answer = visitor.client.post(f"{preview}/save", pressed)
    assert answer.status_code == 303, answer.text
    return mine


def find(text: str) -> Act:
    def act(shown: Page) -> None:
        shown.locator("#wanted").fill(text)
        with shown.expect_navigation():
            shown.locator("#wanted").press("Enter")

    return act


def press_remove(shown: Page) -> None:
    with shown.expect_navigation():
        shown.locator('form[action$="/remove"] button').first.click()


def upload(content: bytes) -> Act:
    def act(shown: Page) -> None:
        shown.locator("#files").set_input_files(
            {"name": "counties.csv", "mimeType": "text/csv", "buffer": content}
        )
        go_on(shown)

    return act


def _reading() -> Iterator[State]:
    yield State("directory", "filled", page("/"))
    yield State("directory", "of a lead", page("/", LEAD))
    yield State("directory teams", "filled", page("/teams"))
    yield State("directory team", "filled", page("/teams/south"))
    yield State("directory team", "of a lead", page("/teams/south", LEAD))
    yield State("directory team with a rota", "filled", page(f"/teams/{ROTA_TEAM}"))
    yield State("rotas", "filled", page("/rota"))
    yield State("rota", "filled", page(f"/rota/{ROTA_TEAM}"))
    yield State("rota of later", "empty", page(f"/rota/{ROTA_TEAM}/2030-01-07"))
    yield State("no rota", "empty", page("/rota/south"))
    yield State("absences", "filled", page("/absences"))
    yield State("absences", "of a lead", page("/absences", LEAD))
    yield State("workers", "filled", page("/workers"))
    yield State("clients", "filled", page("/clients"))
    yield State("clients", "found", page("/clients"), find("esim2345koodi"))
    yield State("clients", "not found", page("/clients"), find("xyz"))
    yield State("clients of a worker", "filled", linked("/clients", "/clients/of/"))
    yield State("other counties", "filled", page("/counties"))
    yield State("directory history", "filled", page("/history"))
    yield State("directory revision", "filled", linked("/history", "/history/"))


def _asking() -> Iterator[State]:
    for sheet, team in (
        ("teams", ""),
        ("services", "/south"),
        ("contact-points", "/south"),
        ("hours-exceptions", "/south"),
        ("workers", ""),
        ("absences", ""),
        ("clients", ""),
        ("counties", ""),
    ):
        yield State(f"new row of {sheet}", "empty", page(f"/rows/{sheet}/add{team}"))
    for sheet, team in (("teams", ""), ("services", "/south"), ("workers", ""), ("absences", "")):
        at = page(f"/rows/{sheet}/add{team}")
        yield State(f"new row of {sheet}", "error", at, go_on, wrong=True)
    yield State("row of workers", "filled", linked("/workers", "/rows/workers/(?!add)"))
    at = linked("/workers", "/rows/workers/(?!add)")
    yield State("refused", "error", at, press_remove, wrong=True)
    yield State("ladder", "filled", page("/teams/south/ladder"))
    yield State(
        "ladder",
        "error",
        page("/teams/south/ladder"),
        both(fill("after_1", "x"), go_on),
        wrong=True,
    )
    yield State("clients move", "empty", page("/clients/move"))
    yield State("clients move", "error", page("/clients/move"), go_on, wrong=True)
    yield State("new shift", "empty", page(f"/rota/{ROTA_TEAM}/2030-01-07/add"))
    yield State("new shift", "error", page(f"/rota/{ROTA_TEAM}/2030-01-07/add"), go_on, wrong=True)
    yield State("swap", "empty", linked(f"/rota/{ROTA_TEAM}", "/swap"))
    yield State("copy week", "empty", page(f"/rota/{ROTA_TEAM}/2030-01-07/copy"))
    at = page(f"/rota/{ROTA_TEAM}/2030-01-07/copy")
    yield State("copy week", "nothing to copy", at, both(fill("weeks", "3"), go_on), wrong=True)


def _changing() -> Iterator[State]:
    yield State("preview", "of a new worker", proposed("/rows/workers/add", **NEW_WORKER))
    yield State("preview", "with a hole", with_a_hole)
    yield State("preview", "without knowing of it", with_a_hole, press_save, wrong=True)
    yield State("overtaken", "filled", overtaken, status=409)
    yield State("directory files", "empty", page("/bundle"))
    wrong = b"code,phone,email,url\n12,abc,,\n"
    yield State("directory files", "error", page("/bundle"), upload(wrong), wrong=True)


def press_save(shown: Page) -> None:
    with shown.expect_navigation():
        shown.locator('form[action$="/save"] button').click()


STATES = (*_reading(), *_asking(), *_changing())
