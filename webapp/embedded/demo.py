"""`luotsi demo`: the whole house on one machine, from nothing to an address, and back to nothing.

Servers first, then one preparing step, then the programs. Whatever happens, all that was started
is ended: on Ctrl-C and TERM in order, on kill -9 by the kernel and the guard.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from webapp.embedded import beside
from webapp.embedded.crew import Crew, Guard, Member
from webapp.embedded.doorway import refuse_taken_port, take_home
from webapp.embedded.greeting import greeting
from webapp.embedded.interrupts import Interrupts
from webapp.embedded.keepsakes import keep, read, write
from webapp.embedded.place import CHECKOUT, EmbeddedServerError, data_home, make_folder
from webapp.embedded.plan import (
    Commands,
    Emulator,
    base_environment,
    demo_settings,
    house_commands,
    print_of_preparation,
)
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.embedded.process import LOOPBACK, end, free_port, fresh_log, last_lines, spawn
from webapp.embedded.valkey import EmbeddedValkey

READY_SECONDS = 60.0
PREPARE_SECONDS = 180.0


class _StopAskedError(Exception):
    """Ctrl-C or TERM came while the demo was starting."""


def run_demo(
    port: int,
    twilio_emulator: bool = False,
    *,
    commands: Commands | None = None,
    home: Path | None = None,
) -> int:
    """Run the demo on `port` of loopback until Ctrl-C or TERM; call it from the main thread.

    Returns the exit code: 0 when it was asked to stop, 1 when it could not start or go on, after
    one line on stderr that says why. `commands` and `home` are for tests.
    """
    with ExitStack() as stack:
        interrupts = stack.enter_context(Interrupts())
        try:
            place = home or data_home()
            demo = _Demo(port, place, commands or house_commands(port), interrupts, stack)
            demo.start(twilio_emulator)
            demo.watch()
        except _StopAskedError:
            _say("Stopping ...")
        except EmbeddedServerError as error:
            print(f"luotsi demo: {error}", file=sys.stderr, flush=True)
            return 1
    _say(f"Stopped. The data stays in {place}")
    return 0


class _Demo:
    def __init__(
        self, port: int, home: Path, commands: Commands, interrupts: Interrupts, stack: ExitStack
    ) -> None:
        self.port = port
        self.home = home
        self.commands = commands
        self.interrupts = interrupts
        self.stack = stack
        self.begun_at = time.monotonic()
        self.servers: dict[str, EmbeddedPostgres | EmbeddedValkey] = {}

    def start(self, twilio_emulator: bool) -> None:
        """Everything up to the printed addresses."""
        lock = take_home(self.home, self.port)
        self.stack.callback(lock.release)
        beside.forget(self.home)
        refuse_taken_port(self.port)
        self.logs = make_folder(self.home / "logs", 0o700)
        _say(f"Starting the demo; data in {self.home}, logs in {self.logs}")
        self.guard = Guard(lock.descriptor)
        self.stack.callback(self.guard.dismiss)
        env = base_environment()
        env |= self._start_servers(env)
        emulator = Emulator.on(free_port()) if twilio_emulator else None
        env |= emulator.settings() if emulator else {}
        sign_ins = self._prepare(env)
        self.crew = Crew(env, self.logs, self.guard)
        self.stack.callback(self.crew.end)
        stand_in = self.crew.start(emulator.program()) if emulator else None
        web = self.crew.start(self.commands.serve)
        for program in self.commands.background:
            self.crew.start(program)
        if stand_in:
            self._await_emulator(stand_in)
        self._await_web(web)
        self.stack.callback(beside.forget, self.home)
        beside.note(self.home, env)
        _say(greeting(self.port, sign_ins, emulator))

    def _prepare(self, env: dict[str, str]) -> str:
        """The preparing step, left out where the same code has taken it on these data; its sign-ins."""
        # Beside the database, so that both are deleted together.
        path = self.home / "postgres" / "prepared.json"
        code = print_of_preparation(self.commands.prepare)
        kept = read(path)
        if kept.get("code") != code:
            kept = {"code": code, "sign_ins": self._step("prepare", self.commands.prepare, env)}
            write(path, kept)
        return kept["sign_ins"]

    def _start_servers(self, env: dict[str, str]) -> dict[str, str]:
        postgres = EmbeddedPostgres(make_folder(self.home / "postgres", 0o711))
        self._start_server("PostgreSQL", postgres, signal.SIGINT)
        valkey = EmbeddedValkey(make_folder(self.home / "valkey", 0o711), persistent=True)
        self._start_server("Valkey", valkey, signal.SIGTERM)
        state = make_folder(self.home / "state", 0o700)
        databases = (postgres.app_url, postgres.owner_url)
        return demo_settings(self.port, state, databases, valkey.url, self._secrets(env))

    def _start_server(
        self, name: str, server: EmbeddedPostgres | EmbeddedValkey, polite: signal.Signals
    ) -> None:
        self._check_stop()
        server.start()
        pid = server.pid
        self.stack.callback(self.guard.forget, pid)
        self.stack.callback(server.stop)
        self.guard.note(pid, polite)
        self.servers[name] = server
        self._progress(f"{name} answers on port {server.port}")

    def _secrets(self, env: dict[str, str]) -> dict[str, str]:
        path = self.home / "secrets.json"
        kept = keep(path, ["secret_key"])
        if "keyset" not in kept:
            keyset = self._step("keys", self.commands.keys_init, env).strip()
            if not keyset:
                raise EmbeddedServerError("`keys init` printed no keyset")
            write(path, kept | {"keyset": keyset})
        return read(path)

    def _step(self, name: str, argv: tuple[str, ...], env: dict[str, str]) -> str:
        """Run a command that ends; its stdout, or EmbeddedServerError with the end of its log."""
        self._check_stop()
        log = fresh_log(self.logs / f"{name}.log")
        answer = self.home / f"{name}.out"
        answer.touch(mode=0o600)
        process = spawn(
            argv, log=log, env=env, cwd=CHECKOUT, last_word=signal.SIGKILL, output=answer
        )
        deadline = time.monotonic() + PREPARE_SECONDS
        try:
            while process.poll() is None and time.monotonic() < deadline:
                self.interrupts.wait(0.2)
                self._check_stop()
            text = answer.read_text()
        finally:
            end(process, (signal.SIGTERM, 3.0))
            answer.unlink()  # it may hold a secret
        if process.returncode != 0:
            raise EmbeddedServerError(f"the step '{name}' failed{_tail(log)}")
        self._progress(f"step '{name}' done")
        return text

    def _await_emulator(self, member: Member) -> None:
        self._await(lambda: "ready" in last_lines(member.log, 20), "the Twilio emulator", member)

    def _await_web(self, member: Member) -> None:
        self._await(lambda: _is_ready(self.port), "the web server", member)

    def _await(self, ready: Callable[[], bool], name: str, member: Member) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not ready():
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"{name} is not ready after 60 s{_tail(member.log)}")
            self.interrupts.wait(0.05)
            self._check_stop()
            self._check_programs()
        self._progress(f"{name} is ready")

    def watch(self) -> None:
        """Stay until asked to stop; a lost worker starts again, a lost server ends the demo."""
        while True:
            self._check_stop()
            self._check_programs()
            self.interrupts.wait(0.5)

    def _check_stop(self) -> None:
        if self.interrupts.stop_asked:
            raise _StopAskedError

    def _check_programs(self) -> None:
        for name, server in self.servers.items():
            if server.process is not None and server.process.poll() is not None:
                raise EmbeddedServerError(f"{name} has ended by itself")
        for loss in self.crew.look():
            text = f"{loss.name} has ended by itself (code {loss.code})"
            if loss.fatal:
                raise EmbeddedServerError(text + _tail(self.logs / f"{loss.name}.log"))
            _say(f"  {text}; it starts again in {loss.again_in:.0f} s")

    def _progress(self, text: str) -> None:
        _say(f"  {time.monotonic() - self.begun_at:5.1f} s  {text}")


def _say(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Nobody reads our words any more (`| head`); the demo goes on without a voice.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tail(log: Path) -> str:
    lines = last_lines(log, 15)
    return f"; the end of {log}:\n  " + "\n  ".join(lines) if lines else f"; see {log}"


def _is_ready(port: int) -> bool:
    # Not urllib: a proxy in the person's environment must not be asked about loopback.
    line = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        line.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False  # not listening yet: asked again within the time allowed
    finally:
        line.close()
