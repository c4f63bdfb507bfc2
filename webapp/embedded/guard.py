"""Ends what the demo started when the demo itself was killed: a small program of its own.

The kernel's promise (`die_with_parent`) reaches children only. A web server and a Celery worker
have children of their own, so this process waits for the end of its standard input, which the
kernel closes however the demo dies, and then ends each noted process group.
Lines: `+ <pid> <signal>` note a group and its polite signal, `- <pid>` forget it.
Its argument is the descriptor of the lock file that it holds on to meanwhile.
Run as a file, with the standard library alone: it must start at once and depend on nothing.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE_SECONDS = 5.0


def read_groups(lines: Iterable[str]) -> dict[int, int]:
    """Follow the notes to their end; what remains are the groups to end: pid -> polite signal."""
    groups: dict[int, int] = {}
    for line in lines:
        words = line.split()
        if words[0] == "+":
            groups[int(words[1])] = int(words[2])
        else:
            groups.pop(int(words[1]), None)
    return groups


def end_groups(groups: dict[int, int], patience: float = PATIENCE_SECONDS) -> None:
    """Ask each group politely, wait `patience` seconds for all together, kill the rest."""
    living = [group for group, signum in groups.items() if _send(group, signum)]
    deadline = time.monotonic() + patience
    while living and time.monotonic() < deadline:
        time.sleep(0.05)
        living = [group for group in living if _send(group, 0)]
    for group in living:
        _send(group, signal.SIGKILL)


def _send(group: int, signum: int) -> bool:
    try:
        os.killpg(group, signum)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    remaining = read_groups(sys.stdin)
    # An empty lock file that is still held says to a new start: wait, this is being tidied up.
    os.ftruncate(int(sys.argv[1]), 0)
    end_groups(remaining)
