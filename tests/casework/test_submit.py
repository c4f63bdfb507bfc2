"""Taking in what a person sent: cases, clocks, timeline and who is told, in one commit."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.commands import AddInformation, Contact, ContactWay, SafeTime, Submit
from casework.directory import Directory
from casework.errors import AlreadySubmitted, NotFound
from casework.message_times import SPREAD
from casework.messages import Channel, Message, Purpose, Queue
from casework.model import Case, CaseState, ClockKind, KnownAs, Receipt, TimelineKind
from casework.usecases import add_information, submit
from tests.casework.fakes import CountingIds, MemoryWork, child, command
from tests.casework.memory import Memory

OPEN = datetime(2026, 3, 2, 10, tzinfo=UTC)  # Monday noon in Helsinki
NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)


def sent(order: Submit, directory: Directory, now: datetime = OPEN) -> tuple[Receipt, Memory]:
    work = MemoryWork()
    receipt = submit(order, directory=directory, now=now, ids=CountingIds(), work=work)
    assert work.commits == 1
    return receipt, work.kept


def told(memory: Memory) -> dict[str, Message]:
    """Messages by who gets them: a team's key, or 'sender'."""
    by_whom: dict[str, Message] = {}
    for message in memory.messages:
        whom = message.recipient.split(":")[1] if ":" in message.recipient else message.recipient
        assert whom not in by_whom, f"{whom} is told twice"
        by_whom[whom] = message
    return by_whom


def only_case(memory: Memory) -> Case:
    (case,) = memory.cases.values()
    return case


def test_one_child_makes_one_case_with_the_team_of_its_municipality(demo: Directory) -> None:
    receipt, memory = sent(command(), demo)
    case = only_case(memory)
    assert (case.team, case.municipality, case.state) == ("coast", "905", CaseState.RECEIVED)
    assert case.directory_revision == demo.revision
    assert memory.kinds(case.id) == [TimelineKind.RECEIVED, TimelineKind.ROUTED]
    assert receipt.submission_id == case.submission_id
    assert case.alerted_teams == ()


def test_each_childs_case_goes_to_its_own_team_and_each_team_is_alerted_once(
    demo: Directory,
) -> None:
    _, memory = sent(command(child("905"), child("598"), child("231"), child("905")), demo)
    assert Counter(case.team for case in memory.cases.values()) == {
        "coast": 2,
        "north": 1,
        "south": 1,
    }
    assert told(memory).keys() == {"coast", "north", "south"}
    assert len({case.number for case in memory.cases.values()}) == 4


def test_siblings_in_one_municipality_share_the_alert_but_not_the_case(demo: Directory) -> None:
    _, memory = sent(command(child(), child()), demo)
    assert len(memory.cases) == 2
    assert len(memory.messages) == 1
    assert len(memory.clocks) == 4


def test_an_alert_carries_the_number_of_a_case_of_its_own_team(demo: Directory) -> None:
    _, memory = sent(command(child("905"), child("598")), demo)
    for team, message in told(memory).items():
        case = memory.cases[message.case_id]
        assert (case.team, case.number) == (team, message.case_number)


def test_every_case_has_both_clocks_and_each_acts_at_its_limit(demo: Directory) -> None:
    _, memory = sent(command(), demo)
    case = only_case(memory)
    acknowledgement = memory.clock(case.id, ClockKind.ACKNOWLEDGEMENT)
    reply = memory.clock(case.id, ClockKind.PROMISED_REPLY)
    assert acknowledgement.due_at == OPEN + timedelta(hours=1) == acknowledgement.act_at
    assert reply.due_at > acknowledgement.due_at
    assert reply.act_at == reply.due_at
    assert {acknowledgement.started_at, reply.started_at} == {OPEN}


def test_the_timeline_of_one_moment_keeps_its_order(demo: Directory) -> None:
    _, memory = sent(command(cannot_wait=True), demo, NIGHT)
    times = [entry.at for entry in memory.timeline]
    assert times == sorted(set(times))
    assert memory.kinds(only_case(memory).id) == [
        TimelineKind.RECEIVED,
        TimelineKind.ROUTED,
        TimelineKind.ON_CALL_ALERTED,
    ]


