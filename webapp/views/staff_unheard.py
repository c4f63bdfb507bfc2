"""Urgent alerts of a case that have not left the house: whom to call instead, and on what number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from casework.access import teams_of
from casework.directory import Directory
from casework.messages import Channel, MessageState, Purpose
from casework.model import CaseHead, CaseState
from casework.teams import ContactKind, Team
from webapp.store.case_file import CaseFile, MessageLine
from webapp.views.staff_answers import dialable, team_name, worker_name
from webapp.views.staff_door import viewer

#: So long an alert may take before somebody is asked to call.
PATIENCE = timedelta(minutes=2)
_THROUGH = frozenset({MessageState.ACCEPTED, MessageState.SENT, MessageState.DELIVERED})
_SPOKEN = frozenset({ContactKind.MOBILE, ContactKind.LANDLINE})


@dataclass(frozen=True, slots=True)
class Unheard:
    """A team or worker whom no alert has reached; `phone` is empty where the directory knows none."""

    name: str
    phone: str = field(repr=False)
    dial: str | None = field(repr=False)


def unheard(
    case: CaseFile, here: Directory, broken: Collection[Channel], at: datetime
) -> list[Unheard]:
    """Whom to call, because no urgent alert to them has gone through: not within the patience, or not while its
    channel is broken. Not of a case that is answered or closed, and never the viewer's own teams, who see it."""
    if case.head.state in {CaseState.ANSWERED, CaseState.CLOSED}:
        return []
    silent = dict.fromkeys(
        recipient
        for (_, recipient), lines in _alerts(case).items()
        if not any(line.state in _THROUGH for line in lines) and _is_late(lines, broken, at)
    )
    mine = {f"team:{team}" for team in teams_of(viewer(), here)} | {f"worker:{viewer().worker}"}
    return [_whom(one, here) for one in silent if one not in mine]


def _alerts(case: CaseFile) -> Mapping[tuple[str, str], list[MessageLine]]:
    """Urgent alerts by what they tell and by whom they tell: a team has several ways, and one that works is enough."""
    found: dict[tuple[str, str], list[MessageLine]] = {}
    for line in case.messages:
        recipient = ":".join(line.recipient.split(":")[:2])
        if line.purpose == Purpose.STAFF_URGENT and _concerns(line, recipient, case.head):
            found.setdefault((line.event, recipient), []).append(line)
    return found


def _concerns(line: MessageLine, recipient: str, head: CaseHead) -> bool:
    """Alerts that only another child's case concerns would tell whose that case is."""
    if recipient.startswith("worker:"):
        return line.case_id == head.id
    return recipient in {f"team:{team}" for team in (head.team, *head.alerted_teams)}


def _is_late(lines: Iterable[MessageLine], broken: Collection[Channel], at: datetime) -> bool:
    return any(line.channel in broken or line.created_at < at - PATIENCE for line in lines)


def _whom(recipient: str, here: Directory) -> Unheard:
    kind, _, key = recipient.partition(":")
    if kind == "worker":
        worker = here.workers.get(key)
        name, phone = worker_name(key, here), (worker.mobile if worker else "") or ""
    else:
        team = here.teams.get(key)
        name, phone = team_name(key, here), _phone_of(team) if team else ""
    return Unheard(name, phone, dialable(phone) if phone else None)


def _phone_of(team: Team) -> str:
    """The number that a person answers, else one that at least rings."""
    rings = (point.address for point in team.alert if point.kind in _SPOKEN and point.address)
    return team.phone or next(rings, "")
