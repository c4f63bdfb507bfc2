"""A small load generator: prepared requests over a fixed number of kept-alive connections on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Result:
    """`seconds` each request took, in order of completion, and how long all of them took together."""

    seconds: tuple[float, ...]
    errors: int
    elapsed: float

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.elapsed

    def quantile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    @property
    def p50(self) -> float:
        return median(self.seconds) * 1000


def run(port: int, requests: Sequence[bytes], connections: int, expected: int) -> Result:
    """Send every request once; `expected` is the status that counts as success."""
    return asyncio.run(_run(port, list(requests), connections, expected))


async def _run(port: int, requests: list[bytes], connections: int, expected: int) -> Result:
    waiting = iter(requests)
    seconds: list[float] = []
    errors = 0

    async def visitor() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            began = time.perf_counter()
            writer.write(request)
            status = await _status(reader)
            seconds.append(time.perf_counter() - began)
            errors += status != expected
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(visitor() for _ in range(connections)))
    return Result(tuple(seconds), errors, time.perf_counter() - began)


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    if b"content-length:" in lowered:
        length = int(lowered.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
    elif b"chunked" in lowered:
        await reader.readuntil(b"0\r\n\r\n")
    return int(head.split(b" ", 2)[1])


def post(port: int, path: str, cookie: str, body: str) -> bytes:
    """A whole POST request of an HTML form."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
    ).encode()
