"""The rooms around casework, in memory: everything that the ports promise, and what was asked of them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from casework.access import Relation, Viewer
from casework.commands import ChildConcerned, Contact, Submit
from tests.casework.memory import CaseRows, Memory, SubmissionRows
from tests.casework.memory_desk import ClockRows, FollowUpRows, InboundRows, OutboxRows


class CountingIds:
    """Ids in the order in which they were asked for."""

    def __init__(self) -> None:
        self.count = 0

    def row(self) -> UUID:
        self.count += 1
        return UUID(int=self.count)

    def reference(self) -> str:
        self.count += 1
        return f"REF{self.count}"

    def access_code(self) -> str:
        self.count += 1
        return f"CODE{self.count}"

    def code_hash(self, code: str) -> bytes:
        return code.encode()

    def number_hash(self, number: str) -> bytes:
        return b"hash of " + number.encode()


class MemoryWork:
    """A unit of work that forgets what was not committed, and whose rows are its own ports."""

    def __init__(self) -> None:
        self.kept = Memory()
        self.is_open = False
        self.commits = 0
        self._before = self.kept

    @property
    def submissions(self) -> Any:
        return SubmissionRows(self)

    @property
    def cases(self) -> Any:
        return CaseRows(self)

    @property
    def clocks(self) -> Any:
        return ClockRows(self)

    @property
    def follow_ups(self) -> Any:
        return FollowUpRows(self)

    @property
    def outbox(self) -> Any:
        return OutboxRows(self)

    @property
    def inbound(self) -> Any:
        return InboundRows(self)

    def __enter__(self) -> Self:
        assert not self.is_open, "one unit of work at a time"
        self.is_open = True
        self._before = copy.copy(self.kept)
        self.kept = Memory(**{k: copy.copy(v) for k, v in vars(self._before).items()})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.is_open = False
        self.kept = self._before

    def is_held_up(self, error: Exception) -> bool:
        return False

    def commit(self) -> None:
        assert self.is_open
        self.commits += 1
        self._before = self.kept


@dataclass
class MemoryLog:
    """Who looked. Notes whether a unit of work was open, and how many commits there were by then."""

    work: MemoryWork
    fault: Exception | None = None
    rows: list[tuple[str, UUID, str, Relation, datetime]] = field(default_factory=list)
    commits_before: list[int] = field(default_factory=list)
    held_a_transaction: bool = False

    def record(
        self, viewer: Viewer, case_id: UUID, action: str, relation: Relation, at: datetime
    ) -> None:
        self.held_a_transaction |= self.work.is_open
        if self.fault is not None:
            raise self.fault
        self.rows.append((viewer.user_id, case_id, action, relation, at))
        self.commits_before.append(self.work.commits)


def child(municipality: str | None = "905", **known: Any) -> ChildConcerned:
    return ChildConcerned(municipality, answers={"child_name": "Esimerkki Lapsi"}, **known)


def command(*children: ChildConcerned, **changes: Any) -> Submit:
    """A whole guidance request; a test changes what it is about."""
    given: dict[str, Any] = {
        "submission_id": UUID(int=2**64),
        "reference": "ABCD-EFGH",
        "code": "SECR-ETCO-DEOF-TEST",
        "form": "guidance",
        "domain_identifier": "guidance_request",
        "form_version": 1,
        "language": "fi",
        "children": children or (child(),),
        "contact": Contact(),
        "cannot_wait": False,
        "statutory": False,
        "shared": {"message": "Tarvitsen neuvoa."},
        "sender": None,
    }
    return Submit(**{**given, **changes})
