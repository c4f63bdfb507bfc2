"""The whole house under test: web, two workers and Beat on servers of its own, and the world outside.

Twilio is the emulator spoken to by the real SDK, the mail server is a real one in a thread. Servers can be
stopped, hung and brought back on their old port while everything else goes on.
"""

from __future__ import annotations

import csv
import io
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from unittest import mock

import redis
import requests
from sqlalchemy import Engine, text

from tasks import asking, deadlines, outbox
from tests.emulators.smtp import SmtpSink
from tests.faults.visitor import Visitor, as_client
from tests.live import Processes, until
from tests.web import walking
from webapp import wiring
from webapp.config import Settings
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.embedded.twilio_emulator import TwilioEmulator
from webapp.embedded.valkey import EmbeddedValkey
from webapp.store.tables import metadata

#: The team of `walking.ANSWERS`, and its two contact points as the emulator and the mail server see them.
COAST_MOBILE = "+358500000122"
COAST_MAIL = "rannikko@example.org"
SENDER_MOBILE = "+358401234567"
BY_SMS = {"way": "sms", "name": "Testi Testaaja", "phone": "040 123 4567"}
#: Answers that make one urgent text message to the team and nothing else.
ALERT = {"waiting": {"can_wait": "no"}, "you": {"identity": "anonymous"}}

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LADDER_WITHOUT_LEAD = "team,step,tell,after_minutes\n*,1,on-duty,0\n*,2,team,30\n*,3,on-call,30\n"
_KEPT = {"directory_revisions", "users", "roles", "roles_users"}
#: Within this time Beat's sweep takes up what was forgotten: ten seconds, and a worker's own time.
SWEPT = 25.0


def always_open(files: Mapping[str, str]) -> dict[str, str]:
    """The bundle with every team at work at any hour, so that no test depends on the time of day.

    Without leads: their summary of the morning would come in the middle of a test, or not, by the hour.
    """
    rows = list(csv.DictReader(io.StringIO(files["teams.csv"])))
    for row in rows:
        row.update(dict.fromkeys(_WEEK, "00:00-24:00"), closed_on_holidays="no", lead="")
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    no_exceptions = files["hours_exceptions.csv"].splitlines()[0] + "\n"
    return {
        **files,
        "teams.csv": written.getvalue(),
        "hours_exceptions.csv": no_exceptions,
        "escalation.csv": _LADDER_WITHOUT_LEAD,
    }


