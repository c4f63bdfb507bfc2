"""Following a message with its code: adding, choosing another way of contact, or none, and closing the page."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine

from casework.model import CaseState, ClockKind, Mark
from tests.forms.filling import USUAL
from tests.web.conftest import Visit
from tests.web.following import (
    ADD,
    BY_SMS,
    CONTACT,
    WITHDRAW,
    add,
    ask,
    fields_on,
    follow,
    open_case,
)
from tests.web.forms import walk_form
from tests.web.walking import code_on, post, reads, token
from webapp.ids import bare_code
from webapp.wiring import House, now

#: A weekday morning, in which texts may go.
MORNING = datetime(2026, 3, 3, 8, tzinfo=UTC)
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])


# More information


def test_what_is_added_reaches_the_desk_and_is_not_shown_again(
    follower: FlaskClient, sent: str, house: House, case: UUID, owner: Engine
) -> None:
    with time_machine.travel(MORNING, tick=False):
        follow(follower, sent)
        done = add(follower, more="Yksi asia vielä: Kukkuluuruu")
        page = follower.get(done.headers["Location"])
    assert done.headers["Location"] == "/fi/follow-up?done=added"
    assert "Olemme saaneet lisäyksesi: tiistai 3. maaliskuuta 2026 klo 10.00." in page.text
    assert "Kukkuluuruu" not in page.text + follower.get(ADD).text
    file = house.desk.case_file(case)
    assert [given["more"]["more"] for _, given in file.additions] == [
        "Yksi asia vielä: Kukkuluuruu"
    ]
    assert Mark.NEW_INFORMATION in file.head.marks
    assert ask(owner, "select count(*) from messages where event like 'addition:%'") == 1


def test_the_desk_reads_it_under_its_question(
    follower: FlaskClient, worker: FlaskClient, case: UUID
) -> None:
    add(follower, more="Kukkuluuruu")
    page = open_case(worker, case)
    assert "Kukkuluuruu" in page
    assert "Mitä haluat lisätä?" in page


def test_a_second_press_adds_nothing(follower: FlaskClient, house: House, case: UUID) -> None:
    fields = fields_on(follower.get(ADD), more="Kerran")
    for _ in range(3):
        assert follower.post(ADD, data=fields).status_code == 303
    assert len(house.desk.case_file(case).additions) == 1


def test_other_words_on_a_page_that_was_sent_already_are_an_addition_of_their_own(
    follower: FlaskClient, house: House, case: UUID
) -> None:
    """Whoever went back and changed a word has pressed the old page's button, and must not lose the word."""
    fields = fields_on(follower.get(ADD))
    for words in ("Kerran", "Toisen kerran", "Kerran"):
        follower.post(ADD, data={**fields, "more": words})
    added = [given["more"]["more"] for _, given in house.desk.case_file(case).additions]
    assert added == ["Kerran", "Toisen kerran"]


def test_what_cannot_wait_makes_the_case_urgent(
    follower: FlaskClient, house: House, case: UUID
) -> None:
    add(follower, more="Nyt heti", can_wait="no")
    assert house.desk.case_file(case).head.urgent


@IN_EACH_LANGUAGE
def test_an_empty_addition_is_asked_for_in_words(follower: FlaskClient, language: str) -> None:
    at = f"/{language}/follow-up/add"
    page = add(follower, at, more="  ", can_wait="yes")
    assert page.status_code == 422
    assert reads(page, language, "Write what you want to add")
    assert 'value="yes" checked' in page.text


def test_too_long_an_addition_is_kept_whole(follower: FlaskClient) -> None:
    page = add(follower, more="x" * 10_001)
    assert page.status_code == 422
    assert "x" * 10_001 in page.text


# The ways of contact


def test_the_newest_choice_rules_and_nothing_waits_for_the_old_one(
    follower: FlaskClient, house: House, case: UUID, owner: Engine
) -> None:
    waiting = "select state from messages where recipient = 'sender'"
    assert ask(owner, waiting) == "pending"
    done = post(follower, CONTACT, **BY_SMS)
    assert done.headers["Location"] == "/fi/follow-up?done=changed"
    assert ask(owner, waiting) == "suppressed"
    file = house.desk.case_file(case)
    assert (file.sender or {})["way"] == "sms"
    assert (file.sender or {})["phone"] == "+358 50 000 0007"
    assert [(chosen.given or {})["way"] for chosen in file.contacts] == ["sms", "email"]
    assert Mark.NEW_INFORMATION in file.head.marks
    assert (file.sender or {})["name"] == "Testi Testaaja"


def test_the_desk_sees_the_newest_number_and_that_it_was_changed(
    follower: FlaskClient, worker: FlaskClient, case: UUID
) -> None:
    post(follower, CONTACT, **BY_SMS)
    page = html.unescape(open_case(worker, case))
    assert "tel:+358500000007" in page
    assert "Lähettäjä muutti tietoja" in page
    before = page[page.index("<details>") :]
    assert "testi@example.org" in before
    assert "0007" not in before
    assert "mailto:" not in page


def test_no_page_tells_what_was_chosen_before(follower: FlaskClient) -> None:
    post(follower, CONTACT, **BY_SMS)
    for at in ("/fi/follow-up", CONTACT, WITHDRAW, ADD):
        page = follower.get(at).text
        assert "0007" not in page
        assert "testi@example.org" not in page
        assert "checked" not in page


