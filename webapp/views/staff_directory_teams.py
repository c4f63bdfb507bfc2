"""Teams: what each takes, where it is reached, its hours as a week that one can see, and who is told in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import abort, render_template, request
from flask import url_for as address
from flask_security import auth_required

from casework import directory_changes as changing
from casework.bundle_ladders import ESCALATION_FILE
from casework.bundle_times import written_spans
from casework.calendar import DAY_MINUTES, Span, is_eve
from casework.directory import Directory
from casework.teams import LadderStep, Team
from forms.words import N_, Words
from webapp.i18n import say, weekday
from webapp.pages import local_day
from webapp.views import staff_directory_choices as choices
from webapp.views.staff_answers import team_name
from webapp.views.staff_directory_asking import (
    Column,
    cells_of,
    form_of,
)
from webapp.views.staff_directory_door import admins, around, base, bp, is_admin, row_id
from webapp.views.staff_directory_fields import (
    Line,
    Picked,
    written_day,
)
from webapp.views.staff_directory_rows import Answer, proposed_or_refused
from webapp.views.staff_directory_sheets import SHEETS
from webapp.views.staff_directory_words import label, shown
from webapp.wiring import now

#: Days that differ are listed so far ahead.
AHEAD = timedelta(weeks=8)
MOST_STEPS = 6
_OF_TEAM = ("services", "contact-points", "hours-exceptions")
STEPS_IN_ORDER = N_("Fill the steps in order, without leaving one out")
MINUTES = N_("Write whole minutes, for example 30")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a week: its name, the hours in words, and bars as (begin, length) in minutes of that day."""

    name: str
    words: str
    bars: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one file on a team's page: the columns' labels, and for each row its id and its cells in words."""

    slug: str
    title: str
    add: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@bp.get("/teams")
@auth_required("session")
def teams() -> str:
    here = base().directory
    lines = [
        (team.key, team_name(team.key, here), team.phone, len(team.members), _lead(team, here))
        for team in sorted(here.teams.values(), key=lambda t: team_name(t.key, here).casefold())
    ]
    return render_template("staff/directory/teams.html", lines=lines)


def _lead(team: Team, here: Directory) -> str:
    worker = here.workers.get(team.lead or "")
    return worker.name if worker else ""


@bp.get("/teams/<team>")
@auth_required("session")
def team(team: str) -> str:
    here = base()
    directory = here.directory
    found = directory.teams.get(team) or abort(404)
    row = next(r for r in changing.rows(here.files, "teams.csv") if r["key"] == team)
    return render_template(
        "staff/directory/team.html",
        team=found,
        name=team_name(team, directory),
        names=[name for _, name in sorted(found.names.items())],
        row=row_id("teams.csv", row),
        lead=_lead(found, directory),
        parts=[_part(slug, here.files, team, directory) for slug in _OF_TEAM],
        week=[_day(weekday(date(2024, 1, 1 + n)), spans) for n, spans in enumerate(_week(found))],
        differing=list(_differing(found, directory)),
        ladder=[(_tell(step), _minutes(step)) for step in found.ladder],
        members=sorted(directory.workers[key].name for key in found.members),
    )


def _part(slug: str, files: Mapping[str, str], team: str, here: Directory) -> Part:
    sheet = SHEETS[slug]
    columns = [column.name for column in sheet.columns if column.name != "key"]
    rows = [row for row in changing.rows(files, sheet.file) if row["team"] == team]
    return Part(
        slug,
        sheet.title,
        sheet.add,
        tuple(label(sheet.file, column) for column in columns),
        tuple(
            (
                row_id(sheet.file, row) if is_admin() else "",
                tuple(shown(column, row.get(column, ""), [here]) for column in columns),
            )
            for row in rows
        ),
    )


def _week(team: Team) -> Iterator[list[tuple[Span, bool]]]:
    """For each weekday the spans that begin on it, and (True) those of the day before that reach into it."""
    weekly = team.hours.weekly
    for day in range(7):
        tails = [(span, True) for span in weekly[day - 1] if span.closes > DAY_MINUTES]
        yield [*tails, *((span, False) for span in weekly[day])]


def _day(name: str, spans: list[tuple[Span, bool]]) -> Day:
    bars = [
        (0, span.closes - DAY_MINUTES) if tail else (span.opens, _length(span))
        for span, tail in spans
    ]
    return Day(name, hours_in_words([span for span, tail in spans if not tail]), tuple(bars))


def _length(span: Span) -> int:
    return min(span.closes, DAY_MINUTES) - span.opens


def hours_in_words(spans: list[Span] | tuple[Span, ...]) -> str:
    """'08:00–16:00', or that it is closed."""
    return written_spans(spans).replace("-", "–") if spans else say(N_("closed"))


def _differing(team: Team, here: Directory) -> Iterator[tuple[str, str, str]]:
    """(day, hours, why) of each coming day whose hours are not those of its weekday."""
    today = local_day(now())
    for number in range(AHEAD.days):
        day = today + timedelta(days=number)
        spans = team.hours.spans_on(day, here.holidays)
        if spans != team.hours.weekly[day.weekday()]:
            why = N_("Own hours") if day in team.hours.exceptions else _holiday(day)
            yield f"{weekday(day)} {written_day(day)}", hours_in_words(spans), why


def _holiday(day: date) -> str:
    return N_("Christmas Eve or Midsummer Eve") if is_eve(day) else N_("Public holiday")


def _tell(step: LadderStep) -> str:
    return choices.TELLS[step.tell.value]


def _minutes(step: LadderStep) -> int:
    return int(step.after.total_seconds()) // 60


@bp.get("/teams/<team>/ladder")
@bp.post("/teams/<team>/ladder")
@auth_required("session")
@admins
def ladder(team: str) -> Answer:
    """Who is told in turn when nobody opens a case: the whole ladder of a team at once."""
    here = base()
    found = here.directory.teams.get(team) or abort(404)
    filled: dict[str, str] = {}
    for number, step in enumerate(found.ladder[:MOST_STEPS], start=1):
        filled |= {f"tell_{number}": step.tell.value, f"after_{number}": str(_minutes(step))}
    posted = request.form if request.method == "POST" else None
    form = form_of(tuple(_questions()), around(here.directory, team), posted, filled)
    if posted is not None and form.validate():
        steps = _steps(form)
        if steps is not None:
            rows = [{"team": team, **step} for step in steps]
            files = changing.with_group(here.files, ESCALATION_FILE, team, rows)
            return proposed_or_refused(here, files, address("staff.directory.team", team=team))
    page = render_template(
        "staff/directory/ladder.html",
        form=form,
        team=team,
        name=team_name(team, here.directory),
    )
    return (page, 422) if form.errors else page


def _questions() -> Iterator[Column]:
    for number in range(1, MOST_STEPS + 1):
        who = Words(N_("Step %(number)s: who is told"), number=number)
        when = Words(N_("Step %(number)s: after how many minutes"), number=number)
        yield Column(f"tell_{number}", who, "", Picked, choices.fixed(choices.TELLS))
        yield Column(f"after_{number}", when, "", Line)


def _steps(form: Any) -> list[dict[str, str]] | None:
    """The rows of the ladder; None where something is wrong, which then stands beside its field."""
    cells = cells_of(form)
    steps: list[dict[str, str]] = []
    for number in range(1, MOST_STEPS + 1):
        tell, after = cells[f"tell_{number}"], cells[f"after_{number}"] or "0"
        if not tell:
            continue
        if len(steps) + 1 != number:
            form[f"tell_{number}"].errors = [STEPS_IN_ORDER]
            return None
        if not (after.isascii() and after.isdigit()):
            form[f"after_{number}"].errors = [MINUTES]
            return None
        steps.append({"step": str(number), "tell": tell, "after_minutes": after})
    return steps
