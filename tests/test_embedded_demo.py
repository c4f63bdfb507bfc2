"""The demo's supervision, with small programs in the place of the web server and the workers."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.cli import main
from webapp.embedded import beside, crew
from webapp.embedded.crew import Crew, Guard, Loss, Program
from webapp.embedded.demo import run_demo
from webapp.embedded.doorway import take_home
from webapp.embedded.greeting import greeting
from webapp.embedded.place import CHECKOUT, EmbeddedServerError, FolderLock, temporary_home
from webapp.embedded.plan import Emulator, base_environment, demo_settings, house_commands
from webapp.embedded.process import free_port, lives
from webapp.embedded.twilio_emulator import TwilioEmulator

# A web server that has a child of its own, as Granian has, and answers /readyz on its port.
WEB = """
import http.server, os, subprocess, sys
child = subprocess.Popen(["sleep", "600"])
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
http.server.HTTPServer.allow_reuse_address = True
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer)
with open(sys.argv[2], "a") as pids:
    pids.write(f"{os.getpid()} {child.pid}\\n")
server.serve_forever()
"""

# `run_demo` in a process of its own: it takes the main thread and the signals.
DEMO = """
import sys
from pathlib import Path
from webapp.embedded.crew import Program
from webapp.embedded.demo import run_demo
from webapp.embedded.plan import Commands
port, home, web = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
python = (sys.executable, "-I", "-S", "-c")
commands = Commands(
    keys_init=(*python, "import os; print('keyset of', os.getpid())"),
    prepare=(*python, "import os; print('Sign in as', os.environ['LUOTSI_KEYSET'])"),
    serve=Program("web", (*python, web, str(port), str(home / "pids")), True),
    background=(Program("worker-a", ("sleep", "600")),),
)
sys.exit(run_demo(port, commands=commands, home=home))
"""


def eventually(true: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One folder for all demos of this file, each starting on what the former one left."""
    folder = temporary_home("demo")
    yield folder
    shutil.rmtree(folder)


