"""The account of a storm: what the rows say of each message, held against what the providers have taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from webapp.embedded.twilio_account import StoredMessage

_HANDED_OVER: Final = frozenset({"accepted", "sent", "delivered", "undelivered", "unknown"})
#: States in which a row says of itself that it may not have arrived; `failed`: its workers died again and again.
_KNOWN_UNSURE: Final = frozenset({"unknown", "failed"})

MESSAGES: Final = """
    select m.id, m.event, m.recipient, m.channel, m.state, m.reason, m.retold_at is not null retold,
        exists (select 1 from timeline t where t.detail->>'message' = m.id::text
            and t.kind in ('call_needed', 'team_not_reached')) called
    from messages m"""
ATTEMPTS: Final = "select id, message_id, started_at, verdict from attempts order by started_at"


@dataclass(frozen=True, slots=True)
class Told:
    """One row of ours, what became of its attempts, and when the provider took it, each time."""

    id: UUID
    event: str
    recipient: str
    channel: str
    state: str
    reason: str
    called: bool
    #: (began, verdict) of each attempt; the verdict is None where its worker died.
    attempts: tuple[tuple[datetime, str | None], ...]
    taken: tuple[datetime, ...]

    @property
    def flagged(self) -> bool:
        """Of an attempt before the last one nobody knew how it had ended."""
        return any(verdict in (None, "unknown") for _, verdict in self.attempts[:-1])

    def __str__(self) -> str:
        tries = ", ".join(f"{at:%H:%M:%S} {verdict}" for at, verdict in self.attempts)
        taken = ", ".join(f"{at:%H:%M:%S}" for at in self.taken)
        return (
            f"{self.channel} to {self.recipient} {self.id}: {self.state} ({self.reason}),"
            f" tried [{tries}], taken [{taken}]"
        )


@dataclass
class Tally:
    """Which messages met which end. `lost`: the provider never had it, and nobody was told so."""

    rows: list[Told]
    lost: list[Told] = field(default_factory=list)
    #: Never taken, but the rows say so, and another way was taken or a person asked to call.
    told_otherwise: list[Told] = field(default_factory=list)
    doubled: list[Told] = field(default_factory=list)
    doubled_unflagged: list[Told] = field(default_factory=list)
    #: Taken, while our row says that it was not.
    untrue: list[Told] = field(default_factory=list)
    #: Attempts of which the provider has a text, and we have no row.
    strays: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        reached = {(one.event, one.recipient) for one in self.rows if one.taken}
        events = {event for event, _ in reached}
        for one in self.rows:
            if one.taken:
                self._count_taken(one)
            elif one.state in _KNOWN_UNSURE and (
                one.called or self._by_other(one, reached, events)
            ):
                self.told_otherwise.append(one)
            else:
                self.lost.append(one)

    @staticmethod
    def _by_other(one: Told, reached: set[tuple[str, str]], events: set[str]) -> bool:
        """Whether somebody else was told of the same."""
        return one.event in events and (one.event, one.recipient) not in reached

    def _count_taken(self, one: Told) -> None:
        if one.state not in _HANDED_OVER:
            self.untrue.append(one)
        if len(one.taken) > 1:
            self.doubled.append(one)
            if not one.flagged:
                self.doubled_unflagged.append(one)

    def faults(self) -> list[str]:
        """Each message of which something is wrong, in words."""
        named = (("lost", self.lost), ("doubled", self.doubled_unflagged), ("untrue", self.untrue))
        found_of_rows = [f"{name}: {one}" for name, found in named for one in found]
        return found_of_rows + [f"stray: {attempt}" for attempt in self.strays]

    def states(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for one in self.rows:
            counted[one.state] = counted.get(one.state, 0) + 1
        return counted


def tally(
    messages: Iterable[Mapping[str, Any]],
    attempts: Iterable[Mapping[str, Any]],
    texts: Iterable[StoredMessage],
    mails: Mapping[UUID, list[datetime]],
) -> Tally:
    """Rows of MESSAGES and ATTEMPTS, texts by the attempt that their receipts name, mails by their own id."""
    tried: dict[UUID, list[tuple[datetime, str | None]]] = {}
    message_of: dict[str, UUID] = {}
    for attempt in attempts:
        tried.setdefault(attempt["message_id"], []).append(
            (attempt["started_at"], attempt["verdict"])
        )
        message_of[str(attempt["id"])] = attempt["message_id"]
    taken = {one: list(times) for one, times in mails.items()}
    strays = []
    for sent in texts:
        attempt_id = (sent.status_callback or "").rsplit("/", 1)[-1]
        if attempt_id in message_of:
            taken.setdefault(message_of[attempt_id], []).append(sent.created_at)
        else:
            strays.append(attempt_id)
    rows = [_told(row, tried.get(row["id"], ()), taken.get(row["id"], ())) for row in messages]
    return Tally(rows, strays=strays)


def _told(
    row: Mapping[str, Any],
    tried: Iterable[tuple[datetime, str | None]],
    taken: Iterable[datetime],
) -> Told:
    return Told(
        id=row["id"],
        event=row["event"],
        recipient=row["recipient"],
        channel=row["channel"],
        state=row["state"],
        reason=row["reason"],
        called=row["called"],
        attempts=tuple(tried),
        taken=tuple(sorted(taken)),
    )
