"""What `luotsi directory check` and `explain` answer: as data for machines, and as English lines for people.

Keys and codes alone: no name of a person, no number and no client code is ever in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from casework.calendar import HELSINKI
from casework.directory import Directory
from casework.hole import Hole
from casework.reaching import reach
from casework.routing import Decision, Reason
from webapp.views.staff_directory_holes import HOLES, UNNAMED
from webapp.views.staff_words import RULES, UNNAMED_RULE

#: Days are told by these in lines; data has UTC.
_WHEN = "%Y-%m-%d %H:%M"


def hole_words(hole: Hole) -> str:
    """What a hole means, in English."""
    msgid = HOLES.get(hole.kind, UNNAMED)
    return msgid % {"subject": hole.subject, "kind": hole.kind}


def hole_line(hole: Hole) -> str:
    example = ", ".join(f"{name} {value}" for name, value in hole.example.items())
    return f"{hole.kind}: {hole_words(hole)}" + (f" For example: {example}" if example else "")


def hole_data(hole: Hole) -> dict[str, Any]:
    return {
        "kind": hole.kind,
        "subject": hole.subject,
        "example": dict(hole.example),
        "words": hole_words(hole),
    }


def decision_data(
    decision: Decision, here: Directory, at: datetime, language: str, *, urgent: bool
) -> dict[str, Any]:
    """A decision of the moment `at`, why it was made, and whom it reaches; moments as ISO 8601 in UTC."""
    found = reach(decision, here, at, urgent=urgent)
    team = here.teams.get(decision.team)
    return {
        "at": at.isoformat(),
        "team": decision.team,
        "team_name": here.name(team.names, language) if team else "",
        "worker": decision.worker,
        "shown_team": decision.shown_team,
        "after_hours": decision.after_hours,
        "opens_at": _iso(decision.opens_at),
        "transfer_to": decision.transfer_to,
        "alert_on_call": decision.alert_on_call,
        "alarm": decision.alarm,
        "reasons": [
            {"rule": reason.rule, "detail": dict(reason.detail), "words": _reason_words(reason)}
            for reason in decision.reasons
        ],
        "told": [{"key": way.key, "channel": way.channel.value} for way in found.told],
        "on_duty": list(found.on_duty),
        "next_human_at": _iso(found.next_human_at),
    }


def decision_lines(data: Mapping[str, Any]) -> Iterator[str]:
    """What `decision_data` says, with the times of a clock in Finland."""
    yield f"team {data['team']}: {data['team_name']}"
    if data["worker"]:
        yield f"worker {data['worker']}"
    if data["shown_team"]:
        yield f"the sender is told of the team {data['shown_team']}"
    if data["after_hours"]:
        opens = data["opens_at"]
        yield f"closed then, opens {_local(opens)}" if opens else "closed then, and never opens"
    if data["transfer_to"]:
        yield f"to be passed on to the county {data['transfer_to']}"
    if data["alert_on_call"]:
        yield "the on-call team is alerted at once"
    if data["alarm"]:
        yield "ALARM: the directory must be mended"
    for reason in data["reasons"]:
        yield f"because {reason['rule']}: {reason['words']}"
    yield from _told(data["told"])
    yield f"on duty then: {' '.join(data['on_duty']) or 'nobody'}"
    human = data["next_human_at"]
    yield f"somebody is there: {_local(human) if human else 'never'}"


def _told(ways: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """The first way of each worker or team, and those that are tried when it fails."""
    told: set[str] = set()
    for way in ways:
        whom = way["key"].rpartition(":")[0]
        when = "if that fails" if whom in told else "told at once"
        yield f"{when}, by {way['channel']}: {way['key']}"
        told.add(whom)


def _reason_words(reason: Reason) -> str:
    named = f"{reason.rule}:{reason.detail.get('because', '')}"
    msgid = RULES.get(named) or RULES.get(reason.rule) or UNNAMED_RULE
    return msgid % {**reason.detail, "rule": reason.rule}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _local(iso: str) -> str:
    return datetime.fromisoformat(iso).astimezone(HELSINKI).strftime(_WHEN)
