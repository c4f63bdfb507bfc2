"""Receipts that are forged, changed, repeated or late: only Twilio's own word moves a message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults import receipts
from tests.faults.stack import ALERT, COAST_MAIL, COAST_MOBILE, Stack
from tests.live import processes
from webapp.embedded.process import free_port
from webapp.embedded.twilio_behaviour import Behaviour

TEAM = "team:coast:coast-mobile"
PUBLIC = "https://luotsi.example.org"


@pytest.fixture
def attempt(stack: Stack) -> str:
    """An attempt whose message Twilio has taken, and of which it has not told anything yet."""
    stack.twilio.behave(COAST_MOBILE, Behaviour(callbacks="dropped"))
    stack.send(**ALERT)
    stack.state_becomes(TEAM, "accepted")
    return str(stack.attempts(TEAM)[0]["id"])


def address(stack: Stack, attempt: str) -> str:
    """As Twilio was given it; it arrives here over loopback."""
    return f"{stack.settings.origin}/hooks/twilio/status/{attempt}"


def tell(stack: Stack, attempt: str, status: str, error_code: str = "") -> int:
    """A genuine receipt; the HTTP status of our answer."""
    where, fields = address(stack, attempt), receipts.form("SM1", status, error_code)
    return receipts.post(where, fields, receipts.signature(where, fields)).status_code


def test_a_genuine_receipt_moves_the_message_and_a_repeated_one_is_nothing_new(
    stack: Stack, attempt: str
) -> None:
    for status, becomes in (("sent", "sent"), ("delivered", "delivered"), ("sent", "delivered")):
        assert tell(stack, attempt, status) == 204
        assert stack.states()[TEAM] == becomes
    assert len(stack.rows("select 1 from receipts")) == 2


def test_a_forged_receipt_is_refused_and_changes_nothing(stack: Stack, attempt: str) -> None:
    where, fields = address(stack, attempt), receipts.form("SM1", "failed")
    genuine = receipts.signature(where, fields)
    answers = [
        receipts.post(where, fields, None),
        receipts.post(where, fields, ""),
        receipts.post(where, fields, "å" * 28),
        receipts.post(where, fields, receipts.signature(where, fields, "another token")),
        receipts.post(where, {**fields, "MessageStatus": "delivered"}, genuine),
        receipts.post(where, {**fields, "Extra": "1"}, genuine),
        receipts.post(f"{where}?more=1", fields, genuine),
        receipts.post(address(stack, str(uuid4())), fields, genuine),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert stack.states()[TEAM] == "accepted"
    assert not stack.rows("select 1 from receipts")


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        ("delivered", "failed", "delivered"),
        ("delivered", "queued", "delivered"),
        ("undelivered", "delivered", "undelivered"),
        ("failed", "delivered", "failed"),
    ],
)
def test_the_first_final_word_stands(
    stack: Stack, attempt: str, first: str, second: str, ends: str
) -> None:
    # A long text may have one lost and one delivered part: that is never a plain success.
    assert [tell(stack, attempt, first), tell(stack, attempt, second)] == [204, 204]
    assert stack.states()[TEAM] == ends
    assert [row["status"] for row in stack.rows("select status from receipts order by id")] == [
        first,
        second,
    ]


def test_an_alert_that_did_not_arrive_goes_to_the_next_contact_point_once(
    stack: Stack, attempt: str
) -> None:
    for _ in range(2):
        assert tell(stack, attempt, "undelivered", "30006") == 204
    stack.state_becomes("team:coast:coast-mail", "sent")
    assert stack.states()[TEAM] == "undelivered"
    assert stack.mails_to(COAST_MAIL) == 1


def test_a_receipt_of_an_attempt_that_we_do_not_know_is_kept_and_answered(stack: Stack) -> None:
    stranger = str(uuid4())
    assert tell(stack, stranger, "delivered") == 204
    kept = stack.rows("select attempt_id, status from receipts")
    assert [(str(row["attempt_id"]), row["status"]) for row in kept] == [(stranger, "delivered")]


def test_a_word_of_twilio_that_is_new_to_us_moves_nothing(stack: Stack, attempt: str) -> None:
    assert tell(stack, attempt, "teleported") == 204
    assert stack.states()[TEAM] == "accepted"


@pytest.fixture
def behind_tls(stack: Stack, tmp_path: Path) -> Iterator[str]:
    """The web server as in production behind a proxy that ends TLS: what reaches it is plain http."""
    production = stack.settings.model_copy(
        update={"demo": False, "public_url": PUBLIC, "twilio_api_url": "", "trusted_proxies": 1}
    )
    with processes(tmp_path, production) as crew:
        crew.port = free_port()
        crew.start_web()
        yield f"http://127.0.0.1:{crew.port}"


def test_behind_a_tls_proxy_the_public_address_is_what_was_signed(
    stack: Stack, attempt: str, behind_tls: str
) -> None:
    path, fields = f"/hooks/twilio/status/{attempt}", receipts.form("SM1", "delivered")
    here, genuine = behind_tls + path, receipts.signature(PUBLIC + path, fields)
    proxied = {"Host": "luotsi.example.org", "X-Forwarded-Proto": "https"}
    for_http = receipts.signature(here, fields)
    assert receipts.post(here, fields, for_http, **proxied).status_code == 403
    changed = {**fields, "MessageStatus": "failed"}
    assert receipts.post(here, changed, genuine, **proxied).status_code == 403
    # Whatever host the request names, the address that counts is the one in the settings.
    lying = {**proxied, "Host": "evil.example.org", "X-Forwarded-Host": "evil.example.org"}
    signed_lie = receipts.signature(f"https://evil.example.org{path}", fields)
    assert receipts.post(here, fields, signed_lie, **lying).status_code == 403
    assert stack.states()[TEAM] == "accepted"
    assert receipts.post(here, fields, genuine, **proxied).status_code == 204
    assert stack.states()[TEAM] == "delivered"
