"""The database is away: whom to call is still told, nothing typed is lost, and all goes on by itself after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import receipts
from tests.faults.pages import ResendForm
from tests.faults.stack import ALERT, COAST_MOBILE, SWEPT, Stack
from tests.faults.visitor import Visitor, as_client
from tests.live import processes, until
from tests.web import walking
from webapp.embedded.process import free_port

WRITTEN = "\nEnsimmäinen rivi on <b>pitkä</b> & \"lainattu\".\nToinen rivi; 'heittomerkki'.  Loppu."
EMERGENCY, TEAM_PHONE = "+358 50 000 0100", "+358 50 000 0112"


@pytest.fixture(autouse=True)
def pids_stay(stack: Stack) -> Iterator[None]:
    """Whatever happened to the database, nobody had to restart anything."""
    stack.may_complain = True
    before = {name: child.pid for name, child in stack.crew.running.items()}
    yield
    assert {name: child.pid for name, child in stack.crew.running.items()} == before
    assert all(stack.crew.lives(name) for name in before)


def digits(text: str) -> str:
    return "".join(text.replace("\u00a0", "").split())


def test_without_a_database_the_public_pages_tell_whom_to_call(stack: Stack) -> None:
    visitor = stack.visitor()
    assert visitor.get("/fi/").status_code == 200
    with stack.stopped_postgres():
        for at in ("/fi/", "/sv/", "/en/"):
            page = visitor.get(at)
            assert page.status_code == 200
            assert digits(EMERGENCY) in digits(page.text)
            assert "112" in page.text
        card = visitor.get("/fi/contact?municipality=905")
        assert (card.status_code, digits(TEAM_PHONE) in digits(card.text)) == (200, True)
        assert visitor.get("/healthz").status_code == 200
        assert visitor.get("/readyz").status_code == 503
    until(lambda: visitor.get("/readyz").status_code == 200)


def test_a_web_server_that_starts_without_a_database_tells_whom_to_call(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert stack.visitor().get("/fi/").status_code == 200
    with (
        stack.stopped_postgres(),
        processes(tmp_path_factory.mktemp("late"), stack.settings) as late,
    ):
        late.port = free_port()
        late.start("web", "serve", "--port", str(late.port), "--workers", "1")
        visitor = stack.visitor(late.url)
        until(lambda: answers(visitor), what=late.logs)
        page = visitor.get("/fi/")
        assert page.status_code == 200
        assert digits(EMERGENCY) in digits(page.text)


def answers(visitor: Visitor) -> bool:
    try:
        return visitor.get("/healthz").status_code == 200
    except OSError:
        return False


def test_a_page_posted_without_a_database_comes_back_with_the_text_and_can_be_sent_again(
    stack: Stack,
) -> None:
    visitor = stack.visitor()
    at = walking.begin(as_client(visitor))
    token = walking.token(visitor.get(at))  # type: ignore[arg-type]
    with stack.stopped_postgres():
        fields = {"csrf_token": token, "action": "next", "topic": "school", "message": WRITTEN}
        refused = visitor.post(at, fields)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert digits(EMERGENCY) in digits(refused.text)
        kept = ResendForm(refused.text)
        assert kept.fields == fields
        # Pressing it while the database is still away gives the same page, not less.
        again = ResendForm(visitor.post(kept.action, kept.fields).text)
        assert again.fields == fields
    sent = visitor.post(again.action, again.fields)
    assert sent.status_code == 303
    page = visitor.get(at)
    assert "&lt;b&gt;pitkä&lt;/b&gt; &amp; " in page.text
    assert "Ensimmäinen" not in stack.crew.logs()


def test_a_message_sent_without_a_database_is_sent_by_pressing_again(stack: Stack) -> None:
    visitor = stack.visitor()
    at = stack.walk(visitor, **ALERT)
    token = walking.token(visitor.get(at))  # type: ignore[arg-type]
    with stack.stopped_postgres():
        refused = visitor.post(at, {"csrf_token": token})
        assert refused.status_code == 503
        kept = ResendForm(refused.text)
    sent = visitor.post(kept.action, kept.fields)
    assert sent.status_code == 303
    assert visitor.get(sent.headers["Location"]).status_code == 200
    until(lambda: stack.texts_to(COAST_MOBILE) == 1, SWEPT, stack.told)
    assert len(stack.rows("select 1 from submissions")) == 1


def test_what_waited_when_the_database_went_away_leaves_when_it_is_back(stack: Stack) -> None:
    with stack.crew.held("a"):
        stack.send(**ALERT)
    with stack.stopped_postgres():
        pass
    until(lambda: stack.texts_to(COAST_MOBILE) == 1, SWEPT, stack.told)
    stack.state_becomes("team:coast:coast-mobile", "delivered")


def test_a_receipt_that_comes_without_a_database_is_asked_for_again(stack: Stack) -> None:
    stack.send(**ALERT)
    stack.state_becomes("team:coast:coast-mobile", "delivered")
    attempt = stack.attempts("team:coast:coast-mobile")[0]["id"]
    where = f"{stack.settings.origin}/hooks/twilio/status/{attempt}"
    fields = receipts.form("SM1", "read")
    with stack.stopped_postgres():
        answer = receipts.post(where, fields, receipts.signature(where, fields))
        assert answer.status_code == 503
