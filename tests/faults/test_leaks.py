"""A marker in every field, and then a search: what leaves the house, the broker, the database and all logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from casework.directory import Directory
from tests.faults import traces
from tests.faults.pages import ResendForm
from tests.faults.stack import Stack
from tests.faults.visitor import Visitor, as_client
from tests.live import until
from tests.web import walking
from webapp import wiring

MARK = "zqmerkki"
PHONE_TYPED, PHONE_DIGITS = "040-765 43 21", "407654321"
#: Words of one answer each that stand nowhere else: the topic, the municipality, the phone number.
WORDS = (MARK, PHONE_TYPED, PHONE_DIGITS, "substances", "Kajaani")
ANSWERS: dict[str, dict[str, Any]] = {
    "matter": {"topic": "substances", "message": f"{MARK} kertoo asiansa.\nÄiti {MARK.upper()}."},
    "children": {
        "children-0-municipality": "other",
        "children-0-other_municipality": "Kajaani",
        "children-0-child_name": f"{MARK} Lapsonen",
        "children-0-child_age": f"noin 9, {MARK}",
        "children-1-municipality": "905",
        "children-1-child_name": f"Toinen {MARK}",
        "children-1-child_age": "17",
    },
    "contact": {
        "way": "sms",
        "name": f"{MARK} Lähettäjä",
        "phone": PHONE_TYPED,
        "email": f"{MARK}@example.org",
        "safe_times": ["morning", "afternoon", "evening"],
        "may_leave_message": "no",
        "may_use_other": "yes",
    },
}
LANGUAGE = {"language": "other", "other_language": f"{MARK}-kieli", "interpreter": "yes"}
URGENT = {"waiting": {"can_wait": "no"}}
#: Nothing that leaves the house may tell what it is about.
TELLTALE = ("child", "lapsi", "lapse", "barn", "lastensuojel", "social", "sosiaal", "huolta")


@pytest.fixture(scope="module")
def directory(whole_house: Stack) -> Iterator[Directory]:
    house = wiring.build(whole_house.settings)
    yield house.directory
    house.engine.dispose()


def texts(stack: Stack) -> list[str]:
    """Everything that was said to the world, but for the address that each was sent to."""
    said = [
        f"{text.body}\n{text.sender}\n{text.status_callback}" for text in stack.twilio.messages()
    ]
    for mail in stack.mail.received:
        headers = [f"{k}: {v}" for k, v in mail.message.items() if k.lower() != "to"]
        parts = [p.get_content() for p in mail.message.walk() if not p.is_multipart()]
        said.append("\n".join([mail.mail_from, *headers, *parts]))
    return said


def nothing_in(place: str, text: str) -> None:
    assert traces.found(text, WORDS) == set(), place


def nothing_here(stack: Stack) -> None:
    """Nothing in the database, the broker, the logs and the figures."""
    nothing_in("a dump of the database", traces.dump(stack.postgres.owner_url))
    with stack.broker as broker:
        nothing_in("the broker", traces.contents(broker))
    nothing_in("the logs", stack.all_logs())
    nothing_in("the figures", stack.visitor().get("/metrics").text)


def test_no_marker_of_any_field_is_found_anywhere(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(walking.ANSWERS, "language", LANGUAGE)
    with stack.broker as broker, traces.listening(broker) as heard:
        visitor = stack.visitor()
        at = stack.walk(visitor, **ANSWERS, **URGENT)
        nothing_here(stack)  # still a draft
        with stack.crew.held("a"), stack.crew.held("b"):
            sent = stack.press(visitor, at)
            nothing_here(stack)  # stored, and not yet told to anybody
        receipt = visitor.get(sent.headers["Location"])
        stack.let_morning_come()
        until(lambda: stack.rows("select 1 from messages having count(*) = 3"), what=stack.told)
        until(lambda: set(stack.states().values()) == {"delivered"}, what=stack.told)
        by_mail = {**ANSWERS["contact"], "way": "email"}
        stack.send(**{**ANSWERS, "contact": by_mail})
        until(lambda: set(stack.states().values()) == {"delivered", "sent"}, what=stack.told)
    assert any("outbox.drain" in command for command in heard)
    nothing_in("the broker's commands", "\n".join(heard))
    nothing_here(stack)
    said = "\n".join(texts(stack))
    assert len(texts(stack)) == 6
    nothing_in("what left the house", said)
    nothing_in("the receipt", receipt.text)
    nothing_in("addresses and cookies", "\n".join(visitor.trail))


def test_the_search_itself_finds_what_is_there(stack: Stack) -> None:
    # The proof that the test above could fail: a careless program would leave such traces.
    stack.run("insert into sessions values ('a', '{}', :word, now(), now())", word=f"x{MARK}y")
    assert traces.found(traces.dump(stack.postgres.owner_url), WORDS) == {MARK}
    stack.run("update sessions set user_key = null, id_hash = :raw", raw=f"x{MARK}y".encode())
    assert traces.found(traces.dump(stack.postgres.owner_url), WORDS) == {MARK}
    with stack.broker as broker:
        stack.publish("outbox.drain", "bulk-nobody-reads", queue=f"a {MARK} {PHONE_TYPED}")
        assert traces.found(traces.contents(broker), WORDS) == {MARK, PHONE_TYPED}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_leaves_the_house_does_not_tell_what_it_is_about(
    stack: Stack, directory: Directory, language: str
) -> None:
    for answers in (URGENT, {}):
        for way in ("sms", "email"):
            contact = {**walking.ANSWERS["contact"], "way": way, "phone": "040 123 4567"}
            page = walking.send(as_client(stack.visitor()), language, **answers, contact=contact)
            assert page.status_code == 200
    stack.let_morning_come()
    unfinished = "select 1 from messages where state not in ('sent', 'delivered')"
    until(lambda: not stack.rows(unfinished), what=stack.told)
    said = texts(stack)
    assert len(said) == 8
    places = {name for m in directory.municipalities.values() for name in m.names.values()}
    teams = {name for team in directory.teams.values() for name in team.names.values()}
    people = {worker.name for worker in directory.workers.values()}
    for text in said:
        lower = text.lower()
        assert [word for word in TELLTALE if word in lower] == []
        named = [n for n in places | teams | people if re.search(rf"\b{re.escape(n)}\b", text)]
        assert named == []


def test_errors_on_the_way_leave_no_trace_either(stack: Stack) -> None:
    stack.may_complain = True
    visitor = stack.visitor()
    at = walking.begin(as_client(visitor))
    fields = {
        "csrf_token": walking.token(visitor.get(at)),  # type: ignore[arg-type]
        "action": "next",
        **ANSWERS["matter"],
    }
    assert visitor.post(at, {**fields, "csrf_token": "stale"}).status_code in {200, 400, 422}
    assert visitor.post(at, {**fields, "topic": MARK}).status_code == 422
    assert visitor.post(at, {**fields, "message": MARK * 300_000}).status_code == 413
    with stack.stopped_postgres():
        refused = visitor.post(at, fields)
        assert (refused.status_code, MARK in refused.text) == (503, True)
    stack.run("update drafts set content_sealed = 'broken'")
    broken = unforeseen(visitor, at, fields)
    assert ResendForm(broken).fields["message"] == ANSWERS["matter"]["message"]
    nothing_here(stack)


def unforeseen(visitor: Visitor, at: str, fields: dict[str, str]) -> str:
    """The page after a fault that nobody foresaw."""
    answer = visitor.post(at, fields)
    assert answer.status_code == 500
    return answer.text
