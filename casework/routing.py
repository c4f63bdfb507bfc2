"""Where a case goes: a pure function that always answers, and says why.

`route` never raises and never answers nobody: whatever is missing from the directory, it names
the team most likely to be seen and raises the alarm. The order of its rules:

0. feedback on the pages -> the team that looks after the service, and never an alert;
1. an existing client -> the responsible worker, by client code, else by the worker's name; away -> the
   deputy; away too -> the worker's team. Who sent it is told of the team that rules 2 to 5 name, whether or
   not there was a match: a client relationship is never confirmed;
2. no municipality, or one that nobody answers for -> the county's intake team;
3. a retired municipality -> its successor;
4. another county's -> the intake team: a transfer, unless the child is here now;
5. else the team that serves municipality, form and language, or, where none does, the one that
   serves another language there, or the intake team;
6. a team that nobody would see -> the fallback team, and an alarm;
7. closed now -> the same team `after_hours`; what is statutory or cannot wait alerts on-call.

Details of reasons hold codes and keys only. They may hold the municipality: with non-disclosure
asked they are stored where the municipality is, sealed or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from casework.calendar import HELSINKI, is_open, next_opening
from casework.directory import ANY, Directory, Municipality
from casework.teams import Team
from casework.workers import Worker

#: The form about these pages themselves: it concerns no child, and has a team and a clock of its own.
FEEDBACK: Final = "feedback"


@dataclass(frozen=True, slots=True)
class Target:
    """What decides a route: form slug, language, and the code of the child's municipality.

    `municipality` is None when unknown or not told. `here_now`: the child is in this county now.
    `send_anyway`: the sender was told of the other county and sent it to us all the same.
    `cannot_wait`: the sender's own answer, never the urgency assessment. `statutory`: the form
    starts statutory clocks. `client_code` and `worker_name`: as the sender typed them.
    """

    form: str
    language: str
    municipality: str | None
    here_now: bool = False
    send_anyway: bool = False
    cannot_wait: bool = False
    statutory: bool = False
    client_code: str = field(default="", repr=False)
    worker_name: str = field(default="", repr=False)

    @property
    def names_worker(self) -> bool:
        """Whether the sender says that there is a worker already, rightly or not."""
        return bool(self.client_code.strip() or self.worker_name.strip())


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that had a part in the decision; `detail` is plain text to text, ready for JSON."""

    rule: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a case goes. `team` is a key of the directory's teams whenever it has any.

    `worker` is the responsible worker, or the deputy, where one was found and is present. `shown_team` is set
    whenever the sender named a worker: the team of which the sender is told, match or none.

    `opens_at` (aware UTC) is set when `after_hours`, but for a team that never opens.
    `transfer_to` is the code of the county that the matter belongs to. `alert_on_call`: tell the
    on-call team at once. `alarm`: a person must mend the directory; `reasons` say what.
    """

    team: str
    worker: str | None
    shown_team: str | None
    after_hours: bool
    opens_at: datetime | None
    transfer_to: str | None
    alert_on_call: bool
    alarm: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    """A team's key before anyone asked whether it would be seen, and how it was found."""

    team: str
    reasons: tuple[Reason, ...]
    transfer_to: str | None = None
    worker: str | None = None


