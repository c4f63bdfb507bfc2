"""Looking for words where they must not be, in every shape in which a careless program leaves them."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import redis

from webapp.embedded import cluster
from webapp.embedded.place import server_account

_LAST_WORD = "that is all"


def shapes(word: str) -> Iterator[str]:
    """The word in lower case, as JSON and percent escapes, as hexadecimal, and within base64."""
    for variant in {word, word.lower(), word.upper()}:
        raw = variant.encode()
        yield variant.lower()
        yield variant.lower().encode("ascii", "backslashreplace").decode()
        yield raw.hex()
        for offset in range(3):
            coded = base64.b64encode(b"\0" * offset + raw).decode()
            # Only the letters that the word alone decides; they stand in the text as they are.
            yield coded[(0, 2, 3)[offset] : (offset + len(raw)) * 8 // 6].lower()


def found(text: str, words: Iterable[str]) -> set[str]:
    """Which of the words the text holds in any shape."""
    lower = text.lower()
    return {word for word in words if any(shape in lower for shape in shapes(word))}


def dump(owner_url: str) -> str:
    """The whole database as PostgreSQL's own program writes it; bytes as hexadecimal digits."""
    program = cluster.programs(server_account()) / "pg_dump"
    done = subprocess.run(
        [program, "--dbname", owner_url.replace("+psycopg", "")],
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        timeout=60,
    )
    return done.stdout.decode()


def contents(broker: redis.Redis) -> str:
    """Every key of the broker with its value."""
    read: dict[Any, Any] = {
        b"string": broker.get,
        b"list": lambda key: broker.lrange(key, 0, -1),
        b"set": broker.smembers,
        b"hash": broker.hgetall,
        b"zset": lambda key: broker.zrange(key, 0, -1),
    }
    keys = list(broker.scan_iter())
    return "\n".join(f"{key!r} {read[broker.type(key)](key)!r}" for key in keys)


@contextmanager
def listening(broker: redis.Redis) -> Iterator[list[str]]:
    """Every command that the broker is given meanwhile."""
    heard: list[str] = []
    with cast(Any, broker).monitor() as monitor:

        def listen() -> None:
            for command in monitor.listen():
                heard.append(str(command["command"]))
                if _LAST_WORD in heard[-1]:
                    return

        thread = threading.Thread(target=listen, name="monitor")
        thread.start()
        try:
            yield heard
        finally:
            broker.echo(_LAST_WORD)
            thread.join(10)
    assert not thread.is_alive()
