"""What a sender and the workers say to each other by way of the follow-up page, which shows no word that was typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from casework.access import Viewer
from casework.commands import ChangeContact, Contact, ContactWay
from casework.directory import Directory
from casework.errors import NotFound
from casework.messages import Purpose
from casework.model import CaseHead, CaseState, ClockKind, Mark, TimelineEntry, TimelineKind
from casework.notices import SENDER, About, sender_notice
from casework.phrases import Phrase
from casework.ports import AccessLog, Ids, UnitOfWork
from casework.usecases.cases import actor, authorised, promise_again

_UNFINISHED = frozenset({CaseState.RECEIVED, CaseState.IN_PROGRESS})


def change_contact(
    command: ChangeContact, *, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork
) -> None:
    """The newest choice of contact rules from now on: what waits for the old one is not sent.

    Withdrawing ends the promise of an answer, and no clock of law; the case stays open, only staff close it.
    Choosing a way again is the undo. Raises NotFound where there is no such submission.
    """
    withdrawn = command.way is ContactWay.NONE
    kind = TimelineKind.CONTACT_WITHDRAWN if withdrawn else TimelineKind.CONTACT_CHANGED
    with work:
        heads = work.cases.heads_of(command.submission_id)
        if not heads:
            raise NotFound("submission")
        for head in heads:
            _note_change(head, withdrawn, directory, now, work)
        work.outbox.suppress_waiting(command.submission_id, SENDER, now)
        work.submissions.add_information(
            command.submission_id,
            command.change_id,
            command.answers,
            now,
            [TimelineEntry(ids.row(), head.id, now, kind, "sender") for head in heads],
            [],
        )
        work.commit()


def _note_change(
    head: CaseHead, withdrawn: bool, directory: Directory, now: datetime, work: UnitOfWork
) -> None:
    work.cases.mark(head.id, Mark.NEW_INFORMATION)
    if withdrawn:
        work.cases.unmark(head.id, frozenset({Mark.CALL_NEEDED}))
        work.cases.end_clock(head.id, ClockKind.PROMISED_REPLY, now)
    elif head.state in _UNFINISHED:
        promise_again(head, directory, now, work)


def say_phrase(
    case_id: UUID,
    phrase: Phrase,
    viewer: Viewer,
    contact: Contact,
    *,
    directory: Directory,
    now: datetime,
    ids: Ids,
    work: UnitOfWork,
    log: AccessLog,
) -> None:
    """Say one set phrase on the follow-up page, and tell the sender so where the newest `contact` allows it.

    Raises NotFound without a relation.
    """
    head, relation = authorised(case_id, viewer, directory, work)
    log.record(viewer, case_id, TimelineKind.PHRASE_SAID.value, relation, now)
    entry = TimelineEntry(
        ids.row(), case_id, now, TimelineKind.PHRASE_SAID, actor(viewer), {"phrase": phrase.value}
    )
    purpose = Purpose.PLEASE_CALL if phrase is Phrase.PLEASE_CALL else Purpose.SOMETHING_NEW
    about = About(head.submission_id, head.id, head.number, f"phrase:{entry.id}")
    notice = sender_notice(contact, about, purpose, head.language, ids, now)
    with work:
        work.cases.append_timeline([entry])
        if notice is not None:
            work.outbox.add([notice])
        work.commit()


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
    """The undo: a phrase that was said by mistake is not shown any more. Raises NotFound without a relation,
    and where no such phrase stands on the page."""
    _, relation = authorised(case_id, viewer, directory, work)
    log.record(viewer, case_id, TimelineKind.PHRASE_TAKEN_BACK.value, relation, now)
    with work:
        if said not in {one.id for one in work.cases.said(case_id)}:
            raise NotFound("phrase")
        kind = TimelineKind.PHRASE_TAKEN_BACK
        taken = TimelineEntry(ids.row(), case_id, now, kind, actor(viewer), {"entry": str(said)})
        work.cases.append_timeline([taken])
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
