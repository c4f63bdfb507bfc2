"""The summary of the morning for each lead: that it is there, never what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Final

from casework.calendar import HELSINKI, is_open
from casework.directory import Directory
from casework.messages import Purpose
from casework.notices import About, notice_to, worker_recipients
from casework.ports import Ids, UnitOfWork

#: A team that is open at night has its morning too.
_MORNING: Final = time(7)


def send_digests(*, directory: Directory, now: datetime, ids: Ids, work: UnitOfWork) -> int:
    """Tell each lead once a day, from the opening of one of their teams on, that the summary is ready.

    It comes on days with nothing in it too: a lead who gets none knows that something is broken. Returns the
    number of leads told. Safe to run twice at once: one message an event and recipient.
    """
    leads = sorted(set(_leads(directory, now)))
    if not leads:
        return 0
    event = f"digest:{now.astimezone(HELSINKI).date().isoformat()}"
    with work:
        told = work.outbox.recipients_of(event)
        chosen = [worker_recipients(directory.workers[key], urgent=False) for key in leads]
        new = [ways[0] for ways in chosen if ways and ways[0].key not in told]
        matter = About(None, None, "", event)
        work.outbox.add([notice_to(way, matter, Purpose.STAFF_DIGEST, ids, now) for way in new])
        work.commit()
    return len(new)


def _leads(directory: Directory, now: datetime) -> Iterator[str]:
    """Leads of teams that are at work now; the deputy of one who is away."""
    if now.astimezone(HELSINKI).time() < _MORNING:
        return
    for team in directory.teams.values():
        if team.lead is None or not is_open(team.hours, directory.holidays, now):
            continue
        there = directory.stand_in(team.lead, now)
        if there is not None:
            yield there
