"""Two tabs of one message at the same moment: nothing is sent unseen, nothing that was written is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from casework import usecases
from tests.web.conftest import Visit
from tests.web.walking import ANSWERS, code_on, post, press_again, reads, walk
from webapp.views import drafting
from webapp.wiring import House

CHANGED = "You changed an answer in another tab. Check once more and send."
NEWER = {**ANSWERS["matter"], "message": "Kirjoitin tämän toisella välilehdellä."}

LANGUAGES = pytest.mark.parametrize("language", ["fi", "sv", "en"])


def rows(owner: Engine, table: str) -> int:
    with owner.connect() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def added(owner: Engine, house: House) -> list[str]:
    """The words of the additions, in the order in which they came."""
    with owner.connect() as connection:
        case_id = connection.execute(text("select id from cases")).scalar_one()
    additions = house.desk.case_file(case_id).additions
    return [given["matter"]["message"] for _, given in additions]


def interrupt(
    monkeypatch: pytest.MonkeyPatch, name: str, press: Callable[[], TestResponse], *, after: bool
) -> None:
    """Press a button of another tab while a use case is at work: just before it, or just after it."""
    real = getattr(usecases, name)

    def interrupted(*args: Any, **known: Any) -> Any:
        monkeypatch.setattr(usecases, name, real)
        result = real(*args, **known) if after else None
        pressed = press()
        assert pressed.status_code == 303, pressed.text
        return result if after else real(*args, **known)

    monkeypatch.setattr(usecases, name, interrupted)


@LANGUAGES
def test_an_answer_stored_while_the_message_is_sent_is_shown_before_it_goes(
    client: FlaskClient,
    visit: Visit,
    owner: Engine,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    at = walk(client, language)
    other_tab = visit(like=client)
    step = other_tab.get(at.replace("/check", "/matter"))
    interrupt(monkeypatch, "submit", lambda: press_again(other_tab, step, **NEWER), after=False)
    page = post(client, at)
    assert page.status_code == 409
    assert NEWER["message"] in page.text
    assert rows(owner, "submissions") == 0
    assert reads(page, language, CHANGED)
    receipt = press_again(client, page).headers["Location"]
    assert code_on(client.get(receipt))
    with owner.connect() as connection:
        case_id = connection.execute(text("select id from cases")).scalar_one()
    assert house.desk.case_file(case_id).shared["matter"]["message"] == NEWER["message"]


def test_an_answer_that_asks_for_another_page_while_sending_leads_to_that_page(
    client: FlaskClient, visit: Visit, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = walk(client, you={"identity": "anonymous"})
    other_tab = visit(like=client)
    step = other_tab.get(at.replace("/check", "/you"))
    interrupt(
        monkeypatch,
        "submit",
        lambda: press_again(other_tab, step, identity="named"),
        after=False,
    )
    sent = post(client, at)
    assert (sent.status_code, sent.headers["Location"]) == (303, at.replace("/check", "/contact"))
    assert rows(owner, "submissions") == 0


def test_a_press_while_the_same_press_is_at_work_ends_at_the_receipt(
    client: FlaskClient, visit: Visit, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = walk(client)
    other = visit(like=client)
    check = other.get(at)
    interrupt(monkeypatch, "submit", lambda: press_again(other, check), after=False)
    receipt = post(client, at)
    assert receipt.headers["Location"] == at.replace("/check", "/receipt")
    assert code_on(client.get(receipt.headers["Location"]))
    assert (rows(owner, "submissions"), rows(owner, "additions")) == (1, 0)


def test_a_message_deleted_in_another_tab_is_gone_when_it_is_sent(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    at = walk(client)
    check = client.get(at)
    other_tab = visit(like=client)
    post_delete(other_tab, check, at)
    assert press_again(client, check).status_code == 404
    assert rows(owner, "submissions") == 0


def post_delete(client: FlaskClient, page: TestResponse, at: str) -> TestResponse:
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(at.replace("/check", "/delete"), data={"csrf_token": token})


def test_deleting_from_a_page_left_open_keeps_the_receipt_of_a_message_that_was_sent(
    client: FlaskClient,
) -> None:
    at = walk(client)
    old = client.get(at)
    receipt = press_again(client, old).headers["Location"]
    code = code_on(client.get(receipt))
    answer = post_delete(client, old, at)
    assert (answer.status_code, answer.headers["Location"]) == (303, receipt)
    assert code_on(client.get(receipt)) == code


def test_pages_stored_at_one_moment_in_many_tabs_are_all_kept(
    client: FlaskClient, visit: Visit
) -> None:
    at = walk(client)
    changes = {
        "matter": NEWER,
        "contact": {**ANSWERS["contact"], "name": "Esimerkki Toisaalta"},
        "waiting": {"can_wait": "no"},
        "language": {"language": "sv", "interpreter": "yes"},
    }
    gate = threading.Barrier(len(changes))
    answers: list[int] = []

    def press(tab: FlaskClient, page: TestResponse, fields: dict[str, str]) -> None:
        gate.wait()
        answers.append(press_again(tab, page, **fields).status_code)

    threads = []
    for step, fields in changes.items():
        tab = visit(like=client)
        page = tab.get(at.replace("/check", f"/{step}"))
        threads.append(threading.Thread(target=press, args=(tab, page, fields)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * len(changes)
    shown = client.get(at).text
    assert NEWER["message"] in shown
    assert "Esimerkki Toisaalta" in shown
    for step, chosen in (("waiting", "no"), ("language", "yes")):
        again = client.get(at.replace("/check", f"/{step}")).text
        assert f'value="{chosen}" checked' in again or f'checked value="{chosen}"' in again, step


# Additions


def sent_with_pages(client: FlaskClient, *steps: str) -> tuple[str, dict[str, TestResponse]]:
    """A message that was sent, and pages of it that were left open."""
    at = walk(client)
    pages = {step: client.get(at.replace("/check", f"/{step}")) for step in steps}
    assert post(client, at).status_code == 303
    return at, pages


def write(client: FlaskClient, page: TestResponse, words: str) -> TestResponse:
    return press_again(client, page, **{**ANSWERS["matter"], "message": words})


def test_other_words_are_another_addition_and_a_repeat_is_none(
    client: FlaskClient, owner: Engine, house: House
) -> None:
    at, pages = sent_with_pages(client, "matter")
    for words in ("Ensin näin.", "Sitten toisin.", "Ensin näin."):
        write(client, pages["matter"], words)
        check = client.get(at)
        assert press_again(client, check).headers["Location"].endswith("/receipt")
        assert press_again(client, check).headers["Location"].endswith("/receipt")
        assert write(client, pages["matter"], words).headers["Location"].endswith("/receipt")
    assert added(owner, house) == ["Ensin näin.", "Sitten toisin.", "Ensin näin."]


def test_other_words_stored_while_an_addition_is_sent_are_the_next_addition(
    client: FlaskClient,
    visit: Visit,
    owner: Engine,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at, pages = sent_with_pages(client, "matter")
    write(client, pages["matter"], "Ensin näin.")
    other_tab = visit(like=client)
    interrupt(
        monkeypatch,
        "add_information",
        lambda: write(other_tab, pages["matter"], "Sitten toisin."),
        after=True,
    )
    first = post(client, at)
    assert (first.status_code, first.headers["Location"]) == (303, at)
    page = client.get(at)
    assert "Sitten toisin." in page.text
    assert added(owner, house) == ["Ensin näin."]
    assert press_again(client, page).headers["Location"].endswith("/receipt")
    assert added(owner, house) == ["Ensin näin.", "Sitten toisin."]


def test_another_page_stored_while_an_addition_is_sent_is_the_next_addition(
    client: FlaskClient,
    visit: Visit,
    owner: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at, pages = sent_with_pages(client, "matter", "waiting")
    write(client, pages["matter"], "Vielä tämä.")
    other_tab = visit(like=client)
    interrupt(
        monkeypatch,
        "add_information",
        lambda: press_again(other_tab, pages["waiting"], can_wait="no"),
        after=True,
    )
    assert post(client, at).headers["Location"] == at
    page = client.get(at)
    assert "Vielä tämä." not in page.text, "it was sent, and is not asked about again"
    assert press_again(client, page).headers["Location"].endswith("/receipt")
    with owner.connect() as connection:
        ids = connection.execute(text("select distinct id from additions")).all()
    assert len(ids) == 2


def test_a_press_while_the_same_addition_is_sent_adds_it_once(
    client: FlaskClient,
    visit: Visit,
    owner: Engine,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at, pages = sent_with_pages(client, "matter")
    write(client, pages["matter"], "Vielä tämä.")
    other = visit(like=client)
    check = other.get(at)
    interrupt(monkeypatch, "add_information", lambda: press_again(other, check), after=True)
    assert post(client, at).headers["Location"].endswith("/receipt")
    assert added(owner, house) == ["Vielä tämä."]


def test_a_page_added_after_leaving_in_another_tab_gives_the_text_back(
    client: FlaskClient, visit: Visit, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session ends between the look at the draft and the keeping of the page."""
    _, pages = sent_with_pages(client, "matter")
    other_tab = visit(like=client)
    real = drafting.says_more

    def interrupted(*args: Any) -> bool:
        other_tab.get("/fi/exit")
        return real(*args)

    monkeypatch.setattr(drafting, "says_more", interrupted)
    page = write(client, pages["matter"], "Vielä tämä.")
    assert page.status_code == 400
    assert "Vielä tämä." in page.text
