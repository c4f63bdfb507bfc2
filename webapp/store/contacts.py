"""How a sender may be reached: what was chosen with the message, and what the sender chose since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casework.commands import ContactWay

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
