"""The house in the storm: processes as in production on servers of their own, and the world outside."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final
from unittest import mock
from uuid import UUID

import redis
from aiosmtpd.smtp import Envelope
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from bench.storm.noon import forenoon
from bench.storm.tally import ATTEMPTS, MESSAGES, Tally, tally
from tests.emulators.smtp import SmtpSink
from tests.faults.stack import always_open
from tests.live import Processes, processes, until
from tests.whole_house import house_settings
from webapp import demo_county, wiring
from webapp.config import Settings
from webapp.embedded.place import temporary_home
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.embedded.twilio_emulator import TwilioEmulator
from webapp.embedded.valkey import EmbeddedValkey
from webapp.store import migrate

#: As in production, and twice as many for when many answers are waited for.
WORKERS: Final[Mapping[str, str]] = {"a": "urgent,periodic", "b": "default,bulk"}
TWO_PAIRS: Final[Mapping[str, str]] = {**WORKERS, "c": "urgent,periodic", "d": "default,bulk"}
BEATS: Final = ("beat", "beat-2")
#: Seconds that the workers wait for the provider's answer; 31 in production.
READ_TIMEOUT: Final = 2.0
#: Not a rate of the provider is measured, but our own.
_NO_RATE: Final = {"LUOTSI_SMS_PER_SECOND": "0"}


@dataclass
class ClockedSink(SmtpSink):
    """A mail server that also notes when it took each mail, by our own id of the message."""

    taken: dict[UUID, list[datetime]] = field(default_factory=dict)

    def _keep(self, envelope: Envelope) -> None:
        super()._keep(envelope)
        self.taken.setdefault(message_id(self.received[-1].message), []).append(datetime.now(UTC))


def message_id(mail: EmailMessage) -> UUID:
    """Which row of ours a mail is: the same for each attempt."""
    return UUID(str(mail["Message-ID"]).strip("<> ").partition("@")[0])


@dataclass
class Scene:
    """What the storm befalls. Servers come back on the ports that they had."""

    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    twilio: TwilioEmulator
    mail: ClockedSink
    settings: Settings
    owner: Engine
    crew: Processes
    workers: Mapping[str, str] = field(default_factory=lambda: WORKERS)

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        with self.owner.connect() as connection:
            return [dict(row) for row in connection.execute(text(sql), values).mappings()]

    def run(self, sql: str, **values: Any) -> None:
        with self.owner.begin() as connection:
            connection.execute(text(sql), values)

    def start_all(self) -> None:
        """Web, workers and two Beats."""
        self.crew.start_web()
        self.start_workers()

    def start_workers(self) -> None:
        """All but the web process; ends when all workers wait for their tasks."""
        for name, queues in self.workers.items():
            self.crew.start_worker(name, queues)
        for name in BEATS:
            self.crew.start(name, "beat")
        until(self._all_wait, what="all workers wait for the broker")

    def _all_wait(self) -> bool:
        return waiting(self.valkey) >= len(self.workers)

    def clean(self) -> None:
        """Nobody has been written to, and the world outside behaves."""
        self.run("truncate submissions, number_caps, receipts cascade")
        self.twilio.reset()
        self.mail.received.clear()
        self.mail.taken.clear()

    def tally(self) -> Tally:
        """The account of all that was stored since."""
        # What was taken is read first: then each of it has its rows already.
        texts, mails = self.twilio.messages(), dict(self.mail.taken)
        return tally(self.rows(MESSAGES), self.rows(ATTEMPTS), texts, mails)

    def kill_worker(self, name: str) -> None:
        self.crew.kill(name)
        self.crew.start_worker(name, self.workers[name])

    def restart_beat(self) -> None:
        self.crew.end(BEATS[0])
        self.crew.start(BEATS[0], "beat")

    def restart_valkey(self) -> None:
        with valkey_away(self.valkey):
            """It is back at once."""

    def empty_valkey(self) -> None:
        empty_valkey(self.valkey)

    def restart_postgres(self) -> None:
        port = self.postgres.port
        self.postgres.stop()
        with mock.patch("webapp.embedded.postgres.free_port", return_value=port):
            self.postgres.start()


@contextmanager
def valkey_away(valkey: EmbeddedValkey) -> Iterator[None]:
    """Nothing is kept: it comes back empty."""
    port = valkey.port
    valkey.stop()
    try:
        yield
    finally:
        with mock.patch("webapp.embedded.valkey.free_port", return_value=port):
            valkey.start()


def waiting(valkey: EmbeddedValkey) -> int:
    """How many workers wait for their next task."""
    with redis.Redis.from_url(valkey.url) as broker:
        clients = broker.info("clients")
    assert isinstance(clients, dict)
    return int(clients["blocked_clients"])


def empty_valkey(valkey: EmbeddedValkey) -> None:
    with redis.Redis.from_url(valkey.url) as broker:
        broker.flushall()


@contextmanager
def scene(folder: Path, workers: Mapping[str, str] = WORKERS) -> Iterator[Scene]:
    """Everything but the processes started, with a county whose teams never close."""
    homes = [temporary_home("storm-postgres"), temporary_home("storm-valkey")]
    with ExitStack() as opened:
        for home in homes:
            opened.callback(shutil.rmtree, home, ignore_errors=True)
        postgres = opened.enter_context(EmbeddedPostgres(homes[0]))
        valkey = opened.enter_context(EmbeddedValkey(homes[1]))
        twilio = opened.enter_context(TwilioEmulator())
        mail = opened.enter_context(ClockedSink())
        settings, port = house_settings(
            postgres, valkey, twilio, mail.url, folder, twilio_read_timeout=READ_TIMEOUT
        )
        furnish(settings)
        owner = create_engine(postgres.owner_url, poolclass=NullPool)
        opened.callback(owner.dispose)
        logs = folder / "logs"
        logs.mkdir()
        crew = opened.enter_context(processes(logs, settings, **_NO_RATE, **forenoon(folder)))
        crew.port = port
        yield Scene(postgres, valkey, twilio, mail, settings, owner, crew, workers)


def furnish(settings: Settings) -> None:
    """Tables, and a county that texts as much as it likes at any hour."""
    assert settings.migration_database_url is not None
    migrate.upgrade(settings.migration_database_url.get_secret_value())
    house = wiring.build(settings)
    files = always_open(demo_county.bundle_files(demo_county.FOLDER))
    county = re.sub(
        r"(?m)^sms_daily_budget = \d+", "sms_daily_budget = 10000000", files["county.toml"]
    )
    files["county.toml"] = county
    house.revisions.add(
        files, wiring.read_directory(files, 0), "storm", wiring.now(), based_on=None
    )
    house.engine.dispose()
