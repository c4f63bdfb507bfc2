"""`luotsi directory check` and `explain`, on the fictional county and on bundles with something wrong."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from casework.directory_check import _HOLES, _NOBODY_THERE
from casework.hole import Hole
from webapp.demo_county import FOLDER
from webapp.directory_answers import decision_lines, hole_line, hole_words
from webapp.directory_commands import directory
from webapp.views.staff_directory_holes import HOLES
from webapp.views.staff_words import RULES


def run(*arguments: str) -> Result:
    return CliRunner().invoke(directory, arguments)


def explained(*arguments: str) -> dict[str, Any]:
    result = run("explain", "--bundle", "demo", *arguments, "--json")
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.output)
    return answer


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """The fictional county, but that nothing can be written to one team."""
    folder = tmp_path / "county"
    shutil.copytree(FOLDER, folder)
    points = folder / "contact_points.csv"
    rows = points.read_text("utf-8").splitlines()
    points.write_text("\n".join(row for row in rows if not row.startswith("north,")), "utf-8")
    return folder


def test_a_sound_county_is_said_to_be_sound() -> None:
    result = run("check", "demo")
    assert (result.exit_code, result.output.count("\n")) == (0, 1)
    assert result.output.startswith("no holes")


def test_each_hole_is_a_line_with_its_kind_its_words_and_an_example(silent: Path) -> None:
    result = run("check", str(silent), "--days", "7")
    assert result.exit_code == 1
    seen, address = result.output.splitlines()
    assert seen.startswith("nobody_would_see: north: nobody would see a message to this team. For")
    assert "example: municipality 288, form anticipatory-notification, language fi, at " in seen
    assert address.startswith("team_no_address: north: the team has no address")


def test_a_machine_reads_the_holes_as_one_document(silent: Path) -> None:
    result = run("check", str(silent), "--days", "7", "--json")
    assert result.exit_code == 1
    answer = json.loads(result.output)
    assert (answer["revision"], answer["days"]) == (None, 7)
    assert len(answer["from"]) == 10
    assert [hole["kind"] for hole in answer["holes"]] == ["nobody_would_see", "team_no_address"]
    assert all(set(hole) == {"kind", "subject", "example", "words"} for hole in answer["holes"])


def test_every_kind_of_hole_has_words_and_no_words_are_left_over() -> None:
    modules = ("check", "holes", "people")
    code = "".join(Path(f"casework/directory_{name}.py").read_text("utf-8") for name in modules)
    named = set(re.findall(r'Hole\(\s*"(\w+)"', code)) | set(_HOLES) | set(_NOBODY_THERE.values())
    assert named == set(HOLES)
    assert "no explanation" in hole_words(Hole("a_new_one", "north"))
    assert hole_line(Hole("team_no_members", "north")) == (
        "team_no_members: north: the team has no members."
    )


def test_the_way_of_a_message_on_christmas_eve_is_explained() -> None:
    result = run(
        *("explain", "--bundle", "demo", "--form", "guidance", "--municipality", "491"),
        *("--language", "sv", "--at", "2026-12-24T22:00"),
    )
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "team intake: Exempelområdets mottagning",
        "closed then, opens 2026-12-28 08:00",
        "to be passed on to the county 12",
        f"because other_county_transfer: {RULES['other_county_transfer'] % {'county': '12'}}",
        "because after_hours: The message came when the team intake was closed.",
        "told at once, by email: team:intake:intake-mail",
        "if that fails, by sms: team:intake:intake-mobile",
        "on duty then: nobody",
        "somebody is there: 2026-12-28 08:00",
    ]


def test_a_child_who_is_here_now_is_not_passed_on() -> None:
    at = ("--municipality", "491", "--at", "2026-12-22T10:00")
    assert explained(*at)["transfer_to"] == "12"
    here = explained(*at, "--here-now")
    assert (here["transfer_to"], here["reasons"][0]["rule"]) == (None, "here_now")


def test_what_cannot_wait_is_told_by_text_and_alerts_the_on_call_team_at_night() -> None:
    calm = explained("--municipality", "905", "--at", "2026-12-24T22:00")
    assert (calm["alert_on_call"], calm["told"][0]["channel"]) == (False, "email")
    urgent = explained("--municipality", "905", "--at", "2026-12-24T22:00", "--cannot-wait")
    assert (urgent["alert_on_call"], urgent["told"][0]["channel"]) == (True, "sms")
    assert urgent["next_human_at"] == urgent["at"] == "2026-12-24T20:00:00+00:00"


def test_a_worker_is_explained_by_key_and_neither_code_nor_name_nor_address_is_printed() -> None:
    for way in (("--client-code", "TEST-2345-KOODI"), ("--worker-name", "Testi Etelä")):
        arguments = ("--form", "own-worker", "--municipality", "905", *way)
        result = run("explain", "--bundle", "demo", *arguments, "--at", "2026-12-22T10:00")
        assert "worker testi-etela" in result.output
        assert "the sender is told of the team coast" in result.output
        for secret in ("KOODI", "Testi Etelä", "@", "+358"):
            assert secret not in result.output


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-12-24T22:00", "2026-12-24T20:00:00+00:00"),
        ("2026-12-24T22:00+00:00", "2026-12-24T22:00:00+00:00"),
        ("2026-03-29T03:30", "2026-03-29T01:00:00+00:00"),  # inside the hour that clocks skip
    ],
)
def test_a_time_is_what_a_clock_in_finland_shows_unless_it_says_otherwise(
    typed: str, read: str
) -> None:
    assert explained("--at", typed)["at"] == read


def test_a_time_that_is_none_is_refused() -> None:
    result = run("explain", "--bundle", "demo", "--at", "tomorrow")
    assert result.exit_code == 2
    assert "write it as 2026-12-24T22:00" in result.output


def test_an_alarm_and_a_team_that_never_opens_are_said_aloud() -> None:
    data: Mapping[str, Any] = {
        **explained("--at", "2026-12-22T10:00"),
        "after_hours": True,
        "opens_at": None,
        "alarm": True,
        "next_human_at": None,
    }
    lines = list(decision_lines(data))
    assert "closed then, and never opens" in lines
    assert "ALARM: the directory must be mended" in lines
    assert lines[-1] == "somebody is there: never"
