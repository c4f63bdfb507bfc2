"""The desk's side of the follow-up page: set phrases, and a new code for whoever lost theirs."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from casework.phrases import Phrase
from tests.web.conftest import Visit
from tests.web.following import CONTACT, WITHDRAW, ask, fields_on, follow, open_case, say
from tests.web.walking import code_on, post, reads, sign_in, token
from webapp.demo_county import PASSWORD
from webapp.views.phrases import PHRASES

IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])


# Set phrases


def test_the_words_of_every_phrase_are_there_in_every_language() -> None:
    assert set(PHRASES) == set(Phrase)


@IN_EACH_LANGUAGE
def test_a_phrase_is_read_on_the_page_and_taken_back(
    follower: FlaskClient, worker: FlaskClient, case: UUID, language: str
) -> None:
    at = f"/staff/cases/{case}"
    said = say(worker, case, "read")
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
    say(worker, case, phrase)
    told = "select purpose from messages where event like 'phrase:%' and state = 'pending'"
    assert ask(owner, told) == purpose


def test_whoever_withdrew_is_not_told(
    follower: FlaskClient, worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    post(follower, WITHDRAW)
    say(worker, case, "read")
    assert ask(owner, "select count(*) from messages where event like 'phrase:%'") == 0


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("chosen", [(), ("x",), ("read", "x")])
def test_without_a_known_phrase_nothing_is_said(
    worker: FlaskClient, case: UUID, owner: Engine, language: str, chosen: tuple[str, ...]
) -> None:
    worker.get(f"/staff/?lang={language}")
    page = say(worker, case, *chosen)
    assert page.status_code == 422
    assert reads(page, language, "Choose at least one sentence. Nothing was said yet")
    assert 'href="#phrase-0"' in page.text
    title = {"fi": "Virhe:", "sv": "Fel:", "en": "Error:"}[language]
    assert f"<title>{title}" in page.text
    assert ask(owner, "select count(*) from timeline where kind = 'phrase_said'") == 0


def test_several_phrases_are_said_at_once_in_their_order(
    follower: FlaskClient, worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    say(worker, case, "advice", "read", "tell_more")
    page = follower.get("/fi/follow-up").text
    read, more, advice = (page.index(words) for words in FINNISH)
    assert read < more < advice
    assert ask(owner, "select count(*) from messages where event like 'phrase:%'") == 1


#: Of three phrases.
FINNISH = ("Olemme lukeneet viestisi.", "Kerro lisää", "Saat neuvoja")


def test_a_second_press_says_nothing_twice(worker: FlaskClient, case: UUID, owner: Engine) -> None:
    page = worker.get(f"/staff/cases/{case}").text
    press = re.search(r'name="press" value="([^"]+)"', page)
    assert press
    for _ in range(3):
        assert say(worker, case, "read", press=press.group(1)).status_code == 303
    assert ask(owner, "select count(*) from timeline where kind = 'phrase_said'") == 1
    assert ask(owner, "select count(*) from messages where event like 'phrase:%'") == 1


def test_the_timeline_of_the_desk_tells_what_was_said_and_how_it_was_answered(
    worker: FlaskClient, case: UUID
) -> None:
    say(worker, case, "read")
    at = f"/staff/cases/{case}"
    worker.post(f"{at}/answer-here", data={"csrf_token": token(worker.get(at))})
    page = open_case(worker, case)
    timeline = page[page.index("timeline-title") :]
    assert "valmiilla lauseella: Olemme lukeneet viestisi." in timeline
    assert "Lähettäjälle vastattiin seurantasivulla." in timeline
    assert "puhelimitse" not in timeline


def test_answered_here_is_not_answered_by_phone(
    follower: FlaskClient, worker: FlaskClient, case: UUID
) -> None:
    at = f"/staff/cases/{case}"
    assert "answer-here" not in open_case(worker, case), "nothing was said on the page yet"
    say(worker, case, "read")
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


def test_a_new_code_closes_what_the_old_one_had_opened(
    worker: FlaskClient, follower: FlaskClient, case: UUID
) -> None:
    at = f"/staff/cases/{case}/new-code"
    assert "Viitenumero" in follower.get("/fi/follow-up").text
    worker.post(at, data=fields_on(worker.get(at)))
    assert "Viitenumero" not in follower.get("/fi/follow-up").text


def test_the_page_of_a_new_code_loaded_again_ends_no_code(
    worker: FlaskClient, visit: Visit, case: UUID
) -> None:
    at = f"/staff/cases/{case}/new-code"
    pressed = fields_on(worker.get(at))
    given = code_on(worker.post(at, data=pressed))
    again = worker.post(at, data=pressed)
    assert again.headers["Location"] == f"/staff/cases/{case}?notice=code_given"
    follow(visit(), given)
    another = code_on(worker.post(at, data=fields_on(worker.get(at))))
    assert another != given
    assert post(visit(), "/fi/follow-up", code=given).status_code == 422


def test_a_worker_is_warned_that_nobody_can_see_who_is_calling(
    worker: FlaskClient, case: UUID
) -> None:
    page = worker.get(f"/staff/cases/{case}/new-code")
    for words in (
        "One cannot see who is calling. Whoever has the code sees how the message is doing.",
        "Ask what was written and when. Do not help with the answers.",
        "If in doubt, give no code: a new message can always be sent.",
    ):
        assert reads(page, "fi", words)
