"""What the documents say is so: settings, commands, sign-ins, links and decisions are compared with the house."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from webapp import demo_county
from webapp.cli import main
from webapp.config import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
ADRS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
DOCUMENTS = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
#: Files that ./run bench and ./run report write; a fresh checkout may be without them.
WRITTEN_BY_RUN = re.compile(r"docs/(benchmarks\.md|accessibility\.md|pictures/.+)")
LONGEST_ADR = 40
#: Columns of the table of settings.
_HEAD = ("| Setting | Secret | Default | What it is |", "|---|---|---|---|")


def settings_table() -> str:
    """The README's table of settings as it must be."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return "\n".join((*_HEAD, *rows))


def _row(name: str, field: FieldInfo) -> str:
    default = field.default
    if field.is_required():
        shown = "must be set"
    elif default in (None, "") or (isinstance(default, SecretStr) and not default):
        shown = ""
    else:
        shown = f"`{default}`"
    secret = "yes" if SecretStr.__name__ in str(field.annotation) else ""
    return f"| `{PREFIX}{name.upper()}` | {secret} | {shown} | {field.description} |"


def code_lines(path: Path) -> Iterator[str]:
    """The lines of the document's `sh` blocks, without comments and with continued lines joined."""
    text = path.read_text("utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip()


def luotsi_commands(path: Path) -> Iterator[list[str]]:
    """Arguments of each call of Luotsi's command line, with whatever stands before `luotsi` left out."""
    for line in code_lines(path):
        words = shlex.split(line, comments=True)
        for before, word, *rest in (["", *words][i:] for i in range(len(words))):
            # After an option it is a name, as of the database in `pg_dump -d luotsi`.
            if Path(word).name == "luotsi" and not before.startswith("-"):
                yield rest


def test_the_readme_names_exactly_the_settings_that_there_are() -> None:
    table = settings_table()
    assert table in README.read_text("utf-8"), f"the README's table should be:\n{table}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_that_a_document_names_exists(path: Path) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]", path.read_text("utf-8")))
    unknown = {name for name in named if name.removesuffix("_FILE") not in known}
    assert unknown <= {f"{PREFIX}TEST_WORKERS", f"{PREFIX}RENEW_SNAPSHOTS"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_of_luotsi_in_a_document_can_be_typed(path: Path) -> None:
    for words in luotsi_commands(path):
        _parse(main, words)


def _parse(group: click.Group, words: list[str]) -> None:
    """Let click read the arguments as it would, without running anything."""
    name, *rest = words
    if name == "--help":
        return
    command = group.get_command(click.Context(group), name)
    assert command is not None, f"there is no `luotsi {name}`"
    if isinstance(command, click.Group):
        _parse(command, rest)
    elif "--help" not in rest:
        command.make_context(name, list(rest))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_of_run_in_a_document_exists(path: Path) -> None:
    usage = re.search(r"<<'TEXT'\n(.*?)\nTEXT", (ROOT / "run").read_text("utf-8"), re.DOTALL)
    assert usage
    known = set(re.findall(r"^  (\w+)", usage.group(1), re.MULTILINE))
    used = set(re.findall(r"\./run (\w+)", path.read_text("utf-8")))
    assert used <= known


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_repository_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", path.read_text("utf-8"))
    inside = [target for target in targets if not re.match(r"[a-z]+:", target)]
    for target in inside:
        found = (path.parent / target).resolve()
        is_written_later = WRITTEN_BY_RUN.fullmatch(found.relative_to(ROOT).as_posix())
        assert is_written_later or found.exists(), target


def _found_in_source(pattern: str, *rooms: str) -> set[str]:
    files = (path for room in rooms for path in (ROOT / room).rglob("*.py"))
    return {name for path in files for name in re.findall(pattern, path.read_text("utf-8"))}


def test_operators_read_what_each_warning_and_each_figure_means() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    events = _found_in_source(r'log\.(?:warning|error)\(\s*"(\w+)"', "webapp", "tasks")
    figures = _found_in_source(r'"(luotsi_\w+)"', "webapp")
    figures -= {"luotsi_app", "luotsi_owner"}
    assert events
    assert figures
    assert {name for name in events | figures if f"`{name}" not in text} == set()


def test_the_readme_gives_the_sign_ins_of_the_demo() -> None:
    text = README.read_text("utf-8")
    assert demo_county.PASSWORD in text
    for email, _, role, _, who in demo_county.PEOPLE:
        assert f"\n| `{email}` | {role} | {who} |\n" in text, email


def test_the_roles_of_the_readme_are_those_of_the_compose_file() -> None:
    made = re.sub(r" password :'\w+'", "", (ROOT / "docs/production/roles.sql").read_text("utf-8"))
    block = re.search(r"^```sql\n(.*?)^```", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert block
    lines = [line for line in block.group(1).splitlines() if line and not line.startswith("\\")]
    assert lines
    assert [line for line in lines if line not in made.splitlines()] == []


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
def test_a_decision_has_context_decision_and_consequence_on_one_page(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST_ADR
    assert re.fullmatch(r"# \d+\. .+", lines[0])
    assert lines[0].startswith(f"# {int(path.stem[:4])}. ")
    headings = [line for line in lines if line.startswith("## ")]
    assert headings == ["## Context", "## Decision", "## Consequence"]


def test_the_list_of_decisions_is_complete_and_numbered_without_a_gap() -> None:
    assert [int(path.stem[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))
    index = (ROOT / "docs" / "adr" / "README.md").read_text("utf-8")
    titles = [path.read_text("utf-8").splitlines()[0].split(". ", 1)[1] for path in ADRS]
    listed = [f"[{title}]({path.name})" for title, path in zip(titles, ADRS, strict=True)]
    assert re.findall(r"\[.+\]\(\d{4}.+\.md\)", index) == listed
