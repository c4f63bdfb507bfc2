"""The script `./run`: plain to a newcomer, quick the second time, and not upset by a cut first run.

uv and npm are small stand-ins that write down how they were called; nothing is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

UV = """#!/bin/sh
[ "$1" = --version ] && { echo "uv 0.99.0"; exit; }
echo "uv $1 $2" >>"$CALLS"
[ "$1 $2" != "pip sync" ] || [ -z "${UV_BREAKS:-}" ] || kill -9 "$PPID"
[ "$1" != venv ] || {
    mkdir -p .venv/bin
    ln -s "$REAL_PYTHON" .venv/bin/python
    for tool in ruff mypy lint-imports djlint; do
        echo 'echo "gate $(basename "$0")" >>"$CALLS"' >.venv/bin/$tool
    done
    echo 'echo "luotsi $*${LUOTSI_BESIDE_DEMO:+, beside a demo}"' >.venv/bin/luotsi
    chmod +x .venv/bin/*
}
"""

NPM = """#!/bin/sh
[ "$1" = --version ] && { echo 99.0.0; exit; }
echo "npm $*" >>"$CALLS"
[ -z "${NPM_BREAKS:-}" ] || exit 1
mkdir node_modules
"""


class Checkout:
    """A folder with `run` and what it reads, and stand-ins first on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a checkout"
        self.calls_file = folder / "calls"
        tools = folder / "tools"
        tools.mkdir()
        (self.folder / "requirements").mkdir(parents=True)
        shutil.copy(ROOT / "run", self.folder)
        for name in ("package.json", "package-lock.json", ".npmrc", "pyproject.toml"):
            (self.folder / name).write_text(name)
        for level in ("demo", "dev", "uv"):
            (self.folder / f"requirements/{level}.txt").write_text(level)
        for name, text in (("uv", UV), ("npm", NPM), ("chromium", "#!/bin/sh\n")):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        self.env = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "CALLS": str(self.calls_file),
            "REAL_PYTHON": sys.executable,
        }

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run it from another folder, as a person may."""
        return subprocess.run(
            [self.folder / "run", *words],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=self.env | env,
        )

    def calls(self) -> list[str]:
        """What the stand-ins were asked since the last look."""
        lines = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        self.calls_file.unlink(missing_ok=True)
        return lines


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_the_script_is_plain_shell(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    subprocess.run([shell, "-n", ROOT / "run"], check=True)
    assert os.access(ROOT / "run", os.X_OK)


def test_the_ci_script_may_be_run() -> None:
    subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=True)
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_script_names_no_package_index() -> None:
    text = (ROOT / "run").read_text()
    assert "index-url" not in text
    assert "--registry" not in text


@pytest.mark.parametrize("words", [(), ("help",), ("--help",)])
def test_without_a_command_it_says_what_it_can_do(
    checkout: Checkout, words: tuple[str, ...]
) -> None:
    done = checkout.run(*words)
    assert done.returncode == 0
    for command in ("demo", "test", "check", "bench", "report", "luotsi", "lock"):
        assert f"\n  {command} " in done.stdout
    assert checkout.calls() == []


def test_an_unknown_command_is_named_and_installs_nothing(checkout: Checkout) -> None:
    done = checkout.run("dmeo")
    assert done.returncode == 2
    assert "unknown command: dmeo" in done.stderr
    assert checkout.calls() == []


def test_the_second_demo_installs_nothing(checkout: Checkout) -> None:
    first = checkout.run("demo", "--port", "8123")
    assert first.stdout == "luotsi demo --port 8123\n"
    calls = checkout.calls()
    assert calls[:3] == ["uv venv --quiet", "uv pip sync", "uv pip install"]
    assert "--omit=dev" in calls[3]
    second = checkout.run("demo")
    assert (second.stdout, second.stderr) == ("luotsi demo\n", "")
    assert checkout.calls() == []


def test_the_demo_after_the_check_installs_no_python_package(checkout: Checkout) -> None:
    assert checkout.run("check").returncode == 0
    assert checkout.calls()[-5:] == [
        "gate ruff",
        "gate ruff",
        "gate mypy",
        "gate lint-imports",
        "gate djlint",
    ]
    checkout.run("demo")
    assert not [call for call in checkout.calls() if call.startswith("uv")]


def test_new_requirements_are_installed_at_the_level_that_was_there(checkout: Checkout) -> None:
    checkout.run("check")
    (checkout.folder / "requirements/dev.txt").write_text("newer")
    checkout.calls()
    checkout.run("luotsi", "--help")
    assert checkout.calls() == ["uv pip sync", "uv pip install"]
    assert [stamp.name for stamp in (checkout.folder / ".venv").glob("stamp-*")] == ["stamp-dev"]


def test_an_environment_cut_short_is_built_anew(checkout: Checkout) -> None:
    assert checkout.run("demo", UV_BREAKS="1").returncode != 0
    (checkout.folder / ".venv/half-written").touch()
    checkout.calls()
    assert checkout.run("luotsi", "x").stdout == "luotsi x, beside a demo\n"
    assert checkout.calls() == ["uv venv --quiet", "uv pip sync", "uv pip install"]
    assert not (checkout.folder / ".venv/half-written").exists()


def test_the_demo_starts_without_npm_and_says_so_in_one_line(checkout: Checkout) -> None:
    done = checkout.run("demo", NPM_BREAKS="1")
    assert done.returncode == 0
    assert done.stdout == "luotsi demo\n"
    assert done.stderr.count("npm packages could not be installed") == 1


def test_in_ci_missing_npm_packages_are_an_error(checkout: Checkout) -> None:
    done = checkout.run("test", NPM_BREAKS="1", CI="true")
    assert done.returncode == 1
    assert "npm packages could not be installed" in done.stderr


def test_a_failed_npm_leaves_the_packages_that_were_there(checkout: Checkout) -> None:
    checkout.run("demo")
    (checkout.folder / "node_modules/look").touch()
    (checkout.folder / "package-lock.json").write_text("newer")
    checkout.run("demo", NPM_BREAKS="1")
    assert (checkout.folder / "node_modules/look").exists()


def test_a_failing_gate_ends_the_tests_before_they_begin(checkout: Checkout) -> None:
    checkout.run("check")
    mypy = checkout.folder / ".venv/bin/mypy"
    mypy.write_text('echo "gate mypy" >>"$CALLS"\nexit 3\n')
    checkout.calls()
    done = checkout.run("test", "-q")
    assert done.returncode == 1
    gates = [call for call in checkout.calls() if call.startswith("gate")]
    assert gates[-1] == "gate djlint"  # the others are looked at all the same
    assert "pytest" not in done.stdout + done.stderr
