"""Whether this worker has been asked to end: its processes see it between one message and the next.

After TERM Celery waits for tasks that are under way, and takes up no other. A task that goes on through a whole
backlog would be killed in the middle of a message.
"""

from __future__ import annotations

import mmap

from celery.signals import worker_shutting_down

#: One byte that the worker's processes share, as they are forked from the one that hears the signal.
_asked = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def ask(**_: object) -> None:
    """Let every task of this worker come to its end after the message that it has in hand."""
    _asked[0] = 1


def is_asked() -> bool:
    return _asked[0] == 1
