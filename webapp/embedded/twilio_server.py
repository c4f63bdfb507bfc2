"""The HTTP under the emulated Twilio: threads, kept connections, one write per answer.

An answer in two small writes would cost 40 ms a call (Nagle's algorithm and delayed acknowledgement).
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `path` without its query; `body` as it came."""

    method: str
    path: str
    query: Mapping[str, str] = field(repr=False)
    authorisation: str = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def json(self) -> Any:
        """Raises ValueError when the body is not JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """`content` None: no body. `cut`: close the connection and say nothing."""

    status: int
    content: Mapping[str, Any] | None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


class EmulatorServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1 from the moment it is made; answers from `start` to `stop`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, answer: Callable[[Asked], Answer]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.05,), name="twilio-emulator", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and hang up on clients that keep their connection."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in tuple(self._open):
            _hang_up(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left while it was kept waiting is what the emulator is for, not a fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # Buffered: headers and body leave together at the flush.
    server: EmulatorServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a list's address holds a phone number."""

    def _serve(self) -> None:
        where = urlsplit(self.path)
        asked = Asked(
            self.command,
            where.path,
            dict(parse_qsl(where.query, keep_blank_values=True)),
            self.headers.get("Authorization", ""),
            self.rfile.read(int(self.headers.get("Content-Length", "0"))),
        )
        try:
            answer = self.server.answer(asked)
        except ValueError as error:
            answer = Answer(400, {"error": str(error)})
        if answer.cut:
            self.close_connection = True
            _hang_up(self.connection)
            return
        self._say(answer)

    def _say(self, answer: Answer) -> None:
        body = b"" if answer.content is None else json.dumps(answer.content).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.content is not None:
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # Already gone, which is all that was wanted.
