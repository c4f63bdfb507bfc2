"""What a careful stranger once found: each is held by the right value from now on."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from forms.registry import FORMS
from tests.forms.filling import USUAL
from tests.web.conftest import Visit
from tests.web.forms import answer, begin_form, posted_on, step_of, walk_form
from tests.web.walking import ANSWERS, begin, code_on, post, send, sign_in, token, walk
from webapp.demo_county import PASSWORD
from webapp.store.sessions import token_hash
from webapp.wiring import House, now

TWO_IN_ONE_HOME = {
    "children-0-municipality": "905",
    "children-0-first_names": "Lapsi A",
    "children-0-non_disclosure": "yes",
    "children-1-municipality": "905",
    "children-1-first_names": "Lapsi B",
}


def rows(owner: Engine, question: str) -> list[tuple[Any, ...]]:
    with owner.connect() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def finish(client: FlaskClient, at: str, house: House) -> str:
    """From any page on, to the receipt."""
    for _ in range(20):
        if step_of(at) == "check":
            return post(client, at).headers["Location"]
        at = answer(client, at, house).headers["Location"]
    raise AssertionError("the form has no end")


# Protected families


def test_one_protected_child_hides_the_places_of_the_whole_family(
    client: FlaskClient, house: House, owner: Engine
) -> None:
    at = walk_form(client, "notification", house, until="children")
    onward = post(client, at, action="next", **TWO_IN_ONE_HOME).headers["Location"]
    finish(client, onward, house)
    assert rows(owner, "select municipality from cases") == [(None,), (None,)]


def test_a_protected_childs_county_is_told_to_nobody(
    client: FlaskClient, house: House, owner: Engine
) -> None:
    at = walk_form(client, "notification", house, until="children")
    away = {
        "children-0-municipality": "other",
        "children-0-other_municipality": "Helsinki",
        "children-0-first_names": "Lapsi",
        "children-0-non_disclosure": "yes",
    }
    elsewhere = post(client, at, action="next", **away).headers["Location"]
    assert step_of(elsewhere) == "elsewhere"
    onward = post(client, elsewhere, where_now="send_anyway", action="next").headers["Location"]
    receipt = client.get(finish(client, onward, house))
    assert rows(owner, "select municipality, transfer_to from cases") == [(None, None)]
    assert "Helsin" not in receipt.text
    assert rows(owner, "select 'transfer' = any(marks) from cases") == [(True,)]


def test_non_disclosure_that_is_told_later_hides_the_place_too(
    client: FlaskClient, house: House, owner: Engine
) -> None:
    check = walk_form(client, "notification", house, answers={**USUAL, "non_disclosure": "no"})
    children = check.replace("/check", "/children")
    open_tab = token(client.get(children))
    post(client, check)
    assert rows(owner, "select municipality from cases") == [("905",)]
    later = {**USUAL, "non_disclosure": "yes"}
    fields = posted_on(FORMS["notification"], "children", house, later)
    fields["csrf_token"], fields["action"] = open_tab, "next"
    added = client.post(children, data=fields)
    post(client, added.headers["Location"])
    assert rows(owner, "select municipality from cases") == [(None,)]


def test_so_does_what_is_told_later_of_a_parent_of_a_child_to_come(
    client: FlaskClient, house: House, owner: Engine
) -> None:
    form = FORMS["anticipatory-notification"]
    check = walk_form(client, form.slug, house, answers={**USUAL, "non_disclosure": "no"})
    parents = check.replace("/check", "/parents")
    open_tab = token(client.get(parents))
    post(client, check)
    hidden = "select protected, municipality from cases"
    assert rows(owner, hidden) == [(False, "905")]
    proposed = "update cases set proposed_team = 'north', marks = '{move_proposed}'"
    with owner.begin() as connection:
        connection.execute(text(proposed))
    fields = posted_on(form, "parents", house, {**USUAL, "non_disclosure": "yes"})
    fields["csrf_token"], fields["action"] = open_tab, "next"
    added = client.post(parents, data=fields)
    post(client, added.headers["Location"])
    assert rows(owner, hidden) == [(True, None)]
    assert rows(owner, "select proposed_team, 'move_proposed' = any(marks) from cases") == [
        (None, False)
    ]


# Children of an addition


def test_what_is_added_of_a_child_goes_to_that_childs_case(
    client: FlaskClient, house: House, owner: Engine
) -> None:
    at = walk_form(client, "notification", house, until="children")
    two = {**TWO_IN_ONE_HOME, "children-0-non_disclosure": "no"}
    onward = post(client, at, action="next", **two).headers["Location"]
    open_tab = token(client.get(at))
    finish(client, onward, house)
    alone = {
        "children-0-municipality": "905",
        "children-0-first_names": "Lapsi B",
        "children-0-age": "11",
    }
    added = client.post(at, data={"csrf_token": open_tab, "action": "next", **alone})
    post(client, added.headers["Location"])
    second = rows(owner, "select id from cases order by id")[1][0]
    assert rows(owner, "select case_id from additions") == [(second,)]


def test_a_child_of_whom_nothing_new_is_said_gets_no_addition(
    client: FlaskClient, house: House, owner: Engine
) -> None:
    at = walk_form(client, "notification", house, until="children")
    two = {**TWO_IN_ONE_HOME, "children-0-non_disclosure": "no"}
    onward = post(client, at, action="next", **two).headers["Location"]
    open_tab = token(client.get(at))
    finish(client, onward, house)
    older = {**two, "children-0-age": "9"}
    added = client.post(at, data={"csrf_token": open_tab, "action": "next", **older})
    post(client, added.headers["Location"])
    first = rows(owner, "select id from cases order by id")[0][0]
    assert rows(owner, "select case_id from additions") == [(first,)]


def test_a_message_that_was_sent_takes_no_further_child(client: FlaskClient, house: House) -> None:
    at = walk_form(client, "notification", house, until="children")
    onward = answer(client, at, house).headers["Location"]
    open_tab = token(client.get(at))
    finish(client, onward, house)
    fields = {"csrf_token": open_tab, "action": "add", "children-0-municipality": "905"}
    page = client.post(at, data={**fields, "children-0-first_names": "Lapsi"})
    assert 'name="children-1-municipality"' not in page.text


# What was typed


def test_here_now_holds_for_the_places_that_were_named(client: FlaskClient, owner: Engine) -> None:
    away = {"children-0-municipality": "other", "children-0-other_municipality": "Turku"}
    check = walk(client, children=away, elsewhere={"where_now": "here_now"})
    children = f"{check.replace('/check', '/children')}?then=check"
    elsewhere = {**away, "children-0-other_municipality": "Rovaniemi"}
    led = post(client, children, action="next", **elsewhere)
    assert step_of(led.headers["Location"]) == "elsewhere"


def test_a_text_that_the_next_form_carries_is_one_that_it_takes(
    client: FlaskClient, house: House
) -> None:
    long = {**USUAL, "content": "a" * 10_000, "additional": "b" * 10_000}
    check = walk_form(client, "joint-contact", house, answers=long)
    consent = check.replace("/check", "/consent") + "?then=check"
    onward = post(client, consent, consent="no", action="next").headers["Location"]
    at = post(client, onward).headers["Location"]
    for page, name in (("matter", "content"), ("additional", "additional")):
        shown = client.get(at.replace("/told", f"/{page}"))
        assert len(re.findall(r">\n([ab]{10000})</textarea>", shown.text)) == 1, name
        kept = post(client, at.replace("/told", f"/{page}"), action="next", **{name: long[name]})
        assert kept.status_code == 303


def test_a_double_press_on_carrying_over_is_one_message(
    client: FlaskClient, visit: Visit, house: House, owner: Engine
) -> None:
    onward = walk_form(
        client, "joint-contact", house, until="onward", answers={**USUAL, "consent": "no"}
    )
    form = token(client.get(onward))
    pressing = [visit(like=client) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda tab: tab.post(onward, data={"csrf_token": form}), pressing))
    assert {one.status_code for one in answers} == {303}
    assert len({one.headers["Location"] for one in answers}) == 1
    assert len(rows(owner, "select id from drafts")) == 1


def test_without_consent_a_closed_notification_is_not_begun(
    app: Flask, client: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    onward = walk_form(
        client, "joint-contact", house, until="onward", answers={**USUAL, "consent": "no"}
    )
    form = token(client.get(onward))
    current = app.extensions["house"].current
    here = current.get()
    closed = frozenset({"professional-notification"})
    shut = replace(here, county=replace(here.county, closed_forms=closed))
    monkeypatch.setattr(current, "get", lambda: shut)
    page = client.get(onward)
    assert "<form" not in page.text
    assert "/fi/contact" in page.text
    assert client.post(onward, data={"csrf_token": form}).headers["Location"] == onward


# Whoever stays unknown


def test_a_number_typed_before_staying_unknown_is_not_kept(
    app: Flask, client: FlaskClient, house: House
) -> None:
    at = walk_form(client, "guidance", house, until="contact")
    post(client, at, phone="+358 50 000 0099", action="next")
    you = at.replace("/contact", "/you")
    onward = post(client, you, identity="anonymous", action="next")
    assert onward.status_code == 303
    draft = UUID(at.split("/")[4])
    cookie = client.get_cookie("luotsi")
    assert cookie is not None
    kept = house.drafts.load(draft, token_hash(cookie.value), now())
    assert kept is not None
    assert "0099" not in str(kept.content)


def test_after_sending_nothing_is_taken_of_somebody_who_stayed_unknown(
    client: FlaskClient, house: House, owner: Engine
) -> None:
    check = walk(client)
    contact = check.replace("/check", "/contact")
    open_tab = token(client.get(contact))
    post(client, check.replace("/check", "/you"), identity="anonymous", action="next")
    receipt = post(client, check).headers["Location"]
    fields = {"csrf_token": open_tab, "action": "next", **ANSWERS["contact"]}
    assert client.post(contact, data=fields).headers["Location"] == receipt
    assert rows(owner, "select * from additions") == []


# Devices and visits


def test_a_device_that_others_use_stays_one_when_the_cookie_is_lost(client: FlaskClient) -> None:
    at = begin_form(client, "guidance", shared_device="yes")
    page = client.get(at)
    fields = {"shared_device": "yes", "csrf_token": token(page), "message": "Salaisuus"}
    assert 'name="shared_device" value="yes"' in page.text
    client.delete_cookie("luotsi")
    back = client.post(at, data=fields)
    assert 'name="shared_device" value="yes"' in back.text
    assert "keskeneräinen viesti" not in client.get("/fi/forms/guidance").text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_only_the_person_deletes_by_leaving(client: FlaskClient, headers: dict[str, str]) -> None:
    at = begin(client)
    answered = client.get("/fi/exit", headers=headers)
    assert answered.status_code == 303
    assert client.get(at).status_code == 200
    client.get("/fi/exit", headers={"Sec-Fetch-Site": "same-origin"})
    assert client.get(at).status_code == 404


def test_a_receipt_does_not_show_a_code_that_was_replaced(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    receipt = send(client)
    code = code_on(receipt)
    case = rows(owner, "select id from cases")[0][0]
    worker = visit()
    sign_in(worker, "paivystaja@example.org", PASSWORD)
    at = f"/staff/cases/{case}/new-code"
    worker.post(at, data={"csrf_token": token(worker.get(at))})
    again = client.get(receipt.request.path)
    assert code not in again.text
    assert code not in client.get(f"{receipt.request.path}.txt").text


def test_right_codes_spend_no_tries(client: FlaskClient, visit: Visit) -> None:
    """Ten families behind one address, as in a library, each open their own page."""
    code = code_on(send(client))
    for _ in range(15):
        assert post(visit(like=client), "/fi/follow-up", code=code).status_code == 303


def test_a_withdrawal_that_did_not_happen_does_not_look_as_if_it_had(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    code = code_on(send(client))
    person = visit()
    post(person, "/fi/follow-up", code=code)
    page = token(person.get("/fi/follow-up/withdraw"))
    person.post("/fi/follow-up/leave", data={"csrf_token": page})
    closed = person.post("/fi/follow-up/withdraw", data={"csrf_token": page})
    assert closed.status_code == 400
    assert "eikä mitään muutettu" in closed.text
    again = {"csrf_token": token(closed), "code": code, "then": "withdraw"}
    back = person.post("/fi/follow-up", data=again)
    assert back.headers["Location"] == "/fi/follow-up/withdraw"
    assert rows(owner, "select * from additions") == []
