"""Every name that is published is known, every queue is read, and nothing but wake-ups rides on the broker."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from casework.messages import Queue
from tasks import outbox
from tasks.celery_app import app
from webapp import wiring
from webapp.embedded.plan import house_commands

ROOT = Path(__file__).resolve().parents[2]
ALL = {queue.value for queue in Queue}
#: What Celery itself assumes for a message that nobody has acknowledged, in seconds.
VISIBILITY_TIMEOUT = 3600


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    app.loader.import_default_modules()


def ours() -> set[str]:
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_name_that_beat_or_web_publishes_is_a_task() -> None:
    published = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert published | {wiring.DRAIN_TASK} == ours()


def test_every_task_is_named_on_purpose() -> None:
    for name in ours():
        assert app.tasks[name].run.__module__ == f"tasks.{name.split('.')[0]}"


def test_the_worker_knows_the_queues_of_the_house_and_no_other() -> None:
    assert set(app.amqp.queues) == ALL
    assert app.conf.task_default_queue in ALL
    assert {entry["options"]["queue"] for entry in app.conf.beat_schedule.values()} <= ALL


def queues_in(commands: Iterable[Iterable[str]]) -> list[str]:
    """What the `--queues` of all worker commands name."""
    read = []
    for command in commands:
        words = list(command)
        if "worker" in words:
            read += words[words.index("--queues") + 1].split(",")
    return read


def test_every_queue_has_one_reader_in_the_demo() -> None:
    read = queues_in(program.argv for program in house_commands(8000).background)
    assert sorted(read) == sorted(ALL)


def test_every_queue_has_one_reader_in_production() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    read = queues_in(s["command"] for s in services.values() if isinstance(s.get("command"), list))
    assert sorted(read) == sorted(ALL)


def test_what_is_urgent_never_stands_behind_what_is_slow() -> None:
    for program in house_commands(8000).background:
        read = set(queues_in([program.argv]))
        assert not {"urgent", "bulk"} <= read
        assert not {"urgent", "default"} <= read


def test_the_broker_carries_json_and_keeps_no_results() -> None:
    conf = app.conf
    assert (conf.task_serializer, conf.result_serializer) == ("json", "json")
    assert list(conf.accept_content) == ["json"]
    assert conf.result_backend is None
    assert conf.task_ignore_result
    sender = wiring.producer("redis://127.0.0.1:1/0").conf
    assert (sender.task_serializer, list(sender.accept_content)) == ("json", ["json"])
    assert (sender.result_backend, sender.task_ignore_result) == (None, True)


def test_a_task_is_acknowledged_after_it_was_done_and_ends_long_before_it_is_given_again() -> None:
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert not conf.task_create_missing_queues
    assert conf.task_time_limit < VISIBILITY_TIMEOUT / 2
    assert "visibility_timeout" not in conf.broker_transport_options
    assert all(entry["schedule"] < VISIBILITY_TIMEOUT / 2 for entry in conf.beat_schedule.values())
    assert conf.timezone == "UTC"
    assert conf.beat_schedule["sweep"]["schedule"] <= 15


def test_a_producer_gives_up_at_once_on_a_broker_that_is_hung() -> None:
    options = wiring.producer("redis://127.0.0.1:1/0").conf.broker_transport_options
    assert options["max_retries"] == 0
    assert max(options["socket_timeout"], options["socket_connect_timeout"]) <= 0.2


def test_task_arguments_are_queue_names_and_nothing_else() -> None:
    of_a_queue = {wiring.DRAIN_TASK, "canary.sing"}
    for name in ours():
        parameters = inspect.signature(app.tasks[name].run).parameters
        assert list(parameters) == (["queue"] if name in of_a_queue else [])
    with pytest.raises(ValueError, match="0401234567"):
        outbox.drain("0401234567")


def calls(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """Name of what is called, and the names of its keyword arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            yield called, {keyword.arg or "" for keyword in node.keywords}


@pytest.mark.parametrize("folder", ["tasks", "webapp", "casework"])
def test_no_task_is_put_off_or_tried_again_by_the_broker(folder: str) -> None:
    # A delay longer than the visibility time-out is run again and again; a retry may be lost with the
    # broker. What must happen later is a row.
    for path in (ROOT / folder).rglob("*.py"):
        for called, keywords in calls(ast.parse(path.read_text("utf-8"))):
            assert called not in {"apply_async", "delay"}, path
            assert not keywords & {"countdown", "eta"}, path
            if called == "send_task":
                assert path.name == "wiring.py"
            if folder == "tasks":
                assert called != "retry", path


def test_a_fresh_interpreter_with_all_tasks_has_no_flask_in_it() -> None:
    program = """
import importlib, pkgutil, sys
import tasks
for module in pkgutil.walk_packages(tasks.__path__, "tasks."):
    importlib.import_module(module.name)
strange = ("flask", "werkzeug", "wtforms", "granian", "forms", "webapp.app", "webapp.views")
print(sorted(n for n in sys.modules if n.startswith(strange)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
