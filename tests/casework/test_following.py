"""What sender and workers say to each other by way of the follow-up page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.commands import ChangeContact, Contact, ContactWay, SayPhrases
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
    reopen_case,
    say_phrases,
    submit,
    take_back_phrase,
)
from casework.usecases.other_ways import ask_for_call
from tests.casework.desk import MEMBER, MONDAY, STRANGER, Desk
from tests.casework.fakes import MemoryWork, command

BY_MAIL = Contact(ContactWay.EMAIL, email="testi@example.org")


@pytest.fixture
def desk(demo: Directory) -> Desk:
    """A case whose sender wants e-mail, opened by its team."""
    made = Desk(demo, work=MemoryWork())
    made.work.kept.messages.clear()
    made.do(open_case)
    return made


def choose(desk: Desk, way: ContactWay, change: int = 77) -> None:
    desk.at += timedelta(minutes=1)
    change_contact(
        ChangeContact(desk.case.submission_id, UUID(int=change), way, {"sender": {"contact": {}}}),
        directory=desk.directory,
        now=desk.at,
        ids=desk.ids,
        work=desk.work,
    )


def say(
    desk: Desk, *phrases: Phrase, to: Contact, by: Any = MEMBER, press: UUID | None = None
) -> None:
    desk.at += timedelta(minutes=1)
    say_phrases(
        SayPhrases(desk.case.id, press or uuid4(), phrases),
        by,
        lambda _: to,
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
    choose(desk, ContactWay.EMAIL, 78)
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
    say(desk, phrase, to=BY_MAIL)
    assert desk.log.rows[-1][2] == "phrase_said"
    assert not desk.log.held_a_transaction
    (told,) = desk.work.kept.messages
    wanted = Purpose.PLEASE_CALL if phrase is Phrase.PLEASE_CALL else Purpose.SOMETHING_NEW
    assert (told.recipient, told.purpose) == (SENDER, wanted)


def test_two_phrases_are_two_notices_and_a_silent_sender_gets_none(desk: Desk) -> None:
    say(desk, Phrase.READ, to=BY_MAIL)
    say(desk, Phrase.READ, to=BY_MAIL)
    say(desk, Phrase.READ, to=Contact())
    assert len(desk.work.kept.messages) == 2


def test_a_phrase_is_taken_back_once(desk: Desk) -> None:
    say(desk, Phrase.READ, to=Contact())
    with desk.work:
        (said,) = desk.work.cases.said(desk.case.id)

    def take_back(case_id: UUID, viewer: Any, **rooms: Any) -> None:
        take_back_phrase(case_id, said.id, viewer, **rooms)

    desk.do(take_back)
    with desk.work:
        assert desk.work.cases.said(desk.case.id) == []
    with pytest.raises(NotFound):
        desk.do(take_back)


def standing(desk: Desk) -> dict[str, UUID]:
    with desk.work:
        return {one.phrase: one.id for one in desk.work.cases.said(desk.case.id)}


def states(desk: Desk) -> list[MessageState]:
    return [message.state for message in desk.work.kept.messages]


def take(desk: Desk, said: UUID) -> None:
    desk.do(lambda case_id, viewer, **rooms: take_back_phrase(case_id, said, viewer, **rooms))


def test_a_second_press_says_nothing_twice_and_tells_of_it_once(desk: Desk) -> None:
    press = uuid4()
    for _ in range(3):
        say(desk, Phrase.READ, Phrase.TELL_MORE, to=BY_MAIL, press=press)
    assert list(standing(desk)) == ["read", "tell_more"]
    assert len(states(desk)) == 1


def test_several_phrases_are_one_notice_and_asking_for_a_call_decides_its_text(desk: Desk) -> None:
    say(desk, Phrase.READ, Phrase.PLEASE_CALL, to=BY_MAIL)
    assert [message.purpose for message in desk.work.kept.messages] == [Purpose.PLEASE_CALL]


def test_the_notice_of_a_phrase_that_was_taken_back_is_not_sent(desk: Desk) -> None:
    say(desk, Phrase.READ, to=BY_MAIL)
    say(desk, Phrase.ADVICE, to=BY_MAIL)
    take(desk, standing(desk)["read"])
    assert states(desk) == [MessageState.SUPPRESSED, MessageState.PENDING]


def test_a_notice_that_tells_of_another_phrase_too_still_goes(desk: Desk) -> None:
    say(desk, Phrase.READ, Phrase.ADVICE, to=BY_MAIL)
    take(desk, standing(desk)["read"])
    assert states(desk) == [MessageState.PENDING]
    take(desk, standing(desk)["advice"])
    assert states(desk) == [MessageState.SUPPRESSED]


def test_nobody_is_asked_to_call_by_a_phrase_that_was_taken_back(desk: Desk) -> None:
    say(desk, Phrase.READ, Phrase.PLEASE_CALL, to=BY_MAIL)
    take(desk, standing(desk)["please_call"])
    assert states(desk) == [MessageState.SUPPRESSED]


def test_another_number_does_not_put_off_what_was_promised(desk: Desk) -> None:
    before = desk.work.kept.clock(desk.case.id, ClockKind.PROMISED_REPLY)
    desk.at += timedelta(days=20)
    choose(desk, ContactWay.CALL)
    assert desk.work.kept.clock(desk.case.id, ClockKind.PROMISED_REPLY) == before
    assert desk.ended(ClockKind.PROMISED_REPLY) is None


def test_an_old_page_pressed_again_undoes_no_newer_choice(desk: Desk) -> None:
    choose(desk, ContactWay.EMAIL, 1)
    choose(desk, ContactWay.NONE, 2)
    before = desk.kinds()
    choose(desk, ContactWay.EMAIL, 1)
    assert desk.kinds() == before
    assert desk.ended(ClockKind.PROMISED_REPLY) is not None


def test_nothing_is_promised_anew_to_whoever_wants_no_contact(desk: Desk) -> None:
    choose(desk, ContactWay.NONE)
    desk.do(close_case)
    desk.do(reopen_case)
    assert desk.ended(ClockKind.PROMISED_REPLY) is not None
    choose(desk, ContactWay.CALL, 78)
    assert desk.ended(ClockKind.PROMISED_REPLY) is None


@pytest.mark.parametrize("way", [ContactWay.NONE, ContactWay.CALL])
def test_a_statutory_form_keeps_its_clocks_whatever_is_chosen(
    demo: Directory, way: ContactWay
) -> None:
    desk = Desk(demo, order=command(form="notification", statutory=True))
    kept = desk.work.kept
    before = dict(kept.clocks)
    choose(desk, ContactWay.NONE, 1)
    choose(desk, way, 2)
    assert desk.work.kept.clocks == before


def test_a_notice_that_did_not_arrive_asks_for_a_call(desk: Desk) -> None:
    say(desk, Phrase.READ, to=BY_MAIL)
    assert Mark.CALL_NEEDED in lost(desk)


@pytest.mark.parametrize("way", [ContactWay.NONE, ContactWay.SMS])
def test_a_notice_lost_on_an_old_way_asks_for_no_call(desk: Desk, way: ContactWay) -> None:
    """Whoever chose anew has been on the page, and has read there what the notice was about."""
    say(desk, Phrase.READ, to=BY_MAIL)
    choose(desk, way)
    assert Mark.CALL_NEEDED not in lost(desk)


def lost(desk: Desk) -> tuple[Mark, ...]:
    """The marks of the case after the last message could not be delivered."""
    message = desk.work.kept.messages[-1]
    with desk.work:
        ask_for_call(message, directory=desk.directory, now=desk.at, ids=desk.ids, work=desk.work)
        desk.work.commit()
    return desk.case.marks


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
        say(desk, Phrase.READ, to=BY_MAIL, by=STRANGER)
    with pytest.raises(NotFound):
        desk.do(renew_code, viewer=STRANGER)
    assert len(desk.work.kept.timeline) == before
    assert desk.work.kept.messages == []
