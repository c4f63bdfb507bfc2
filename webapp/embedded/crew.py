"""The demo's long-running programs: started, watched, started again, and ended in reverse order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.place import CHECKOUT
from webapp.embedded.process import fresh_log, kill_group, spawn

# A program that ran this long before it ended has its failures forgiven.
STEADY_SECONDS = 60.0
END_SECONDS = 8.0


@dataclass(frozen=True)
class Program:
    """A command line with a name; `vital` ones end the demo when they end, others start again."""

    name: str
    argv: tuple[str, ...]
    vital: bool = False


@dataclass(frozen=True)
class Loss:
    """A program that ended by itself; `fatal` when the demo cannot go on without it."""

    name: str
    code: int
    fatal: bool
    again_in: float


class Member:
    """One program with its process of the moment, its log and its failures in a row."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.failures = 0
        self.started_at = 0.0
        self.due_at: float | None = None
        self.process: subprocess.Popen[bytes] | None = None


class Crew:
    """Programs that share an environment and a folder of logs; use `end` in a `finally`."""

    def __init__(
        self, env: Mapping[str, str], logs: Path, guard: Guard, tries: int = 5, pause: float = 1.0
    ) -> None:
        self._env = env
        self._logs = logs
        self._guard = guard
        self._tries = tries
        self._pause = pause
        self._members: list[Member] = []

    def start(self, program: Program) -> Member:
        """Start a program with a fresh log `<name>.log`."""
        member = Member(program, fresh_log(self._logs / f"{program.name}.log"))
        self._members.append(member)
        self._launch(member)
        return member

    def _launch(self, member: Member) -> None:
        member.process = spawn(
            member.program.argv,
            log=member.log,
            env=self._env,
            cwd=CHECKOUT,
            last_word=signal.SIGTERM,  # programs with children of their own pass it on
        )
        self._guard.note(member.process.pid, signal.SIGTERM)
        member.started_at = time.monotonic()
        member.due_at = None

    def look(self) -> list[Loss]:
        """Find out who has ended since the last look, and start again whose pause is over."""
        losses = []
        for member in self._members:
            process = member.process
            if process is not None and process.poll() is not None:
                losses.append(self._lost(member, process))
            elif member.due_at is not None and time.monotonic() >= member.due_at:
                self._launch(member)
        return losses

    def _lost(self, member: Member, process: subprocess.Popen[bytes]) -> Loss:
        # Its own children must not go on without it beside the ones of the next process.
        kill_group(process)
        self._guard.forget(process.pid)
        member.process = None
        if time.monotonic() - member.started_at > STEADY_SECONDS:
            member.failures = 0
        member.failures += 1
        fatal = member.program.vital or member.failures > self._tries
        pause = min(30.0, self._pause * 2 ** (member.failures - 1))
        if not fatal:
            member.due_at = time.monotonic() + pause
        return Loss(member.program.name, process.returncode, fatal, pause)

    def end(self) -> None:
        """Ask all to end, the last started first; kill by id what still lives after 8 s."""
        living = [member.process for member in reversed(self._members) if member.process]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + END_SECONDS
        for process in living:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue  # the kill below is its answer
        for process in living:
            kill_group(process)
            self._guard.forget(process.pid)
        self._members.clear()


class Guard:
    """Our end of the process in `guard.py`, which ends the noted groups when we are killed."""

    def __init__(self, keep_open: int) -> None:
        """`keep_open`: descriptor of the folder's lock, which stays taken until all has ended."""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))),
                str(keep_open),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            cwd="/",
            start_new_session=True,
            pass_fds=(keep_open,),
        )

    def note(self, pid: int, signum: signal.Signals) -> None:
        """Have the group of `pid` ended with `signum` if we die."""
        self._write(f"+ {pid} {int(signum)}\n")

    def forget(self, pid: int) -> None:
        """The group has ended; its number may become somebody else's."""
        self._write(f"- {pid}\n")

    def _write(self, line: str) -> None:
        if self._process.stdin is None or self._process.stdin.closed:
            return
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            # Somebody killed the guard. The demo works without it; only the second line of
            # defence is gone.
            self._process.stdin = None

    def dismiss(self) -> None:
        """Everything has ended in order: the guard may go."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
