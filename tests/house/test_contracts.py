"""Which room knows which: the contracts hold, and they catch what they are for."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("casework", "forms", "webapp", "tasks")
LINT = Path(sys.executable).with_name("lint-imports")

#: Standard library that reads clocks, files, networks, processes or chance.
OUTSIDE = {
    "asyncio", "glob", "http", "logging", "multiprocessing", "os", "pathlib", "random", "secrets",
    "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib", "uuid1",
}  # fmt: skip
#: Calls that look at the world without importing anything.
LOOKS = {"open", "print", "input", "exec", "eval", "now", "utcnow", "today", "uuid1", "uuid4"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def test_every_contract_holds() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four rooms and their contracts, to be spoilt."""
    folder = tmp_path_factory.mktemp("rooms")
    shutil.copy(ROOT / "pyproject.toml", folder)
    only_python = shutil.ignore_patterns("__pycache__", "*.csv", "*.css", "data", "static")
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=only_python)
    return folder


@pytest.fixture
def spoilt(copied: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """One bad import in one file, mended again afterwards."""
    name, line = request.param
    path = copied / name
    before = path.read_text("utf-8") if path.exists() else None
    path.write_text((before or "") + f"\n{line}\n", "utf-8")
    yield copied
    if before is None:
        path.unlink()
    else:
        path.write_text(before, "utf-8")


@pytest.mark.parametrize(
    ("spoilt", "contract"),
    [
        (("casework/routing.py", "import webapp.wiring"), "casework knows no other room"),
        (("casework/model.py", "import casework.ports"), "Inside casework imports go one way"),
        (("casework/new.py", ""), "Inside casework imports go one way"),
        (("webapp/new.py", ""), "Inside webapp imports go one way"),
        (("webapp/ids.py", "import webapp.config"), "Inside webapp imports go one way"),
        (("forms/words.py", "import flask"), "Forms know only casework"),
        (("forms/places.py", "import webapp.house"), "Forms know only casework"),
        (("webapp/store/cases.py", "import forms.base"), "The store knows casework alone"),
        (("webapp/store/crypto.py", "import celery"), "The store knows casework alone"),
        (("webapp/house.py", "import tasks.house"), "webapp never imports a task"),
        (("webapp/config.py", "import flask"), "Wiring, settings and catalogues are without Flask"),
        (("webapp/views/forms.py", "import smtplib"), "Pages speak to nobody outside"),
        (("webapp/views/public.py", "from twilio.rest import Client"), "Pages speak to nobody"),
        (("webapp/views/drafting.py", "from sqlalchemy import select"), "Pages speak no SQL"),
        (("tasks/deadlines.py", "import webapp.accounts.users"), "Tasks never reach the web"),
        (("tasks/channels/sms.py", "import flask"), "Tasks never reach the web"),
        (("tasks/channels/outbox.py", "import webapp.store.engine"), "Channels know no database"),
        (("webapp/wiring.py", "import webapp.embedded.demo"), "Only the command line starts"),
        (("webapp/views/staff.py", "import webapp.app"), "Imports go one way through the house"),
    ],
    indirect=["spoilt"],
)
def test_a_bad_import_breaks_its_contract(spoilt: Path, contract: str) -> None:
    done = lint(spoilt)
    assert done.returncode != 0
    broken = [line for line in done.stdout.splitlines() if " BROKEN" in line]
    assert any(line.startswith(contract) for line in broken), done.stdout


def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    """Names of the top packages that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or ".").split(".")[0])
    return found


@pytest.mark.parametrize("path", sources("casework"), ids=lambda p: p.stem)
def test_casework_uses_the_standard_library_only_and_looks_at_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    used = imported(tree) - {"casework"}
    assert used <= sys.stdlib_module_names
    assert not used & OUTSIDE
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            assert name not in LOOKS, f"line {node.lineno}: the time and the world are arguments"


def test_forms_use_casework_and_libraries_that_only_compute() -> None:
    used = set().union(*(imported(ast.parse(p.read_text("utf-8"))) for p in sources("forms")))
    third = used - set(sys.stdlib_module_names) - {"casework", "forms"}
    assert third <= {"email_validator", "phonenumbers", "stdnum", "wtforms"}
    assert not used & (OUTSIDE - {"random"})


def test_every_room_says_its_law_at_its_door() -> None:
    for package in ROOT.rglob("__init__.py"):
        if package.relative_to(ROOT).parts[0] in ROOMS:
            assert ast.get_docstring(ast.parse(package.read_text("utf-8"))), package


def test_no_file_is_named_for_being_useful() -> None:
    vague = re.compile(r"(^|_)(utils?|helpers?|managers?|common|misc)(_|$)")
    for room in ROOMS:
        assert not [path for path in sources(room) if vague.search(path.stem)]
