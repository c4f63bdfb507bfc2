"""The command line `luotsi`: for those who run the service, and for the demo."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from webapp import logs

if TYPE_CHECKING:
    from webapp.config import Settings

#: Said by `./run luotsi` alone: an installation has settings of its own.
_BESIDE_DEMO = "LUOTSI_BESIDE_DEMO"
_ADDRESS = "LUOTSI_PUBLIC_URL"


def _settings() -> Settings:
    from webapp import config

    try:
        return config.load()
    except config.SettingsError as error:
        _stop(str(error))


def _stop(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(2)


class _Lazy(click.Group):
    """Groups whose code is imported when they are called: `luotsi serve` must not wait for them."""

    groups: Mapping[str, str] = {
        "bounce": "webapp.mail_commands",
        "directory": "webapp.directory_commands",
        "erase": "webapp.erase_commands",
        "erased": "webapp.erase_commands",
        "user": "webapp.user_commands",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self.groups])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.groups:
            found: click.Command = getattr(import_module(self.groups[cmd_name]), cmd_name)
            return found
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Lazy)
def main() -> None:
    """Luotsi, the front door of child-welfare open care."""
    logs.configure()
    if os.environ.pop(_BESIDE_DEMO, ""):
        _take_settings_of_the_demo()


def _take_settings_of_the_demo() -> None:
    """Where nobody has set anything and a demo of this checkout runs, its settings are meant."""
    from webapp.embedded import beside
    from webapp.embedded.place import EmbeddedServerError

    try:
        found = beside.settings(os.environ, Path.cwd())
    except EmbeddedServerError as error:
        _stop(str(error))
    if found:
        click.echo(f"luotsi: with the settings of the demo at {found[_ADDRESS]}", err=True)
        os.environ.update(found)


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--twilio-emulator", is_flag=True, help="Send SMS through Twilio's SDK to an emulator."
)
def demo(port: int, twilio_emulator: bool) -> None:
    """The whole service on this machine: embedded servers, a fictional county, nothing leaves."""
    from webapp.embedded.demo import run_demo

    sys.exit(run_demo(port, twilio_emulator))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1))
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the web application."""
    from webapp import config
    from webapp.server import serve as run

    try:
        run(host, port, workers, threads)
    except config.SettingsError as error:
        _stop(str(error))


def _become(role: str, *options: str) -> NoReturn:
    """Celery takes this process over, so that signals reach it directly."""
    os.execv(sys.executable, [sys.executable, "-m", "tasks.run", role, *options])


@main.command()
@click.option("--queues", default="urgent,default,bulk,periodic", show_default=True)
@click.option("--name", default="worker", show_default=True)
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1))
def worker(queues: str, name: str, concurrency: int) -> None:
    """Run a Celery worker for these queues."""
    from forms.registry import FORMS

    # Workers carry no forms, but the proof of the directory asks which there are.
    known = ("--forms", ",".join(sorted(FORMS)))
    _become("worker", "--queues", queues, "--name", name, "--concurrency", str(concurrency), *known)


@main.command()
def beat() -> None:
    """Run Celery Beat, which wakes the sweeps and clocks. Two of them are harmless."""
    _become("beat")


@main.command()
def migrate() -> None:
    """Bring the database to the newest migration, as its owner."""
    from webapp.store import migrate as migrations
    from webapp.store import schema

    settings = _settings()
    if settings.migration_database_url is None:
        _stop("LUOTSI_MIGRATION_DATABASE_URL is missing")
    migrations.upgrade(settings.migration_database_url.get_secret_value())
    click.echo(f"database at {schema.REVISION}")


@main.command()
def doctor() -> None:
    """Check settings, database, broker, keys, mail, SMS sender and directory; one line each."""
    from webapp.doctor import examine

    findings = list(examine(_settings()))
    for finding in findings:
        click.echo(f"{'ok ' if finding.healthy else 'BAD'} {finding.part}: {finding.words}")
    sys.exit(0 if all(finding.healthy for finding in findings) else 1)


@main.command()
@click.option("--queues", default="urgent,default,bulk,periodic", show_default=True)
@click.option(
    "--within", default=300, show_default=True, type=click.IntRange(1), help="In seconds."
)
@click.option("--any", "any_of_them", is_flag=True, help="One queue is enough: is Beat alive?")
def alive(queues: str, within: int, any_of_them: bool) -> None:
    """Say whether each of these queues was consumed of late: for health checks of workers and Beat."""
    from datetime import UTC, datetime, timedelta

    from casework.messages import Queue
    from webapp.alive import complaints

    try:
        named = [Queue(name) for name in queues.split(",")]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--queues") from error
    found = list(
        complaints(named, timedelta(seconds=within), datetime.now(UTC), any_of_them=any_of_them)
    )
    for line in found:
        click.echo(line, err=True)
    sys.exit(1 if found else 0)


@main.group()
def keys() -> None:
    """The keyset under which everything is sealed."""


@keys.command("init")
def keys_init() -> None:
    """Print a new keyset. Keep it like the county's own seal: without it nothing can be read again."""
    from webapp.store.crypto import new_keyset

    click.echo(new_keyset())


@main.command("prepare-demo", hidden=True)
def prepare_demo() -> None:
    """Migrate, load the fictional county, make the demo's sign-ins: the demo's first step."""
    from webapp.demo_county import prepare

    settings = _settings()
    if not settings.demo or settings.migration_database_url is None:
        _stop("prepare-demo belongs to ./run demo alone")
    for line in prepare(settings):
        click.echo(line)


if __name__ == "__main__":
    main(prog_name="luotsi")