def route(target: Target, directory: Directory, now: datetime) -> Decision:
    """Decide where a case goes at the moment `now` (aware). Total and deterministic."""
    choice, shown = _placed(target, directory, now)
    seen_by, alarms = _seen_by(choice.team, directory, now)
    team = directory.teams.get(seen_by)
    reasons = [*choice.reasons, *alarms]
    after_hours = team is None or not is_open(team.hours, directory.holidays, now)
    opens_at = next_opening(team.hours, directory.holidays, now) if team and after_hours else None
    pressing = target.form != FEEDBACK and (target.statutory or target.cannot_wait)
    alert_on_call = after_hours and pressing
    if after_hours:
        reasons.append(Reason("after_hours", {"team": seen_by}))
    if after_hours and opens_at is None:
        alarms.append(Reason("never_opens", {"team": seen_by}))
        reasons.append(alarms[-1])
    if alert_on_call:
        missing = _on_call_faults(directory, now)
        alarms += missing
        why = "statutory" if target.statutory else "cannot_wait"
        told = Reason("on_call_alerted", {"team": directory.on_call_team, "because": why})
        reasons += missing or [told]
    return Decision(
        team=seen_by,
        worker=choice.worker,
        shown_team=shown,
        after_hours=after_hours,
        opens_at=opens_at,
        transfer_to=choice.transfer_to,
        alert_on_call=alert_on_call,
        alarm=bool(alarms),
        reasons=tuple(reasons),
    )


def belongs_to(target: Target, directory: Directory, on: date) -> str:
    """The key of the team that answers for the matter by rules 0 and 2 to 5, whoever is there to see it."""
    return _choose(target, directory, on).team


def visibility_fault(team: Team | None, directory: Directory, at: datetime) -> str | None:
    """Why nobody would see a case of this team that came in at the moment; None: somebody would.

    'missing', 'no_members', 'no_address', or 'nobody_on_duty': of all members and shifts, nobody is there when
    the team is next open. A team that never opens is another fault.
    """
    if team is None:
        return "missing"
    if not directory.has_members(team):
        return "no_members"
    if not any(point.is_reachable for point in team.alert):
        return "no_address"
    opens = next_opening(team.hours, directory.holidays, at)
    if opens is not None and not directory.on_duty(team, opens):
        return "nobody_on_duty"
    return None


def _placed(target: Target, directory: Directory, now: datetime) -> tuple[_Choice, str | None]:
    """The choice, and the team that the sender is told of where that must not tell of a match."""
    usual = _choose(target, directory, now.astimezone(HELSINKI).date())
    if not target.names_worker or target.form == FEEDBACK:
        return usual, None
    shown, _ = _seen_by(usual.team, directory, now)
    # Nothing that the sender sees may hang on the match, a transfer neither.
    worker, reasons = _worker_meant(target, directory)
    if worker is None:
        return _Choice(usual.team, (*reasons, *usual.reasons)), shown
    home = next((key for key in worker.teams if key in directory.teams), None)
    if home is None:
        without = Reason("worker_without_team", {"worker": worker.key})
        return _Choice(usual.team, (*reasons, without, *usual.reasons)), shown
    present, away = _present(worker, directory, now)
    return _Choice(home, (*reasons, *away), worker=present), shown


def _worker_meant(target: Target, directory: Directory) -> tuple[Worker | None, tuple[Reason, ...]]:
    """Rule 1: whom the sender means. A code goes before a name; a wrong one leaves the name to be tried."""
    reasons: tuple[Reason, ...] = ()
    if target.client_code.strip():
        worker = directory.worker_of_client(target.client_code)
        if worker is not None:
            return worker, (Reason("client_code", {"worker": worker.key}),)
        reasons = (Reason("client_code_unknown"),)
    if not target.worker_name.strip():
        return None, reasons
    called = directory.workers_called(target.worker_name)
    if len(called) == 1:
        found = directory.workers[called[0]]
        return found, (*reasons, Reason("worker_named", {"worker": found.key}))
    if called:
        return None, (*reasons, Reason("worker_ambiguous", {"workers": " ".join(called)}))
    return None, (*reasons, Reason("worker_not_found"))


def _present(
    worker: Worker, directory: Directory, now: datetime
) -> tuple[str | None, tuple[Reason, ...]]:
    """The worker, else the deputy, else nobody: the team. One hop only, so that deputies never make a ring."""
    if directory.is_present(worker.key, now):
        return worker.key, ()
    deputy = directory.deputy_of(worker.key, now)
    if deputy is None:
        return None, (Reason("worker_absent", {"worker": worker.key}),)
    detail = {"worker": worker.key, "deputy": deputy}
    if not directory.is_present(deputy, now) or not directory.workers[deputy].teams:
        return None, (Reason("deputy_absent", detail),)
    return deputy, (Reason("deputy", detail),)


