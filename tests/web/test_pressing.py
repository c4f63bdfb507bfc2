"""Pressing twice, going back, two tabs: one message stays one message, and nothing is mixed or lost."""

from __future__ import annotations

import threading

from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from tests.web.conftest import Visit
from tests.web.walking import (
    ANSWERS,
    begin,
    code_on,
    post,
    press_again,
    reads,
    send,
    token,
    walk,
)
from webapp.wiring import House

SENT_BEFORE = (
    "You have already sent this message. What you changed is added to it as more information."
)


def rows(owner: Engine, table: str) -> int:
    with owner.connect() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def together(
    visit: Visit, client: FlaskClient, at: str, pressed: str, times: int
) -> list[TestResponse]:
    """The same button from `times` threads at one moment."""
    gate = threading.Barrier(times)
    answers: list[TestResponse] = []

    def press() -> None:
        one = visit(like=client)
        gate.wait()
        answers.append(one.post(at, data={"csrf_token": pressed}))

    threads = [threading.Thread(target=press) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_five_presses_at_one_moment_make_one_submission(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    at = walk(client)
    answers = together(visit, client, at, token(client.get(at)), 5)
    assert [answer.status_code for answer in answers] == [303] * 5
    (receipt,) = {answer.headers["Location"] for answer in answers}
    assert code_on(client.get(receipt))
    counts = {"submissions": 1, "cases": 1, "messages": 2}
    assert {table: rows(owner, table) for table in counts} == counts


def test_back_to_the_check_and_send_shows_the_same_receipt(
    client: FlaskClient, owner: Engine
) -> None:
    at = walk(client)
    old = client.get(at)
    first = press_again(client, old)
    again = press_again(client, old)
    assert first.headers["Location"] == again.headers["Location"]
    shown = client.get(at)
    assert (shown.status_code, shown.headers["Location"]) == (303, first.headers["Location"])
    assert rows(owner, "submissions") == 1
    assert rows(owner, "additions") == 0


def test_back_to_an_earlier_page_and_the_same_answer_adds_nothing(
    client: FlaskClient, owner: Engine
) -> None:
    at = walk(client)
    step = at.replace("/check", "/matter")
    pressed = token(client.get(step))
    receipt = post(client, at).headers["Location"]
    again = client.post(step, data={"csrf_token": pressed, **ANSWERS["matter"]})
    assert again.headers["Location"] == receipt
    assert client.get(step).headers["Location"] == receipt
    assert rows(owner, "additions") == 0


def change_after_sending(client: FlaskClient, words: str) -> tuple[str, TestResponse]:
    """Send, go back in the browser, write something else; the check's address and its page."""
    at = walk(client)
    step = at.replace("/check", "/matter")
    old = client.get(step)
    post(client, at)
    changed = press_again(client, old, **{**ANSWERS["matter"], "message": words})
    assert (changed.status_code, changed.headers["Location"]) == (303, at)
    return at, client.get(at)


def test_a_page_that_was_changed_after_sending_becomes_an_addition_and_says_so(
    client: FlaskClient, owner: Engine, house: House
) -> None:
    at, page = change_after_sending(client, "Vielä tämä asia.")
    assert reads(page, "fi", SENT_BEFORE)
    assert "Vielä tämä asia." in page.text
    assert rows(owner, "additions") == 0
    added = post(client, at)
    receipt = client.get(added.headers["Location"])
    assert reads(
        receipt, "fi", "What you added has been joined to the message that you sent before."
    )
    assert (rows(owner, "submissions"), rows(owner, "cases"), rows(owner, "additions")) == (1, 1, 1)
    with owner.connect() as connection:
        case_id = connection.execute(text("select id from cases")).scalar_one()
    ((_, answers),) = house.desk.case_file(case_id).additions
    assert answers["matter"]["message"] == "Vielä tämä asia."


def test_an_addition_can_be_changed_before_it_is_sent(client: FlaskClient) -> None:
    at, _ = change_after_sending(client, "Vielä tämä asia.")
    step = client.get(at.replace("/check", "/matter"))
    assert step.status_code == 200
    assert "Vielä tämä asia." in step.text
    press_again(client, step, **{**ANSWERS["matter"], "message": "Tai sittenkin näin."})
    assert "Tai sittenkin näin." in client.get(at).text


def test_five_presses_of_an_addition_make_one_addition(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    at, page = change_after_sending(client, "Vielä tämä asia.")
    answers = together(visit, client, at, token(page), 5)
    assert [answer.status_code for answer in answers] == [303] * 5
    assert rows(owner, "additions") == 1
    assert press_again(client, page).status_code == 303
    assert rows(owner, "additions") == 1
    with owner.connect() as connection:
        told = connection.execute(
            text("select count(*) from timeline where kind = 'addition_received'")
        ).scalar_one()
    assert told == 1


def test_a_message_that_was_sent_while_a_page_was_stored_takes_the_page_as_an_addition(
    client: FlaskClient, visit: Visit, owner: Engine, house: House
) -> None:
    """The page was opened before the message went; its answer arrives after."""
    at = walk(client)
    other_tab = visit(like=client)
    step = other_tab.get(at.replace("/check", "/waiting"))
    post(client, at)
    late = press_again(other_tab, step, can_wait="no")
    assert late.headers["Location"] == at
    assert reads(client.get(at), "fi", SENT_BEFORE)


def test_two_tabs_with_two_children_do_not_mix(
    client: FlaskClient, owner: Engine, house: House
) -> None:
    """One browser, two messages, page by page in turn."""
    tabs = {"Alisa": begin(client), "Pekka": begin(client)}
    assert tabs["Alisa"] != tabs["Pekka"]
    for _ in range(12):
        for name, at in tabs.items():
            step = at.rsplit("/", 1)[1]
            if step == "check":
                continue
            fields = dict(ANSWERS[step])
            if step == "matter":
                fields["message"] = f"Asia koskee lasta {name}."
            if step == "children":
                fields["children-0-child_name"] = f"Esimerkki {name}"
            tabs[name] = post(client, at, **fields).headers["Location"]
    for name, at in tabs.items():
        page = client.get(at).text
        other = "Pekka" if name == "Alisa" else "Alisa"
        assert name in page
        assert other not in page
        assert post(client, at).status_code == 303
    with owner.connect() as connection:
        ids = connection.execute(text("select id from cases")).scalars().all()
    files = [house.desk.case_file(case_id) for case_id in ids]
    assert len(files) == 2
    for case in files:
        (name,) = [n for n in tabs if n in case.shared["matter"]["message"]]
        assert case.child["child_name"] == f"Esimerkki {name}"


def test_children_are_added_and_removed_without_losing_what_was_written(
    client: FlaskClient,
) -> None:
    at = begin(client)
    at = post(client, at, **ANSWERS["matter"]).headers["Location"]
    page = post(client, at, **ANSWERS["children"], action="add")
    assert page.status_code == 200
    assert "children-1-municipality" in page.text
    assert "Esimerkki Lapsi" in page.text
    second = {"children-1-municipality": "598", "children-1-child_name": "Esimerkki Toinen"}
    page = press_again(client, page, **ANSWERS["children"], **second, action="remove-0")
    assert "Esimerkki Toinen" in page.text
    assert "Esimerkki Lapsi" not in page.text
    assert "children-1-" not in page.text


def test_six_thousand_characters_are_still_there_after_going_on_and_back(
    client: FlaskClient,
) -> None:
    words = "Pitkä kertomus. " * 375
    at = begin(client)
    onward = post(client, at, topic="school", message=words)
    client.get(onward.headers["Location"])
    assert words.strip() in client.get(at).text
    assert all(len(value) < 1000 for value in onward.headers.getlist("Set-Cookie"))


def test_a_reference_and_a_code_are_of_the_draft_and_never_of_the_press(
    client: FlaskClient, owner: Engine
) -> None:
    receipt = send(client)
    with owner.connect() as connection:
        reference = connection.execute(text("select reference from submissions")).scalar_one()
    assert reference in receipt.text
    assert code_on(receipt) == code_on(client.get(receipt.request.path))


def test_an_answer_changed_to_cannot_wait_makes_the_case_urgent(
    client: FlaskClient, owner: Engine
) -> None:
    at = walk(client, waiting={"can_wait": "yes"})
    page = at.replace("/check", "/waiting")
    before = token(client.get(page))
    post(client, at)
    kept = client.post(page, data={"csrf_token": before, "action": "next", "can_wait": "no"})
    assert kept.headers["Location"] == at
    assert post(client, at).status_code == 303
    with owner.connect() as connection:
        row = connection.execute(text("select urgent, marks from cases")).one()
        alerts = "select count(*) from messages where purpose = 'staff_urgent'"
        assert connection.execute(text(alerts)).scalar_one() >= 1
    assert (row.urgent, row.marks) == (True, ["new_information"])
