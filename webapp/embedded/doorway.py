"""Whether a demo may start here now: its folder and its port must be free."""

from __future__ import annotations

import errno
import socket
import time
from pathlib import Path

from webapp.embedded.place import EmbeddedServerError, FolderLock
from webapp.embedded.process import LOOPBACK, lives

# A demo that was killed is tidied up by its guard within this time.
_TIDY_SECONDS = 10.0


def take_home(home: Path, port: int) -> FolderLock:
    """Take the demo's folder; wait for the guard of a killed demo, refuse beside a living one."""
    lock = FolderLock(home)
    deadline = time.monotonic() + _TIDY_SECONDS
    while not lock.take():
        holder = lock.holder()
        if (holder is not None and lives(holder)) or time.monotonic() > deadline:
            raise EmbeddedServerError(_already_running(holder, port))
        time.sleep(0.05)
    return lock


def _already_running(holder: int | None, port: int) -> str:
    who = f" (process {holder})" if holder is not None else ""
    if is_taken(port):
        return f"port {port} is taken: a demo of this checkout is already running{who}"
    return f"a demo of this checkout is already running{who}; stop it first"


def refuse_taken_port(port: int) -> None:
    """Raise EmbeddedServerError, naming the port and a way out, when the port cannot be used."""
    if is_taken(port):
        raise EmbeddedServerError(
            f"port {port} is taken by another program: choose one with --port, "
            f"for example `./run demo --port {port + 1 if port < 65_535 else 8000}`"
        )


def is_taken(port: int) -> bool:
    """Whether somebody listens on `port` of localhost, IPv6 included: browsers try that first."""
    return _cannot_bind(socket.AF_INET, LOOPBACK, port) or _cannot_bind(
        socket.AF_INET6, "::1", port
    )


def _cannot_bind(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the web server does it, so that connections of a demo just ended do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EACCES:
            raise EmbeddedServerError(
                f"port {port} needs more rights than you have: choose one above 1023 with --port"
            ) from error
        # No IPv6 on this machine: then nobody listens there.
        return error.errno == errno.EADDRINUSE
    return False
