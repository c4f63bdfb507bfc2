"""Set phrases that a worker took back: the sender is told of them no more, whatever had been under way."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from casework.access import Role, Viewer
from casework.commands import Contact, SayPhrases
from casework.messages import Claimed, Outcome, Verdict
from casework.phrases import Phrase
from casework.usecases import (
    begin_attempt,
    finish_attempt,
    record_receipt,
    say_due,
    say_phrases,
    sweep_outbox,
    take_back_phrase,
)
from tests.store.conftest import MONDAY, Send, case_ids
from tests.store.test_erasure import BOTH
from tests.store.test_sending import MINUTE, SMS, TAKEN, claim, end, rooms, rows
from tests.store.texting import change
from webapp.wiring import House

MEMBER = Viewer("1", "testi-paivystaja", frozenset({Role.DUTY_WORKER}))
OFF, GONE = "30003", "30005"  # a phone that may be switched off, and a number that is none
DUE = MONDAY + timedelta(days=7)


def say(house: House, case_id: UUID, *phrases: Phrase, contact: Contact = SMS) -> None:
    said = SayPhrases(case_id, uuid4(), phrases)
    say_phrases(said, MEMBER, lambda _: contact, log=house.access_log, **rooms(house, MONDAY))


def take_back(house: House, case_id: UUID, phrase: Phrase, at: timedelta = MINUTE) -> None:
    with house.work() as work:
        (said,) = [one.id for one in work.cases.said(case_id) if one.phrase == phrase]
    take_back_phrase(case_id, said, MEMBER, log=house.access_log, **rooms(house, MONDAY + at))


@pytest.fixture
def case_id(house: House, owner: Engine, send: Send) -> UUID:
    """A case of whose message nothing is under way."""
    (found,) = case_ids(house, send(contact=SMS).submission_id)
    change(owner, "delete from messages")
    return found


def to_sender(house: House, after: timedelta = timedelta(0)) -> list[Claimed]:
    return [one for one in claim(house, MONDAY + after) if one.message.recipient == "sender"]


def lose(house: House, attempt: UUID, code: str, after: timedelta = 2 * MINUTE) -> None:
    told = {"provider_id": "SM1", "status": "undelivered", "error_code": code}
    record_receipt(attempt, **told, **rooms(house, MONDAY + after))


def calls(owner: Engine) -> int:
    return len(rows(owner, "select 1 from timeline where kind = 'call_needed'"))


@pytest.mark.parametrize("contact", [SMS, BOTH], ids=["one way", "another way too"])
@pytest.mark.parametrize("code", [OFF, GONE])
def test_a_text_that_was_lost_after_it_is_told_by_no_other_way(
    house: House, owner: Engine, case_id: UUID, contact: Contact, code: str
) -> None:
    say(house, case_id, Phrase.READ, contact=contact)
    (told,) = to_sender(house)
    attempt = end(house, told)
    take_back(house, case_id, Phrase.READ)
    lose(house, attempt, code)
    assert to_sender(house, 40 * MINUTE) == []
    assert calls(owner) == 0


def test_a_text_that_waits_to_go_again_stays_here(
    house: House, owner: Engine, case_id: UUID
) -> None:
    say(house, case_id, Phrase.READ)
    (told,) = to_sender(house)
    lose(house, end(house, told), OFF)
    take_back(house, case_id, Phrase.READ, 3 * MINUTE)
    assert to_sender(house, 40 * MINUTE) == []
    states = rows(owner, "select state from messages order by event")
    assert [row.state for row in states] == ["undelivered", "suppressed"]


def test_a_text_that_was_being_handed_over_and_comes_back_does_not_leave(
    house: House, case_id: UUID
) -> None:
    say(house, case_id, Phrase.READ)
    (told,) = to_sender(house)
    attempt = begin_attempt(told, **rooms(house, MONDAY))
    assert attempt is not None
    take_back(house, case_id, Phrase.READ)
    busy = Outcome(Verdict.REFUSED_FOR_NOW, counts=False)
    finish_attempt(told, attempt, busy, **rooms(house, MONDAY + MINUTE))
    (again,) = to_sender(house, 10 * MINUTE)
    assert begin_attempt(again, **rooms(house, MONDAY + 10 * MINUTE)) is None


def test_a_doubt_about_it_asks_nobody_to_call(house: House, owner: Engine, case_id: UUID) -> None:
    say(house, case_id, Phrase.READ)
    (told,) = to_sender(house)
    end(house, told, Outcome(Verdict.UNKNOWN, reason="read_timeout"))
    take_back(house, case_id, Phrase.READ)
    sweep_outbox(**rooms(house, MONDAY + 20 * MINUTE))
    assert calls(owner) == 0


def test_what_a_planned_contact_had_said_is_told_no_more_either(
    house: House, owner: Engine, send: Send
) -> None:
    (case_id,) = case_ids(house, send(contact=SMS).submission_id)
    change(owner, "delete from messages")
    say_due(**rooms(house, DUE))
    (told,) = to_sender(house, DUE - MONDAY)
    attempt = end(house, told, TAKEN, DUE)
    take_back(house, case_id, Phrase.DID_YOU_GET_HELP, DUE - MONDAY)
    lose(house, attempt, GONE, DUE - MONDAY + MINUTE)
    assert calls(owner) == 0


def test_one_that_tells_of_another_phrase_too_goes_again(house: House, case_id: UUID) -> None:
    say(house, case_id, Phrase.READ, Phrase.ADVICE)
    (told,) = to_sender(house)
    take_back(house, case_id, Phrase.READ)
    lose(house, end(house, told), OFF)
    (again,) = to_sender(house, 40 * MINUTE)
    assert begin_attempt(again, **rooms(house, MONDAY + 40 * MINUTE)) is not None


def test_one_that_asked_for_a_call_does_not_go_again_without_that_phrase(
    house: House, case_id: UUID
) -> None:
    say(house, case_id, Phrase.READ, Phrase.PLEASE_CALL)
    (told,) = to_sender(house)
    attempt = end(house, told)
    take_back(house, case_id, Phrase.PLEASE_CALL)
    lose(house, attempt, OFF)
    assert to_sender(house, 40 * MINUTE) == []
