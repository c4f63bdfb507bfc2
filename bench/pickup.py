"""From the sender's answer to the provider's door, when nothing else is going on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from bench import drafts
from bench.load import run
from bench.report import Part, Row
from bench.stage import ROOT, Stage
from webapp import wiring
from webapp.embedded.process import die_with_parent, end


class _Provider:
    """Accepts every message at once, and notes when it came."""

    def __init__(self) -> None:
        came, self.arrived_at = Event(), 0.0
        provider = self
        self.came = came

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                if not came.is_set():
                    provider.arrived_at = time.perf_counter()
                    came.set()
                self.rfile.read(int(self.headers["Content-Length"]))
                body = b'{"sid": "SM00000000000000000000000000000000", "status": "queued"}'
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: a log line would cost what is being measured."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()


def measure(stage: Stage, *, samples: int) -> Part:
    """One urgent submission after the other; the time from its 303 to the first call of the provider."""
    provider = _Provider()
    url = f"http://127.0.0.1:{provider.server.server_address[1]}"
    env = stage.environment(LUOTSI_TWILIO_API_URL=url)
    server = stage.start_ours(LUOTSI_TWILIO_API_URL=url)
    workers = [_worker(name, queues, env) for name, queues in _WORKERS]
    house = wiring.build(stage.settings)
    waits: list[float] = []
    try:
        for request in drafts.ready_to_send(house, server.port, samples + 5, drafts.URGENT):
            provider.came.clear()
            run(server.port, [request], 1, 303)
            answered = time.perf_counter()
            if not provider.came.wait(30):
                raise RuntimeError("the provider was never called")
            waits.append((provider.arrived_at - answered) * 1000)
            time.sleep(0.1)  # idle is what is being measured
    finally:
        server.stop()
        for worker in workers:
            # A worker that does not end in time must not cost the figures of a whole run.
            end(worker, (signal.SIGTERM, 30.0))
        provider.server.shutdown()
        house.engine.dispose()
    ordered = sorted(waits[5:])
    p50, p95 = ordered[len(ordered) // 2], ordered[int(0.95 * len(ordered))]
    return Part(
        "Commit to provider, idle",
        f"{samples} urgent messages, one after the other, through two workers as in production.",
        [
            Row("p50", f"{p50:.0f} ms", "", "", "", None),
            Row("p95", f"{p95:.0f} ms", "", "", "<= 50 ms", p95 <= 50),
        ],
    )


_WORKERS = (("a", "urgent,periodic"), ("b", "default,bulk"))


def _worker(name: str, queues: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "webapp.cli", "worker", "--queues", queues, "--name", name],
        env={**os.environ, **env},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
