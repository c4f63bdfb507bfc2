"""`luotsi erase` and `luotsi erased`: one submission goes everywhere, and which ones have gone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from casework import usecases
from casework.errors import NotFound, StillOpen
from casework.usecases import Erased
from webapp import config, wiring
from webapp.ids import grouped
from webapp.wiring import House


@contextmanager
def _house() -> Iterator[House]:
    try:
        house = wiring.build(config.load())
    except config.SettingsError as error:
        _stop(str(error))
    try:
        yield house
    finally:
        house.engine.dispose()


def _stop(words: str, code: int = 2) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(code)


@click.command()
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do not ask for the reference again.")
@click.option(
    "--even-open", is_flag=True, help="Also while a case is open, a limit runs or a text waits."
)
def erase(reference: str, yes: bool, even_open: bool) -> None:
    """Erase the message of this REFERENCE for good: what was written, who wrote it, what waits to be sent.

    Its cases stay as empty rows, and who looked at them stays in the log. Exit code 1: nothing was erased; 2: there
    is no such message.
    """
    wanted = grouped(reference)
    try:
        with _house() as house:
            gone = _erase(house, wanted, yes, even_open)
    except NotFound:
        _stop(f"{wanted}: there is no message with this reference")
    except StillOpen as refused:
        _stop(_why_not(wanted, refused), 1)
    if gone is None:
        click.echo(f"{wanted}: was erased before; nothing has changed")
        return
    for line in _told(wanted, gone):
        click.echo(line)


def _erase(house: House, wanted: str, yes: bool, even_open: bool) -> Erased | None:
    found = usecases.erasable(wanted, even_open=even_open, work=house.work())
    if not yes and found.erased_at is None:
        _ask(wanted, len(found.case_ids))
    return usecases.erase_submission(
        wanted, even_open=even_open, now=wiring.now(), ids=house.ids, work=house.work()
    )


def _ask(wanted: str, count: int) -> None:
    """Whoever mistypes a reference must not erase somebody else."""
    click.echo(
        f"{wanted}: {_counted(count, 'case', 'cases')}. What is erased cannot be brought back, by nobody."
    )
    if grouped(click.prompt("Type the reference again to erase it")) != wanted:
        _stop("Not the same reference: nothing was erased", 1)


def _why_not(wanted: str, refused: StillOpen) -> str:
    """What must be done first, by numbers and kinds alone."""
    lines = [f"{wanted}: nothing was erased"]
    if refused.numbers:
        lines.append(f"  not closed: case {', '.join(refused.numbers)}")
    if refused.kinds:
        lines.append(f"  limits of law still run: {', '.join(refused.kinds)}")
    if refused.texts:
        texts = _counted(refused.texts, "text", "texts")
        lines.append(f"  not read yet: {texts} from its sender, at the desk")
    return "\n".join([*lines, "  --even-open erases it all the same"])


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _told(wanted: str, gone: Erased) -> list[str]:
    counts = (
        _counted(gone.cases, "case", "cases") + " closed and emptied",
        _counted(gone.stopped, "message", "messages") + " stopped that had not left",
        _counted(gone.receipts, "receipt", "receipts") + " deleted",
        _counted(gone.follow_ups, "planned contact", "planned contacts") + " cancelled",
        _counted(gone.texts, "text that came in", "texts that came in") + " emptied",
        _counted(gone.drafts, "draft", "drafts") + " deleted",
        _counted(gone.copies, "copy", "copies") + " to be deleted at the SMS provider",
    )
    lines = [f"{wanted}: erased", *(f"  {line}" for line in counts)]
    if gone.in_doubt:
        texts = _counted(gone.in_doubt, "text", "texts")
        where = "at the SMS provider under an id that nobody knows: look there"
        lines.append(f"  {texts} may lie {where}")
    return [*lines, "Backups from before still hold it: see 'Erasing' in docs/operations.md"]


@click.command()
def erased() -> None:
    """List what was erased, the oldest first: time and reference, for erasing it again after a restore."""
    with _house() as house, house.work() as work:
        for at, reference in work.erasure.register():
            click.echo(f"{at.isoformat(timespec='seconds')}\t{reference}")
