"""One submission is erased everywhere: nothing of it opens, nothing of it leaves, and its neighbours stay whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from casework.access import Relation, Viewer
from casework.commands import AddInformation, ChangeContact, Contact, ContactWay, Submit
from casework.errors import ErasedContent, NotFound, StillOpen, TamperedContent
from casework.follow_ups import FollowUpKind, PlannedFollowUp
from casework.messages import Begin, Claimed, MessageState, Outcome, Queue, Verdict
from casework.model import CaseState, Mark, TimelineKind
from casework.usecases import (
    Erased,
    add_information,
    begin_attempt,
    change_contact,
    claim_messages,
    clear_aftermath,
    close_case,
    doubtful_messages,
    erase_submission,
    finish_attempt,
    open_case,
    record_receipt,
    renew_code,
    reopen_case,
    start_assessment,
    sweep_outbox,
)
from tests.live import until
from tests.store.conftest import MONDAY, TYPED, Send, case_ids, typed_child
from tests.store.test_sealing import a_draft, everything
from webapp.store.crypto import Keys, OpenKey
from webapp.store.tables import metadata
from webapp.wiring import House

LATER = MONDAY + timedelta(hours=2)
ADDED, ADDED_CHILD, NEW_NUMBER = "Lisatty-kuiskaus", "Lisatty-lapsi", "+358509990001"
BODY_IN, NUMBER_IN = "Tullut-viesti", "+358509990002"
MARKERS = (*TYPED.values(), ADDED, ADDED_CHILD, NEW_NUMBER, BODY_IN, NUMBER_IN)
BOTH = Contact(ContactWay.SMS, TYPED["phone"], True, TYPED["email"], may_use_other=True)
WAITING = "select 1 from pg_locks where not granted"
#: Beside the row and its field stands nothing that a thief of database and keyset would not know.
FIELDS = (
    *("shared", "sender", "child", "reasons", "address", "spare", "draft"),
    *("addition/shared", "addition/sender", "addition/child/0", "addition/child/1"),
    *("follow_up_contact", "inbound_number", "inbound_body"),
)
WRAPPED = {"case_key": "cases", "submission_key": "submissions", "sender_key": "submissions"}
LEAD = Viewer("9", "testi-johtaja", frozenset({"team_lead"}))


def rooms(house: House, now: Any = LATER) -> dict[str, Any]:
    return {"directory": house.directory, "now": now, "ids": house.ids, "work": house.work()}


def erase(
    house: House, order: Submit, *, even_open: bool = True, now: Any = LATER
) -> Erased | None:
    return erase_submission(
        order.reference, even_open=even_open, now=now, ids=house.ids, work=house.work()
    )


def readable(owner: Engine, keyset: str) -> str:
    """Whatever somebody reads who has the keyset and all tables: every blob, tried with every key that is there."""
    keys = Keys(keyset)
    rows = [
        (table.name, dict(row)) for table in metadata.sorted_tables for row in _rows(owner, table)
    ]
    opening = [keys.own, *(key for name, row in rows for key in _keys_in(keys, name, row))]
    return "\n".join(plain for _, row in rows for plain in _opened(opening, row))


def _rows(owner: Engine, table: Any) -> list[Any]:
    with owner.connect() as connection:
        return list(connection.execute(table.select()).mappings())


def _keys_in(keys: Keys, table: str, row: dict[str, Any]) -> Iterator[OpenKey]:
    for field, home in WRAPPED.items():
        column = "sender_key_wrapped" if field == "sender_key" else "key_wrapped"
        if table == home and row[column] is not None:
            yield keys.unwrap(row[column], row["id"], field)


def _opened(opening: list[OpenKey], row: dict[str, Any]) -> Iterator[str]:
    ids = [value for value in row.values() if isinstance(value, UUID)]
    for name, blob in row.items():
        if not (name.endswith("_sealed") and blob):
            continue
        for key in opening:
            for bound in ids:
                for field in FIELDS:
                    try:
                        yield key.open(blob, bound, field).decode()
                    except TamperedContent:
                        continue


def query(owner: Engine, sql: str, **values: Any) -> list[Any]:
    with owner.connect() as connection:
        return list(connection.execute(text(sql), values).mappings())


def states(owner: Engine) -> set[str]:
    return {row["state"] for row in query(owner, "select state from messages")}


def _additions(house: House, order: Submit) -> None:
    answers: dict[str, Any] = {
        "shared": {"matter": {"message": ADDED}},
        "child": [{"child_name": ADDED_CHILD}],
    }
    add_information(
        AddInformation(order.submission_id, house.ids.row(), answers), **rooms(house, MONDAY)
    )
    chosen = {"contact": {"way": "sms", "phone": NEW_NUMBER}}
    change_contact(
        ChangeContact(order.submission_id, house.ids.row(), ContactWay.SMS, {"sender": chosen}),
        **rooms(house, MONDAY),
    )


def _surroundings(house: House, owner: Engine, order: Submit) -> None:
    """A planned contact, a text that came in, and the draft from which the message was sent."""
    (case_id,) = case_ids(house, order.submission_id)
    plan = PlannedFollowUp(
        id=house.ids.row(),
        submission_id=order.submission_id,
        case_id=case_id,
        kind=FollowUpKind.HELP_RECEIVED,
        planned_by="luotsi",
        planned_at=MONDAY,
        due_at=MONDAY + timedelta(days=20),
        contact=Contact(ContactWay.SMS, NEW_NUMBER, True),
    )
    with house.work() as work:
        work.follow_ups.plan([plan])
        work.commit()
    text_id = house.ids.row()
    keys = Keys(house.settings.keyset.get_secret_value())
    (row,) = query(
        owner, "select key_wrapped from submissions where id = :id", id=order.submission_id
    )
    key = keys.unwrap(row["key_wrapped"], order.submission_id, "submission_key")
    draft = a_draft(house, answers={"matter": {"message": TYPED["message"]}})
    with owner.begin() as connection:
        connection.execute(
            text(
                "insert into inbound_texts (id, provider_id, received_at, submission_id, case_id, team,"
                " kind, number_sealed, body_sealed) values (:id, 'SMin', :at, :submission, :case,"
                " 'coast', 'note', :number, :body)"
            ),
            {
                "id": text_id,
                "at": MONDAY,
                "submission": order.submission_id,
                "case": case_id,
                "number": key.seal(NUMBER_IN.encode(), text_id, "inbound_number"),
                "body": key.seal(BODY_IN.encode(), text_id, "inbound_body"),
            },
        )
        connection.execute(
            text("update drafts set submission_id = :submission where id = :id"),
            {"submission": order.submission_id, "id": draft.id},
        )


def _claimed(house: House, now: Any = MONDAY) -> list[Claimed]:
    work = house.work()
    claimed, *_ = claim_messages(
        Queue.DEFAULT, directory=house.directory, now=now, ids=house.ids, work=work
    )
    return claimed


def to_sender(house: House) -> Claimed:
    (claimed,) = [one for one in _claimed(house) if one.message.recipient == "sender"]
    return claimed


def handed_over(house: House, provider_id: str = "SM1") -> tuple[Claimed, UUID]:
    """The text to the sender, taken by the provider."""
    claimed = to_sender(house)
    attempt_id = begin_attempt(claimed, **rooms(house, MONDAY))
    assert attempt_id is not None
    outcome = Outcome(Verdict.ACCEPTED, provider_id=provider_id)
    finish_attempt(claimed, attempt_id, outcome, **rooms(house, MONDAY))
    return claimed, attempt_id


def test_after_it_nothing_typed_is_read_not_even_with_the_keyset(
    house: House, owner: Engine, send: Send, keyset: str
) -> None:
    order = send(contact=BOTH)
    _additions(house, order)
    _surroundings(house, owner, order)
    before = readable(owner, keyset)
    assert [marker for marker in MARKERS if marker not in before] == []
    assert erase(house, order) is not None
    after = readable(owner, keyset)
    rows = "\n".join(everything(owner).values())
    for marker in (*MARKERS, order.code):
        assert marker not in after
        assert marker not in rows
        assert marker.encode().hex() not in rows
    (left,) = query(owner, "select * from submissions")
    assert {name for name, value in left.items() if value is None} == {
        "key_wrapped", "shared_sealed", "sender_key_wrapped", "sender_sealed",
    }  # fmt: skip
    (case,) = query(owner, "select * from cases")
    assert (case["municipality"], case["transfer_to"], case["state"]) == (None, None, "closed")
    assert not query(owner, "select 1 from messages where address_hash is not null")


def test_after_it_no_row_says_who_worked_with_the_family_and_what_kind_of_matter_it_was(
    house: House, owner: Engine, send: Send
) -> None:
    own = typed_child(client_code="MALL-2345-KOODI", non_disclosure=True)
    order = send(own, cannot_wait=True)
    (worker,) = {str(row["worker"]) for row in query(owner, "select worker from cases")}
    assert worker in "\n".join(everything(owner).values())
    erase(house, order)
    (case,) = query(owner, "select * from cases")
    assert (case["worker"], case["shown_team"]) == (None, None)
    assert [case[kind] for kind in ("protected", "statutory", "urgent")] == [False] * 3
    rows = "\n".join(
        words for table, words in everything(owner).items() if not table.startswith("directory")
    )
    assert f"worker:{worker}" not in rows
    (left,) = query(owner, "select known_as from submissions")
    assert left["known_as"] == "not_identified"


def test_another_submission_stays_as_it_was(house: House, owner: Engine, send: Send) -> None:
    gone, kept = send(), send()
    before = {
        table: query(owner, f"select * from {table} where {key} = :id", id=kept.submission_id)
        for table, key in (("submissions", "id"), ("cases", "submission_id"))
    }
    erase(house, gone)
    for table, key in (("submissions", "id"), ("cases", "submission_id")):
        assert before[table] == query(
            owner, f"select * from {table} where {key} = :id", id=kept.submission_id
        )
    (case_id,) = case_ids(house, kept.submission_id)
    assert house.desk.case_file(case_id).shared == kept.shared
    waiting = {one.message.submission_id for one in _claimed(house)}
    assert waiting == {kept.submission_id}


def test_what_went_is_counted_and_what_was_planned_or_came_in_is_ended(
    house: House, owner: Engine, send: Send
) -> None:
    order = send(contact=BOTH)
    _surroundings(house, owner, order)
    _, attempt_id = handed_over(house)
    for status in ("sent", "delivered"):
        record_receipt(
            attempt_id, provider_id="SM1", status=status, error_code="", **rooms(house, MONDAY)
        )
    plans = len(query(owner, "select 1 from follow_ups where state = 'planned'"))
    gone = erase(house, order)
    # The alert to the team had not left.
    assert gone == Erased(
        cases=1, stopped=1, receipts=2, follow_ups=plans, texts=1, drafts=1, copies=2, in_doubt=0
    )
    assert query(owner, "select 1 from receipts union all select 1 from drafts") == []
    for plan in query(owner, "select * from follow_ups"):
        ended = (plan["state"], plan["reason"], plan["contact_sealed"])
        assert ended == ("cancelled", "erased", None)
    (text_in,) = query(owner, "select * from inbound_texts")
    assert (text_in["number_sealed"], text_in["body_sealed"]) == (None, None)
    assert text_in["handled_at"] == LATER
    copies = query(owner, "select provider_id, next_at from provider_copies order by provider_id")
    assert [(row["provider_id"], row["next_at"]) for row in copies] == [
        ("SM1", LATER),
        ("SMin", LATER),
    ]


def test_receipts_of_others_cannot_be_taken_away(house: House, owner: Engine, send: Send) -> None:
    order = send(contact=BOTH)
    _, attempt_id = handed_over(house)
    record_receipt(
        attempt_id, provider_id="SM1", status="sent", error_code="", **rooms(house, MONDAY)
    )
    with house.engine.begin() as connection:
        connection.execute(text("select erase_receipts(:id)"), {"id": order.submission_id})
    assert len(query(owner, "select 1 from receipts")) == 1


# Messages


def test_what_waited_is_never_sent(house: House, owner: Engine, send: Send) -> None:
    order = send(contact=BOTH)
    erase(house, order, now=MONDAY)
    reasons = {row["reason"] for row in query(owner, "select reason from messages")}
    assert (states(owner), reasons) == ({"suppressed"}, {"erased"})
    for hours in (0, 1, 30):
        at = MONDAY + timedelta(hours=hours)
        sweep_outbox(**rooms(house, at))
        assert _claimed(house, at) == []
    assert states(owner) == {"suppressed"}


def test_a_worker_that_has_it_in_hand_does_not_begin(
    house: House, owner: Engine, send: Send
) -> None:
    order = send(contact=BOTH)
    claimed = to_sender(house)
    erase(house, order, now=MONDAY)
    with house.work() as work:
        assert work.outbox.begin(claimed, house.ids.row(), MONDAY) is Begin.LOST
    assert begin_attempt(claimed, **rooms(house, MONDAY)) is None
    assert query(owner, "select 1 from attempts") == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome(Verdict.ACCEPTED, provider_id="SM7"), MessageState.ACCEPTED),
        (Outcome(Verdict.REFUSED, reason="not_a_mobile"), MessageState.FAILED),
        (Outcome(Verdict.UNKNOWN, reason="no_answer"), MessageState.UNKNOWN),
    ],
)
def test_one_that_is_being_handed_over_finishes_and_nothing_follows_from_it(
    house: House, owner: Engine, send: Send, outcome: Outcome, state: MessageState
) -> None:
    order = send(contact=BOTH)
    claimed = to_sender(house)
    attempt_id = begin_attempt(claimed, **rooms(house, MONDAY))
    assert attempt_id is not None
    erase(house, order, now=MONDAY)
    finish_attempt(claimed, attempt_id, outcome, **rooms(house, MONDAY))
    (row,) = query(owner, "select * from messages where recipient = 'sender'")
    assert (row["state"], bytes(row["address_sealed"])) == (state.value, b"")
    soon = MONDAY + timedelta(minutes=20)
    sweep_outbox(**rooms(house, soon))
    assert _claimed(house, soon) == []
    assert doubtful_messages(now=soon, work=house.work()) == []
    assert states(owner) == {"suppressed", state.value}


def test_what_comes_after_it_is_taken_away_too(house: House, owner: Engine, send: Send) -> None:
    order = send(contact=BOTH)
    claimed = to_sender(house)
    attempt_id = begin_attempt(claimed, **rooms(house, MONDAY))
    assert attempt_id is not None
    erase(house, order, now=MONDAY)
    assert clear_aftermath(now=MONDAY, work=house.work()) == 0
    outcome = Outcome(Verdict.ACCEPTED, provider_id="SM7")
    finish_attempt(claimed, attempt_id, outcome, **rooms(house, MONDAY))
    record_receipt(
        attempt_id, provider_id="SM7", status="delivered", error_code="", **rooms(house, MONDAY)
    )
    assert clear_aftermath(now=LATER, work=house.work()) == 1
    assert query(owner, "select 1 from receipts") == []
    assert [row["provider_id"] for row in query(owner, "select * from provider_copies")] == ["SM7"]
    assert clear_aftermath(now=LATER, work=house.work()) == 0


def test_a_copy_of_which_only_a_receipt_tells_is_deleted_as_well(
    house: House, owner: Engine, send: Send
) -> None:
    order = send(contact=BOTH)
    claimed = to_sender(house)
    attempt_id = begin_attempt(claimed, **rooms(house, MONDAY))
    assert attempt_id is not None
    lost = Outcome(Verdict.UNKNOWN, reason="no_answer")
    finish_attempt(claimed, attempt_id, lost, **rooms(house, MONDAY))
    record_receipt(
        attempt_id, provider_id="SM8", status="undelivered", error_code="30003",
        **rooms(house, MONDAY),
    )  # fmt: skip
    gone = erase(house, order)
    assert gone is not None
    assert (gone.copies, gone.in_doubt) == (1, 0)
    assert [row["provider_id"] for row in query(owner, "select * from provider_copies")] == ["SM8"]


def test_a_text_of_which_nobody_knows_is_told_of(house: House, send: Send) -> None:
    order = send(contact=BOTH)
    claimed = to_sender(house)
    attempt_id = begin_attempt(claimed, **rooms(house, MONDAY))
    assert attempt_id is not None
    lost = Outcome(Verdict.UNKNOWN, reason="no_answer")
    finish_attempt(claimed, attempt_id, lost, **rooms(house, MONDAY))
    gone = erase(house, order, now=MONDAY)
    assert gone is not None
    assert (gone.copies, gone.in_doubt) == (0, 1)


def test_who_is_at_work_on_it_just_then_goes_first_and_nobody_waits_for_ever(
    house: House, owner: Engine, send: Send
) -> None:
    """A worker holds the message, then marks the case and stores what is to be sent instead."""
    order = send(contact=BOTH)
    (case_id,) = case_ids(house, order.submission_id)
    claimed = to_sender(house)
    attempt_id = begin_attempt(claimed, **rooms(house, MONDAY))
    assert attempt_id is not None
    refused = Outcome(Verdict.REFUSED, reason="not_mobile")
    eraser = threading.Thread(target=erase, args=(house, order))
    with house.work() as work:
        work.outbox.finish(claimed, attempt_id, refused, MessageState.FAILED, None, MONDAY)
        eraser.start()
        until(lambda: query(owner, WAITING), what="the erasure waits for the message")
        work.cases.mark(case_id, Mark.CALL_NEEDED)
        work.outbox.add([replace(claimed.message, id=house.ids.row(), event="instead:1")])
        work.commit()
    eraser.join(20)
    assert not eraser.is_alive()
    assert query(owner, "select 1 from submissions where erased_at is null") == []
    assert query(owner, "select 1 from cases where marks <> '{}'") == []
    clear_aftermath(now=LATER, work=house.work())
    assert query(owner, "select 1 from messages where address_sealed <> ''") == []
    assert states(owner) == {"suppressed", "failed"}


# When, and how often


def test_twice_is_once(house: House, owner: Engine, send: Send) -> None:
    order = send(contact=BOTH)
    assert erase(house, order) is not None
    before = everything(owner)
    assert erase(house, order, now=LATER + timedelta(days=1)) is None
    assert everything(owner) == before


def test_what_does_not_exist_cannot_be_erased(house: House, send: Send) -> None:
    send()
    with pytest.raises(NotFound):
        erase_submission("ABCD-2345", even_open=True, now=LATER, ids=house.ids, work=house.work())


def test_an_open_case_or_a_limit_of_law_is_in_the_way(
    house: House, owner: Engine, send: Send
) -> None:
    order = send(typed_child(), typed_child("598"), form="notification", statutory=True)
    before = everything(owner)
    with pytest.raises(StillOpen) as refused:
        erase(house, order, even_open=False)
    assert len(refused.value.numbers) == 2
    assert "urgency" in refused.value.kinds
    assert everything(owner) == before
    gone = erase(house, order)
    assert gone is not None
    assert gone.cases == 2
    assert query(owner, "select 1 from clocks where ended_at is null or act_at is not null") == []


def test_a_case_that_was_closed_is_erased_without_more_ado(
    house: House, owner: Engine, send: Send
) -> None:
    order = send()
    with owner.begin() as connection:
        connection.execute(text("update cases set state = 'closed', closed_at = now()"))
        connection.execute(text("update clocks set ended_at = now()"))
    assert erase(house, order, even_open=False) is not None


# What is left of it


def desk(house: House) -> dict[str, Any]:
    return {**rooms(house), "log": house.access_log}


def test_nobody_does_anything_with_it_any_more(house: House, owner: Engine, send: Send) -> None:
    order = send()
    (case_id,) = case_ids(house, order.submission_id)
    with house.work() as work:
        head = work.cases.head(case_id)
    assert head is not None
    member = Viewer("7", house.directory.teams[head.team].members[0], frozenset({"duty_worker"}))
    open_case(case_id, member, **desk(house))
    erase(house, order)
    before = everything(owner)
    for act in (open_case, reopen_case, close_case, start_assessment, renew_code):
        with pytest.raises(ErasedContent):
            act(case_id, member, **desk(house))
    with pytest.raises(ErasedContent):
        house.desk.case_file(case_id)
    assert everything(owner) == before


def test_its_code_opens_nothing_and_no_addition_is_taken(
    house: House, owner: Engine, send: Send
) -> None:
    order = send()
    erase(house, order)
    with house.work() as work:
        assert work.submissions.follow_up(house.ids.code_hash(order.code)) is None
    answers = {"shared": {"matter": {"message": ADDED}}}
    with pytest.raises(ErasedContent):
        add_information(
            AddInformation(order.submission_id, house.ids.row(), answers), **rooms(house)
        )
    assert query(owner, "select 1 from additions") == []


def test_that_it_was_and_who_looked_stays(house: House, owner: Engine, send: Send) -> None:
    order = send()
    (case_id,) = case_ids(house, order.submission_id)
    house.access_log.record(LEAD, case_id, "view", Relation.TEAM, MONDAY)
    erase(house, order)
    told = query(owner, "select actor, detail from timeline where kind = 'erased'")
    assert [(row["actor"], row["detail"]) for row in told] == [("luotsi", {})]
    assert len(query(owner, "select 1 from access_log")) == 1
    assert house.access_log.first_break() is None
    with house.work() as work:
        assert work.erasure.register() == [(LATER, order.reference)]
        assert TimelineKind.ERASED.value == "erased"
        head = work.cases.head(case_id)
    assert head is not None
    assert (head.state, head.erased, head.marks) == (CaseState.CLOSED, True, frozenset())
