"""The examples for production: every queue has its consumer, nothing runs with more rights than it needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from casework.messages import Queue
from webapp.config import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
PRODUCTION = ROOT / "docs" / "production"
OURS = {"migrate", "web", "worker-urgent", "worker-default", "beat"}
SETTINGS = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
SECRETS = {
    f"{PREFIX}{name.upper()}"
    for name, field in Settings.model_fields.items()
    if "SecretStr" in str(field.annotation)
}
#: What a person must give in `.env`.
GIVEN = {
    "LUOTSI_PUBLIC_URL": "https://luotsi.example.fi",
    "LUOTSI_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "LUOTSI_MAIL_FROM": "luotsi@example.fi",
}

Service = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Service]:
    found: dict[str, Service] = compose["services"]
    return found


def test_every_queue_is_consumed_by_exactly_one_worker(services: dict[str, Service]) -> None:
    consumed: list[str] = []
    for service in services.values():
        command = service.get("command") or []
        if command[0:1] == ["worker"]:
            consumed += command[command.index("--queues") + 1].split(",")
    assert sorted(consumed) == sorted(queue.value for queue in Queue)


def test_what_is_urgent_does_not_stand_behind_what_is_not(services: dict[str, Service]) -> None:
    command = services["worker-urgent"]["command"]
    assert set(command[command.index("--queues") + 1].split(",")) == {
        Queue.URGENT.value,
        Queue.PERIODIC.value,
    }


def test_every_service_is_contained(services: dict[str, Service]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "/tmp" in service["tmpfs"], name
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name
        assert "privileged" not in service, name


def test_every_service_says_how_it_is_unless_it_ends_by_itself(
    services: dict[str, Service],
) -> None:
    for name, service in services.items():
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert service["healthcheck"]["test"], name
        assert service["restart"] == "unless-stopped", name


def test_workers_get_the_time_to_finish(services: dict[str, Service]) -> None:
    for name in ("worker-urgent", "worker-default"):
        assert services[name]["stop_grace_period"] == "60s"


def test_nothing_of_ours_starts_before_the_migrations_are_done(
    services: dict[str, Service],
) -> None:
    for name in OURS - {"migrate"}:
        waits = services[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}, name


def test_images_are_pinned_by_version(services: dict[str, Service]) -> None:
    for name, service in services.items():
        assert re.search(r":v?\d+\.\d+", service["image"]), name
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)


def test_settings_of_the_services_exist_and_secrets_come_as_files(
    compose: dict[str, Any], services: dict[str, Service]
) -> None:
    for name in OURS:
        mounted = set(services[name]["secrets"])
        assert mounted <= set(compose["secrets"]), name
        for variable, value in services[name]["environment"].items():
            setting = variable.removesuffix("_FILE")
            assert setting in SETTINGS, variable
            assert (setting in SECRETS) == variable.endswith("_FILE"), variable
            if setting in SECRETS:
                assert value.removeprefix("/run/secrets/") in mounted, variable


def test_only_the_migration_knows_the_owner_of_the_database(services: dict[str, Service]) -> None:
    knowing = {
        name
        for name in OURS
        if "migration_database_url" in services[name]["secrets"]
        or f"{PREFIX}MIGRATION_DATABASE_URL_FILE" in services[name]["environment"]
    }
    assert knowing == {"migrate"}


def test_no_secret_stands_in_the_compose_file(compose: dict[str, Any]) -> None:
    for secret in compose["secrets"].values():
        assert set(secret) == {"file"}
        assert secret["file"].startswith("./secrets/")
    text = COMPOSE.read_text("utf-8")
    assert not re.search(r"://[^/\s:]+:[^/\s@]+@", text)
    assert not re.search(r"(?i)(password|token|secret|key)\w*: *[\"']?\w{12,}", text)


def test_database_and_broker_are_reached_by_nobody_outside(
    compose: dict[str, Any], services: dict[str, Service]
) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "valkey"):
        assert services[name]["networks"] == ["inside"]
        assert "ports" not in services[name]
    for service in services.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_the_broker_never_drops_a_queue_to_make_room(services: dict[str, Service]) -> None:
    script = services["valkey"]["command"][-1]
    for line in ("appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"):
        assert line in script


def test_the_mail_catcher_is_not_started_by_accident(services: dict[str, Service]) -> None:
    assert services["mailpit"]["profiles"] == ["trial"]


def test_the_example_of_settings_names_settings_and_no_secret() -> None:
    text = (PRODUCTION / "env.example").read_text("utf-8")
    named = re.findall(r"^(\w+)=", text, re.MULTILINE)
    assert set(named) <= SETTINGS - SECRETS
    required = re.findall(r"\$\{(\w+):\?", COMPOSE.read_text("utf-8"))
    assert set(required) == set(GIVEN)
    assert set(required) <= set(named)


def test_the_script_makes_every_secret_once_and_only_once(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    command = ["sh", str(PRODUCTION / "make-secrets.sh"), "echo", "a-keyset"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    folder = tmp_path / "secrets"
    made = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert set(made) == {*compose["secrets"], ".gitignore"}
    assert made["keyset"] == "a-keyset\n"
    assert len(made["secret_key"].strip()) >= 32
    assert made["postgres_app_password"].strip() in made["database_url"]
    assert made["postgres_owner_password"].strip() in made["migration_database_url"]
    assert folder.stat().st_mode & 0o777 == 0o700
    again = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True)
    assert again.returncode == 1
    assert (folder / "secret_key").read_text("utf-8") == made["secret_key"]


def test_a_keyset_that_could_not_be_made_leaves_no_secrets(tmp_path: Path) -> None:
    command = ["sh", str(PRODUCTION / "make-secrets.sh"), "false"]
    failed = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True)
    assert failed.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_the_image_is_made_of_hashed_packages_and_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "--require-hashes -r requirements/base.txt" in text
    assert "npm ci --omit=dev --ignore-scripts" in text
    last = text[text.rindex("\nFROM ") :]
    assert "\nUSER 10001:10001\n" in last
    assert '\nENTRYPOINT ["luotsi"]\n' in last


def test_the_builder_is_sent_only_what_the_image_copies() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    copies = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    copied = {name.split("/")[0] for line in copies for name in line.split()}
    assert let_in == copied
    assert all((ROOT / name).exists() for name in let_in)


def _compose() -> list[str] | None:
    """The Compose of this machine, old or new; None where there is none."""
    for command in (["docker-compose"], ["docker", "compose"]):
        if shutil.which(command[0]):
            answer = subprocess.run([*command, "version"], check=False, capture_output=True)
            if answer.returncode == 0:
                return command
    return None


def test_compose_accepts_the_file() -> None:
    command = _compose()
    if command is None:
        words = "*** NO DOCKER COMPOSE HERE: THE FILE WAS NOT SHOWN TO IT ***"
        pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)
    env = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    checked = subprocess.run(
        [*command, "-f", str(COMPOSE), "config", "--quiet"],
        env=env | GIVEN,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
