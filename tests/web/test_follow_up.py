"""Following a message with its code: adding, choosing another way of contact, being answered in set phrases."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from casework.model import CaseState, ClockKind, Mark
from casework.phrases import Phrase
from tests.forms.filling import USUAL
from tests.web.conftest import Visit
from tests.web.forms import walk_form
from tests.web.walking import code_on, post, reads, send, sign_in, token
from webapp.demo_county import PASSWORD
from webapp.views.phrases import PHRASES
from webapp.wiring import House, now

ADD, CONTACT, WITHDRAW = "/fi/follow-up/add", "/fi/follow-up/contact", "/fi/follow-up/withdraw"
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])
BY_SMS = {"way": "sms", "phone": "+358 50 000 0007"}
#: A weekday morning, in which texts may go.
MORNING = datetime(2026, 3, 3, 8, tzinfo=UTC)


def follow(client: FlaskClient, code: str) -> None:
    answered = post(client, "/fi/follow-up", code=code)
    assert answered.status_code == 303, answered.text


def add(client: FlaskClient, at: str = ADD, **fields: str) -> TestResponse:
    """Press the button of the page on which something is added."""
    page = client.get(at)
    return client.post(at, data={"csrf_token": token(page), "once": once_on(page), **fields})


def once_on(page: TestResponse) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page.text)
    assert found, page.text
    return found.group(1)


@pytest.fixture
def sent(client: FlaskClient) -> str:
    """A message by somebody who wants e-mail; its code."""
    return code_on(send(client))


@pytest.fixture
def follower(client: FlaskClient, visit: Visit, sent: str) -> FlaskClient:
    """The person with the code, on another device."""
    made = visit()
    follow(made, sent)
    return made


@pytest.fixture
def worker(visit: Visit) -> FlaskClient:
    made = visit()
    assert sign_in(made, "paivystaja@example.org", PASSWORD).status_code == 303
    return made


@pytest.fixture
def case(owner: Engine, sent: str) -> UUID:
    with owner.connect() as connection:
        return UUID(str(connection.execute(text("select id from cases")).scalar_one()))


def ask(owner: Engine, question: str) -> Any:
    with owner.connect() as connection:
        return connection.execute(text(question)).scalar()


def open_case(worker: FlaskClient, case: UUID) -> str:
    page = worker.get(f"/staff/cases/{case}")
    assert page.status_code == 200, page.text
    return page.text


# More information


def test_what_is_added_reaches_the_desk_and_is_not_shown_again(
    follower: FlaskClient, house: House, case: UUID, owner: Engine
) -> None:
    done = add(follower, more="Yksi asia vielä: Kukkuluuruu")
    assert done.headers["Location"] == "/fi/follow-up?done=added"
    page = follower.get(done.headers["Location"])
    assert reads(page, "fi", "We have received what you added.")
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
    assert "Mitä haluat lisätä?" in page or "Vad vill du lägga till?" in page


def test_a_second_press_adds_nothing(follower: FlaskClient, house: House, case: UUID) -> None:
    page = follower.get(ADD)
    fields = {"csrf_token": token(page), "once": once_on(page), "more": "Kerran"}
    for _ in range(3):
        assert follower.post(ADD, data=fields).status_code == 303
    assert len(house.desk.case_file(case).additions) == 1


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


def test_a_page_that_had_closed_gives_the_text_back_and_takes_it_after_the_code(
    follower: FlaskClient, sent: str, house: House, case: UUID
) -> None:
    page = follower.get(ADD)
    fields = {"csrf_token": token(page), "more": "Kirjoitin kauan"}
    with time_machine.travel(now() + timedelta(minutes=31), tick=False):
        closed = follower.post(ADD, data=fields)
        assert closed.status_code == 400
        assert "Kirjoitin kauan" in closed.text
        again = {"csrf_token": token(closed), "code": sent, "more": "Kirjoitin kauan"}
        back = follower.post("/fi/follow-up", data=again, follow_redirects=True)
        assert back.status_code == 200
        assert "Kirjoitin kauan" in back.text
        assert house.desk.case_file(case).additions == []
        last = {"csrf_token": token(back), "once": once_on(back), "more": "Kirjoitin kauan"}
        assert follower.post(ADD, data=last).status_code == 303
    assert len(house.desk.case_file(case).additions) == 1


@IN_EACH_LANGUAGE
def test_a_stale_token_gives_the_text_back(follower: FlaskClient, language: str) -> None:
    page = follower.post(
        f"/{language}/follow-up/add",
        data={
            "csrf_token": "stale",
            "more": "Pitkä teksti, jota kukaan ei halua kirjoittaa toiste.",
        },
    )
    assert page.status_code == 400
    assert "jota kukaan ei halua kirjoittaa toiste" in page.text


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
    assert file.contact_changed_at is not None
    assert Mark.NEW_INFORMATION in file.head.marks
    assert (file.sender or {})["name"] == "Testi Testaaja"


def test_the_desk_sees_the_newest_number_and_that_it_was_changed(
    follower: FlaskClient, worker: FlaskClient, case: UUID
) -> None:
    post(follower, CONTACT, **BY_SMS)
    page = html.unescape(open_case(worker, case))
    assert "tel:+358500000007" in page
    assert "Ändrat av avsändaren" in page or "Lähettäjä muutti tietoja" in page


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
    for at in (CONTACT, WITHDRAW):
        assert reads(person.get(at), "fi", "We have no contact details of yours")
    form = token(person.get(ADD))
    assert person.post(CONTACT, data={"csrf_token": form, **BY_SMS}).status_code == 400


# Set phrases


def test_the_words_of_every_phrase_are_there_in_every_language(follower: FlaskClient) -> None:
    assert set(PHRASES) == set(Phrase)


@IN_EACH_LANGUAGE
def test_a_phrase_is_read_on_the_page_and_taken_back(
    follower: FlaskClient, worker: FlaskClient, case: UUID, language: str
) -> None:
    at = f"/staff/cases/{case}"
    open_case(worker, case)
    said = worker.post(
        f"{at}/phrases", data={"csrf_token": token(worker.get(at)), "phrase": "read"}
    )
    assert said.headers["Location"].endswith("notice=said")
    page = follower.get(f"/{language}/follow-up")
    assert reads(page, language, "We have read your message.")
    back = re.search(r'action="([^"]+/take-back)"', worker.get(at).text)
    assert back
    worker.post(back.group(1), data={"csrf_token": token(worker.get(at))})
    assert not reads(follower.get(f"/{language}/follow-up"), language, "We have read your message.")


@pytest.mark.parametrize(
    ("phrase", "purpose"), [("read", "something_new"), ("please_call", "please_call")]
)
def test_the_sender_is_told_neutrally_that_there_is_something_new(
    follower: FlaskClient, worker: FlaskClient, case: UUID, owner: Engine, phrase: str, purpose: str
) -> None:
    post(follower, CONTACT, way="email", email="uusi@example.org")
    at = f"/staff/cases/{case}"
    open_case(worker, case)
    worker.post(f"{at}/phrases", data={"csrf_token": token(worker.get(at)), "phrase": phrase})
    told = "select purpose from messages where event like 'phrase:%' and state = 'pending'"
    assert ask(owner, told) == purpose


def test_whoever_withdrew_is_not_told(
    follower: FlaskClient, worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    post(follower, WITHDRAW)
    at = f"/staff/cases/{case}"
    open_case(worker, case)
    worker.post(f"{at}/phrases", data={"csrf_token": token(worker.get(at)), "phrase": "read"})
    assert ask(owner, "select count(*) from messages where event like 'phrase:%'") == 0


def test_a_phrase_that_is_none_says_nothing(worker: FlaskClient, case: UUID, owner: Engine) -> None:
    at = f"/staff/cases/{case}"
    open_case(worker, case)
    done = worker.post(f"{at}/phrases", data={"csrf_token": token(worker.get(at)), "phrase": "x"})
    assert done.headers["Location"].endswith("notice=no_phrase")
    assert ask(owner, "select count(*) from timeline where kind = 'phrase_said'") == 0


def test_answered_here_is_not_answered_by_phone(
    follower: FlaskClient, worker: FlaskClient, case: UUID
) -> None:
    at = f"/staff/cases/{case}"
    assert "answer-here" not in open_case(worker, case), "nothing was said on the page yet"
    worker.post(f"{at}/phrases", data={"csrf_token": token(worker.get(at)), "phrase": "read"})
    worker.post(f"{at}/answer-here", data={"csrf_token": token(worker.get(at))})
    page = follower.get("/fi/follow-up")
    assert reads(page, "fi", "We have answered you on this page.")
    assert not reads(page, "fi", "We have answered you by phone.")


def test_another_team_says_nothing_and_gives_no_code(visit: Visit, case: UUID) -> None:
    stranger = visit()
    sign_in(stranger, "jourhavande@example.org", PASSWORD)
    form = token(stranger.get("/staff/"))
    at = f"/staff/cases/{case}"
    for act in ("phrases", "new-code", f"phrases/{case}/take-back"):
        answered = stranger.post(f"{at}/{act}", data={"csrf_token": form, "phrase": "read"})
        assert answered.status_code == 404, act
    assert stranger.get(f"{at}/new-code").status_code == 404


# A lost code


def test_a_new_code_opens_and_the_old_one_opens_nothing(
    worker: FlaskClient, visit: Visit, case: UUID, sent: str, owner: Engine
) -> None:
    at = f"/staff/cases/{case}/new-code"
    assert worker.get(at).status_code == 200
    given = worker.post(at, data={"csrf_token": token(worker.get(at))})
    new = code_on(given)
    person = visit()
    assert post(person, "/fi/follow-up", code=sent).status_code == 422
    follow(person, new)
    assert new not in worker.get(f"/staff/cases/{case}").text
    actions = "select count(*) from access_log where action = 'code_renewed'"
    assert ask(owner, actions) == 1


@IN_EACH_LANGUAGE
def test_the_way_to_a_new_code_is_told(client: FlaskClient, language: str) -> None:
    page = client.get(f"/{language}/follow-up")
    assert f"/{language}/follow-up/lost-code" in page.text
    assert reads(client.get(f"/{language}/follow-up/lost-code"), language, "I have lost my code")


# The page closes


def test_the_page_closes_by_itself_and_stays_open_while_it_is_used(follower: FlaskClient) -> None:
    begun = now()
    for minutes in (20, 40, 60):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert "Viitenumero" in follower.get("/fi/follow-up").text
    with time_machine.travel(begun + timedelta(minutes=91), tick=False):
        assert "Viitenumero" not in follower.get("/fi/follow-up").text
        for at in (ADD, CONTACT, WITHDRAW):
            assert 'name="code"' in follower.get(at).text