def test_nothing_that_was_typed_stands_in_the_timeline_or_in_a_message(demo: Directory) -> None:
    contact = Contact(ContactWay.EMAIL, email="testi@example.org")
    order = command(contact=contact, sender={"name": "Testi Testaaja"})
    _, memory = sent(order, demo)
    for text in ("Esimerkki Lapsi", "Tarvitsen neuvoa", "Testi Testaaja", order.code):
        assert text not in repr(memory.timeline)
        assert text not in repr(memory.messages)
        assert text not in repr(memory.submissions)
        assert text not in repr(order)
    assert "testi@example.org" not in repr(memory.messages) + repr(order)


def test_a_submission_is_not_identified_and_keeps_only_the_hash_of_its_code(
    demo: Directory,
) -> None:
    order = command()
    _, memory = sent(order, demo)
    (submission,) = memory.submissions.values()
    assert submission.known_as is KnownAs.NOT_IDENTIFIED
    assert submission.code_hash == CountingIds().code_hash(order.code)
    assert submission.received_at == OPEN


def test_the_same_submission_again_is_refused_and_nothing_is_written(demo: Directory) -> None:
    work = MemoryWork()
    submit(command(), directory=demo, now=OPEN, ids=CountingIds(), work=work)
    before = (len(work.kept.cases), len(work.kept.messages))
    ids = CountingIds()
    ids.count = 1000
    with pytest.raises(AlreadySubmitted):
        submit(command(child("598")), directory=demo, now=OPEN, ids=ids, work=work)
    assert (len(work.kept.cases), len(work.kept.messages)) == before


# Who is told, and how


def test_an_anonymous_sender_is_told_nothing(demo: Directory) -> None:
    _, memory = sent(command(), demo)
    assert told(memory).keys() == {"coast"}


PHONE: dict[str, Any] = {"phone": "+358401234567", "textable": True}


@pytest.mark.parametrize(
    ("contact", "channel"),
    [
        (Contact(ContactWay.NONE, **PHONE, email="testi@example.org"), None),
        (Contact(ContactWay.CALL, **PHONE), None),
        (Contact(ContactWay.CALL, **PHONE, may_leave_message=True), Channel.SMS),
        (Contact(ContactWay.CALL, "+35815123456", False, "", True), None),
        (Contact(ContactWay.SMS, **PHONE), Channel.SMS),
        (Contact(ContactWay.SMS, **PHONE, safe_times=frozenset()), None),
        (Contact(ContactWay.SMS, "029 123 4567"), None),
        (Contact(ContactWay.SMS), None),
        (Contact(ContactWay.EMAIL, email="testi@example.org", **PHONE), Channel.EMAIL),
        (Contact(ContactWay.EMAIL), None),
    ],
)
def test_a_sender_is_told_only_by_the_way_that_was_chosen(
    demo: Directory, contact: Contact, channel: Channel | None
) -> None:
    _, memory = sent(command(contact=contact), demo)
    notice = told(memory).get("sender")
    assert (notice.channel if notice else None) == channel
    if notice:
        assert notice.purpose is Purpose.RECEIVED
        assert (notice.queue, notice.language) == (Queue.DEFAULT, "fi")


def test_a_text_to_a_sender_waits_for_the_safe_hours_but_mail_does_not(demo: Directory) -> None:
    evening = Contact(ContactWay.SMS, **PHONE, safe_times=frozenset({SafeTime.EVENING}))
    _, memory = sent(command(contact=evening), demo)
    opens = datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert opens <= told(memory)["sender"].not_before <= opens + SPREAD
    mail = Contact(ContactWay.EMAIL, email="testi@example.org", safe_times=evening.safe_times)
    _, memory = sent(command(contact=mail), demo, NIGHT)
    assert told(memory)["sender"].not_before == NIGHT


def test_a_text_that_missed_its_safe_hours_is_over(demo: Directory) -> None:
    """A queue that stood still must not text somebody at a time that was not named."""
    morning = Contact(ContactWay.SMS, **PHONE, safe_times=frozenset({SafeTime.MORNING}))
    _, memory = sent(command(contact=morning), demo, NIGHT)
    notice = told(memory)["sender"]
    opens = datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert opens <= notice.not_before <= opens + SPREAD
    assert notice.expires_at == datetime(2026, 3, 3, 10, tzinfo=UTC)


