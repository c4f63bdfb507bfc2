"""One submission goes, everywhere and for good; that there was one, and who looked at it, stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from casework.errors import NotFound, StillOpen
from casework.model import TimelineEntry, TimelineKind
from casework.ports import Ids, UnitOfWork

#: What was under way at the moment of the erasure may leave a trace behind it until then.
AFTERMATH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Erasable:
    """A submission by its reference: its cases, and what speaks against erasing it. Nothing that was typed.

    `open` are numbers of cases that are not closed, `running` what of law is waited for in them; `texts` came in from
    its sender and wait for somebody to read them.
    """

    submission_id: UUID
    case_ids: tuple[UUID, ...]
    open: tuple[str, ...]
    running: tuple[str, ...]
    texts: int = 0
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went. `stopped`: messages that had not left; `copies`: texts to be deleted at the provider;
    `in_doubt`: texts that the provider may have under an id which nobody knows."""

    cases: int
    stopped: int
    receipts: int
    follow_ups: int
    texts: int
    drafts: int
    copies: int
    in_doubt: int


def erasable(reference: str, *, even_open: bool, work: UnitOfWork) -> Erasable:
    """What would be erased; raises as `erase_submission` does, and changes nothing."""
    with work:
        return _found(reference, even_open, work)


def _found(reference: str, even_open: bool, work: UnitOfWork) -> Erasable:
    found = work.erasure.find(reference)
    if found is None:
        raise NotFound("submission")
    if (found.open or found.running or found.texts) and not even_open:
        raise StillOpen(found.open, found.running, found.texts)
    return found


def erase_submission(
    reference: str, *, even_open: bool, now: datetime, ids: Ids, work: UnitOfWork
) -> Erased | None:
    """Destroy the keys and whatever names a person, stop what waits to be sent, close the cases.

    None: it was erased before, and nothing is done. Raises NotFound where no submission has this reference, and
    StillOpen where a case is open, a clock of law runs or a text is unread, unless `even_open`.
    """
    with work:
        found = _found(reference, even_open, work)
        if found.erased_at is not None:
            return None
        # The hash of a code that nobody is ever told: what was given out opens nothing.
        gone = work.erasure.erase(found.submission_id, ids.code_hash(ids.access_code()), now)
        work.cases.append_timeline(
            [
                TimelineEntry(ids.row(), case_id, now, TimelineKind.ERASED, "luotsi")
                for case_id in found.case_ids
            ]
        )
        work.commit()
    return gone


def clear_aftermath(*, now: datetime, work: UnitOfWork) -> int:
    """Take away what came after a recent erasure: a text that was being handed over, a receipt that was late. How
    many submissions had such traces."""
    with work:
        traced = work.erasure.traced(now - AFTERMATH)
        for submission_id in traced:
            work.erasure.erase_again(submission_id, now)
        work.commit()
    return len(traced)
