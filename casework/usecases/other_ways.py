"""What follows when a message did not arrive, or may not have: the next way, another team, or a person who calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from casework.directory import Directory
from casework.messages import AGAIN, Channel, Message, MessageState, Purpose
from casework.model import Mark, TimelineEntry, TimelineKind
from casework.notices import OF_PHRASES, SENDER, first_notice, own_key
from casework.phrases import Phrase
from casework.ports import Ids, UnitOfWork
from casework.refusals import LATER
from casework.usecases.staff_ways import alert_others, next_point, without_case

#: When a text goes to the same number again, as often as there are times here.
_LATER = (timedelta(minutes=30), timedelta(hours=4))
#: The class of refusal by which the provider itself holds texts back, whatever state it names.
_HELD = "held_by_provider"
#: Reasons of our own for which nobody is asked to call: the sender reads the page, as promised.
_PAGE_ALONE = frozenset({"over_number_cap", "over_budget", "country"})


def in_turn(messages: Iterable[Message]) -> list[Message]:
    """In the order in which everybody takes hold of several cases: in another one two would wait for each other."""
    return sorted(messages, key=lambda one: (str(one.case_id or ""), one.event))


def take_other_way(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """After a message could not be delivered: the team's next contact point, then another team; for a sender the
    same number later, where its phone may have been off, then the other way that was allowed, then a call."""
    if message.case_id is None:
        without_case(message, directory, now, ids, work)
    elif _is_over(message, work):
        return
    elif is_for_staff(message):
        _to_staff(message, directory, now, ids, work)
    elif not (
        _again_later(message, now, ids, work) or work.outbox.add_spare(message, ids.row(), now)
    ):
        _note(message, directory, now, ids, work)


def tell_next(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """Staff by the next way; where none is left, it is noted on the case and other teams are told."""
    if message.case_id is None:
        without_case(message, directory, now, ids, work)
    elif not _is_over(message, work):
        _to_staff(message, directory, now, ids, work)


def _to_staff(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    if not next_point(message, directory, now, ids, work):
        _note(message, directory, now, ids, work)
        alert_others(message, directory, now, ids, work)


def _again_later(message: Message, now: datetime, ids: Ids, work: UnitOfWork) -> bool:
    """Whether the text goes to the same phone again: twice at most, and only within the person's safe hours."""
    if message.channel is not Channel.SMS or message.reason not in LATER:
        return False
    if message.state is not MessageState.UNDELIVERED and message.reason != _HELD:
        return False
    event, _, tried = message.event.partition(AGAIN)
    number = int(tried or 0)
    if number >= len(_LATER):
        return False
    at = now + _LATER[number]
    if message.expires_at is None or at >= message.expires_at:
        return False
    work.outbox.add_again(message, ids.row(), f"{event}{AGAIN}{number + 1}", at, now)
    return True


def doubt_arrival(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """Nobody knows whether it arrived. Staff are told by the next way too, since two alerts do no harm; a sender is
    never texted twice: the provider is asked first, and where that does not end it, a person calls."""
    if message.recipient != SENDER:
        tell_next(message, directory=directory, now=now, ids=ids, work=work)


def is_for_staff(message: Message) -> bool:
    """About a case, to a team's contact point or to a worker."""
    return message.case_id is not None and message.recipient.startswith(("team:", "worker:"))


def ask_for_call(
    message: Message, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """Note on the case, and in the inbox, that a message did not arrive, or may not have; for a sender, whoever has
    the case is told that somebody must call."""
    if message.case_id is not None and not _is_over(message, work):
        _note(message, directory, now, ids, work)


def _note(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    assert message.case_id is not None
    staff = is_for_staff(message)
    if not staff and message.reason in _PAGE_ALONE:
        return
    kind = TimelineKind.TEAM_NOT_REACHED if staff else TimelineKind.CALL_NEEDED
    entry = TimelineEntry(
        ids.row(), message.case_id, now, kind, "luotsi", {"message": str(message.id)}
    )
    work.cases.append_timeline([entry])
    work.cases.mark(message.case_id, Mark.TEAM_NOT_REACHED if staff else Mark.CALL_NEEDED)
    if not staff:
        _tell_of_call(message, directory, now, ids, work)


def _tell_of_call(
    message: Message, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """The case's own worker or team: once a message, by the ways that are for what may wait."""
    assert message.case_id is not None
    head = work.cases.head(message.case_id)
    notice = head and first_notice(
        own_key(head), head, f"undelivered:{message.id}", directory, ids, now, urgent=False
    )
    if notice:
        work.outbox.add([replace(notice, purpose=Purpose.STAFF_UNDELIVERABLE)])


def _is_over(message: Message, work: UnitOfWork) -> bool:
    """Whether nothing follows any more: the case is erased; or what a sender was told of was taken back, or they have
    chosen anew."""
    assert message.case_id is not None
    head = work.cases.head(message.case_id)
    if head is not None and head.erased:
        return True
    return not is_for_staff(message) and (
        _taken_back(message, work) or _chosen_since(message, work)
    )


def _taken_back(message: Message, work: UnitOfWork) -> bool:
    """Whether none of the set phrases stands any more of which it tells; of one that asks for a call, that phrase."""
    assert message.case_id is not None
    event = message.event.partition(AGAIN)[0]
    if not event.startswith(OF_PHRASES):
        return False
    standing = {one.phrase for one in work.cases.said(message.case_id) if one.event == event}
    if message.purpose is Purpose.PLEASE_CALL:
        return Phrase.PLEASE_CALL.value not in standing
    return not standing


def _chosen_since(message: Message, work: UnitOfWork) -> bool:
    """Whether the sender has been on the follow-up page since, and chose another way there, or does not want one."""
    assert message.case_id is not None
    choice = work.cases.contact_choice(message.case_id)
    return choice is not None and (choice.withdrawn or choice.at >= message.created_at)