def test_a_team_is_alerted_at_night_too_and_its_alert_never_expires(demo: Directory) -> None:
    _, memory = sent(command(), demo, NIGHT)
    alert = told(memory)["coast"]
    assert (alert.not_before, alert.expires_at) == (NIGHT, None)
    assert (alert.purpose, alert.channel) == (Purpose.STAFF_NEW, Channel.EMAIL)


# What cannot wait


def test_what_cannot_wait_in_opening_hours_goes_to_the_team_urgently_by_phone(
    demo: Directory,
) -> None:
    _, memory = sent(command(cannot_wait=True), demo)
    assert told(memory).keys() == {"coast"}
    alert = told(memory)["coast"]
    assert (alert.purpose, alert.queue, alert.channel) == (
        Purpose.STAFF_URGENT,
        Queue.URGENT,
        Channel.SMS,
    )
    assert only_case(memory).alerted_teams == ()
    assert only_case(memory).urgent


@pytest.mark.parametrize("reason", [{"cannot_wait": True}, {"statutory": True}])
def test_on_call_is_alerted_at_once_when_the_team_is_closed(
    demo: Directory, reason: dict[str, Any]
) -> None:
    _, memory = sent(command(**reason), demo, NIGHT)
    assert told(memory)["on-call"].purpose is Purpose.STAFF_URGENT
    assert only_case(memory).alerted_teams == ("on-call",)
    assert only_case(memory).after_hours


def test_what_can_wait_wakes_nobody_at_night(demo: Directory) -> None:
    _, memory = sent(command(), demo, NIGHT)
    assert told(memory).keys() == {"coast"}
    assert only_case(memory).alerted_teams == ()


def test_on_call_hears_once_of_several_children(demo: Directory) -> None:
    _, memory = sent(command(child("905"), child("598"), cannot_wait=True), demo, NIGHT)
    assert told(memory).keys() == {"coast", "north", "on-call"}
    assert {case.alerted_teams for case in memory.cases.values()} == {("on-call",)}


def test_another_countys_matter_is_taken_in_and_its_case_says_where_it_goes(
    demo: Directory,
) -> None:
    _, memory = sent(command(child("091", send_anyway=True), child("905")), demo)
    assert [case.team for case in memory.cases.values()] == ["intake", "coast"]
    assert [case.transfer_to for case in memory.cases.values()] == ["90", None]


@given(data=st.data(), now=st.datetimes(datetime(2026, 3, 25), datetime(2026, 4, 6)))
@settings(max_examples=40, deadline=None)
def test_whatever_the_directory_lacks_the_message_is_taken_in(
    any_directories: st.SearchStrategy[Directory], data: st.DataObject, now: datetime
) -> None:
    directory = data.draw(any_directories)
    order = command(
        *data.draw(
            st.lists(
                st.sampled_from([child(None), child("005"), child("231"), child("999")]),
                min_size=1,
                max_size=3,
            )
        ),
        statutory=data.draw(st.booleans()),
        cannot_wait=data.draw(st.booleans()),
    )
    _, memory = sent(order, directory, now.replace(tzinfo=UTC))
    assert len(order.children) == len(memory.cases)
    told(memory)


# What is added afterwards

ADDITION = UUID(int=7)


def test_an_addition_reaches_every_case_and_tells_each_team_once(demo: Directory) -> None:
    work, ids = MemoryWork(), CountingIds()
    order = command(child("905"), child("598"), child("905"))
    submit(order, directory=demo, now=OPEN, ids=ids, work=work)
    before = len(work.kept.messages)
    later = OPEN + timedelta(minutes=5)
    addition = AddInformation(order.submission_id, ADDITION, {"matter": {"message": "Lisää."}})
    add_information(addition, directory=demo, now=later, ids=ids, work=work)
    assert work.kept.additions == {ADDITION: {"matter": {"message": "Lisää."}}}
    new = work.kept.messages[before:]
    assert [message.recipient.split(":")[1] for message in new] == ["coast", "north"]
    for case in work.kept.cases.values():
        assert work.kept.kinds(case.id)[-1] is TimelineKind.ADDITION_RECEIVED


def test_an_addition_to_nothing_is_not_found(demo: Directory) -> None:
    work = MemoryWork()
    with pytest.raises(NotFound):
        add_information(
            AddInformation(UUID(int=1), ADDITION, {}),
            directory=demo,
            now=OPEN,
            ids=CountingIds(),
            work=work,
        )
    assert work.commits == 0
