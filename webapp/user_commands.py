"""`luotsi user`: who may sign in."""

from __future__ import annotations

import secrets
import sys

import click
from sqlalchemy import Engine

from casework.access import Role
from webapp import catalogues, config
from webapp.store.engine import make_engine


@click.group()
def user() -> None:
    """Staff accounts."""


def _engine() -> Engine:
    try:
        settings = config.load()
        catalogues.use(settings.catalogues_dir)
        return make_engine(settings.database_url.get_secret_value())
    except config.SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


@user.command()
@click.argument("email")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
)
@click.option("--worker", default=None, help="The person's key in the directory.")
@click.option("--language", default="fi", show_default=True, help="Of the pages, as fi or sv.")
def add(email: str, roles: tuple[str, ...], worker: str | None, language: str) -> None:
    """Add EMAIL with a password that is printed once."""
    from webapp.accounts.users import add_user

    engine, password = _engine(), secrets.token_urlsafe(12)
    if language not in catalogues.complete():
        known = ", ".join(catalogues.complete())
        raise click.BadParameter(f"choose one of {known}", param_hint="--language")
    try:
        add_user(
            engine, email=email, password=password, worker=worker, roles=roles, language=language
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email}: {password}")


@user.command("list")
def list_() -> None:
    """List accounts: e-mail, worker, roles, active or not."""
    from webapp.accounts.users import list_users

    for account in list_users(_engine()):
        state = "active" if account.active else "disabled"
        click.echo(f"{account.email}\t{account.worker or '-'}\t{','.join(account.roles)}\t{state}")


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """End EMAIL's account and all its sessions at once."""
    from webapp.accounts.users import disable_user

    try:
        disable_user(_engine(), email)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email}: disabled")
