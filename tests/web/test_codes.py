"""The access code: every wrong one is answered alike, guesses are limited, and it shows nothing typed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.web.conftest import Visit
from tests.web.walking import ANSWERS, code_on, post, press_again, reads, send, token
from webapp.wiring import House

UNKNOWN = (
    "We do not find a message with this code. Check each letter and number. "
    "If the message has been erased, it is no longer here."
)
EMPTY = "Write the code that you got when you sent your message"
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


def opened(client: FlaskClient, code: str, language: str = "fi") -> str:
    answer = post(client, f"/{language}/follow-up", code=code)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["Location"]).text


def test_a_code_opens_in_any_way_of_writing_it(client: FlaskClient, visit: Visit) -> None:
    code = code_on(send(client))
    bare = code.replace("-", "")
    ways = [
        code,
        bare,
        code.lower(),
        f"  {bare[:8]} {bare[8:]} ",
        f"\u200e{code}\u200d",
        ".".join(bare),
    ]
    for way in ways:
        assert "<h1" in opened(visit(), way)


def test_what_was_typed_is_not_shown_with_the_code(client: FlaskClient, visit: Visit) -> None:
    page = opened(visit(), code_on(send(client)))
    for given in ANSWERS.values():
        for value in given.values():
            assert len(value) < 6 or value not in page
    assert "905" not in page


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_wrong_code_gets_the_same_answer(
    client: FlaskClient, visit: Visit, house: House, language: str
) -> None:
    """A true code with one letter changed is as unknown as rubbish."""
    true = code_on(send(client))
    changed = true[:-1] + ("A" if true[-1] != "A" else "B")
    visitor = visit()
    seen = set()
    for code in (
        changed,
        house.ids.access_code(),
        house.ids.reference(),
        "X",
        "x" * 190,
        "A' or 1=1",
    ):
        answer = post(visitor, f"/{language}/follow-up", code=code)
        assert answer.status_code == 422
        assert reads(answer, language, UNKNOWN)
        body = answer.text.replace(token(answer), "TOKEN")
        typed = code.replace("'", "&#39;")
        assert f'value="{typed}"' in body
        seen.add((body.replace(f'value="{typed}"', ""), str(sorted(answer.headers.keys()))))
    assert len(seen) == 1


def test_an_empty_code_is_asked_for(client: FlaskClient) -> None:
    for code in ("", "  ", "\x00", "---"):
        answer = post(client, "/fi/follow-up", code=code)
        assert answer.status_code == 422
        assert reads(answer, "fi", EMPTY)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_guesses_are_limited_and_the_page_says_whom_to_call(
    client: FlaskClient, language: str
) -> None:
    at = f"/{language}/follow-up"
    pressed = token(client.get(at))
    codes = [client.post(at, data={"csrf_token": pressed, "code": f"X{n}"}) for n in range(11)]
    assert [answer.status_code for answer in codes] == [422] * 10 + [429]
    last = codes[-1]
    assert reads(last, language, "Too many tries in a short time")
    assert "050 0000100" in last.text
    assert int(last.headers["Retry-After"]) > 0


def test_one_visitors_guesses_do_not_shut_others_out(client: FlaskClient, visit: Visit) -> None:
    code = code_on(send(client))
    guesser = visit()
    pressed = token(guesser.get("/fi/follow-up"))
    for _ in range(12):
        guesser.post("/fi/follow-up", data={"csrf_token": pressed, "code": "X"})
    assert "<h1" in opened(visit(), code)


def test_the_state_follows_the_case_and_leaving_closes_the_page(
    client: FlaskClient, visit: Visit
) -> None:
    visitor = visit()
    with time_machine.travel(MORNING, tick=False):
        page = opened(visitor, code_on(send(client)))
        assert "<h1" in page
        shown = visitor.get("/fi/follow-up")
        assert press_again(visitor, shown).status_code == 303
        assert 'id="code"' in visitor.get("/fi/follow-up").text


def test_an_opened_message_is_opened_for_its_visitor_alone(
    client: FlaskClient, visit: Visit
) -> None:
    opened(client, code_on(send(client)))
    assert 'id="code"' in visit().get("/fi/follow-up").text