class Started:
    """A demo in its own process that has said it is ready."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-c", DEMO, str(self.port), str(home), WEB],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )
        self.said = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "Stop with Ctrl-C" in line:
                break
        pids = (home / "pids").read_text().split()[-2:]
        postmaster = (home / "postgres/data/postmaster.pid").read_text().split()[0]
        self.pids = [int(pid) for pid in (*pids, postmaster)]

    def all_gone(self) -> bool:
        return eventually(lambda: not any(lives(pid) for pid in self.pids))


def test_a_demo_says_where_it_is_and_ends_in_order(home: Path) -> None:
    demo = Started(home)
    assert f"http://localhost:{demo.port}/fi/" in demo.said
    assert f"http://localhost:{demo.port}/staff/" in demo.said
    assert f"http://localhost:{demo.port}/dev/outbox" in demo.said
    assert "Sign in as keyset of" in demo.said
    demo.process.send_signal(signal.SIGINT)
    said, _ = demo.process.communicate(timeout=20)
    assert demo.process.returncode == 0
    assert "The data stays in" in said
    assert demo.all_gone()


def test_beside_a_running_demo_the_command_line_has_its_settings_and_afterwards_none(
    home: Path, tmp_path: Path
) -> None:
    demo = Started(home)
    found = beside.settings({}, tmp_path, home=home)
    assert found["LUOTSI_PUBLIC_URL"] == f"http://localhost:{demo.port}"
    assert found["LUOTSI_DEMO"] == "1"
    assert {"LUOTSI_DATABASE_URL", "LUOTSI_KEYSET"} < set(found)
    assert (home / "running.json").stat().st_mode & 0o777 == 0o600
    assert beside.settings({"LUOTSI_SECRET_KEY": "x"}, tmp_path, home=home) == {}
    (tmp_path / ".env").touch()
    assert beside.settings({}, tmp_path, home=home) == {}
    (tmp_path / ".env").unlink()
    demo.process.send_signal(signal.SIGINT)
    demo.process.communicate(timeout=20)
    assert not (home / "running.json").exists()
    assert beside.settings({}, tmp_path, home=home) == {}


def test_what_a_demo_left_that_was_killed_counts_for_nothing(home: Path, tmp_path: Path) -> None:
    demo = Started(home)
    demo.process.kill()
    demo.process.communicate()
    assert (home / "running.json").exists()
    assert beside.settings({}, tmp_path, home=home) == {}
    assert demo.all_gone()


@pytest.mark.parametrize("asked", [True, False])
def test_the_command_line_takes_the_demos_settings_only_where_run_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    found = {"LUOTSI_PUBLIC_URL": "http://localhost:8123", "LUOTSI_DATABASE_URL": "nowhere://"}
    for name in found:
        monkeypatch.setenv(name, "")  # so that it is taken back after the test
        monkeypatch.delenv(name)
    monkeypatch.setattr(beside, "settings", lambda *_: found)
    if asked:
        monkeypatch.setenv("LUOTSI_BESIDE_DEMO", "1")
    result = CliRunner().invoke(main, ["user", "list"])
    assert result.exit_code == 2
    assert ("settings of the demo at http://localhost:8123" in result.stderr) == asked
    assert ("LUOTSI_DATABASE_URL is missing" in result.stderr) != asked


def test_the_start_screen_tells_how_a_text_comes_in_by_the_emulator(tmp_path: Path) -> None:
    plain = greeting(8000, "Sign-ins", None)
    assert "curl" not in plain
    with TwilioEmulator() as twilio:
        emulator = Emulator(int(twilio.url.rsplit(":", 1)[1]), "AC", "token")
        said = greeting(free_port(), "Sign-ins", emulator)
        assert f"  Twilio       {twilio.url} " in said
        (line,) = [line for line in said.splitlines() if line.startswith("  curl ")]
        words = shlex.split(line)
        assert words[0::3] == ["curl", f"{twilio.url}/_control/text"]
        answer = urllib.request.Request(words[3], words[2].encode(), method="POST")
        # Nobody listens at the address of that text, and the emulator says so.
        with pytest.raises(urllib.error.HTTPError, match="502"):
            urllib.request.urlopen(answer, timeout=10)


def test_a_killed_demo_leaves_no_process_and_the_next_keeps_its_secrets(home: Path) -> None:
    first = Started(home)
    secrets = (home / "secrets.json").read_text()
    first.process.kill()
    first.process.communicate()
    second = Started(home)
    assert first.all_gone()
    assert (home / "secrets.json").read_text() == secrets
    assert (home / "secrets.json").stat().st_mode & 0o777 == 0o600
    second.process.terminate()
    second.process.communicate(timeout=20)
    assert second.process.returncode == 0
    assert second.all_gone()


def test_a_lost_web_server_ends_the_demo_and_is_named(home: Path) -> None:
    demo = Started(home)
    os.kill(demo.pids[0], signal.SIGKILL)
    _, errors = demo.process.communicate(timeout=20)
    assert demo.process.returncode == 1
    assert "web has ended by itself" in errors
    assert demo.all_gone()


def test_a_taken_port_is_refused_in_one_plain_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_demo(port, home=home) == 1
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert f"port {port} is taken" in line
    assert "--port" in line


def test_a_second_demo_of_the_same_checkout_is_refused(tmp_path: Path) -> None:
    # In a folder of its own: over the one of a demo that was killed, its guard may still hold the lock.
    lock = FolderLock(tmp_path)
    assert lock.take()
    try:
        with pytest.raises(EmbeddedServerError, match=f"already running \\(process {os.getpid()}"):
            take_home(tmp_path, free_port())
    finally:
        lock.release()


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    lock = FolderLock(tmp_path)
    assert lock.take()
    guard = Guard(lock.descriptor)
    yield guard
    guard.dismiss()
    lock.release()


def losses_of(watched: Crew) -> list[Loss]:
    """Every loss up to the fatal one."""
    losses: list[Loss] = []

    def fatal() -> bool:
        losses.extend(watched.look())
        return any(loss.fatal for loss in losses)

    assert eventually(fatal)
    return losses


def test_a_worker_that_keeps_failing_is_given_up_after_a_few_tries(
    guard: Guard, tmp_path: Path
) -> None:
    watched = Crew(base_environment(), tmp_path, guard, tries=2, pause=0.01)
    watched.start(Program("worker", ("sh", "-c", "echo tried; exit 3")))
    losses = losses_of(watched)
    watched.end()
    assert [(loss.code, loss.fatal) for loss in losses] == [(3, False), (3, False), (3, True)]
    assert losses[1].again_in > losses[0].again_in
    assert (tmp_path / "worker.log").read_text() == "tried\n" * 3


def test_a_program_deaf_to_term_is_killed(
    guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "END_SECONDS", 0.2)
    watched = Crew(base_environment(), tmp_path, guard)
    script = "trap '' TERM; echo deaf; while :; do sleep 0.1; done"
    member = watched.start(Program("deaf", ("sh", "-c", script)))
    assert eventually(lambda: member.log.read_text() == "deaf\n")
    assert member.process is not None
    watched.end()
    assert not lives(member.process.pid)


def test_the_persons_own_settings_do_not_reach_the_demo() -> None:
    env = base_environment(
        {"LUOTSI_SMTP_URL": "smtp://mail.example", "PGSSLMODE": "require", "LANG": "fi_FI.UTF-8"}
    )
    assert "LUOTSI_SMTP_URL" not in env
    assert "PGSSLMODE" not in env
    assert env["LANG"] == "fi_FI.UTF-8"
    assert env["LUOTSI_DEMO"] == "1"
    assert "127.0.0.1" in env["NO_PROXY"]


def test_nothing_leaves_the_machine_by_the_demos_settings() -> None:
    kept = {"secret_key": "s", "keyset": "k"}
    settings = demo_settings(8000, Path("/x"), ("app", "owner"), "redis://127.0.0.1:1/0", kept)
    assert settings["LUOTSI_SMS_PROVIDER"] == settings["LUOTSI_MAIL_PROVIDER"] == "outbox"
    emulated = settings | Emulator.on(4010).settings()
    assert emulated["LUOTSI_SMS_PROVIDER"] == "twilio"
    assert emulated["LUOTSI_TWILIO_API_URL"] == "http://127.0.0.1:4010"
    assert emulated["LUOTSI_TWILIO_ACCOUNT_SID"].startswith("AC")


def test_every_queue_has_a_worker_in_the_demo() -> None:
    words = [word for program in house_commands(8000).background for word in program.argv]
    queues = {name for word in words if "," in word for name in word.split(",")}
    assert queues == {"urgent", "periodic", "default", "bulk"}
