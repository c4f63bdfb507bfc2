"""The house as processes of its own: web, workers, Beat, as in production, on the servers of the tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from webapp.config import Settings
from webapp.embedded.process import die_with_parent, free_port

_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 30.0
_UNFORESEEN = re.compile(r'"event": "(task_failed|unforeseen|library_warning)"')


def environment(settings: Settings, **changes: str) -> dict[str, str]:
    """The settings as a process gets them."""
    values: dict[str, str] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        secret = getattr(value, "get_secret_value", None)
        plain = secret() if secret else value
        if plain not in (None, "", False):
            values[f"LUOTSI_{name.upper()}"] = "1" if plain is True else str(plain)
    return {**os.environ, **values, **changes, "PYTHONUNBUFFERED": "1"}


T = TypeVar("T")


def until(
    found: Callable[[], T], seconds: float = _PATIENCE, what: str | Callable[[], str] = ""
) -> T:
    """Ask until the answer is true; fails loudly when the time is over, with `what` as of then."""
    ends = time.monotonic() + seconds
    while True:
        answer = found()
        if answer:
            return answer
        if time.monotonic() > ends:
            told = what() if callable(what) else what
            raise AssertionError(f"not within {seconds} s: {told or found}")
        time.sleep(0.02)


@dataclass
class Processes:
    """Started children by name, each with its log; stopped in reverse order."""

    folder: Path
    settings: Settings
    changes: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    port: int = 0

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "webapp.cli", *arguments],
                env=environment(self.settings, **self.changes),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=_ROOT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.running[name] = child
        return child

    def start_web(self, workers: int = 1) -> str:
        """The web server on a free port; its address once it is ready."""
        self.port = self.port or free_port()
        self.start("web", "serve", "--port", str(self.port), "--workers", str(workers))
        until(self.ready, what="web ready")
        return self.url

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def start_worker(self, name: str, queues: str) -> subprocess.Popen[bytes]:
        return self.start(name, "worker", "--queues", queues, "--name", name)

    def start_beat(self) -> subprocess.Popen[bytes]:
        return self.start("beat", "beat")

    def start_background(self) -> None:
        """Two workers and Beat, as in production."""
        self.start_worker("a", "urgent,periodic")
        self.start_worker("b", "default,bulk")
        self.start_beat()

    def lives(self, name: str) -> bool:
        """Whether the child was started and has not ended."""
        child = self.running.get(name)
        return child is not None and child.poll() is None

    def end(self, name: str) -> None:
        """Stop one child as an operator would, within ten seconds."""
        child = self.running.pop(name)
        _end_group(child)

    def kill(self, name: str) -> None:
        """SIGKILL to the process and everything it forked, as an out-of-memory killer would."""
        child = self.running.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(10)

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """One child and all that it forked stand still meanwhile."""
        group = self.running[name].pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def stop(self) -> None:
        for child in reversed(self.running.values()):
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        for child in reversed(self.running.values()):
            _collect(child)
        self.running.clear()

    def logs(self) -> str:
        return "\n".join(path.read_text("utf-8") for path in sorted(self.folder.glob("*.log")))

    def complaints(self) -> list[str]:
        """What nobody foresaw: its lines in the logs, and the last line of each traceback."""
        found, inside = [], False
        for line in self.logs().splitlines():
            if _UNFORESEEN.search(line):
                found.append(line)
            elif line.startswith("Traceback "):
                inside = True
            elif inside and line and not line.startswith(" "):
                found.append(line)
                inside = False
        return found


def _end_group(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGTERM)
    _collect(child)


def _collect(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(10)


@contextmanager
def processes(folder: Path, settings: Settings, **changes: str) -> Iterator[Processes]:
    started = Processes(folder, settings, changes)
    try:
        yield started
    finally:
        started.stop()
