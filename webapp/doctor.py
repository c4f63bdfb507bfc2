"""Is everything there that a running service needs? One finding a part; no secret and no address is printed."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from casework.calendar import HELSINKI
from casework.directory_check import check
from forms.registry import FORMS
from webapp import wiring
from webapp.assets import has_design_system
from webapp.config import Settings
from webapp.store import schema

_PATIENCE = 5


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    healthy: bool
    words: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Findings, part by part; a part that fails does not hide the next."""
    yield Finding("settings", True, settings.origin)
    house = wiring.build(settings)
    parts: tuple[tuple[str, Callable[[], str]], ...] = (
        ("keys", lambda: _keys(house)),
        ("database", lambda: _database(house)),
        ("access log", lambda: _access_log(house)),
        ("directory", lambda: _directory(house)),
        ("broker", lambda: _broker(settings)),
        ("mail", lambda: _mail(settings)),
        ("sms", lambda: _sms(settings)),
        ("look", _look),
    )
    for part, examine_part in parts:
        try:
            yield Finding(part, True, examine_part())
        except Exception as error:  # noqa: BLE001
            # Whatever is wrong with a part is what this command is for; its text may hold an address.
            known = str(error) if isinstance(error, _Unwell) else type(error).__name__
            yield Finding(part, False, known)


class _Unwell(Exception):
    """A part answers, but not as it must; the text may be printed."""


def _keys(house: wiring.House) -> str:
    row = UUID(int=7)
    key, wrapped = house.keys.new(row, "doctor")
    sealed = key.seal(b"well", row, "doctor")
    if house.keys.unwrap(wrapped, row, "doctor").open(sealed, row, "doctor") != b"well":
        raise _Unwell("the keyset does not open what it sealed")
    return "the keyset seals and opens"


def _database(house: wiring.House) -> str:
    current = schema.current(house.engine)
    if current != schema.REVISION:
        raise _Unwell(f"at {current or 'no'} migration, the newest is {schema.REVISION}")
    return f"reachable, at migration {current}"


def _access_log(house: wiring.House) -> str:
    broken = house.access_log.first_break()
    if broken is not None:
        raise _Unwell(
            f"row {broken} does not follow from the row before it: somebody changed the log"
        )
    return "each row follows from the one before"


def _directory(house: wiring.House) -> str:
    directory = house.directory
    holes = check(directory, wiring.now().astimezone(HELSINKI).date(), forms=tuple(FORMS))
    if holes:
        raise _Unwell(f"revision {directory.revision} has {len(holes)} holes: directory check")
    return f"revision {directory.revision}, no holes"


def _broker(settings: Settings) -> str:
    with wiring.producer(settings.broker_url.get_secret_value()).connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=_PATIENCE)
    return "reachable"


def _mail(settings: Settings) -> str:
    if settings.mail_provider == "outbox":
        return "kept on this machine (demo)"
    url = urlsplit(settings.smtp_url.get_secret_value())
    maker = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with maker(url.hostname or "", url.port or 0, timeout=_PATIENCE) as smtp:
        smtp.noop()
    return "the mail server answers"


def _sms(settings: Settings) -> str:
    if settings.sms_provider == "outbox":
        return "kept on this machine (demo)"
    url = urlsplit(settings.twilio_api_url or "https://api.twilio.com")
    port = url.port or (443 if url.scheme == "https" else 80)
    with socket.create_connection((url.hostname or "", port), timeout=_PATIENCE):
        pass
    return "Twilio's address answers; the sender is proved by a first message"


def _look() -> str:
    if not has_design_system():
        raise _Unwell("hds-core is not installed: pages are plain (npm ci)")
    return "the design system is installed"
