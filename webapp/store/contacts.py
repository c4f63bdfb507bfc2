"""How a sender may be reached: what was chosen with the message, and what the sender chose since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from casework.commands import ContactWay, Scope
from casework.errors import ErasedContent
from webapp.store.crypto import Keys
from webapp.store.tables import additions, submissions

#: Pages of an addition that say how the sender may be reached, and nothing else.
_PAGES = frozenset({"you", "contact"})
_NO_MORE = {"way": ContactWay.NONE.value, "phone": None, "email": None}

Given = Mapping[str, Any]
Additions = Sequence[tuple[datetime, Given]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """One choice of contact, and when it was made; `given` is None for a sender who gave nothing at first."""

    at: datetime
    given: Given | None = field(repr=False)


def sender_now(connection: Connection, keys: Keys, submission_id: UUID) -> Given | None:
    """What the sender has answered of themselves, with their newest choice of contact; None where they gave nothing.
    Raises ErasedContent."""
    row = connection.execute(
        select(
            submissions.c.received_at,
            submissions.c.key_wrapped,
            submissions.c.sender_key_wrapped,
            submissions.c.sender_sealed,
        ).where(submissions.c.id == submission_id)
    ).one()
    if row.key_wrapped is None:
        raise ErasedContent("submission")
    if row.sender_key_wrapped is None:
        return None
    key = keys.unwrap(row.sender_key_wrapped, submission_id, "sender_key")
    first = key.open_json(row.sender_sealed, submission_id, "sender") if row.sender_sealed else None
    added = connection.execute(
        select(additions)
        .where(additions.c.submission_id == submission_id, additions.c.scope == Scope.SENDER.value)
        .order_by(additions.c.received_at)
    )
    opened = [
        (one.received_at, key.open_json(one.answers_sealed, one.id, f"addition/{one.scope}"))
        for one in added
    ]
    return choices(first, row.received_at, opened)[0].given


def choices(sender: Given | None, received_at: datetime, added: Additions) -> Sequence[Chosen]:
    """Every choice, the newest first, each whole: what a later one does not say stays as it was."""
    found = [Chosen(received_at, sender)]
    for at, given in added:
        changed = _choice(given)
        if changed is not None:
            found.append(Chosen(at, {**(found[-1].given or {}), **changed}))
    return found[::-1]


def _choice(given: Given) -> Given | None:
    """What the pages of one addition choose; None where they choose nothing."""
    if given.get("you", {}).get("identity") == "anonymous":
        return _NO_MORE
    chosen: Given | None = given.get("contact")
    return chosen


def others(added: Additions) -> Additions:
    """The additions that say something else."""
    return [(at, given) for at, given in added if not set(given) <= _PAGES]
