"""Counts real round trips: a relay between a client and PostgreSQL that notes each change of direction."""

from __future__ import annotations

import socket
import threading


class CountingRelay:
    """Listens on `port` of loopback and passes on to `target`. One connection's turns count as trips."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.trips = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            turn = {"answered": True}
            for source, sink, ours in ((client, server, True), (server, client, False)):
                threading.Thread(
                    target=self._pass, args=(source, sink, ours, turn), daemon=True
                ).start()

    def _pass(
        self, source: socket.socket, sink: socket.socket, ours: bool, turn: dict[str, bool]
    ) -> None:
        try:
            while chunk := source.recv(65536):
                with self._lock:
                    if ours and turn["answered"]:
                        self.trips += 1
                    turn["answered"] = not ours
                sink.sendall(chunk)
        except OSError:
            pass  # the connection is over; that is how it ends
        finally:
            sink.close()

    def close(self) -> None:
        self._listener.close()
