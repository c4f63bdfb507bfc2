"""Drafts that two tabs write at once: who was late is told so, and nothing is overwritten or sent unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from casework.errors import AlreadySubmitted
from casework.usecases import submit
from tests.casework.fakes import command
from tests.store.conftest import MONDAY, typed_child
from webapp.store.drafts import LIFETIME, Draft, DraftChanged
from webapp.wiring import House

SESSION = b"s" * 32


def loaded(house: House, draft: Draft) -> Draft:
    found = house.drafts.load(draft.id, SESSION, MONDAY)
    assert found is not None
    return found


@pytest.fixture
def draft(house: House) -> Draft:
    """A stored draft, as a page loads it."""
    made = Draft(
        id=house.ids.row(),
        submission_id=house.ids.row(),
        form="guidance",
        sent=False,
        shared_device=False,
        created_at=MONDAY,
        expires_at=MONDAY + LIFETIME,
        content={"answers": {}},
    )
    house.drafts.create(made, SESSION)
    return loaded(house, made)


def saying(draft: Draft, **answers: Any) -> Draft:
    return replace(draft, content={"answers": answers})


def send(house: House, draft: Draft, **changes: Any) -> None:
    work = house.work()
    order = command(
        typed_child(),
        submission_id=draft.submission_id,
        reference=house.ids.reference(),
        code=house.ids.access_code(),
        **changes,
    )
    with house.drafts.sending(work, draft, {"sent": True}):
        submit(order, directory=house.directory, now=MONDAY, ids=house.ids, work=work)


def stored(house: House, draft: Draft) -> bool:
    with house.work() as work:
        return work.submissions.follow_up_by_id(draft.submission_id) is not None


def test_of_two_writers_of_one_draft_the_later_is_refused(house: House, draft: Draft) -> None:
    assert house.drafts.save(saying(draft, matter="first"))
    assert not house.drafts.save(saying(draft, matter="second"))
    newest = loaded(house, draft)
    assert newest.content == {"answers": {"matter": "first"}}
    assert house.drafts.save(saying(newest, matter="second"))


def test_even_the_same_words_written_twice_are_two_writes(house: House, draft: Draft) -> None:
    assert house.drafts.save(draft)
    assert not house.drafts.save(draft)


def test_a_draft_never_shows_what_it_holds(draft: Draft) -> None:
    assert repr(draft.sealed) not in repr(draft)
    assert "answers" not in repr(draft)


def test_sending_takes_the_answers_out_of_the_draft(house: House, draft: Draft) -> None:
    send(house, draft)
    newest = loaded(house, draft)
    assert (newest.sent, newest.content) == (True, {"sent": True})
    assert stored(house, draft)


def test_a_draft_that_changed_is_not_sent_and_nothing_is_stored(house: House, draft: Draft) -> None:
    house.drafts.save(saying(draft, matter="newer"))
    with pytest.raises(DraftChanged):
        send(house, draft)
    newest = loaded(house, draft)
    assert (newest.sent, newest.content) == (False, {"answers": {"matter": "newer"}})
    assert not stored(house, draft)
    send(house, newest)
    assert stored(house, draft)


def test_sending_twice_is_refused_and_the_first_stays(house: House, draft: Draft) -> None:
    send(house, draft)
    with pytest.raises((AlreadySubmitted, DraftChanged)):
        send(house, draft)
    assert loaded(house, draft).sent


def test_another_fault_of_the_rows_is_not_taken_for_a_changed_draft(
    house: House, draft: Draft
) -> None:
    with pytest.raises(IntegrityError):
        send(house, draft, form=None)
    assert not loaded(house, draft).sent


def test_only_what_was_not_sent_can_be_deleted(house: House, draft: Draft) -> None:
    assert not house.drafts.delete(draft.id, b"x" * 32)
    send(house, draft)
    assert not house.drafts.delete(draft.id, SESSION)
    assert loaded(house, draft).sent


def test_deleting_what_was_not_sent_says_so(house: House, draft: Draft) -> None:
    assert house.drafts.delete(draft.id, SESSION)
    assert not house.drafts.delete(draft.id, SESSION)
