"""An import that would leave open cases with a team that is gone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, update

from tests.store.conftest import Send, case_ids, typed_child
from webapp import demo_county, directory_commands
from webapp.store.tables import cases
from webapp.wiring import House


@pytest.fixture
def bring_in(house: House, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command `luotsi directory import demo`, on the tests' database."""
    monkeypatch.setattr(directory_commands, "_house", lambda: house)

    def ran(folder: str = "demo", *options: str) -> Result:
        return CliRunner().invoke(
            directory_commands.directory, ["import", folder, *options], catch_exceptions=False
        )

    return ran


def change(owner: Engine, case_id: UUID, **columns: Any) -> None:
    with owner.begin() as connection:
        connection.execute(update(cases).where(cases.c.id == case_id).values(columns))


def test_a_team_with_open_cases_must_be_in_the_new_bundle(
    house: House, owner: Engine, send: Send, bring_in: Any
) -> None:
    before = house.revisions.latest()
    first, second = case_ids(house, send(typed_child(), typed_child()).submission_id)
    change(owner, first, team="renamed", alerted_teams=["renamed", "on-call"])
    change(owner, second, alerted_teams=["renamed", "dropped"])
    refused = bring_in()
    assert refused.exit_code == 1
    assert "no team 'renamed', which has 2 open case(s)" in refused.stderr
    assert "no team 'dropped', which has 1 open case(s)" in refused.stderr
    assert "on-call" not in refused.stderr
    assert house.revisions.latest() == before


def test_new_holes_are_imported_only_where_they_are_allowed(
    house: House, bring_in: Any, tmp_path: Path
) -> None:
    files = demo_county.bundle_files(demo_county.FOLDER)
    closed = re.sub(r"08:[03]0-1[0-9:30-]+( 13:00-15:30)?", "closed", files["teams.csv"])
    for name, content in {**files, "teams.csv": closed}.items():
        (tmp_path / name).write_text(content, "utf-8")
    before = house.revisions.latest()
    refused = bring_in(str(tmp_path))
    assert refused.exit_code == 1
    assert "new never_opens: south" in refused.stderr
    assert "Mend the new holes, or import with --allow-holes." in refused.stderr
    assert house.revisions.latest() == before
    allowed = bring_in(str(tmp_path), "--allow-holes")
    assert allowed.exit_code == 0
    assert allowed.stdout.endswith(f"directory revision {house.revisions.latest()}\n")
    # Holes that are there already hold nothing up, and here they are mended.
    assert bring_in(str(tmp_path)).exit_code == 0
    mended = bring_in()
    assert mended.exit_code == 0
    checked = house.revisions.latest_check()
    assert checked is not None
    assert "never_opens" not in {hole.kind for hole in checked.holes}


def test_closed_cases_hold_no_import_up(
    house: House, owner: Engine, send: Send, bring_in: Any
) -> None:
    (case_id,) = case_ids(house, send().submission_id)
    change(owner, case_id, team="renamed", alerted_teams=["dropped"], state="closed")
    assert house.revisions.open_cases_without(house.directory.teams) == {}
    answer = bring_in()
    assert answer.exit_code == 0, answer.output
    assert answer.output == f"directory revision {house.revisions.latest()}\n"


def test_cases_of_known_teams_hold_no_import_up(house: House, send: Send) -> None:
    send()
    assert house.revisions.open_cases_without(house.directory.teams) == {}
    every_team_gone = house.revisions.open_cases_without(())
    assert sum(every_team_gone.values()) >= 1
