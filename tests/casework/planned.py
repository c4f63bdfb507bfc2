"""Cases with contacts planned for later, and what sender and worker do about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from casework.commands import AddInformation, ChangeContact, Contact, ContactWay, SafeTime
from casework.directory import Directory
from casework.follow_ups import (
    FollowUpKind,
    Heard,
    Plan,
    PlannedFollowUp,
)
from casework.messages import Purpose
from casework.model import TimelineKind
from casework.usecases import (
    add_information,
    change_contact,
    open_case,
    plan_follow_up,
    say_due,
)
from tests.casework.desk import Desk
from tests.casework.fakes import command

BY_MAIL = Contact(ContactWay.EMAIL, email="testi@example.org")
BY_SMS = Contact(ContactWay.SMS, "+358500000007", textable=True)
CALL_ONLY = Contact(ContactWay.CALL, "+358500000007", textable=True)
CALL_OR_TEXT = replace(CALL_ONLY, may_leave_message=True)
MORNINGS = replace(BY_SMS, safe_times=frozenset({SafeTime.MORNING}))
ASK, CALL = FollowUpKind.HELP_RECEIVED, FollowUpKind.PLEASE_CALL


def sent(demo: Directory, contact: Contact = BY_MAIL, **changes: Any) -> Desk:
    """A message to the coast team, whose rule asks after seven days."""
    return Desk(demo, order=command(contact=contact, **changes))


def planned(desk: Desk) -> list[PlannedFollowUp]:
    return list(desk.work.kept.follow_ups.values())


def opened(demo: Directory, contact: Contact = BY_MAIL) -> Desk:
    """A case that its team has opened, with nothing planned and nothing sent."""
    desk = sent(demo, contact)
    desk.do(open_case)
    desk.work.kept.follow_ups.clear()
    desk.work.kept.messages.clear()
    return desk


def plan(desk: Desk, kind: FollowUpKind = ASK, when: int | date = 3, **more: Any) -> UUID:
    """A worker plans; the id of what is planned now."""
    known = set(desk.work.kept.follow_ups)
    heard = more.pop("heard", heard_now(desk))
    desk.do(plan_follow_up, Plan(more.pop("press", desk.ids.row()), kind, when), heard, **more)
    return next(iter(set(desk.work.kept.follow_ups) - known))


def heard_now(desk: Desk, contact: Contact = BY_MAIL) -> Heard:
    with desk.work:
        return Heard(contact, desk.work.follow_ups.heard_at(desk.case.id))


def say_at(desk: Desk, at: datetime) -> int:
    desk.at = at
    return say_due(directory=desk.directory, now=at, ids=desk.ids, work=desk.work)


def choose(desk: Desk, contact: Contact) -> None:
    desk.at += timedelta(minutes=1)
    change_contact(
        ChangeContact(desk.case.submission_id, desk.ids.row(), contact.way, {}, contact),
        directory=desk.directory,
        now=desk.at,
        ids=desk.ids,
        work=desk.work,
    )


def add(desk: Desk) -> None:
    desk.at += timedelta(minutes=1)
    add_information(
        AddInformation(desk.case.submission_id, desk.ids.row(), {"shared": {}}),
        directory=desk.directory,
        now=desk.at,
        ids=desk.ids,
        work=desk.work,
    )


def said(desk: Desk) -> list[str]:
    timeline = desk.work.kept.timeline
    return [e.detail["phrase"] for e in timeline if e.kind is TimelineKind.PHRASE_SAID]


def told(desk: Desk) -> list[tuple[str, Purpose]]:
    messages = [m for m in desk.work.kept.messages if m.event.startswith("follow_up:")]
    return [(message.address, message.purpose) for message in messages]
