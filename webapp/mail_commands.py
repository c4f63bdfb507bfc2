"""`luotsi bounce`: the mail server hands over what came to a return path, one mail at a time."""

from __future__ import annotations

import os
import sys
from uuid import UUID

import click
import structlog

from casework import usecases
from casework.mail_refusals import refusal_of_bounce
from casework.return_path import attempt_in
from webapp import bounces, config, logs, wiring
from webapp.bounces import Report, Told
from webapp.ids import derived_key

log = structlog.get_logger()

#: What is noted of a report; the first moves the message, the others are words that no message moves by: a mail that
#: was passed on may come back all the same.
_STATUSES = {
    Told.FAILED: "undelivered",
    Told.DELAYED: "delayed",
    Told.PASSED_ON: "passed_on",
}


@click.command()
@click.option("--recipient", default="", help="The address that it came to, where the server says.")
def bounce(recipient: str) -> None:
    """Take in one mail from standard input: what did not arrive goes the next way.

    For the mail server of the return path, see 'Mail' in docs/operations.md. Exit code 0 for whatever was understood
    or is no bounce, so that nobody answers a bounce; 75 where the server is to keep the mail and try again.
    """
    logs.configure()
    try:
        _take_in(bounces.read(_whole_input()), recipient)
    except Exception as error:  # noqa: BLE001
        # The server's queue is a safe place, whatever has happened. A traceback could quote the mail; a fault of the
        # settings names one, and never its value.
        told = str(error) if isinstance(error, config.SettingsError) else type(error).__name__
    else:
        return
    log.error("bounce_not_taken", fault=told)
    sys.exit(os.EX_TEMPFAIL)


def _whole_input() -> bytes:
    """What of it is looked at. The rest is read and dropped: a server may take a closed pipe for a failure."""
    mail = sys.stdin.buffer.read(bounces.LONGEST)
    while sys.stdin.buffer.read(bounces.LONGEST):
        pass
    return mail


def _take_in(report: Report, recipient: str) -> None:
    settings = config.load()
    key = derived_key(settings.secret_key.get_secret_value(), "bounce")
    genuine = (attempt_in(one, key) for one in (recipient, *report.addressees))
    attempt = next((found for found in genuine if found), None)
    if attempt is None or report.told is Told.ANSWERED:
        log.info("mail_ignored", why="no_token" if attempt is None else "no_bounce")
    elif report.told is Told.UNCLEAR:
        log.warning("bounce_not_understood", attempt=str(attempt))
    else:
        _record(settings, attempt, report)


def _record(settings: config.Settings, attempt: UUID, report: Report) -> None:
    """Nobody is woken: the sweep finds what follows within seconds, and this process would be gone before the wake-up."""
    house = wiring.build(settings, pool_size=1)
    try:
        usecases.record_receipt(
            attempt,
            provider_id="bounce",
            status=_STATUSES[report.told],
            error_code=report.status,
            directory=house.directory,
            now=wiring.now(),
            ids=house.ids,
            work=house.work(),
            refusal=refusal_of_bounce(report.status),
        )
    finally:
        house.engine.dispose()
    log.info("bounce_recorded", attempt=str(attempt), told=report.told.value, code=report.status)