def test_withdrawing_ends_the_promise_and_leaves_the_case_open(
    follower: FlaskClient, house: House, case: UUID, owner: Engine
) -> None:
    done = post(follower, WITHDRAW)
    assert reads(
        follower.get(done.headers["Location"]),
        "fi",
        "We do not contact you about this message any more. You can ask for contact again below.",
    )
    file = house.desk.case_file(case)
    assert (file.sender or {})["way"] == "none"
    assert file.head.state is CaseState.RECEIVED
    ended = {clock.kind: clock.ended_at for clock in file.clocks}
    assert ended[ClockKind.PROMISED_REPLY] is not None
    assert ended[ClockKind.ACKNOWLEDGEMENT] is None
    assert ask(owner, "select state from messages where recipient = 'sender'") == "suppressed"


def test_the_page_promises_no_answer_to_whoever_withdrew(follower: FlaskClient) -> None:
    promise = "tiimi vastaa viimeistään"
    assert promise in follower.get("/fi/follow-up").text
    post(follower, WITHDRAW)
    assert promise not in follower.get("/fi/follow-up").text
    post(follower, CONTACT, **BY_SMS)
    assert promise in follower.get("/fi/follow-up").text


@IN_EACH_LANGUAGE
def test_the_page_keeps_saying_that_no_contact_is_wanted_and_how_to_ask_for_it_again(
    follower: FlaskClient, language: str
) -> None:
    at = f"/{language}/follow-up"
    wish = "You have asked us not to contact you. You can ask for contact again below."
    again, change = "Ask to be contacted again", "Change how we may contact you"
    before = follower.get(at)
    assert f"{at}/withdraw" in before.text
    assert [reads(before, language, words) for words in (wish, again, change)] == [False, False, 1]
    post(follower, WITHDRAW)
    for _ in range(2):
        page = follower.get(at)
        assert f"{at}/withdraw" not in page.text
        assert [reads(page, language, words) for words in (wish, again, change)] == [1, 1, False]
    assert not reads(follower.get(f"{at}?done=withdrawn"), language, wish), "it is said once"
    post(follower, CONTACT, **BY_SMS)
    assert not reads(follower.get(at), language, wish)
    assert f"{at}/withdraw" in follower.get(at).text


def test_choosing_no_contact_among_the_ways_is_withdrawing(
    follower: FlaskClient, house: House, case: UUID
) -> None:
    done = post(follower, CONTACT, way="none")
    assert done.headers["Location"] == "/fi/follow-up?done=withdrawn"
    ended = {clock.kind: clock.ended_at for clock in house.desk.case_file(case).clocks}
    assert ended[ClockKind.PROMISED_REPLY] is not None


@pytest.mark.parametrize("done", ["added", "changed", "withdrawn", "x"])
def test_an_address_alone_tells_no_news(follower: FlaskClient, done: str) -> None:
    page = follower.get(f"/fi/follow-up?done={done}").text
    assert ('role="status"' in page) == (done == "changed")


def test_asking_for_contact_again_is_the_undo(
    follower: FlaskClient, house: House, case: UUID
) -> None:
    post(follower, WITHDRAW)
    post(follower, CONTACT, **BY_SMS)
    file = house.desk.case_file(case)
    assert (file.sender or {})["way"] == "sms"
    assert {c.kind: c.ended_at for c in file.clocks}[ClockKind.PROMISED_REPLY] is None


def test_of_an_anonymous_sender_there_is_nothing_to_change(
    client: FlaskClient, visit: Visit, house: House
) -> None:
    check = walk_form(client, "notification", house, answers={**USUAL, "identity": "anonymous"})
    code = code_on(client.get(post(client, check).headers["Location"]))
    person = visit()
    follow(person, code)
    page = person.get("/fi/follow-up").text
    assert CONTACT not in page
    assert ADD in page
    form = token(person.get(ADD))
    for at in (CONTACT, WITHDRAW):
        posted = person.post(at, data={"csrf_token": form, **BY_SMS})
        assert posted.status_code == 400
        for answer in (person.get(at), posted):
            assert reads(answer, "fi", "We have no contact details of yours")


# The page closes


def test_each_way_out_closes_the_page(follower: FlaskClient, visit: Visit, sent: str) -> None:
    leave = token(follower.get("/fi/follow-up"))
    follower.post("/fi/follow-up/leave", data={"csrf_token": leave})
    assert "Viitenumero" not in follower.get("/fi/follow-up").text
    follow(follower, sent)
    copied = visit(like=follower)
    follower.get("/fi/exit")
    for person in (follower, copied):
        assert "Viitenumero" not in person.get("/fi/follow-up").text


def test_the_page_closes_by_itself_and_stays_open_while_it_is_used(follower: FlaskClient) -> None:
    begun = now()
    for minutes in (20, 40, 60):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert "Viitenumero" in follower.get("/fi/follow-up").text
    with time_machine.travel(begun + timedelta(minutes=91), tick=False):
        assert "Viitenumero" not in follower.get("/fi/follow-up").text
        for at in (ADD, CONTACT, WITHDRAW):
            assert 'name="code"' in follower.get(at).text


# The code


@pytest.mark.parametrize(
    "typed",
    [
        "abcl-2345",
        "ABC1-2345",
        "abci 2345",
        "ＡＢＣＬ２３４５",
        "A\u200bBC\u2011L2345",
        "«ABCL2345»",
    ],
)
def test_a_code_is_read_in_spite_of_look_alikes_wide_letters_and_marks(typed: str) -> None:
    assert bare_code(typed) == "ABCL2345"


def test_no_code_has_a_letter_that_another_one_is_read_as(house: House) -> None:
    drawn = {letter for _ in range(200) for letter in house.ids.access_code()}
    assert not drawn & set("01IO")
