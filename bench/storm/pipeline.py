"""The whole pipeline on the same two cores: the form is sent, and two texts reach the provider over HTTP.

Beside it the limit, which publishes two bare tasks for each form; its workers hand each to the same provider, and note
nothing of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from bench import drafts
from bench.load import run
from bench.stage import WORKERS as WEB_WORKERS
from bench.stage import Server, Stage, limit_requests, make_limit_tables
from bench.storm import bare
from bench.storm.letters import number
from bench.storm.plain import celery_worker
from bench.storm.scene import WORKERS, Scene, waiting
from tests.live import until
from webapp import wiring
from webapp.embedded.process import kill_group

_AT_ONCE: Final = 16
_SEE_OTHER, _OK = 303, 200
_LONGEST: Final = 120.0
_BODY: Final = b'{"sid": "SM00000000000000000000000000000000", "status": "queued"}'


class Provider:
    """Accepts every message at once, and counts."""

    def __init__(self) -> None:
        self.taken = 0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                provider.taken += 1
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(_BODY)))
                self.end_headers()
                self.wfile.write(_BODY)
                self.wfile.flush()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: a log line would cost what is being measured."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class _Sides:
    """Both whole pipelines, started."""

    provider: Provider
    ours: Server
    limit: Server
    house: wiring.House

    def our_rate(self, count: int) -> float:
        """Forms a second, until the provider has both texts of each."""

        def by_text(place: int) -> dict[str, object]:
            return {"way": "sms", "phone": number(place)}

        made = drafts.ready_to_send(self.house, self.ours.port, count, drafts.URGENT, by_text)
        return self._rate(self.ours.port, made, _SEE_OTHER)

    def limit_rate(self, count: int) -> float:
        return self._rate(self.limit.port, limit_requests(self.limit.port, count), _OK)

    def _rate(self, port: int, requests: Sequence[bytes], expected: int) -> float:
        self.provider.taken = 0
        began = time.monotonic()
        assert run(port, requests, _AT_ONCE, expected).errors == 0
        until(lambda: self.provider.taken >= 2 * len(requests), _LONGEST, self._told)
        return len(requests) / (time.monotonic() - began)

    def _told(self) -> str:
        return f"{self.provider.taken} texts handed over"


def rates(scene: Scene, rounds: int, count: int) -> list[tuple[float, float]]:
    """Forms a second with all that follows, (ours, the limit) of each round, after one round to warm up."""
    with _both(scene) as sides:
        found = []
        for turn in range(rounds + 1):
            scene.clean()
            both: list[Callable[[int], float]] = [sides.our_rate, sides.limit_rate]
            first = turn % 2
            one, other = both[first](count), both[1 - first](count)
            found.append((other, one) if first else (one, other))
    return found[1:]


@contextmanager
def _both(scene: Scene) -> Iterator[_Sides]:
    stage, provider = Stage(scene.postgres, scene.settings), Provider()
    make_limit_tables(scene.postgres)
    house = wiring.build(scene.settings)
    api = {"LUOTSI_TWILIO_API_URL": provider.url}
    ours = stage.start_ours(WEB_WORKERS, **scene.crew.changes, **api)
    broker = {"BARE_BROKER_URL": scene.valkey.url, "BARE_PROVIDER_URL": provider.url}
    limit = stage.start_limit(WEB_WORKERS, "bench.storm.bare:create", **broker)
    before = dict(scene.crew.changes)
    scene.crew.changes |= api
    for name, queues in WORKERS.items():
        scene.crew.start_worker(name, queues)
    log = scene.crew.folder / "bare.log"
    workers = [
        celery_worker("bench.storm.bare", f"bare-{one}", bare.QUEUE, broker, log) for one in (1, 2)
    ]
    try:
        until(lambda: waiting(scene.valkey) >= 4, what="four workers wait")
        yield _Sides(provider, ours, limit, house)
    finally:
        for server in (ours, limit):
            server.stop()
        for worker in workers:
            kill_group(worker)
        for name in WORKERS:
            scene.crew.end(name)
        scene.crew.changes = before
        provider.stop()
        house.engine.dispose()
