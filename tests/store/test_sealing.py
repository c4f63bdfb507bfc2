"""What was typed: sealed in every column, bound to its row, gone with its key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from casework.commands import AddInformation
from casework.errors import ErasedContent, TamperedContent
from casework.usecases import add_information
from tests.store.conftest import MONDAY, TYPED, Send, case_ids, typed_child
from webapp.store.crypto import Keys, new_keyset
from webapp.store.drafts import LIFETIME, Draft
from webapp.store.tables import PLAIN_CASE_COLUMNS, metadata
from webapp.wiring import House

LATER = MONDAY + timedelta(minutes=10)
ADDED = "Lisatty-kuiskaus"


def everything(owner: Engine) -> dict[str, str]:
    """All rows of all tables as text, bytes as they are and as hexadecimal digits."""
    shown = {}
    with owner.connect() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(table.select()).all()
            cells = [cell for row in rows for cell in row]
            raw = " ".join(c.decode("latin-1") for c in cells if isinstance(c, bytes))
            shown[table.name] = f"{rows!r} {raw}"
    return shown


def a_draft(house: House, session: bytes = b"s" * 32, **content: Any) -> Draft:
    draft = Draft(
        id=house.ids.row(),
        submission_id=house.ids.row(),
        form="guidance",
        sent=False,
        shared_device=False,
        created_at=MONDAY,
        expires_at=MONDAY + LIFETIME,
        content={"version": 1, "reference": "R", "code": "C", "answers": {}, **content},
    )
    house.drafts.create(draft, session)
    stored = house.drafts.load(draft.id, session, MONDAY)
    assert stored is not None
    return stored


def test_nothing_typed_is_readable_in_any_column(house: House, owner: Engine, send: Send) -> None:
    order = send(typed_child(), typed_child("598"))
    answers = {"shared": {"matter": {"message": ADDED}}, "sender": {"contact": {"name": ADDED}}}
    add_information(
        AddInformation(order.submission_id, house.ids.row(), answers),
        directory=house.directory,
        now=LATER,
        ids=house.ids,
        work=house.work(),
    )
    a_draft(house, answers={"matter": {"message": TYPED["message"]}})
    for table, rows in everything(owner).items():
        for typed in (*TYPED.values(), ADDED, order.code, order.code.replace("-", "")):
            assert typed not in rows, table
            assert typed.encode().hex() not in rows, table


def test_sealed_is_what_is_called_sealed_and_plain_is_what_is_listed(owner: Engine) -> None:
    assert {
        "id", "submission_id", "number", "form", "form_version", "team", "worker",
        "alerted_teams", "transfer_to", "marks", "state", "language", "municipality", "after_hours", "urgent",
        "statutory", "protected", "shown_team", "proposed_team", "directory_revision", "reviewed_revision", "created_at", "acknowledged_at", "answered_at", "closed_at",
    } == PLAIN_CASE_COLUMNS  # fmt: skip


def test_what_was_sealed_opens_whole(house: House, send: Send) -> None:
    order = send()
    (case_id,) = case_ids(house, order.submission_id)
    case = house.desk.case_file(case_id)
    assert case.shared == order.shared
    assert case.sender == order.sender
    assert case.child == order.children[0].answers
    assert [reason["rule"] for reason in case.reasons] == ["served_by_municipality"]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("cases", ("child_sealed",)),
        ("cases", ("reasons_sealed",)),
        ("cases", ("key_wrapped",)),
        ("cases", ("key_wrapped", "child_sealed", "reasons_sealed")),
        ("submissions", ("shared_sealed",)),
        ("submissions", ("key_wrapped", "shared_sealed")),
        ("submissions", ("sender_sealed",)),
        ("submissions", ("sender_key_wrapped", "sender_sealed")),
    ],
)
def test_a_blob_that_was_moved_to_another_row_does_not_open(
    house: House, owner: Engine, send: Send, table: str, columns: tuple[str, ...]
) -> None:
    first, second = send(), send()
    key = "id" if table == "submissions" else "submission_id"
    moved = ", ".join(f"{name} = other.{name}" for name in columns)
    with owner.begin() as connection:
        connection.execute(
            text(
                f"update {table} mine set {moved} from {table} other"
                f" where mine.{key} = :mine and other.{key} = :other"
            ),
            {"mine": first.submission_id, "other": second.submission_id},
        )
    (case_id,) = case_ids(house, first.submission_id)
    with pytest.raises(TamperedContent):
        house.desk.case_file(case_id)


def test_a_blob_in_another_column_or_one_that_was_changed_does_not_open(keyset: str) -> None:
    keys = Keys(keyset)
    row = UUID(int=1)
    key, wrapped = keys.new(row, "case_key")
    sealed = key.seal_json({"a": "ä"}, row, "child")
    assert keys.unwrap(wrapped, row, "case_key").open_json(sealed, row, "child") == {"a": "ä"}
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for blob, field in (
        (sealed, "reasons"),
        (broken, "child"),
        (b"", "child"),
        (sealed[:9], "child"),
    ):
        with pytest.raises(TamperedContent):
            key.open(blob, row, field)
    with pytest.raises(TamperedContent):
        keys.unwrap(wrapped, row, "submission_key")
    with pytest.raises(TamperedContent):
        Keys(new_keyset()).unwrap(wrapped, row, "case_key")


def test_the_same_text_is_never_sealed_to_the_same_bytes(keyset: str) -> None:
    keys = Keys(keyset)
    row = UUID(int=1)
    key, _ = keys.new(row, "case_key")
    assert key.seal(b"same", row, "child") != key.seal(b"same", row, "child")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("cases", "key_wrapped"),
        ("submissions", "key_wrapped"),
        ("submissions", "sender_key_wrapped"),
    ],
)
def test_without_its_key_a_case_is_erased_and_says_so(
    house: House, owner: Engine, send: Send, table: str, column: str
) -> None:
    order = send()
    (case_id,) = case_ids(house, order.submission_id)
    with owner.begin() as connection:
        connection.execute(text(f"update {table} set {column} = null"))
    if column == "sender_key_wrapped":
        assert house.desk.case_file(case_id).sender is None
    else:
        with pytest.raises(ErasedContent):
            house.desk.case_file(case_id)


def test_the_follow_up_page_needs_no_key(house: House, owner: Engine, send: Send) -> None:
    order = send()
    with owner.begin() as connection:
        connection.execute(text("update submissions set key_wrapped = null"))
        connection.execute(text("update cases set key_wrapped = null"))
    with house.work() as work:
        followed = work.submissions.follow_up(house.ids.code_hash(order.code))
    assert followed is not None
    assert followed.reference == order.reference


# Drafts


def test_a_draft_opens_for_its_own_session_alone(house: House) -> None:
    draft = a_draft(house)
    assert house.drafts.load(draft.id, b"s" * 32, MONDAY) == draft
    assert house.drafts.load(draft.id, b"x" * 32, MONDAY) is None
    assert house.drafts.load(house.ids.row(), b"s" * 32, MONDAY) is None


def test_a_draft_is_over_after_a_day(house: House) -> None:
    draft = a_draft(house)
    last = MONDAY + timedelta(hours=24) - timedelta(seconds=1)
    assert house.drafts.load(draft.id, b"s" * 32, last)
    assert house.drafts.load(draft.id, b"s" * 32, MONDAY + timedelta(hours=24)) is None
    assert house.drafts.unfinished(b"s" * 32, "guidance", MONDAY + timedelta(hours=24)) == []
    assert house.drafts.purge(MONDAY + timedelta(hours=24)) == 1


def test_another_session_can_neither_delete_nor_list_a_draft(house: House) -> None:
    draft = a_draft(house)
    house.drafts.delete(draft.id, b"x" * 32)
    house.drafts.delete_all_of(b"x" * 32)
    assert house.drafts.unfinished(b"x" * 32, "guidance", MONDAY) == []
    assert house.drafts.unfinished(b"s" * 32, "guidance", MONDAY) == [draft]
    house.drafts.delete(draft.id, b"s" * 32)
    assert house.drafts.unfinished(b"s" * 32, "guidance", MONDAY) == []


def test_a_page_stored_late_never_overwrites_a_draft_that_was_sent(house: House) -> None:
    draft = a_draft(house)
    with house.work() as work, house.drafts.sending(work, draft, {"sent_at": MONDAY.isoformat()}):
        work.commit()
    assert not house.drafts.save(draft)
    sent = house.drafts.load(draft.id, b"s" * 32, MONDAY)
    assert sent is not None
    assert (sent.sent, sent.content) == (True, {"sent_at": MONDAY.isoformat()})


def test_a_drafts_content_moved_to_another_draft_does_not_open(house: House, owner: Engine) -> None:
    first, second = a_draft(house), a_draft(house)
    with owner.begin() as connection:
        connection.execute(
            text(
                "update drafts set content_sealed = (select content_sealed from drafts"
                " where id = :other) where id = :mine"
            ),
            {"mine": first.id, "other": second.id},
        )
    with pytest.raises(TamperedContent):
        house.drafts.load(first.id, b"s" * 32, MONDAY)
