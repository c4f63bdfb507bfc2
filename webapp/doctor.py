"""Is everything there that a running service needs? One finding a part; no secret and no address is printed."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit
from uuid import UUID

from sqlalchemy import func, select

from casework.calendar import HELSINKI
from casework.directory_check import check
from casework.message_texts import name_faults
from casework.messages import Queue
from casework.telling_words import telling
from forms.registry import FORMS
from webapp import wiring
from webapp.assets import has_design_system
from webapp.config import Settings
from webapp.message_texts import size_faults
from webapp.store import schema, sending

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
    try:
        for part, examine_part in _parts(house):
            try:
                yield Finding(part, True, examine_part())
            except Exception as error:  # noqa: BLE001
                # Whatever is wrong with a part is what this command is for; its text may hold an address.
                known = str(error) if isinstance(error, _Unwell) else type(error).__name__
                yield Finding(part, False, known)
    finally:
        house.engine.dispose()


def _parts(house: wiring.House) -> Iterator[tuple[str, Callable[[], str]]]:
    settings = house.settings
    yield "keys", lambda: _keys(house)
    yield "database", lambda: _database(house)
    yield "clock", lambda: _clock(house)
    yield "access log", lambda: _access_log(house)
    yield "directory", lambda: _directory(house)
    yield "names", lambda: _names(house)
    yield "texts", lambda: _texts(house)
    yield "broker", lambda: _broker(settings)
    yield "mail", lambda: _mail(settings)
    yield "sms", lambda: _sms(settings)
    yield "messages", lambda: _messages(house)
    yield "channels", lambda: _channels(house)
    yield "queues", lambda: _queues(house)
    yield "parked", lambda: _parked(house)
    yield "follow-ups", lambda: _follow_ups(house)
    yield "look", _look


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


def _clock(house: wiring.House) -> str:
    with house.engine.connect() as connection:
        told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    apart = abs(wiring.now() - told)
    if apart > sending.CLOCKS_DIFFER:
        raise _Unwell(
            f"{apart.total_seconds():.1f} s apart from the database's: leases and retries need the same time"
        )
    return "as the database's"


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


def _names(house: wiring.House) -> str:
    """Who a message is from and where it leads are read before its words are."""
    settings = house.settings
    seen = {
        "LUOTSI_PUBLIC_URL": settings.public_url,
        "LUOTSI_MAIL_FROM": settings.mail_from,
        "LUOTSI_MAIL_BOUNCE": settings.mail_bounce,
        "LUOTSI_TWILIO_FROM": settings.twilio_from,
    }
    found = [
        f"{name} tells what it is about: {word}"
        for name, value in seen.items()
        # A low line parts words there.
        for word in telling(value.replace("_", " "))
    ]
    for language, name in house.directory.county.sender_names.items():
        found += [f"county.toml: sender_names.{language}: {x}" for x in name_faults(name)]
    if found:
        raise _Unwell("; ".join(found))
    return "addresses and sender names tell nothing"


def _texts(house: wiring.House) -> str:
    found = list(size_faults(house.directory, house.settings.origin, wiring.now()))
    if found:
        raise _Unwell("; ".join(found))
    return "each text message to a sender is one segment in fi and sv"


def _broker(settings: Settings) -> str:
    with wiring.producer(settings.broker_url.get_secret_value()).connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=_PATIENCE)
    return "reachable"


def _mail(settings: Settings) -> str:
    if settings.mail_provider == "outbox":
        return "kept on this machine (demo)"
    url = urlsplit(settings.smtp_url.get_secret_value())
    maker = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    usual = 587 if url.scheme == "smtp+starttls" else 0
    with maker(url.hostname or "", url.port or usual, timeout=_PATIENCE) as smtp:
        smtp.ehlo_or_helo_if_needed()
        if url.scheme == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if url.username:
            smtp.login(unquote(url.username), unquote(url.password or ""))
        smtp.noop()
    return "the mail server takes the sign-in" if url.username else "the mail server answers"


def _sms(settings: Settings) -> str:
    if settings.sms_provider == "outbox":
        return "kept on this machine (demo)"
    url = urlsplit(settings.twilio_api_url or "https://api.twilio.com")
    port = url.port or (443 if url.scheme == "https" else 80)
    with socket.create_connection((url.hostname or "", port), timeout=_PATIENCE):
        pass
    return "Twilio's address answers; the sender is proved by a first message"


def _messages(house: wiring.House) -> str:
    at = wiring.now()
    with house.engine.connect() as connection:
        ages = {way: found.age(at) for way, found in sending.waiting(connection, at).items()}
        doubts = sending.in_doubt(connection, at)
    told = ", ".join(f"{way.value} {_seconds(age)}" for way, age in ages.items())
    words = f"the oldest that may go has waited: {told}; in doubt in seven days: {doubts}"
    if max(ages.values()) > sending.LATE:
        raise _Unwell(words)
    return words


def _channels(house: wiring.House) -> str:
    with house.engine.connect() as connection:
        broken = sending.breaks(connection)
    if broken:
        told = (
            f"{way.value} is stopped since {one.opened_at:%Y-%m-%d %H:%M} UTC: {one.reason}"
            for way, one in sorted(broken.items())
        )
        raise _Unwell("; ".join(told))
    return "none is stopped"


def _queues(house: wiring.House) -> str:
    at = wiring.now()
    with house.engine.connect() as connection:
        heard = sending.sung(connection)
    told = ", ".join(
        f"{queue.value} {_seconds(at - heard[queue]) if queue in heard else 'never'}"
        for queue in Queue
    )
    words = f"last consumed: {told}"
    if sending.silent(heard, Queue, at, sending.LATE):
        raise _Unwell(f"{words}; look at workers, Beat and broker")
    return words


def _parked(house: wiring.House) -> str:
    with house.engine.connect() as connection:
        count = sending.parked(connection, wiring.now())
    if count:
        raise _Unwell(f"{count} messages of seven days failed for a fault of ours: see the log")
    return "none"


def _follow_ups(house: wiring.House) -> str:
    with house.engine.connect() as connection:
        late = sending.late_follow_ups(connection, wiring.now())
    if late:
        raise _Unwell(f"{late} planned contacts are late; look at workers and Beat")
    return "none is late"


def _seconds(age: timedelta) -> str:
    return f"{int(age.total_seconds())} s"


def _look() -> str:
    if not has_design_system():
        raise _Unwell("hds-core is not installed: pages are plain (npm ci)")
    return "the design system is installed"
