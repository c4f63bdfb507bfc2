"""The embedded Valkey: what it keeps, and how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from webapp.embedded.place import temporary_home
from webapp.embedded.process import lives
from webapp.embedded.valkey import EmbeddedValkey


@pytest.fixture
def home() -> Iterator[Path]:
    # Not tmp_path: its parents are closed to the user that root's servers run as.
    folder = temporary_home("test")
    yield folder
    shutil.rmtree(folder)


def test_valkey_keeps_its_queue_over_a_restart_when_asked(home: Path) -> None:
    with EmbeddedValkey(home, persistent=True) as server:
        client = redis.Redis.from_url(server.url)
        client.lpush("default", "wake-up")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        os.kill(server.pid, signal.SIGKILL)
    with EmbeddedValkey(home, persistent=True) as server:
        assert redis.Redis.from_url(server.url).llen("default") == 1


def test_a_damaged_queue_file_is_set_aside(home: Path) -> None:
    with EmbeddedValkey(home, persistent=True) as server:
        redis.Redis.from_url(server.url).set("a", "b")
    for part in (home / "data" / "appendonlydir").glob("*.incr.aof"):
        part.write_bytes(b"*nonsense\r\n" * 9)
    with EmbeddedValkey(home, persistent=True) as server:
        assert redis.Redis.from_url(server.url).dbsize() == 0
    assert (home / "data" / "appendonlydir.broken").is_dir()


def test_a_hung_valkey_is_stopped_within_two_seconds() -> None:
    server = EmbeddedValkey().start()
    pid = server.pid
    os.kill(pid, signal.SIGSTOP)
    begun_at = time.monotonic()
    server.stop()
    assert time.monotonic() - begun_at < 2.0
    assert not lives(pid)


def test_nothing_is_left_of_a_temporary_valkey() -> None:
    with EmbeddedValkey() as server:
        client = redis.Redis.from_url(server.url)
        client.set("a", "b")
        folder = Path(str(client.config_get("dir")["dir"]))
        assert folder.is_dir()
    assert not folder.parent.exists()
