"""Starting a process that cannot outlive us, and ending it within a bounded time."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from webapp.embedded.place import Account, EmbeddedServerError

_PR_SET_PDEATHSIG = 1  # prctl(2)
# Loaded before any fork: the child between fork and exec must not load libraries.
_LIBC = ctypes.CDLL(None, use_errno=True)

LOOPBACK = "127.0.0.1"


def die_with_parent(signum: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` after which the kernel sends `signum` when the parent dies, even by kill -9.

    It holds for the thread that starts the child (prctl(2)): start children from the main thread.
    Where there is no prctl (not Linux) nothing is promised.
    """
    parent = os.getpid()

    def before_exec() -> None:
        if sys.platform == "linux":
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(signum))
            if os.getppid() != parent:  # the parent died before the kernel was told
                os._exit(1)

    return before_exec


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    last_word: signal.Signals,
    account: Account | None = None,
    output: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `argv` in a session of its own; output goes to `log`, stdout to `output` if given.

    Its own session keeps the terminal's Ctrl-C away from it: we end our children in our own order.
    `last_word` is the signal it gets when we die. Raises EmbeddedServerError when it cannot start.
    """
    with log.open("ab") as errors, (output or log).open("wb" if output else "ab") as answers:
        try:
            return subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=answers,
                stderr=errors,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                # Runs after the change of user, which would have cleared the kernel's promise.
                preexec_fn=die_with_parent(last_word),
            )
        except OSError as error:
            raise EmbeddedServerError(f"cannot start {argv[0]}: {error.strerror}") from error


def end(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Send each step's signal and wait its seconds; kill what then lives, group and all."""
    for signum, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(signum)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and whatever is left of its group, and collect it."""
    # A group that has ended as a whole is what is wanted.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    status = Path(f"/proc/{pid}/stat")
    try:
        # After the name in brackets, which may hold anything, comes the state.
        return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def free_port() -> int:
    """A TCP port that is free on loopback now; another program may be quicker: then try again."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Ask `ready` every 20 ms; False once the process has ended or `seconds` have passed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if ready():
            return True
        time.sleep(0.02)
    return False


def fresh_log(log: Path) -> Path:
    """Begin a new log; the one of the start before is kept as `.1`, so logs never grow for ever."""
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))
    log.touch(mode=0o600)
    return log


def last_lines(log: Path, count: int) -> list[str]:
    """The end of a log, for the person who must understand why something stopped."""
    if not log.exists():
        return []
    with log.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - 16_384))
        return stream.read().decode(errors="replace").splitlines()[-count:]


def bare_environment() -> dict[str, str]:
    """The environment of a server: nothing of the person's own, so no PGDATA or LC_ALL leaks in."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