@dataclass
class Stack:
    """Everything started; `clean` before each test."""

    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    twilio: TwilioEmulator
    mail: SmtpSink
    settings: Settings
    owner: Engine
    crew: Processes
    homes: tuple[Path, ...]
    #: Set by a test that takes a server away: its workers may complain.
    may_complain: bool = False
    _visitors: list[Visitor] = field(default_factory=list)
    _complaints: int = 0

    # What a person does.

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.crew.port}"

    def visitor(self, origin: str = "") -> Visitor:
        self._visitors.append(Visitor(origin or self.origin))
        return self._visitors[-1]

    def walk(self, visitor: Visitor, **changes: Mapping[str, Any]) -> str:
        """Answer every page; the address of the page that sends."""
        return walking.walk(as_client(visitor), "fi", **changes)

    def press(self, visitor: Visitor, at: str) -> requests.Response:
        """Press 'send' on the page at `at`."""
        pressed: requests.Response = cast(Any, walking.post(as_client(visitor), at))
        return pressed

    def send(self, **changes: Mapping[str, Any]) -> str:
        """A whole submission; the text of its receipt."""
        page: Any = walking.send(as_client(self.visitor()), "fi", **changes)
        assert page.status_code == 200, page.text
        return str(page.text)

    # What an operator sees and does.

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        with self.owner.connect() as connection:
            return [dict(row) for row in connection.execute(text(sql), values).mappings()]

    def run(self, sql: str, **values: Any) -> None:
        with self.owner.begin() as connection:
            connection.execute(text(sql), values)

    def states(self) -> dict[str, str]:
        """recipient -> state of its message, for tests with one submission."""
        return {row["recipient"]: row["state"] for row in self.rows("select * from messages")}

    def attempts(self, recipient: str) -> list[dict[str, Any]]:
        """All attempts of one recipient's message, oldest first."""
        return self.rows(
            "select a.* from attempts a join messages m on m.id = a.message_id "
            "where m.recipient = :recipient order by a.started_at",
            recipient=recipient,
        )

    def state_becomes(self, recipient: str, state: str, seconds: float = SWEPT) -> None:
        until(
            lambda: self.states().get(recipient) == state,
            seconds,
            lambda: f"{recipient} {state}; {self.told()}",
        )

    def timeline(self) -> list[str]:
        return [row["kind"] for row in self.rows("select kind from timeline order by at, id")]

    def publish(self, task: str, on: str, **arguments: str) -> None:
        """Send one task through the broker, as web and Beat do."""
        celery = wiring.producer(self.settings.broker_url.get_secret_value())
        with celery.connection_for_write() as connection:
            celery.send_task(task, kwargs=arguments, queue=on, connection=connection)

    def drain(self, queue: str) -> None:
        self.publish(wiring.DRAIN_TASK, queue, queue=queue)

    def after(self, name: str, done: Callable[[], Any], seconds: float = SWEPT) -> None:
        """Send a periodic task, and wait for what it does."""
        self.publish(name, "periodic")
        until(done, seconds, lambda: f"{name}; {self.told()}")

    def told(self) -> str:
        return f"messages: {self.states()}; complaints: {self.crew.complaints()}"

    def all_logs(self) -> str:
        """Of our processes and of the servers under them."""
        servers = [log.read_text("utf-8") for home in self.homes for log in home.glob("*.log*")]
        return "\n".join([self.crew.logs(), *servers])

    def let_morning_come(self) -> None:
        """Messages that wait for the end of the quiet hours may go now."""
        self.run("update messages set next_at = now() where state = 'pending' and next_at > now()")
        self.drain("default")

    def let_leases_end(self) -> None:
        self.run("update messages set lease_until = now() where lease_until is not null")

    def mails_to(self, address: str) -> int:
        return sum(address in mail.rcpt_tos for mail in self.mail.received)

    def texts_to(self, number: str) -> int:
        return sum(message.to == number for message in self.twilio.messages())

    @property
    def broker(self) -> redis.Redis:
        return redis.Redis.from_url(self.valkey.url)

    # What befalls the servers.

    def stop_valkey(self) -> None:
        self.valkey.stop()

    def start_valkey(self) -> None:
        with mock.patch("webapp.embedded.valkey.free_port", return_value=self.valkey.port):
            self.valkey.start()

    @contextmanager
    def hung_valkey(self) -> Iterator[None]:
        """A broker that takes connections and says nothing."""
        os.kill(self.valkey.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.valkey.pid, signal.SIGCONT)

    @contextmanager
    def stopped_postgres(self) -> Iterator[None]:
        port = self.postgres.port
        self.postgres.stop()
        try:
            yield
        finally:
            with mock.patch("webapp.embedded.postgres.free_port", return_value=port):
                self.postgres.start()

    # Between tests.

    def start_missing(self) -> None:
        if not self.crew.lives("web"):
            self.crew.start_web()
        for name, queues in (("a", "urgent,periodic"), ("b", "default,bulk")):
            if not self.crew.lives(name):
                self.crew.start_worker(name, queues)
        if not self.crew.lives("beat"):
            self.crew.start_beat()
        until(self._both_wait, what="both workers wait for the broker")

    def _both_wait(self) -> bool:
        with self.broker as broker:
            blocked = broker.info("clients")
        assert isinstance(blocked, dict)
        return int(blocked["blocked_clients"]) >= 2

    def clean(self) -> None:
        """Nobody has written anything, and the world outside behaves."""
        for visitor in self._visitors:
            visitor.leave()
        self._visitors.clear()
        self.twilio.reset()
        self.mail.replies.clear()
        self.mail.after_data, self.mail.vanish_after_data = "250 kept", False
        self.start_missing()
        until(self._at_rest, what="no message under way")
        names = ", ".join(t.name for t in metadata.sorted_tables if t.name not in _KEPT)
        self.run(f"truncate {names} cascade")
        self.twilio.reset()
        self.mail.received.clear()
        with self.broker as broker:
            broker.flushall()
        self.may_complain, self._complaints = False, len(self.crew.complaints())

    def new_complaints(self) -> list[str]:
        return self.crew.complaints()[self._complaints :]

    def _at_rest(self) -> bool:
        """Nothing that a worker could take up or is handing over; what a dead one held, the sweep ends."""
        self.run(
            "update messages set state = 'suppressed' where state in ('pending', 'claimed', 'unknown')"
        )
        self.let_leases_end()
        return not self.rows("select 1 from messages where state = 'submitting'")


class ByHand:
    """Periodic tasks run here and now, on the same database and broker as the workers."""

    def sweep(self) -> None:
        outbox.sweep()

    def reconcile(self) -> None:
        asking.reconcile()

    def confirm(self) -> None:
        asking.confirm()

    def raise_due(self) -> None:
        deadlines.raise_due()
