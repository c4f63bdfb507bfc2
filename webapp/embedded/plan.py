"""What the demo runs and with which settings: command lines and environment, no processes."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.crew import Program
from webapp.embedded.process import LOOPBACK

# Variables of the person's shell that would reach into the demo by way of a library.
_FOREIGN = ("LUOTSI_", "TWILIO_", "CELERY_", "FLASK_", "GRANIAN_", "PG")


@dataclass(frozen=True)
class Commands:
    """The command lines of the demo; tests put small programs in their place.

    `keys_init` prints a new keyset (JSON) on stdout. `prepare` migrates, loads the directory and
    the users if they are missing, may be run again at any time, and prints the sign-ins on stdout.
    """

    keys_init: tuple[str, ...]
    prepare: tuple[str, ...]
    serve: Program
    background: tuple[Program, ...]


def house_commands(port: int) -> Commands:
    """The demo's real command lines, with the web server on `port` of loopback."""
    luotsi = (sys.executable, "-m", "webapp.cli")
    # All start at once; on a machine with two cores a person's page goes before background work.
    behind = ("nice", "-n", "10", *luotsi)
    return Commands(
        keys_init=(*luotsi, "keys", "init"),
        prepare=(*luotsi, "prepare-demo"),
        serve=Program(
            "web",
            (*luotsi, "serve", "--host", LOOPBACK, "--port", str(port), "--workers", "1"),
            True,
        ),
        background=(
            Program("worker-a", (*behind, "worker", "--queues", "urgent,periodic", "--name", "a")),
            Program("worker-b", (*behind, "worker", "--queues", "default,bulk", "--name", "b")),
            Program("beat", (*behind, "beat")),
        ),
    )


def print_of_preparation(argv: tuple[str, ...]) -> str:
    """A digest of the preparing command and of all that it would bring into the database."""
    here = Path(__file__).resolve().parent.parent
    sources = [here / "demo_county.py", *(here / "accounts").glob("*.py")]
    sources += [*(here / "store" / "migrations").rglob("*.py"), *(here / "data").rglob("*.*")]
    digest = hashlib.sha256(repr(argv).encode())
    for source in sorted(sources):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Emulator:
    """A stand-in for Twilio on this machine, with an account that exists nowhere else."""

    port: int
    account_sid: str
    auth_token: str

    @classmethod
    def on(cls, port: int) -> Emulator:
        """An emulator on `port` with a fresh account."""
        return cls(port, "AC" + secrets.token_hex(16), secrets.token_hex(16))

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def program(self) -> Program:
        """Its command line; it prints `ready` when it listens."""
        return Program(
            "twilio-emulator",
            (
                *(sys.executable, "-m", "webapp.embedded.twilio_emulator"),
                *("--port", str(self.port), "--account-sid", self.account_sid),
                *("--auth-token", self.auth_token),
            ),
        )

    def settings(self) -> dict[str, str]:
        """The settings that point Luotsi at it."""
        return {
            "LUOTSI_SMS_PROVIDER": "twilio",
            "LUOTSI_TWILIO_API_URL": self.url,
            "LUOTSI_TWILIO_ACCOUNT_SID": self.account_sid,
            "LUOTSI_TWILIO_AUTH_TOKEN": self.auth_token,
            "LUOTSI_TWILIO_FROM": "+15005550006",  # Twilio's own test sender
        }


def base_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The person's environment without what would change the demo, and with loopback unproxied."""
    env = {name: value for name, value in environ.items() if not name.startswith(_FOREIGN)}
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = ",".join(filter(None, (env.get(name), LOOPBACK, "localhost")))
    env["PYTHONUNBUFFERED"] = "1"  # logs are read while they are written
    env["LUOTSI_DEMO"] = "1"
    return env


def demo_settings(
    port: int, state: Path, databases: tuple[str, str], broker: str, kept: Mapping[str, str]
) -> dict[str, str]:
    """The demo's settings; `databases` is (app URL, owner URL), `kept` the secrets by name."""
    return {
        "LUOTSI_DATABASE_URL": databases[0],
        "LUOTSI_MIGRATION_DATABASE_URL": databases[1],
        "LUOTSI_BROKER_URL": broker,
        "LUOTSI_SECRET_KEY": kept["secret_key"],
        "LUOTSI_KEYSET": kept["keyset"],
        "LUOTSI_PUBLIC_URL": f"http://localhost:{port}",
        "LUOTSI_SMS_PROVIDER": "outbox",
        "LUOTSI_MAIL_PROVIDER": "outbox",
        "LUOTSI_STATE_DIR": str(state),
    }
