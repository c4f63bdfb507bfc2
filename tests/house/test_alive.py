"""What operators are told of the sending: by `luotsi doctor`, and by `luotsi alive` in health checks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import Engine

from casework.messages import Queue
from tests.house.sending_rows import MINUTE, plan, run, sing, write
from webapp import config
from webapp.cli import main
from webapp.config import Settings
from webapp.doctor import Finding, examine
from webapp.embedded.process import free_port
from webapp.store.sending import LATE
from webapp.wiring import House, now

ROOT = Path(__file__).resolve().parents[2]

# The doctor


PARTS = ("messages", "channels", "queues", "parked", "follow-ups")


def findings(settings: Settings) -> dict[str, Finding]:
    return {one.part: one for one in examine(settings) if one.part in PARTS}


def test_a_house_that_sends_is_well(settings: Settings, house: House) -> None:
    sing(house)
    found = findings(settings)
    assert list(found) == list(PARTS)
    assert [one for one in found.values() if not one.healthy] == []


def test_the_doctor_names_what_stands_still_one_line_each(
    settings: Settings, house: House, owner: Engine
) -> None:
    sing(house)
    sing(house, Queue.URGENT)
    run(owner, "update canaries set sung_at = now() - interval '6 minutes' where queue = 'bulk'")
    write(owner, "pending", "email", next_at=now() - 6 * MINUTE)
    write(owner, "unknown")
    write(owner, "failed", reason="workers_died")
    opened = datetime(2026, 3, 2, 10, 3, tzinfo=UTC)
    run(
        owner,
        "insert into channel_breaks values ('sms', 'not_authorised', :at, :at, :at)",
        at=opened,
    )
    plan(house, owner, 11 * MINUTE)
    found = findings(settings)
    assert [one.healthy for one in found.values()] == [False] * len(PARTS)
    assert re.search(r"sms \d s, email 36\d s; in doubt in seven days: 1", found["messages"].words)
    assert found["channels"].words == "sms is stopped since 2026-03-02 10:03 UTC: not_authorised"
    assert re.search(r"bulk 36\d s", found["queues"].words)
    assert found["parked"].words.startswith("1 messages")
    assert found["follow-ups"].words.startswith("1 planned contacts")
    assert all("\n" not in one.words for one in found.values())


def test_a_queue_that_was_never_consumed_is_not_well(settings: Settings, house: House) -> None:
    sing(house, Queue.URGENT, Queue.DEFAULT, Queue.BULK)
    found = findings(settings)["queues"]
    assert not found.healthy
    assert "periodic never" in found.words


# Alive


@pytest.fixture
def alive(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(config, "load", lambda: settings)

    def ask(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["alive", *arguments])

    return ask


def test_a_worker_whose_queues_sang_is_alive(alive: Any, house: House) -> None:
    sing(house, Queue.URGENT, Queue.PERIODIC, ago=LATE - MINUTE)
    answer = alive("--queues", "urgent,periodic")
    assert (answer.exit_code, answer.output) == (0, "")


def test_a_worker_that_takes_nothing_is_not_alive_and_its_queue_is_named_with_its_age(
    alive: Any, house: House
) -> None:
    """Connected, and silent since the broker came back: celery issue 8030."""
    sing(house, Queue.URGENT)
    sing(house, Queue.PERIODIC, ago=10 * MINUTE)
    answer = alive("--queues", "urgent,periodic,bulk")
    assert answer.exit_code == 1
    told = answer.output.splitlines()
    assert re.fullmatch(r"periodic: was last consumed 60\d s ago", told[0])
    assert told[1:] == ["bulk: has never been consumed"]
    assert alive("--queues", "urgent,periodic", "--within", "900").exit_code == 0


def test_for_beat_one_queue_is_enough(alive: Any, house: House) -> None:
    assert alive("--any").exit_code == 1
    sing(house, Queue.BULK)
    assert alive("--any").exit_code == 0
    assert alive().exit_code == 1


def test_without_its_database_nothing_is_alive_and_no_setting_is_told(
    alive: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = SecretStr(f"postgresql+psycopg://luotsi_app:hidden@127.0.0.1:{free_port()}/luotsi")
    gone = settings.model_copy(update={"database_url": nowhere})
    monkeypatch.setattr(config, "load", lambda: gone)
    answer = alive("--queues", "urgent")
    assert answer.exit_code == 1
    assert answer.output == "the database does not answer: OperationalError\n"


def test_settings_that_are_wrong_are_not_printed_by_a_health_check(
    alive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Settings:
        raise config.SettingsError("LUOTSI_SECRET_KEY must have at least 32 characters")

    monkeypatch.setattr(config, "load", refuse)
    answer = alive()
    assert answer.exit_code == 1
    assert "LUOTSI_" not in answer.output


def test_a_queue_that_does_not_exist_is_a_mistake_of_the_caller(alive: Any) -> None:
    assert alive("--queues", "urgent,letters").exit_code == 2


def test_each_workers_health_check_asks_for_the_queues_that_it_reads() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    for name in ("worker-urgent", "worker-default"):
        read = services[name]["command"]
        asked = services[name]["healthcheck"]["test"]
        assert asked[:3] == ["CMD", "luotsi", "alive"]
        assert asked[asked.index("--queues") + 1] == read[read.index("--queues") + 1]
    assert services["beat"]["healthcheck"]["test"] == ["CMD", "luotsi", "alive", "--any"]
