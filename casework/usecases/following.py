"""What a sender and the workers say to each other by way of the follow-up page, which shows no word that was typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from casework.access import Viewer
from casework.commands import ChangeContact, Contact, ContactWay, SayPhrases
from casework.directory import Directory
from casework.errors import NotFound
from casework.follow_ups import WhyCancelled
from casework.messages import Purpose
from casework.model import (
    Answers,
    CaseHead,
    CaseState,
    ClockKind,
    Mark,
    TimelineEntry,
    TimelineKind,
)
from casework.notices import SENDER, About, sender_notice
from casework.phrases import Phrase
from casework.ports import AccessLog, Ids, UnitOfWork
from casework.usecases.acting import actor, authorised
from casework.usecases.cases import promise
from casework.usecases.planning import cancel_all

_UNFINISHED = frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS})


def change_contact(
    command: ChangeContact, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """The newest choice of contact rules from now on: what waits for the old one is not sent, and what is planned
    goes by the new one.

    Withdrawing ends the promise of an answer, and no clock of law; the case stays open, only staff close it.
    Choosing a way again is the undo, with a new promise. The same change once more changes nothing. Raises
    NotFound where there is no such submission.
    """
    withdrawn = command.way is ContactWay.NONE
    kind = TimelineKind.CONTACT_WITHDRAWN if withdrawn else TimelineKind.CONTACT_CHANGED
    with work:
        if work.submissions.has_addition(command.submission_id, command.change_id):
            return
        heads = work.cases.heads_of(command.submission_id)
        if not heads:
            raise NotFound("submission")
        now = _after_all(heads[0], now, work)
        # Messages before clocks, and all clocks before cases, as everybody holds them: in another order two would
        # wait for each other.
        work.outbox.suppress_waiting(command.submission_id, SENDER, now)
        for head in heads:
            work.clocks.of(head.id)
        for head in heads:
            _note_change(head, withdrawn, directory, now, work)
        if withdrawn:
            cancel_all(command.submission_id, WhyCancelled.WITHDRAWN, "sender", now, work)
        else:
            work.follow_ups.replace_contact(command.submission_id, command.contact)
        work.submissions.add_information(
            command.submission_id,
            command.change_id,
            command.answers,
            now,
            [TimelineEntry(ids.row(), head.id, now, kind, "sender") for head in heads],
            [],
        )
        work.commit()


def _after_all(head: CaseHead, now: datetime, work: UnitOfWork) -> datetime:
    """A moment for a choice that rules over all that was told before it, were the clock slow by which `now` was
    read."""
    last = work.outbox.last_to(head.submission_id, SENDER)
    return max(_after_choice(head, now, work), last or now)


def _note_change(
    head: CaseHead, withdrawn: bool, directory: Directory, now: datetime, work: UnitOfWork
) -> None:
    before = work.cases.contact_choice(head.id)
    work.cases.mark(head.id, Mark.NEW_INFORMATION)
    if withdrawn:
        work.cases.unmark(head.id, frozenset({Mark.CALL_NEEDED}))
        work.clocks.end(head.id, ClockKind.PROMISED_REPLY, now)
    elif before is not None and before.withdrawn and head.state in _UNFINISHED:
        # Only what withdrawing had ended: another number does not put off what was promised.
        promise(head, directory, now, work)


def say_phrases(
    command: SayPhrases,
    viewer: Viewer,
    contact_of: Callable[[Answers | None], Contact],
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
    log: AccessLog,
) -> None:
    """Say set phrases on the follow-up page, and tell the sender so, once, where their newest choice allows it.

    `contact_of` makes that choice of what the sender has answered. It is read while the message is held, so that
    nothing goes to a number that is being given up. Raises NotFound without a relation.
    """
    head, relation = authorised(command.case_id, viewer, directory, work)
    log.record(viewer, head.id, TimelineKind.PHRASE_SAID.value, relation, now)
    event = f"phrase:{uuid5(head.id, str(command.press_id))}"
    asks = Phrase.PLEASE_CALL in command.phrases
    purpose = Purpose.PLEASE_CALL if asks else Purpose.SOMETHING_NEW
    about = About(head.submission_id, head.id, head.number, event)
    with work:
        contact = contact_of(work.submissions.hold_sender(head.submission_id))
        at = _after_choice(head, now, work)
        notice = sender_notice(contact, about, purpose, head.language, ids, at)
        work.cases.append_timeline(_said(command, event, actor(viewer), now))
        if notice is not None:
            work.outbox.add([notice])
        work.commit()


def _said(command: SayPhrases, event: str, by: str, now: datetime) -> list[TimelineEntry]:
    """One microsecond apart, so that they are read in the order of the list."""
    return [
        TimelineEntry(
            uuid5(command.case_id, f"{command.press_id} {phrase}"),
            command.case_id,
            now + timedelta(microseconds=index),
            TimelineKind.PHRASE_SAID,
            by,
            {"phrase": phrase.value, "event": event},
        )
        for index, phrase in enumerate(dict.fromkeys(command.phrases))
    ]


def _after_choice(head: CaseHead, now: datetime, work: UnitOfWork) -> datetime:
    """A moment for what goes by the newest choice: later than it, were the clock slow by which `now` was read."""
    choice = work.cases.contact_choice(head.id)
    return now if choice is None else max(now, choice.at + timedelta(microseconds=1))


def take_back_phrase(
    case_id: UUID,
    said: UUID,
    viewer: Viewer,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
    log: AccessLog,
) -> None:
    """The undo: a phrase that was said by mistake is not shown any more.

    The notice of it is not sent, if it has not left yet and tells of nothing else. Raises NotFound without a
    relation, and where no such phrase stands on the page.
    """
    head, relation = authorised(case_id, viewer, directory, work)
    log.record(viewer, case_id, TimelineKind.PHRASE_TAKEN_BACK.value, relation, now)
    kind = TimelineKind.PHRASE_TAKEN_BACK
    with work:
        standing = {one.id: one for one in work.cases.said(case_id)}
        if said not in standing:
            raise NotFound("phrase")
        taken = standing.pop(said)
        detail = {"entry": str(said), "phrase": taken.phrase}
        work.cases.append_timeline(
            [TimelineEntry(ids.row(), case_id, now, kind, actor(viewer), detail)]
        )
        told_of = [one for one in standing.values() if one.event == taken.event]
        if not told_of or taken.phrase == Phrase.PLEASE_CALL:
            work.outbox.suppress_waiting(head.submission_id, SENDER, now, event=taken.event)
        work.commit()


def renew_code(
    case_id: UUID,
    viewer: Viewer,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
    log: AccessLog,
) -> str:
    """A new access code for a sender who has lost the old one, which opens nothing from now on.

    It is returned once, to be read aloud, and kept as a keyed hash. Raises NotFound without a relation.
    """
    head, relation = authorised(case_id, viewer, directory, work)
    log.record(viewer, case_id, TimelineKind.CODE_RENEWED.value, relation, now)
    code = ids.access_code()
    with work:
        heads: Sequence[CaseHead] = work.cases.heads_of(head.submission_id)
        work.submissions.renew_code(head.submission_id, ids.code_hash(code))
        work.cases.append_timeline(
            [
                TimelineEntry(ids.row(), one.id, now, TimelineKind.CODE_RENEWED, actor(viewer))
                for one in heads
            ]
        )
        work.commit()
    return code
