"""Settings: a wrong one stops the start with one line that names it, and none is left where it can leak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from sqlalchemy import make_url

from casework.messages import ATTEMPT_TAKES
from tests.live import until
from webapp import config, wiring
from webapp.embedded.process import free_port
from webapp.store.crypto import new_keyset

ROOT = Path(__file__).parents[2]
KEYSET = new_keyset()

PRODUCTION = {
    "DATABASE_URL": "postgresql+psycopg://luotsi_app:pw-of-the-app@db/luotsi",
    "BROKER_URL": "rediss://:pw-of-the-broker@valkey:6379/0",
    "SECRET_KEY": "a-secret-of-the-tests-" + "y" * 24,
    "KEYSET": KEYSET,
    "PUBLIC_URL": "https://luotsi.example.org",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "pw-of-twilio",
    "TWILIO_FROM": "Esimerkki",
    "SMTP_URL": "smtp+starttls://luotsi:pw-of-the-mail@mail:587",
    "MAIL_FROM": "luotsi@example.org",
}
DEMO = {
    **{name: PRODUCTION[name] for name in ("DATABASE_URL", "BROKER_URL", "SECRET_KEY", "KEYSET")},
    "PUBLIC_URL": "http://localhost:8000",
    "SMS_PROVIDER": "outbox",
    "MAIL_PROVIDER": "outbox",
    "DEMO": "1",
}
SECRETS = [
    value
    for name, value in PRODUCTION.items()
    if name.endswith(("URL", "KEY", "TOKEN", "KEYSET")) and name != "PUBLIC_URL"
]

MISSING = object()


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting of this machine and no `.env` reaches a test; none of a test stays."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(config.PREFIX)]:
        monkeypatch.delenv(name)
    yield
    for name in [name for name in os.environ if name.startswith(config.PREFIX)]:
        del os.environ[name]


def put(base: dict[str, str], **changes: object) -> None:
    for name, value in {**base, **changes}.items():
        if value is not MISSING:
            os.environ[config.PREFIX + name] = str(value)


def stopped(base: dict[str, str], **changes: object) -> str:
    put(base, **changes)
    with pytest.raises(config.SettingsError) as error:
        config.load()
    line = str(error.value)
    assert "\n" not in line
    assert line.startswith(config.PREFIX)
    for secret in SECRETS:
        assert secret not in line
    return line


def as_urllib(url: str) -> str:
    return unquote(urlsplit(url).password or "")


def as_kombu(url: str) -> str:
    return str(wiring.producer(url).connection_for_write().password)


def as_sqlalchemy(url: str) -> str:
    return str(make_url(url).password)


def test_good_settings_are_read_and_gone_from_the_environment() -> None:
    put(PRODUCTION)
    settings = config.load()
    assert settings.https
    assert settings.origin == "https://luotsi.example.org"
    assert not [name for name in os.environ if name.startswith(config.PREFIX)]
    for secret in SECRETS:
        assert secret not in repr(settings) + str(settings) + settings.model_dump_json()
        assert secret not in os.environ.values()


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE_URL",
        "BROKER_URL",
        "SECRET_KEY",
        "KEYSET",
        "PUBLIC_URL",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_FROM",
        "SMTP_URL",
        "MAIL_FROM",
    ],
)
@pytest.mark.parametrize("value", [MISSING, ""], ids=["missing", "empty"])
def test_a_setting_that_is_missing_is_named(name: str, value: object) -> None:
    assert name in stopped(PRODUCTION, **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://db/luotsi"),
        ("DATABASE_URL", "db/luotsi"),
        ("MIGRATION_DATABASE_URL", "sqlite://"),
        ("BROKER_URL", "amqp://broker"),
        ("BROKER_URL", "valkey:6379"),
        ("SECRET_KEY", "short"),
        ("KEYSET", "not-json"),
        ("KEYSET", "{}"),
        ("KEYSET", json.dumps({"primaryKeyId": 1, "key": []})),
        ("KEYSET", KEYSET[: len(KEYSET) // 2]),
        ("PUBLIC_URL", "luotsi.example.org"),
        ("PUBLIC_URL", "ftp://luotsi.example.org"),
        ("PUBLIC_URL", "https://luotsi.example.org/path"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://[::1"),
        ("PUBLIC_URL", "https://luotsi.example.org:port"),
        ("SMS_PROVIDER", "pigeon"),
        ("MAIL_PROVIDER", "pigeon"),
        ("TWILIO_API_URL", "http://twilio.example.org"),
        ("TWILIO_EDGE", "evil.example.org/"),
        ("TWILIO_EDGE", "Dublin"),
        ("TWILIO_EDGE", "-"),
        ("TWILIO_REGION", "ie1"),
        ("TWILIO_REGION", "ie1@evil"),
        ("TWILIO_CONNECT_TIMEOUT", "0"),
        ("TWILIO_CONNECT_TIMEOUT", "11"),
        ("TWILIO_READ_TIMEOUT", "36"),
        ("TWILIO_READ_TIMEOUT", "nan"),
        ("TWILIO_READ_TIMEOUT", "soon"),
        ("TWILIO_CONTENT_RETENTION", "obfuscate"),
        ("TWILIO_ADDRESS_RETENTION", "discard"),
        ("SMS_PER_SECOND", "-1"),
        ("SMS_PER_SECOND", "inf"),
        ("MAIL_BOUNCE", "bounces"),
        ("MAIL_BOUNCE", "a-name-that-is-too-long@luotsi.example.fi"),
        ("MAIL_PER_SECOND", "nan"),
        ("SMTP_URL", "mail:587"),
        ("SMTP_URL", "http://mail"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "6"),
        ("TRUSTED_PROXIES", "one"),
        ("METRICS_NETWORKS", "10.0.0.1/8"),
        ("METRICS_NETWORKS", "everywhere"),
        ("METRICS_NETWORKS", ""),
        ("CATALOGUES_DIR", "/no/such/folder"),
        ("DEMO", "perhaps"),
    ],
)
def test_a_setting_that_is_wrong_is_named(name: str, value: str) -> None:
    assert name in stopped(PRODUCTION, **{name: value})


#: Each way in which an address can be given a password, and how the part that needs the address reads it.
ADDRESSES = {
    "DATABASE_URL": ("postgresql+psycopg://luotsi_app:{}@db:5432/luotsi", as_sqlalchemy),
    "MIGRATION_DATABASE_URL": ("postgresql://luotsi_owner:{}@db/luotsi", as_sqlalchemy),
    "BROKER_URL": ("rediss://luotsi:{}@valkey:6379/0", as_kombu),
    "SMTP_URL": ("smtp+starttls://luotsi:{}@mail:587", as_urllib),
    "TWILIO_API_URL": ("https://luotsi:{}@twilio.example.org:8443", as_urllib),
}


@pytest.mark.parametrize("begins", ["zqalku", "12"])
@pytest.mark.parametrize("letter", "/#?@[]:;%\\&=+")
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_password_is_read_whole_or_the_setting_is_named_without_a_part_of_it(
    name: str, letter: str, begins: str
) -> None:
    address, read_by = ADDRESSES[name]
    password = f"{begins}{letter}zqloppu"
    try:
        put(PRODUCTION, **{name: address.format(password)})
        config.load()
    except config.SettingsError:
        line = stopped(PRODUCTION, **{name: address.format(password)})
        assert line.startswith(f"LUOTSI_{name} cannot be read: ")
        assert "zq" not in line
    else:
        assert read_by(address.format(password)) == password


@pytest.mark.parametrize("letter", "/#?@[]:;%")
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_password_that_is_escaped_is_always_taken(name: str, letter: str) -> None:
    address, read_by = ADDRESSES[name]
    escaped = address.format(quote(f"zq{letter}loppu", safe=""))
    put(PRODUCTION, **{name: escaped})
    config.load()
    assert read_by(escaped) == f"zq{letter}loppu"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BROKER_URL", "rediss://"),
        ("BROKER_URL", "rediss://:zqword"),
        ("BROKER_URL", "rediss://valkey:6379/zqword"),
        ("DATABASE_URL", "postgresql://luotsi_app:zqword"),
        ("DATABASE_URL", "postgresql+psycopg://luotsi_app:zqword@db:zq/luotsi"),
        ("SMTP_URL", "smtp://luotsi:zqword@"),
        ("SMTP_URL", "smtp://mail:zqport"),
        ("TWILIO_API_URL", "https://"),
    ],
)
def test_an_address_without_a_readable_host_is_named(name: str, value: str) -> None:
    line = stopped(PRODUCTION, **{name: value})
    assert line.startswith(f"LUOTSI_{name} cannot be read: ")
    assert "zq" not in line


def test_a_database_may_be_reached_by_the_socket_of_the_machine() -> None:
    put(PRODUCTION, DATABASE_URL="postgresql+psycopg://luotsi_app@/luotsi?host=/run/postgresql")
    assert config.load()


def test_an_attempt_at_twilio_never_takes_longer_than_its_claim_has_left() -> None:
    put(PRODUCTION, TWILIO_CONNECT_TIMEOUT=10, TWILIO_READ_TIMEOUT=35)
    settings = config.load()
    longest = settings.twilio_connect_timeout + settings.twilio_read_timeout
    assert longest <= ATTEMPT_TAKES.total_seconds()


def test_a_region_of_twilio_needs_an_edge() -> None:
    assert "TWILIO_EDGE is missing" in stopped(PRODUCTION, TWILIO_REGION="ie1")
    put(PRODUCTION, TWILIO_REGION="ie1", TWILIO_EDGE="dublin")
    assert config.load().twilio_edge == "dublin"


@pytest.mark.parametrize("name", ["SMS_PROVIDER", "MAIL_PROVIDER"])
def test_the_outbox_is_refused_outside_the_demo(name: str) -> None:
    assert stopped(PRODUCTION, **{name: "outbox"}).startswith(f"LUOTSI_{name}=outbox")


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost:8000",
        "http://luotsi.example.org",
        "http://192.168.1.2:8000",
        "http://localhost.example.org",
        "http://0.0.0.0:8000",
        "http://127.1.example.org",
    ],
)
def test_the_demo_refuses_https_and_every_address_but_loopback(url: str) -> None:
    line = stopped(DEMO, PUBLIC_URL=url)
    assert "DEMO" in line
    assert "PUBLIC_URL" in line


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"]
)
def test_the_demo_runs_on_loopback(url: str) -> None:
    put(DEMO, PUBLIC_URL=url)
    assert config.load().demo


def test_each_secret_can_stand_in_a_file(tmp_path: Path) -> None:
    names = ["DATABASE_URL", "BROKER_URL", "SECRET_KEY", "KEYSET", "TWILIO_AUTH_TOKEN", "SMTP_URL"]
    for name in names:
        (tmp_path / name).write_text(PRODUCTION[name] + "\n", "utf-8")
    put(
        {name: value for name, value in PRODUCTION.items() if name not in names},
        **{f"{name}_FILE": tmp_path / name for name in names},
    )
    settings = config.load()
    for name in names:
        assert getattr(settings, name.lower()).get_secret_value() == PRODUCTION[name]
    assert not [name for name in os.environ if name.startswith(config.PREFIX)]


def test_a_secrets_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    line = stopped(PRODUCTION, SECRET_KEY=MISSING, SECRET_KEY_FILE=tmp_path / "nowhere")
    assert "SECRET_KEY_FILE" in line
    (tmp_path / "latin").write_bytes(b"\xe4" * 40)
    assert "SECRET_KEY_FILE" in stopped(PRODUCTION, SECRET_KEY_FILE=tmp_path / "latin")


def test_settings_can_stand_in_a_dotenv_file_but_not_the_demos(tmp_path: Path) -> None:
    lines = [f"LUOTSI_{name}='{value}'" for name, value in PRODUCTION.items()]
    (tmp_path / ".env").write_text("\n".join(lines), "utf-8")
    assert config.load().mail_from == "luotsi@example.org"
    put(DEMO)
    assert config.load().mail_from == ""


def test_after_a_wrong_setting_nothing_is_left_in_the_environment_either() -> None:
    stopped(PRODUCTION, SECRET_KEY="short")
    assert not [name for name in os.environ if name.startswith(config.PREFIX)]


def started(command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """What `luotsi` says at a start with these settings changed."""
    values = {f"LUOTSI_{name}": value for name, value in {**PRODUCTION, **changes}.items()}
    return subprocess.run(
        [sys.executable, "-m", "webapp.cli", command],
        env={**os.environ, **values, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_command_line_stops_with_that_one_line() -> None:
    done = started("doctor", SECRET_KEY="short")
    assert done.returncode != 0
    assert done.stderr.strip() == "LUOTSI_SECRET_KEY must have at least 32 characters"
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("command", ["serve", "worker", "beat"])
def test_no_start_quotes_a_piece_of_a_password(command: str) -> None:
    done = started(command, BROKER_URL="rediss://:zqalku/zqloppu@valkey:6379/0")
    assert done.returncode == 2
    assert done.stderr.startswith("LUOTSI_BROKER_URL cannot be read: ")
    assert done.stderr.count("\n") == 1
    assert "zq" not in done.stderr + done.stdout


ECHO = """
from webapp import config, wiring


def create():
    settings = config.load()
    assert settings.demo

    def answer(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [repr({str(name): str(value) for name, value in environ.items()}).encode()]

    return answer
"""
SERVE = """
import sys
from webapp import server

granian = server.Granian
server.Granian = lambda target, **options: granian("echo:create", **options)
server.serve("127.0.0.1", int(sys.argv[1]), 1, 1)
"""


def test_no_setting_stands_in_the_environ_of_a_request(tmp_path: Path) -> None:
    """Granian copies the environment of its worker into each request; served here as `serve` does it."""
    (tmp_path / "echo.py").write_text(ECHO, "utf-8")
    port = free_port()
    values = {f"LUOTSI_{name}": value for name, value in DEMO.items()}
    child = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)],
        env={**os.environ, **values, "PYTHONPATH": f"{ROOT}:{tmp_path}"},
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        environ = until(lambda: _asked(port), what="Granian answers")
    finally:
        child.terminate()
        child.wait(20)
    assert "wsgi.version" in environ
    assert "LUOTSI_" not in environ
    for value in (*SECRETS[:3], KEYSET):
        assert value not in environ


def _asked(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""
