"""Where the parts are put together, without Flask: web and workers get the same house from here.

It holds the only Celery producer: a bare `Celery` that knows task and queue names and nothing else.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import structlog
from celery import Celery
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from casework import bundle
from casework.directory import Directory
from casework.errors import NoDirectory
from casework.messages import Queue
from casework.ports import WakeUp
from webapp import catalogues
from webapp.config import Settings
from webapp.holidays import finnish_holidays
from webapp.ids import RandomIds, derived_key
from webapp.store.access_log import ChainedAccessLog
from webapp.store.caps import NumberCaps
from webapp.store.crypto import Keys
from webapp.store.desk import Desk
from webapp.store.directory import DirectoryRevisions
from webapp.store.drafts import Drafts
from webapp.store.engine import make_engine
from webapp.store.inbound_desk import InboundTexts
from webapp.store.morning import Morning
from webapp.store.sending import Sending
from webapp.store.sessions import Sessions
from webapp.store.unit_of_work import SqlUnitOfWork

log = structlog.get_logger()

DRAIN_TASK = "outbox.drain"
#: How often a process asks whether there is a newer directory, in seconds.
_DIRECTORY_AGE = 5.0
_DATA = resources.files("webapp") / "data"


def now() -> datetime:
    """The present, aware, UTC. The only clock of the house."""
    return datetime.now(UTC)


def producer(broker_url: str) -> Celery:
    """A Celery that can only send names and queue names. Bounded: a hung broker costs 0.2 s, not 7."""
    app = Celery("luotsi-producer", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_create_missing_queues=True,
        broker_connection_retry=False,
        broker_pool_limit=1,
        broker_transport_options={
            "max_retries": 0,
            "socket_timeout": 0.2,
            "socket_connect_timeout": 0.2,
        },
    )
    return app


class CoalescingWakeUp:
    """Implements `casework.ports.WakeUp`: a thread sends one wake-up for many submissions.

    A request only leaves a note, so the citizen's answer never waits for the broker. A wake-up that is lost
    costs nothing but time: Beat sweeps the outbox.
    """

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._wanted: set[Queue] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def wake(self, queues: frozenset[Queue]) -> None:
        with self._changed:
            self._wanted |= queues
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="wake-up", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._wanted))
                queues, self._wanted = self._wanted, set()
            for queue in sorted(queues):
                self._send(queue)

    def _send(self, queue: Queue) -> None:
        try:
            self._celery.send_task(
                DRAIN_TASK, kwargs={"queue": queue.value}, queue=queue.value, retry=False
            )
        except Exception as error:  # noqa: BLE001
            # Whatever the broker's client raises: the row is stored, and the sweep will find it.
            log.warning("wake_up_failed", queue=queue.value, fault=type(error).__name__)


class CurrentDirectory:
    """The newest directory revision, cached in the process and on disk.

    The copy on disk answers 'whom do I call' when a process starts while the database is down.
    """

    def __init__(self, revisions: DirectoryRevisions, state_dir: Path) -> None:
        self._revisions = revisions
        self._disk = state_dir / "directory.json"
        self._lock = threading.Lock()
        self._checked_at = float("-inf")
        self._current: Directory | None = None

    def get(self) -> Directory:
        """Raises NoDirectory before the first import, and database errors where nothing is known, not even on
        disk."""
        if self._fresh():
            return self._known()
        with self._lock:
            if not self._fresh():
                try:
                    self._read()
                except (DBAPIError, PoolTimeout) as error:
                    # What this process or machine knew a moment ago still tells a parent whom to call.
                    if self.last_known() is None:
                        raise
                    log.warning("directory_not_checked", fault=type(error).__name__)
                self._checked_at = time.monotonic()
            return self._known()

    def newest(self) -> Directory:
        """The same, asked of the database now: for who changes the directory, or has just saved it."""
        with self._lock:
            self._checked_at = float("-inf")
        return self.get()

    def _fresh(self) -> bool:
        return self._current is not None and time.monotonic() - self._checked_at < _DIRECTORY_AGE

    def _known(self) -> Directory:
        assert self._current is not None
        return self._current

    def _read(self) -> None:
        newest = self._revisions.latest()
        if newest is None:
            raise NoDirectory("no directory has been imported")
        if self._current is None or self._current.revision != newest:
            files = self._revisions.files(newest)
            self._current = read_directory(files, newest, stored=True)
            _keep(self._disk, newest, files)

    def last_known(self) -> Directory | None:
        """Without the database: what this process or this machine saw last."""
        if self._current is None:
            self._current = _kept(self._disk)
        return self._current

    def at_hand(self) -> Directory | None:
        """The same, but the database is asked where neither has seen one; None where nobody knows any."""
        known = self.last_known()
        if known is None:
            with suppress(NoDirectory, DBAPIError, PoolTimeout):
                known = self.get()
        return known


def _keep(path: Path, revision: int, files: Mapping[str, str]) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        # It holds who is known to child welfare: codes of clients, with their workers.
        with open(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as written:
            json.dump({"revision": revision, "files": dict(files)}, written)
        draft.replace(path)
    except OSError as error:
        log.warning("directory_not_kept_on_disk", fault=type(error).__name__)


def _kept(path: Path) -> Directory | None:
    """The snapshot on disk; None where there is none, or one that another version wrote otherwise."""
    try:
        kept = json.loads(path.read_text("utf-8"))
        return read_directory(kept["files"], kept["revision"], stored=True)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, bundle.BundleError) as error:
        log.warning("directory_on_disk_unreadable", fault=type(error).__name__)
        return None


def read_directory(files: Mapping[str, str], revision: int, *, stored: bool = False) -> Directory:
    """A snapshot from a bundle's files; see `casework.bundle.parse` for what is `stored`. Raises `casework.bundle.
    BundleError` naming every wrong row."""
    year = now().year
    return bundle.parse(
        files,
        reference_municipalities=(_DATA / "municipalities.csv").read_text("utf-8"),
        reference_counties=(_DATA / "wellbeing_counties.csv").read_text("utf-8"),
        reference_postal_codes=(_DATA / "postal_codes.csv").read_text("utf-8"),
        revision=revision,
        holidays=finnish_holidays(range(year - 1, year + 3)),
        complete_languages=catalogues.complete(),
        stored=stored,
    )


@dataclass(frozen=True, slots=True)
class House:
    """Everything that views and tasks need, opened once a process."""

    settings: Settings
    keys: Keys
    ids: RandomIds
    sessions: Sessions
    drafts: Drafts
    desk: Desk
    morning: Morning
    texts: InboundTexts
    sending: Sending
    access_log: ChainedAccessLog
    revisions: DirectoryRevisions
    current: CurrentDirectory
    wake_up: WakeUp
    number_caps: NumberCaps
    engine: Engine

    def work(self) -> SqlUnitOfWork:
        """A fresh unit of work."""
        return SqlUnitOfWork(self.engine, self.keys)

    @property
    def directory(self) -> Directory:
        return self.current.get()


def build(settings: Settings, *, pool_size: int = 8) -> House:
    """Open the house. Connects to nothing yet: the database and the broker may be down."""
    catalogues.use(settings.catalogues_dir)
    engine = make_engine(settings.database_url.get_secret_value(), pool_size=pool_size)
    keys = Keys(settings.keyset.get_secret_value())
    revisions = DirectoryRevisions(engine)
    return House(
        settings=settings,
        keys=keys,
        ids=RandomIds(settings.secret_key.get_secret_value()),
        sessions=Sessions(engine),
        drafts=Drafts(engine, keys),
        desk=Desk(engine, keys),
        morning=Morning(engine),
        texts=InboundTexts(engine, keys),
        sending=Sending(engine),
        access_log=ChainedAccessLog(engine),
        revisions=revisions,
        current=CurrentDirectory(revisions, settings.state_dir),
        wake_up=CoalescingWakeUp(producer(settings.broker_url.get_secret_value())),
        number_caps=NumberCaps(
            engine, derived_key(settings.secret_key.get_secret_value(), "number-cap")
        ),
        engine=engine,
    )
