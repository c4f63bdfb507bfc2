"""`luotsi directory`: bring a bundle in, take it out, prove that every contact has somebody."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from casework import bundle
from casework.calendar import HELSINKI, moment_of
from casework.directory import Directory
from casework.directory_check import check as find_holes
from casework.errors import LuotsiError, Outdated, Refused
from casework.routing import Target, route
from forms.registry import FORMS
from webapp import config, wiring
from webapp import directory_saving as saving
from webapp.demo_county import FOLDER, bundle_files
from webapp.directory_answers import decision_data, decision_lines, hole_data, hole_line
from webapp.message_texts import size_faults


@click.group()
def directory() -> None:
    """The county's teams, hours, contact points and municipalities."""


def _house() -> wiring.House:
    try:
        return wiring.build(config.load())
    except config.SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _read(folder: str) -> tuple[Mapping[str, str], Directory]:
    """The bundle in a folder, or the product's fictional one for the word `demo`."""
    path = FOLDER if folder == "demo" else Path(folder)
    if not path.is_dir():
        raise click.ClickException(f"{folder}: no such folder")
    files = bundle_files(path)
    try:
        return files, wiring.read_directory(files, 0)
    except bundle.BundleError as error:
        for problem in error.problems:
            click.echo(f"{problem.file}:{problem.line}: {problem.reason}", err=True)
        sys.exit(1)


@directory.command("import")
@click.argument("folder")
@click.option("--by", default="command line", show_default=True, help="Who imports, for history.")
@click.option(
    "--allow-holes", is_flag=True, help="Import although holes open that are not there now."
)
def import_(folder: str, by: str, allow_holes: bool) -> None:
    """Import the bundle in FOLDER whole, or not at all; its holes are printed.

    Text messages that would be too long are warned of. Refused, with exit code 1, where a team that has open cases is
    not in the bundle, where holes open that the present revision does not have, and where somebody else saves at the
    same moment.
    """
    files, here = _read(folder)
    house = _house()
    # No fault of the bundle alone: the public address is a setting.
    for fault in size_faults(here, house.settings.origin, wiring.now()):
        click.echo(f"warning: {fault}", err=True)
    seen = saving.outlook(house, files, house.revisions.latest())
    for hole in seen.holes:
        click.echo(("new " if hole in seen.appearing else "") + hole_line(hole), err=True)
    for team, count in seen.lost_teams.items():
        click.echo(
            f"teams.csv: there is no team '{team}', which has {count} open case(s)", err=True
        )
    try:
        revision = saving.save(house, seen, by, allow_holes=allow_holes)
    except (saving.OpenCasesLeft, saving.NewHoles, Outdated, Refused) as error:
        click.echo(f"Nothing was imported. {_advice(error)}", err=True)
        sys.exit(1)
    click.echo(f"directory revision {revision}")


def _advice(error: LuotsiError) -> str:
    if isinstance(error, saving.OpenCasesLeft):
        return "Keep a team, without services if need be, until its cases are closed."
    if isinstance(error, saving.NewHoles):
        return "Mend the new holes, or import with --allow-holes."
    if isinstance(error, Outdated):
        return "Somebody else saved the directory meanwhile: try again."
    return str(error)


@directory.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the newest revision's files into FOLDER."""
    house = _house()
    files = house.revisions.files(house.directory.revision)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sorted(files.items()):
        (folder / name).write_text(text, "utf-8")
    click.echo(f"{len(files)} files of revision {house.directory.revision} in {folder}")


@directory.command()
@click.argument("folder", required=False)
@click.option("--days", type=click.IntRange(1, 1000), default=366, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of lines.")
def check(folder: str | None, days: int, as_json: bool) -> None:
    """Prove that every municipality, form and language has somebody at every hour of the coming year.

    Checks the bundle in FOLDER, the fictional one for the word `demo`, or the newest imported revision. Exit code 1
    when there is a hole.
    """
    subject = _read(folder)[1] if folder else _house().directory
    today = wiring.now().astimezone(HELSINKI).date()
    holes = find_holes(subject, today, days, forms=tuple(FORMS))
    if as_json:
        answer = {
            "revision": None if folder else subject.revision,
            "from": today.isoformat(),
            "days": days,
            "holes": [hole_data(hole) for hole in holes],
        }
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    for hole in () if as_json else holes:
        click.echo(hole_line(hole))
    if not holes and not as_json:
        click.echo(f"no holes: every contact has somebody at every hour of the next {days} days")
    sys.exit(1 if holes else 0)


@directory.command()
@click.option("--bundle", "folder", default="", help="A folder, or `demo`; none: what is imported.")
@click.option("--form", type=click.Choice(sorted(FORMS)), default="guidance", show_default=True)
@click.option("--municipality", default="", help="Its three-digit code; none: not known.")
@click.option("--language", type=click.Choice(["fi", "sv", "en"]), default="fi", show_default=True)
@click.option("--at", "moment", default="", help="Helsinki time, 2026-12-24T22:00; none: now.")
@click.option("--client-code", default="", help="As a family would type it.")
@click.option("--worker-name", default="", help="As a family would type it.")
@click.option("--cannot-wait", is_flag=True, help="The sender says that it cannot wait.")
@click.option("--here-now", is_flag=True, help="The child is in this county now.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of lines.")
def explain(
    folder: str,
    form: str,
    municipality: str,
    language: str,
    moment: str,
    client_code: str,
    worker_name: str,
    cannot_wait: bool,
    here_now: bool,
    as_json: bool,
) -> None:
    """Print where a contact would go at a moment and why, who is told by which way, and when somebody is there."""
    at = _moment(moment) if moment else wiring.now()
    here = _read(folder)[1] if folder else _house().directory
    target = Target(
        form=form,
        language=language,
        municipality=municipality or None,
        here_now=here_now,
        cannot_wait=cannot_wait,
        statutory=FORMS[form].statutory,
        client_code=client_code,
        worker_name=worker_name,
    )
    data = decision_data(route(target, here, at), here, at, language, urgent=cannot_wait)
    lines = (json.dumps(data, ensure_ascii=False, indent=1),) if as_json else decision_lines(data)
    for line in lines:
        click.echo(line)


def _moment(text: str) -> datetime:
    """The moment (UTC) at which a clock in Helsinki shows what was typed."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("write it as 2026-12-24T22:00", param_hint="--at") from None
    return moment_of(wall) if wall.tzinfo is None else wall.astimezone(UTC)
