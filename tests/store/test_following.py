"""The follow-up page on real rows: whose choice rules what is sent, what the desk sees of it, what a code opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from casework.access import Role, Viewer
from casework.commands import (
    AddInformation,
    ChangeContact,
    Contact,
    ContactWay,
    SayPhrases,
    Submit,
)
from casework.messages import Claimed, MessageState, Outcome, Queue, Verdict
from casework.phrases import Phrase
from casework.usecases import (
    add_information,
    begin_attempt,
    change_contact,
    claim_messages,
    finish_attempt,
    say_phrases,
    take_back_phrase,
)
from tests.store.conftest import MONDAY, Send, case_ids
from webapp.wiring import House

SMS = Contact(ContactWay.SMS, "+358500000001", textable=True)
MAIL = Contact(ContactWay.EMAIL, email="testi@example.org")
MEMBER = Viewer("1", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))
MINUTE = timedelta(minutes=1)


def rooms(house: House, at: datetime) -> dict[str, Any]:
    return {"directory": house.directory, "now": at, "ids": house.ids, "work": house.work()}


def choose(house: House, order: Submit, at: datetime, **given: Any) -> UUID:
    change_id = uuid4()
    answers = {"sender": {"contact": {"way": "none", "phone": None, "email": None, **given}}}
    way = ContactWay(given.get("way", "none"))
    change_contact(ChangeContact(order.submission_id, change_id, way, answers), **rooms(house, at))
    return change_id


def states(owner: Engine) -> list[str]:
    with owner.connect() as connection:
        found = connection.execute(
            text("select state from messages where recipient = 'sender' order by created_at, id")
        )
        return list(found.scalars())


def claim_sender(house: House, at: datetime) -> Claimed:
    claimed, *_ = claim_messages(Queue.DEFAULT, **rooms(house, at))
    (mine,) = (one for one in claimed if one.message.recipient == "sender")
    return mine


def test_what_was_claimed_for_the_old_way_does_not_leave(
    house: House, send: Send, owner: Engine
) -> None:
    order = send(contact=SMS)
    claimed = claim_sender(house, MONDAY)
    choose(house, order, MONDAY + MINUTE)
    assert states(owner) == ["suppressed"]
    at = MONDAY + timedelta(seconds=61)
    assert begin_attempt(claimed, **rooms(house, at)) is None
    assert states(owner) == ["suppressed"]


@pytest.mark.parametrize("way", ["none", "email"])
def test_what_the_provider_had_refused_meanwhile_is_not_tried_again_on_the_old_way(
    house: House, send: Send, owner: Engine, way: str
) -> None:
    """It was out of our hands when the sender chose, and came back."""
    order = send(contact=SMS)
    claimed = claim_sender(house, MONDAY)
    attempt = begin_attempt(claimed, **rooms(house, MONDAY))
    assert attempt is not None
    choose(house, order, MONDAY + MINUTE, way=way)
    assert states(owner) == ["submitting"]
    refused = Outcome(Verdict.REFUSED_FOR_NOW, counts=False)
    finish_attempt(claimed, attempt, refused, **rooms(house, MONDAY + MINUTE))
    assert states(owner) == ["pending"]
    at = MONDAY + timedelta(minutes=5)
    again = claim_sender(house, at)
    assert begin_attempt(again, **rooms(house, at)) is None
    assert states(owner) == [MessageState.SUPPRESSED.value]


def test_what_is_told_after_the_choice_leaves(house: House, send: Send, owner: Engine) -> None:
    order = send(contact=Contact())
    choose(house, order, MONDAY, way="email", email="uusi@example.org")
    (case_id,) = case_ids(house, order.submission_id)
    at = MONDAY + MINUTE
    say(house, case_id, Phrase.READ, at=at)
    claimed = claim_sender(house, at)
    assert claimed.message.address == MAIL.email
    assert begin_attempt(claimed, **rooms(house, at)) is not None
    assert states(owner) == ["submitting"]


def say(
    house: House, case_id: UUID, *phrases: Phrase, at: datetime, press: UUID | None = None
) -> None:
    say_phrases(
        SayPhrases(case_id, press or uuid4(), phrases),
        MEMBER,
        lambda _: MAIL,
        log=house.access_log,
        **rooms(house, at),
    )


def test_a_press_repeated_at_the_same_moment_or_later_says_it_once(
    house: House, send: Send, owner: Engine
) -> None:
    order, press = send(contact=Contact()), uuid4()
    (case_id,) = case_ids(house, order.submission_id)
    for minutes in (0, 0, 7):
        say(house, case_id, Phrase.READ, Phrase.ADVICE, at=MONDAY + minutes * MINUTE, press=press)
    with house.work() as work:
        said = work.cases.said(case_id)
    assert [one.phrase for one in said] == ["read", "advice"]
    assert states(owner) == ["pending"]


def test_taking_back_hides_the_phrase_and_holds_its_notice_back(
    house: House, send: Send, owner: Engine
) -> None:
    order = send(contact=MAIL)
    (case_id,) = case_ids(house, order.submission_id)
    say(house, case_id, Phrase.READ, at=MONDAY + MINUTE)
    with house.work() as work:
        (one,) = work.cases.said(case_id)
    take_back_phrase(
        case_id, one.id, MEMBER, log=house.access_log, **rooms(house, MONDAY + 2 * MINUTE)
    )
    with house.work() as work:
        assert work.cases.said(case_id) == []
    # The confirmation of the message itself still goes.
    assert states(owner) == ["pending", "suppressed"]


def ways(house: House, order: Submit) -> list[tuple[str | None, str | None]]:
    (case_id,) = case_ids(house, order.submission_id)
    chosen = house.desk.case_file(case_id).contacts
    return [((one.given or {}).get("way"), (one.given or {}).get("phone")) for one in chosen]


SENDER: Mapping[str, Any] = {"way": "call", "phone": "+358500000001", "name": "Testi Testaaja"}


def test_the_desk_sees_every_choice_the_newest_first_and_keeps_the_name(
    house: House, send: Send
) -> None:
    order = send(sender=SENDER)
    choose(house, order, MONDAY + MINUTE, way="sms", phone="+358500000002")
    choose(house, order, MONDAY + 2 * MINUTE)
    assert ways(house, order) == [
        ("none", None),
        ("sms", "+358500000002"),
        ("call", "+358500000001"),
    ]
    (case_id,) = case_ids(house, order.submission_id)
    assert (house.desk.case_file(case_id).sender or {})["name"] == "Testi Testaaja"


def test_whoever_becomes_anonymous_in_an_addition_is_not_contacted(
    house: House, send: Send
) -> None:
    order = send(sender=SENDER)
    given = {"sender": {"you": {"identity": "anonymous"}}}
    add_information(
        AddInformation(order.submission_id, uuid4(), given), **rooms(house, MONDAY + MINUTE)
    )
    assert ways(house, order)[0] == ("none", None)


def follow(house: House, order: Submit) -> Any:
    with house.work() as work:
        return work.submissions.follow_up(house.ids.code_hash(order.code))


def test_an_anonymous_sender_has_no_contact_to_change(house: House, send: Send) -> None:
    assert not follow(house, send(sender=None)).has_contact
    assert follow(house, send()).has_contact


def test_a_choice_of_contact_counts_as_no_addition(house: House, send: Send) -> None:
    order = send()
    choose(house, order, MONDAY + MINUTE, way="sms", phone="+358500000002")
    assert (follow(house, order).additions, follow(house, order).last_added_at) == (0, None)
    at = MONDAY + 2 * MINUTE
    more = {"shared": {"more": {"more": "Lisää"}}}
    add_information(AddInformation(order.submission_id, uuid4(), more), **rooms(house, at))
    assert (follow(house, order).additions, follow(house, order).last_added_at) == (1, at)


def test_a_repeated_change_changes_nothing(house: House, send: Send, owner: Engine) -> None:
    order = send(contact=SMS)
    first = choose(house, order, MONDAY + MINUTE)
    choose(house, order, MONDAY + 2 * MINUTE, way="sms", phone="+358500000002")
    change_contact(
        ChangeContact(order.submission_id, first, ContactWay.NONE, {"sender": {}}),
        **rooms(house, MONDAY + 3 * MINUTE),
    )
    assert ways(house, order)[0][0] == "sms"
    assert not follow(house, order).withdrawn


def test_with_withdrawing_the_promise_goes_off_the_page_and_the_other_clock_runs(
    house: House, send: Send, owner: Engine
) -> None:
    order = send()
    assert follow(house, order).cases[0].reply_by is not None
    choose(house, order, MONDAY + MINUTE)
    followed = follow(house, order)
    assert followed.withdrawn
    assert followed.cases[0].reply_by is None
    with owner.connect() as connection:
        running = connection.execute(text("select kind from clocks where ended_at is null"))
        assert list(running.scalars()) == ["acknowledgement"]


def test_a_new_code_is_kept_as_a_hash_and_the_old_one_opens_nothing(
    house: House, send: Send, owner: Engine
) -> None:
    order, code = send(), house.ids.access_code()
    with house.work() as work:
        work.submissions.renew_code(order.submission_id, house.ids.code_hash(code))
        work.commit()
    assert follow(house, order) is None
    with owner.connect() as connection:
        row = connection.execute(text("select submissions::text from submissions")).scalar_one()
    assert code not in row
    assert code.replace("-", "") not in row


def test_what_is_sealed_of_a_choice_opens_with_the_senders_key_alone(
    house: House, send: Send, owner: Engine
) -> None:
    order = send(sender=SENDER)
    choose(house, order, MONDAY + MINUTE, way="sms", phone="+358500000077")
    with owner.connect() as connection:
        dump = connection.execute(text("select additions::text from additions")).scalar_one()
    assert "500000077" not in dump
    with owner.begin() as connection:
        connection.execute(text("update submissions set sender_key_wrapped = null"))
    (case_id,) = case_ids(house, order.submission_id)
    assert house.desk.case_file(case_id).sender is None