def _choose(target: Target, directory: Directory, today: date) -> _Choice:
    """Rules 0 and 2 to 5: the team that the matter belongs to."""
    if target.form == FEEDBACK:
        return _Choice(directory.feedback_team, (Reason("feedback"),))
    intake = directory.intake_team
    if target.municipality is None:
        return _Choice(intake, (Reason("unknown_municipality"),))
    place = directory.resolve_municipality(target.municipality, today)
    if place is None:
        detail = {"municipality": target.municipality}
        return _Choice(intake, (Reason("unknown_municipality", detail),))
    followed: tuple[Reason, ...] = ()
    if place.code != target.municipality:
        followed = (Reason("successor", {"from": target.municipality, "to": place.code}),)
    if directory.is_own(place):
        return _serving(target, place, directory, followed)
    detail = {"county": place.county}
    if target.here_now:
        return _Choice(intake, (*followed, Reason("here_now", detail)))
    detail["send_anyway"] = "yes" if target.send_anyway else "no"
    transfer = Reason("other_county_transfer", detail)
    return _Choice(intake, (*followed, transfer), transfer_to=place.county)


def _serving(
    target: Target, place: Municipality, directory: Directory, followed: tuple[Reason, ...]
) -> _Choice:
    """Rule 5: the team serving one of this county's own municipalities."""
    served = {"municipality": place.code, "form": target.form, "language": target.language}
    team = directory.team_for(place.code, target.form, target.language)
    if team is not None:
        return _Choice(team.key, (*followed, Reason("served_by_municipality", served)))
    for language in _other_languages(place, directory):
        team = directory.team_for(place.code, target.form, language)
        if team is not None:
            detail = {**served, "served_in": language}
            return _Choice(team.key, (*followed, Reason("language_not_served", detail)))
    return _Choice(directory.intake_team, (*followed, Reason("not_served", served)))


def _other_languages(place: Municipality, directory: Directory) -> Iterator[str]:
    """Languages to try in turn: the municipality's, the county's, then any that a team has."""
    yield from place.languages
    yield from directory.county.languages
    services = (s for team in directory.teams.values() for s in team.services)
    yield from sorted({language for s in services for language in s.languages} - {ANY})


def _seen_by(key: str, directory: Directory, now: datetime) -> tuple[str, list[Reason]]:
    """Rule 6: the team itself when somebody would see it, else the best that there is."""
    fault = visibility_fault(directory.teams.get(key), directory, now)
    if fault is None:
        return key, []
    named = (directory.fallback_team, directory.intake_team, directory.on_call_team)
    stand_ins = [k for k in (*named, *sorted(directory.teams)) if k in directory.teams]
    seen = (k for k in named if visibility_fault(directory.teams.get(k), directory, now) is None)
    chosen = next(seen, None)
    reasons = [Reason("nobody_would_see", {"team": key, "because": fault})]
    if chosen is not None:
        return chosen, [*reasons, Reason("fallback", {"team": chosen})]
    last = next(iter(stand_ins), directory.fallback_team)
    return last, [*reasons, Reason("fallback_no_reachable", {"team": last})]


def _on_call_faults(directory: Directory, now: datetime) -> list[Reason]:
    """Why an alert to the on-call team would reach nobody at `now`; empty when it would."""
    team = directory.teams.get(directory.on_call_team)
    fault = visibility_fault(team, directory, now)
    if fault is None and team and not is_open(team.hours, directory.holidays, now):
        fault = "closed"
    detail = {"team": directory.on_call_team, "because": fault or ""}
    return [Reason("on_call_unreachable", detail)] if fault else []
