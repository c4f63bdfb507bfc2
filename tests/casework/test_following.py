"""What sender and workers say to each other by way of the follow-up page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from casework.commands import ChangeContact, Contact, ContactWay
from casework.directory import Directory
from casework.errors import NotFound
from casework.messages import MessageState, Purpose
from casework.model import CaseState, ClockKind, Mark, TimelineKind
from casework.notices import SENDER
from casework.phrases import Phrase
from casework.usecases import (
    answer_on_page,
    change_contact,
    close_case,
    open_case,
    renew_code,
    say_phrase,
    submit,
    take_back_phrase,
)
from tests.casework.fakes import MemoryWork, command
from tests.casework.test_cases import MEMBER, MONDAY, STRANGER, Desk

BY_MAIL = Contact(ContactWay.EMAIL, email="testi@example.org")


@pytest.fixture
def desk(demo: Directory) -> Desk:
    """A case whose sender wants e-mail, opened by its team."""
    made = Desk(demo, work=MemoryWork())
    made.work.kept.messages.clear()
    made.do(open_case)
    return made


def choose(desk: Desk, way: ContactWay) -> None:
    change_contact(
        ChangeContact(desk.case.submission_id, UUID(int=77), way, {"sender": {"contact": {}}}),
        directory=desk.directory,
        now=desk.at,
        ids=desk.ids,
        work=desk.work,
    )


def say(desk: Desk, phrase: Phrase, contact: Contact, viewer: Any = MEMBER) -> None:
    say_phrase(
        desk.case.id,
        phrase,
        viewer,
        contact,
        directory=desk.directory,
        now=desk.at,
        ids=desk.ids,
        work=desk.work,
        log=desk.log,
    )


def test_withdrawing_ends_the_promise_alone_and_the_case_stays_open(desk: Desk) -> None:
    choose(desk, ContactWay.NONE)
    assert desk.ended(ClockKind.PROMISED_REPLY) == desk.at
    assert desk.case.state is CaseState.IN_PROGRESS
    assert Mark.NEW_INFORMATION in desk.case.marks
    assert desk.kinds()[-1] is TimelineKind.CONTACT_WITHDRAWN


def test_choosing_a_way_again_promises_again(desk: Desk) -> None:
    choose(desk, ContactWay.NONE)
    choose(desk, ContactWay.EMAIL)
    assert desk.ended(ClockKind.PROMISED_REPLY) is None
    assert desk.kinds()[-1] is TimelineKind.CONTACT_CHANGED


def test_a_closed_case_stays_closed_and_promises_nothing(desk: Desk) -> None:
    desk.do(close_case)
    choose(desk, ContactWay.EMAIL)
    assert desk.case.state is CaseState.CLOSED
    assert desk.ended(ClockKind.PROMISED_REPLY) is not None


def test_what_waits_for_the_old_way_is_not_sent(demo: Directory) -> None:
    desk = Desk(demo)
    submit(
        command(submission_id=UUID(int=5), contact=BY_MAIL),
        directory=demo,
        now=MONDAY,
        ids=desk.ids,
        work=desk.work,
    )
    change_contact(
        ChangeContact(UUID(int=5), UUID(int=6), ContactWay.NONE, {}),
        directory=demo,
        now=MONDAY,
        ids=desk.ids,
        work=desk.work,
    )
    states = {m.recipient == SENDER: m.state for m in desk.work.kept.messages}
    assert states == {True: MessageState.SUPPRESSED, False: MessageState.PENDING}


def test_nobodys_message_cannot_be_changed(desk: Desk) -> None:
    with pytest.raises(NotFound):
        change_contact(
            ChangeContact(UUID(int=404), UUID(int=6), ContactWay.NONE, {}),
            directory=desk.directory,
            now=desk.at,
            ids=desk.ids,
            work=desk.work,
        )


@pytest.mark.parametrize("phrase", list(Phrase))
def test_each_phrase_is_logged_first_and_told_neutrally(desk: Desk, phrase: Phrase) -> None:
    say(desk, phrase, BY_MAIL)
    assert desk.log.rows[-1][2] == "phrase_said"
    assert not desk.log.held_a_transaction
    (told,) = desk.work.kept.messages
    wanted = Purpose.PLEASE_CALL if phrase is Phrase.PLEASE_CALL else Purpose.SOMETHING_NEW
    assert (told.recipient, told.purpose) == (SENDER, wanted)


def test_two_phrases_are_two_notices_and_a_silent_sender_gets_none(desk: Desk) -> None:
    say(desk, Phrase.READ, BY_MAIL)
    say(desk, Phrase.READ, BY_MAIL)
    say(desk, Phrase.READ, Contact())
    assert len(desk.work.kept.messages) == 2


def test_a_phrase_is_taken_back_once(desk: Desk) -> None:
    say(desk, Phrase.READ, Contact())
    with desk.work:
        (said,) = desk.work.cases.said(desk.case.id)

    def take_back(case_id: UUID, viewer: Any, **rooms: Any) -> None:
        take_back_phrase(case_id, said.id, viewer, **rooms)

    desk.do(take_back)
    with desk.work:
        assert desk.work.cases.said(desk.case.id) == []
    with pytest.raises(NotFound):
        desk.do(take_back)


def test_answered_on_the_page_is_noted_as_such(desk: Desk) -> None:
    desk.do(answer_on_page)
    last = max(desk.work.kept.timeline, key=lambda entry: entry.at)
    assert (last.kind, dict(last.detail)) == (TimelineKind.SENDER_ANSWERED, {"by": "page"})
    assert desk.ended(ClockKind.PROMISED_REPLY) == desk.at


def test_a_new_code_takes_the_place_of_the_old_one(desk: Desk) -> None:
    code = desk.do(renew_code)
    (kept,) = desk.work.kept.submissions.values()
    assert kept.code_hash == str(code).encode()
    assert desk.log.rows[-1][2] == "code_renewed"
    assert str(code) not in str(desk.work.kept.timeline)


def test_a_stranger_says_nothing_and_gives_no_code(desk: Desk) -> None:
    before = len(desk.work.kept.timeline)
    with pytest.raises(NotFound):
        say(desk, Phrase.READ, BY_MAIL, STRANGER)
    with pytest.raises(NotFound):
        desk.do(renew_code, STRANGER)
    assert len(desk.work.kept.timeline) == before
    assert desk.work.kept.messages == []
