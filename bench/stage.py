"""The stage: embedded servers, the limit and ours side by side on Granian, started and stopped here."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from bench import limit_app
from bench.load import post
from webapp import demo_county
from webapp.config import Settings
from webapp.embedded.postgres import APP, DATABASE, EmbeddedPostgres
from webapp.embedded.process import die_with_parent, free_port
from webapp.embedded.twilio_emulator import ACCOUNT_SID, AUTH_TOKEN
from webapp.embedded.valkey import EmbeddedValkey
from webapp.store.crypto import new_keyset

ROOT = Path(__file__).resolve().parent.parent
#: The same for both: two processes on two cores.
WORKERS, THREADS = 2, 4


@dataclass
class Server:
    """A started web server."""

    port: int
    process: subprocess.Popen[bytes]
    started_in: float

    def tree(self) -> list[int]:
        """The process and its children."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]

    def memory(self) -> float:
        """Proportional set size of the largest worker process, in MiB."""
        return max(_pss(pid) for pid in self.tree()[1:])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def start(argv: list[str], env: dict[str, str], path: str) -> Server:
    """Start a server whose last argument is its port; waits until `path` answers 200."""
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [*argv, str(port)],
        env={**os.environ, **env},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    while time.perf_counter() - began < 60:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                return Server(port, process, time.perf_counter() - began)
        except (OSError, urllib.error.URLError):
            time.sleep(0.01)
    raise RuntimeError(f"{argv} did not start")


@dataclass(frozen=True)
class Stage:
    postgres: EmbeddedPostgres
    settings: Settings

    def environment(self, **changes: str) -> dict[str, str]:
        known = self.settings
        return {
            "LUOTSI_DATABASE_URL": known.database_url.get_secret_value(),
            "LUOTSI_BROKER_URL": known.broker_url.get_secret_value(),
            "LUOTSI_SECRET_KEY": known.secret_key.get_secret_value(),
            "LUOTSI_KEYSET": known.keyset.get_secret_value(),
            "LUOTSI_PUBLIC_URL": known.public_url,
            "LUOTSI_SMS_PROVIDER": "twilio",
            "LUOTSI_MAIL_PROVIDER": "outbox",
            "LUOTSI_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "LUOTSI_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "LUOTSI_TWILIO_FROM": "+15005550006",
            "LUOTSI_STATE_DIR": str(known.state_dir),
            "LUOTSI_DEMO": "1",
            **changes,
        }

    def start_ours(self, workers: int = WORKERS, **changes: str) -> Server:
        argv = [sys.executable, "-m", "webapp.cli", "serve"]
        argv += ["--workers", str(workers), "--threads", str(THREADS), "--port"]
        return start(argv, self.environment(**changes), "/readyz")

    def start_limit(
        self, workers: int = WORKERS, factory: str = "bench.limit_app:create", **changes: str
    ) -> Server:
        argv = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"]
        argv += ["--workers", str(workers), "--blocking-threads", str(THREADS), "--no-ws"]
        argv += [factory, "--port"]
        url = self.postgres.url_for(DATABASE, APP)
        return start(argv, {"BENCH_DATABASE_URL": url, **changes}, "/")

    def through(self, port: int) -> Settings:
        """The same settings with PostgreSQL reached by another port."""
        url = self.settings.database_url.get_secret_value()
        return self.settings.model_copy(
            update={"database_url": SecretStr(url.replace(f":{self.postgres.port}/", f":{port}/"))}
        )


@contextmanager
def stage() -> Iterator[Stage]:
    """Servers with the demo county and the limit's tables, durable as in production."""
    with (
        EmbeddedPostgres() as postgres,
        EmbeddedValkey() as valkey,
        tempfile.TemporaryDirectory() as state,
    ):
        settings = Settings(
            database_url=SecretStr(postgres.app_url),
            migration_database_url=SecretStr(postgres.owner_url),
            broker_url=SecretStr(valkey.url),
            secret_key=SecretStr(secrets.token_urlsafe(40)),
            keyset=SecretStr(new_keyset()),
            public_url="http://localhost:8000",
            sms_provider="outbox",
            mail_provider="outbox",
            state_dir=Path(state),
            demo=True,
        )
        for _ in demo_county.prepare(settings):
            pass
        make_limit_tables(postgres)
        yield Stage(postgres, settings)


def make_limit_tables(postgres: EmbeddedPostgres) -> None:
    engine = create_engine(postgres.owner_url)
    with engine.begin() as connection:
        connection.execute(text("create schema bench"))
        limit_app.metadata.create_all(connection)
        connection.execute(text("grant usage on schema bench to luotsi_app"))
        connection.execute(text("grant select, insert on all tables in schema bench to luotsi_app"))
    engine.dispose()


def limit_requests(port: int, count: int) -> list[bytes]:
    """The limit's form, filled in, with a signed session and its token."""
    app = Flask("limit")
    app.config["SECRET_KEY"] = limit_app.SECRET_KEY
    with app.test_request_context():
        token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = serializer.dumps(dict(session))
    body = urlencode({**limit_app.ANSWERS, "csrf_token": token})
    return [post(port, "/form", f"session={cookie}", body)] * count
