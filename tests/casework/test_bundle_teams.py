"""What the bundle says of teams: eves, rotas, ladders, contact points, and that no two have the same task."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.bundle import dump
from casework.calendar import Span
from casework.directory import REPEAT_EVERY, URGENCY_WITHIN, Directory
from casework.teams import ALERTING, DEFAULT_LADDER, ContactKind, LadderStep, PointUse, Tell
from tests.casework.bundle_rows import Files, Read, problems, with_line, with_lines

CHRISTMAS_EVE = date(2026, 12, 24)
LADDER = "team,step,tell,after_minutes"
SHORT = (LadderStep(Tell.LEAD, timedelta(0)), LadderStep(Tell.ON_CALL, timedelta(minutes=5)))


def ladders(files: Files, *rows: str) -> Files:
    return {**files, "escalation.csv": "\n".join((LADDER, *rows)) + "\n"}


def without_column(text: str, column: str) -> str:
    """A table of cells without quotes or commas, as it was before the column came."""
    rows = [line.split(",") for line in text.splitlines()]
    at = rows[0].index(column)
    return "".join(",".join(row[:at] + row[at + 1 :]) + "\n" for row in rows)


@pytest.mark.parametrize("cell", ["0", "61", "seven", "-1"])
def test_a_sender_is_asked_after_one_to_sixty_days_or_never(
    demo_files: Files, read_bundle: Read, cell: str
) -> None:
    read = read_bundle(demo_files)
    assert {key for key, team in read.teams.items() if team.ask_after_days == 7} == {
        *("coast", "swedish")
    }
    assert read.teams["north"].ask_after_days is None
    asked = demo_files["teams.csv"].replace("malli-vastaava,no,7\n", f"malli-vastaava,no,{cell}\n")
    found = problems(read_bundle, {**demo_files, "teams.csv": asked})
    assert [reason for _, _, reason in found] == [
        "ask_after_days: expected a whole number from 1 to 60"
    ]


def test_a_bundle_from_before_reads_as_it_always_did(
    demo: Directory, demo_files: Files, read_bundle: Read
) -> None:
    new = {"rota.csv", "absences.csv", "clients.csv", "escalation.csv"}
    files = {name: text for name, text in demo_files.items() if name not in new}
    for column in ("closed_on_eves", "rota"):
        files["teams.csv"] = without_column(files["teams.csv"], column)
    for column in ("mobile", "deputy", "reads_protected"):
        files["workers.csv"] = without_column(files["workers.csv"], column)
    lines = (line for line in files["county.toml"].splitlines() if "_minutes = " not in line)
    files["county.toml"] = "\n".join(lines)
    read = read_bundle(files)
    assert (read.county.urgency_within, read.county.repeat_every) == (URGENCY_WITHIN, REPEAT_EVERY)
    assert (read.rotas, read.absences.entries, read.clients) == ({}, (), {})
    assert {team.ladder for team in read.teams.values()} == {DEFAULT_LADDER}
    assert not any(team.rota for team in read.teams.values())
    assert {team.hours.closed_on_eves for team in read.teams.values()} == {None}
    assert not any(w.mobile or w.deputy or w.reads_protected for w in read.workers.values())
    assert read.teams["north"].members == demo.teams["north"].members


def test_a_county_may_shorten_the_hour_and_repeat_more_often(
    demo_files: Files, read_bundle: Read
) -> None:
    text = demo_files["county.toml"].replace("urgency_minutes = 60", "urgency_minutes = 45")
    text = text.replace("repeat_minutes = 30", "repeat_minutes = 5")
    county = read_bundle({**demo_files, "county.toml": text}).county
    assert county.urgency_within == timedelta(minutes=45)
    assert county.repeat_every == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("said", "spans"), [("yes", ()), ("no", (Span(480, 960),)), ("", ()), ("maybe", None)]
)
def test_a_team_may_say_whether_it_works_on_christmas_eve(
    demo_files: Files, read_bundle: Read, said: str, spans: tuple[Span, ...] | None
) -> None:
    text = demo_files["teams.csv"].replace(
        "closed,closed,yes,yes,60", f"closed,closed,yes,{said},60"
    )
    files = {**demo_files, "teams.csv": text}
    if spans is None:
        reasons = {reason for _, _, reason in problems(read_bundle, files)}
        assert reasons == {"closed_on_eves: expected yes or no"}
    else:
        read = read_bundle(files)
        assert read.teams["north"].hours.spans_on(CHRISTMAS_EVE, read.holidays) == spans


@pytest.mark.parametrize(
    ("cells", "kind", "uses"),
    [
        ("landline,+358 50 000 0140,fi,public", ContactKind.LANDLINE, frozenset({PointUse.PUBLIC})),
        ("mobile,+358 50 000 0140,fi,", ContactKind.MOBILE, ALERTING),
        (
            "email,a@example.org,fi,public  urgent",
            ContactKind.EMAIL,
            frozenset({"public", "urgent"}),
        ),
        (
            'address,"Testikatu 1,  00000 Testilä",fi,public',
            ContactKind.ADDRESS,
            frozenset({"public"}),
        ),
    ],
)
def test_a_contact_point_says_what_it_is_for(
    demo_files: Files, read_bundle: Read, cells: str, kind: ContactKind, uses: frozenset[str]
) -> None:
    files, _ = with_line(demo_files, "contact_points.csv", f"north,uusi,{cells}")
    point = read_bundle(files).teams["north"].alert[-1]
    assert (point.kind, point.uses) == (kind, uses)
    assert point.kind is not ContactKind.ADDRESS or point.address == "Testikatu 1, 00000 Testilä"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("address,Testikatu 1,fi,", "uses: a street address is public and nothing else"),
        ("address,Testikatu 1,fi,public new", "uses: a street address is public and nothing else"),
        ("address,,fi,public", "address: is empty"),
        ("email,a@example.org,fi,everybody", "uses: expected new, urgent or public"),
    ],
)
def test_a_contact_point_that_says_something_else_is_named(
    demo_files: Files, read_bundle: Read, cells: str, reason: str
) -> None:
    files, line = with_line(demo_files, "contact_points.csv", f"north,uusi,{cells}")
    assert problems(read_bundle, files) == [("contact_points.csv", line, reason)]


def test_a_team_has_its_own_ladder_else_everybodys(demo_files: Files, read_bundle: Read) -> None:
    files = ladders(demo_files, "north,1,lead,0", "*,1,team,10", "north,2,on-call,5")
    teams = read_bundle(files).teams
    assert teams["north"].ladder == SHORT
    assert teams["coast"].ladder == (LadderStep(Tell.TEAM, timedelta(minutes=10)),)


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        (["north,1,lead,0", "north,3,on-call,0"], 3, "step: expected 2, steps are counted from 1"),
        (["north,2,lead,0"], 2, "step: expected 1"),
        (["north,1,lead,0", "north,1,team,0"], 3, "step: expected 2"),
        (["north,0,lead,0"], 2, "step: expected a whole number from 1"),
        (["nowhere,1,lead,0"], 2, "team: no team in teams.csv has this key"),
        (["north,1,boss,0"], 2, "tell: expected on-duty, team, lead or on-call"),
        (["north,1,lead,-5"], 2, "after_minutes: expected a whole number from 0"),
        (["*,1,lead,0", "north,1,lead,", "*,2,team,5"], 3, "after_minutes: expected"),
    ],
)
def test_a_wrong_step_of_a_ladder_is_named_once(
    demo_files: Files, read_bundle: Read, rows: list[str], line: int, reason: str
) -> None:
    ((file, number, found),) = problems(read_bundle, ladders(demo_files, *rows))
    assert (file, number) == ("escalation.csv", line)
    assert reason in found


def test_the_commonest_ladder_is_written_for_everybody_and_the_others_by_name(
    demo: Directory,
) -> None:
    teams = {key: replace(team, ladder=DEFAULT_LADDER) for key, team in demo.teams.items()}
    odd = replace(demo, teams={**teams, "north": replace(teams["north"], ladder=SHORT)})
    assert dump(odd)["escalation.csv"].splitlines() == [
        LADDER,
        "*,1,on-duty,0",
        "*,2,team,30",
        "*,3,lead,30",
        "*,4,on-call,30",
        "north,1,lead,0",
        "north,2,on-call,5",
    ]


@pytest.mark.parametrize(
    ("rows", "said_at"),
    [
        # Line 5 of the demo's: swedish,*,*,sv; line 6: intake,*,*,*; line 3: coast,280 399 ...,*,fi en
        (["management,*,*,sv fi"], {7: 5}),
        (["management,*,*,*"], {7: 6}),
        (["management,005 905,*,en"], {7: 3}),
        (["management,905,guidance,fi", "south,905 946,guidance own-worker,sv fi"], {8: 7}),
        (["management,905 231,*,en"], {7: 3}),
        (["management,905,guidance,fi", "management,905,guidance own-worker,fi"], {}),
        (["management,905,guidance,*", "south,*,guidance,fi", "south,905,*,sv"], {}),
        (["management,905,*,sv", "intake,905,*,*", "intake,*,guidance,sv"], {}),
    ],
)
def test_two_teams_with_the_same_task_are_named_and_a_narrower_task_is_none(
    demo_files: Files, read_bundle: Read, rows: list[str], said_at: dict[int, int]
) -> None:
    own = demo_files["municipalities.csv"] + "005,,,17,,,,\n"
    files = with_lines({**demo_files, "municipalities.csv": own}, "services.csv", *rows)
    if not said_at:
        assert read_bundle(files).teams
        return
    assert problems(read_bundle, files) == [
        ("services.csv", line, f"serves what the other team on line {earlier} serves already")
        for line, earlier in said_at.items()
    ]
