"""What the page of a case says of alerts to staff that have not left, and of what is told of the case later."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.web.desk_messages import IN_EACH_LANGUAGE, run, shown
from tests.web.walking import reads

#: An urgent alert to the on-call team, in the place of the first notice to the case's own team.
#: The alert was refused for a fault of ours.
REFUSED = (
    "insert into attempts (id, message_id, started_at, reason) select gen_random_uuid(), id, now(),"
    " 'not_authorised' from messages where purpose = 'staff_urgent'"
)
ALERT = (
    "update messages set recipient = 'team:on-call:on-call-mobile', channel = 'sms',"
    " purpose = 'staff_urgent', state = :state, created_at = :at, next_at = :next, attempts = :attempts"
    " where recipient like 'team:%'"
)
DUTY_TEL = "tel:+358500000100"


@pytest.fixture(autouse=True)
def afresh(app: Flask) -> Iterator[None]:
    """No test believes what another one read."""
    app.extensions["house"].sending.forget()
    yield
    app.extensions["house"].sending.forget()


@pytest.fixture
def alerted(owner: Engine, case: UUID) -> UUID:
    run(owner, "update cases set alerted_teams = array['on-call']")
    return case


def alert(owner: Engine, state: str = "pending", *, age: int = 0, wait: int = 0) -> None:
    """An alert made `age` minutes ago that waits for another `wait` minutes."""
    at = datetime.now(UTC)
    made, due = at - timedelta(minutes=age), at + timedelta(minutes=wait)
    run(owner, ALERT, state=state, at=made, next=due, attempts=0)


def breaks(owner: Engine, channel: str) -> None:
    run(
        owner,
        "insert into channel_breaks (channel, reason, opened_at, failed_at, probe_at) "
        "values (:channel, 'not_authorised', now(), now(), now())",
        channel=channel,
    )


def notice(page: str) -> str:
    found = page.partition('aria-labelledby="unheard-title"')[2].partition("<h1>")[0]
    return html.unescape(found)


def row(page: str, of: str) -> str:
    found = re.search(rf'<th scope="row">{of}</th>(.*?)</tr>', page, re.DOTALL)
    assert found, page
    return html.unescape(found.group(1))


@IN_EACH_LANGUAGE
def test_an_urgent_alert_that_has_not_gone_through_tells_whom_to_call(
    worker: FlaskClient, owner: Engine, alerted: UUID, language: str
) -> None:
    alert(owner, age=3)
    page = shown(worker, alerted, language)
    assert reads(page, language, "An urgent alert has not gone through")
    assert DUTY_TEL in notice(page.text)


@pytest.mark.parametrize("state", ["accepted", "sent", "delivered"])
def test_nobody_is_called_once_it_has_left(
    worker: FlaskClient, owner: Engine, alerted: UUID, state: str
) -> None:
    alert(owner, state, age=30)
    assert notice(shown(worker, alerted).text) == ""


@pytest.mark.parametrize("state", ["claimed", "submitting", "unknown", "failed", "undelivered"])
def test_whatever_else_became_of_it_asks_for_a_call(
    worker: FlaskClient, owner: Engine, alerted: UUID, state: str
) -> None:
    alert(owner, state, age=3)
    assert DUTY_TEL in notice(shown(worker, alerted).text)


def test_an_alert_of_this_minute_is_given_time_unless_its_channel_is_broken(
    worker: FlaskClient, owner: Engine, alerted: UUID, app: Flask
) -> None:
    alert(owner)
    assert notice(shown(worker, alerted).text) == ""
    breaks(owner, "email")
    app.extensions["house"].sending.forget()
    assert notice(shown(worker, alerted).text) == ""
    breaks(owner, "sms")
    app.extensions["house"].sending.forget()
    assert DUTY_TEL in notice(shown(worker, alerted).text)


def test_another_way_of_the_same_team_that_worked_is_enough(
    worker: FlaskClient, owner: Engine, alerted: UUID
) -> None:
    alert(owner, "undelivered", age=9)
    columns = (
        "submission_id, case_id, case_number, event, purpose, language, queue, address_sealed, "
        "created_at, changed_at"
    )
    run(
        owner,
        f"insert into messages (id, recipient, channel, state, {columns}) select gen_random_uuid(),"
        f" 'team:on-call:on-call-mail', 'email', 'accepted', {columns} from messages"
        " where purpose = 'staff_urgent'",
    )
    assert notice(shown(worker, alerted).text) == ""


def test_a_case_that_is_closed_asks_for_no_call(
    worker: FlaskClient, owner: Engine, alerted: UUID
) -> None:
    alert(owner, age=9)
    run(owner, "update cases set state = 'closed'")
    assert notice(shown(worker, alerted).text) == ""


@IN_EACH_LANGUAGE
def test_a_message_whose_channel_is_broken_waits_in_alarm_and_not_for_its_time(
    worker: FlaskClient, owner: Engine, alerted: UUID, language: str
) -> None:
    alert(owner, wait=10)
    run(owner, REFUSED)
    breaks(owner, "sms")
    page = shown(worker, alerted, language)
    assert reads(page, language, "Waits: text messages do not go out")
    assert not reads(page, language, "Waiting for its time")
    waits = html.unescape(page.text).partition("hds-status-label--alert")[2]
    assert waits


def test_what_was_refused_without_counting_is_told_as_tried(
    worker: FlaskClient, owner: Engine, alerted: UUID
) -> None:
    alert(owner, wait=10)
    run(owner, REFUSED)
    told = row(shown(worker, alerted).text, "Example emergency social services")
    assert "Waiting to be tried again" in told
    assert "next try at" in told
    assert "not before" not in told


@IN_EACH_LANGUAGE
def test_an_alert_is_said_to_be_made_and_not_to_have_arrived(
    worker: FlaskClient, owner: Engine, alerted: UUID, language: str
) -> None:
    run(
        owner,
        "insert into timeline (id, case_id, at, kind, actor, detail) values"
        " (gen_random_uuid(), :case, now(), 'on_call_alerted', 'luotsi', '{}')",
        case=alerted,
    )
    page = shown(worker, alerted, language)
    assert reads(page, language, "An alert to the emergency social services was made")


# What is told later


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("received:1", "A new case"),
        ("moved:1", "A new case"),
        ("addition:1", "Something new in the case"),
        ("texted:1", "Something new in the case"),
    ],
)
def test_only_the_first_notice_calls_the_case_new(
    worker: FlaskClient, owner: Engine, case: UUID, event: str, words: str
) -> None:
    run(
        owner,
        "update messages set event = :event, purpose = 'staff_new' where recipient like 'team:%'",
        event=event,
    )
    table = shown(worker, case).text.partition('id="messages-caption"')[2].partition("</table>")[0]
    assert re.findall(r"A new case|Something new in the case", table) == [words]


@pytest.mark.parametrize(
    ("language", "named"), [("fi", "suomi"), ("sv", "finska"), ("en", "Finnish")]
)
def test_a_language_is_written_as_a_word_of_its_sentence_in_the_reason(
    worker: FlaskClient, case: UUID, language: str, named: str
) -> None:
    page = shown(worker, case, language).text
    reasons = page.partition('id="reasons-title"')[2].partition("</ul>")[0]
    assert re.search(rf"\b{named}\b", reasons)
