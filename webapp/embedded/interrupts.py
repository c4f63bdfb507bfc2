"""Waiting that ends at once on Ctrl-C, TERM or the end of a child, never within a step.

The handlers only take note. Nothing is raised from them, so a process that has just been started
is always recorded before anybody thinks of stopping it.
"""

from __future__ import annotations

import os
import select
import signal
from types import FrameType
from typing import Any, Self

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """A context in which stop signals are noted in `stop_asked`; main thread only."""

    def __init__(self) -> None:
        self.stop_asked = False
        self._former: dict[signal.Signals, Any] = {}
        self._read = self._write = -1
        self._former_wakeup = -1

    def __enter__(self) -> Self:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._former_wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for signum in (*_STOP, signal.SIGCHLD):
            former = signal.getsignal(signum)
            if signum == signal.SIGHUP and former == signal.SIG_IGN:
                continue  # started by nohup: the terminal's end is not ours
            self._former[signum] = former
            signal.signal(signum, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for signum, former in self._former.items():
            signal.signal(signum, former)
        signal.set_wakeup_fd(self._former_wakeup)
        os.close(self._read)
        os.close(self._write)

    def _note(self, signum: int, _frame: FrameType | None) -> None:
        if signum in _STOP:
            self.stop_asked = True

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or earlier when any noted signal has come."""
        if select.select([self._read], [], [], seconds)[0]:
            os.read(self._read, 4096)
