"""A telephone that writes to us, and the house behind it, in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from casework.access import Viewer
from casework.commands import Contact, ContactWay, SafeTime
from casework.directory import Directory
from casework.inbound import Arrived
from casework.messages import Message
from casework.model import CaseState, TimelineEntry, TimelineKind
from casework.notices import SENDER
from casework.usecases import handle_text, submit, take_in_text
from tests.casework.desk import MONDAY
from tests.casework.fakes import CountingIds, MemoryLog, MemoryWork, command

NUMBER = "+358500000041"
OWN = "+15005550006"


class HashingIds(CountingIds):
    """Its hashes of numbers differ from their first byte on, as real ones do."""

    def number_hash(self, number: str) -> bytes:
        return hashlib.sha256(number.encode()).digest()


@dataclass
class Phone:
    """A telephone that writes to us, and the house behind it, in memory."""

    directory: Directory
    at: datetime = MONDAY
    sender: str = NUMBER
    work: MemoryWork = field(default_factory=MemoryWork)
    ids: HashingIds = field(default_factory=HashingIds)

    def __post_init__(self) -> None:
        self.log = MemoryLog(self.work)

    def asks(self, *safe: SafeTime, **changes: Any) -> UUID:
        """Somebody asks for a text to this number; the case."""
        times = frozenset(safe) or frozenset(SafeTime)
        order = command(
            submission_id=uuid4(),
            contact=Contact(ContactWay.SMS, self.sender, textable=True, safe_times=times),
            sender={"way": "sms", "phone": self.sender, "safe_times": sorted(times)},
            **changes,
        )
        submit(order, directory=self.directory, now=self.at, ids=self.ids, work=self.work)
        hashed = self.ids.number_hash(self.sender)
        self.work.kept.messages = [
            replace(m, address_hash=hashed) if m.address == self.sender else m
            for m in self.work.kept.messages
        ]
        cases = self.work.kept.cases.values()
        return next(case.id for case in cases if case.submission_id == order.submission_id)

    def writes(self, body: str, provider_id: str = "", own: str = OWN) -> list[Message]:
        """A text comes in; the messages that follow."""
        before = len(self.work.kept.messages)
        self.at += timedelta(minutes=1)
        arrived = Arrived(provider_id or uuid4().hex, self.sender, body)
        rooms: Any = {"now": self.at, "ids": self.ids, "work": self.work}
        self.is_new = take_in_text(arrived, own, directory=self.directory, **rooms)
        return self.work.kept.messages[before:]

    def handles(self, viewer: Viewer, *, handled: bool = True) -> bool:
        rooms: Any = {"directory": self.directory, "now": self.at, "ids": self.ids}
        text = self.work.kept.texts[-1].id
        return handle_text(text, viewer, handled=handled, work=self.work, log=self.log, **rooms)

    def change_contact(self, case: UUID, kind: TimelineKind) -> None:
        entry = TimelineEntry(uuid4(), case, self.at + timedelta(seconds=1), kind, "sender")
        self.work.kept.timeline.append(entry)

    def close(self, case: UUID) -> None:
        self.work.kept.cases[case] = replace(self.work.kept.cases[case], state=CaseState.CLOSED)

    @property
    def stopped(self) -> bool:
        return self.ids.number_hash(self.sender) in self.work.kept.stopped


def to_staff(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message.recipient != SENDER]


def answers(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message.recipient == SENDER]
