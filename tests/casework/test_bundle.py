"""The bundle: taken whole or not at all, every wrong row named, written back the same."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.bundle import FILES, dump, parse
from casework.calendar import ALWAYS, Span
from casework.caps import SMS_COUNTRIES
from casework.directory import Directory
from tests.casework.bundle_rows import Files, Read, problems, with_line


def test_the_demo_county_reads_as_written(demo: Directory) -> None:
    assert demo.county.names["sv"] == "Exempel välfärdsområde"
    assert demo.county.emergency_social_services == "+358500000100"
    assert (demo.intake_team, demo.on_call_team) == ("intake", "on-call")
    assert demo.teams["on-call"].hours == ALWAYS
    south = demo.teams["south"]
    assert south.hours.weekly[2] == (Span(510, 720), Span(780, 930))
    assert south.hours.exceptions[date(2026, 12, 23)] == ()
    assert south.members == ("malli-vastaava", "testi-etela", "testi-paivystaja")
    assert demo.municipalities["005"].names["fi"] == "Alajärvi"
    assert demo.municipalities["942"].successor == "905"
    assert demo.counties["16"].phone == "+358500000216"
    assert demo.counties["90"].names["en"] == "City of Helsinki"
    assert "17" not in demo.counties


def as_a_spreadsheet_saves(text: str) -> str:
    """The table with semicolons, empty cells after each row, and empty lines between them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n\r\n")
    writer.writerows([*row, "", ""] for row in csv.reader(io.StringIO(text, newline="")))
    return out.getvalue()


def test_what_spreadsheets_do_to_a_file_changes_nothing(
    demo: Directory, demo_files: Files, read_bundle: Read
) -> None:
    changed = {
        name: "\ufeff" + text.replace("\n", "\r\n")
        if name.endswith(".toml")
        else "\ufeff\r\n" + as_a_spreadsheet_saves(text)
        for name, text in demo_files.items()
    }
    assert read_bundle(changed) == demo


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("teams.csv", "north,Toinen,,,112,,,,,,,,no,,60,3,,,", "key: stands on line 3 already"),
        ("workers.csv", "testi-etela,T,t@example.org,fi,,,,", "stands on line 8 already"),
        ("workers.csv", "uusi,T,prov.ledare@example.org,fi,,,,", "stands on line 4 already"),
        ("workers.csv", "uusi,,u@example.org,fi,,,,", "name: is empty"),
        ("workers.csv", "uusi,T,not an address,fi,,,,", "email: expected an e-mail address"),
        ("workers.csv", "uusi,T,u@example.org,suomi,,,,", "languages: expected a language code"),
        ("workers.csv", "uusi,T,u@example.org,fi,nowhere,,,", "teams: no team in teams.csv has"),
        ("services.csv", "north,288 091,*,fi", "091 is not a municipality of this county"),
        ("services.csv", "north,91,*,fi", "expected 3 digits with leading zeros, not '91'"),
        ("services.csv", "nowhere,905,*,fi", "team: no team in teams.csv has this key"),
        ("services.csv", "north,,*,fi", "municipalities: is empty"),
        ("services.csv", "north,905,Guidance!,fi", "forms: expected small letters"),
        ("services.csv", "north,905", "2 cells under 4 columns"),
        ("contact_points.csv", "north,new,fax,+358500000129,fi,", "expected mobile, landline"),
        ("contact_points.csv", "north,new,mobile,0500000129,fi,", "begins with +358"),
        ("contact_points.csv", "north,new,mobile,112,fi,", "begins with +358"),
        ("contact_points.csv", "north,coast-mail,email,a@example.org,fi,", "on line 10 already"),
        ("hours_exceptions.csv", "north,2026-12-31,25:00-26:00,", "no such time"),
        ("hours_exceptions.csv", "north,2026-12-31,24:00-25:00,", "no such time"),
        ("hours_exceptions.csv", "north,2026-12-31,08:60-10:00,", "no such time"),
        ("hours_exceptions.csv", "north,2026-12-31,8 to 16,", "expected hours as 08:00-16:00"),
        ("hours_exceptions.csv", "north,2026-12-31,08:00-12:00 11:00-13:00,", "overlap"),
        ("hours_exceptions.csv", "north,2027-02-29,closed,", "no such day as 2027-02-29"),
        ("hours_exceptions.csv", "north,31.12.2026,closed,", "a date as YYYY-MM-DD"),
        ("hours_exceptions.csv", "north,2026-12-23,closed,", "stands on line 3 already"),
        ("counties.csv", "17,112,,", "this is the county itself"),
        ("counties.csv", "55,112,,", "county 55 is not in the reference"),
        ("counties.csv", "12,112,,http://example.org", "begins with https://"),
        ("municipalities.csv", "801,Uusi,,17,fi,,2025-01-01,802", "no municipality 802"),
        ("municipalities.csv", "905,,,,,,2030-12-31,942", "lead back to this municipality"),
        ("municipalities.csv", "801,Uusi,,55,fi,,,", "there is no county 55"),
        ("municipalities.csv", "801,Uusi,,,fi,,,", "name and county needed"),
        ("municipalities.csv", "905,,,,,2030-01-01,2029-12-31,", "valid_to is before"),
    ],
)
def test_a_wrong_row_is_named_with_its_file_line_and_reason(
    demo_files: Files, read_bundle: Read, file: str, line: str, reason: str
) -> None:
    files, number = with_line(demo_files, file, line)
    found = [p for p in problems(read_bundle, files) if p[:2] == (file, number)]
    assert len(found) == 1
    assert reason in found[0][2]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('code = "17"', 'code = "77"', "code: no municipality belongs to county 77"),
        ('code = "17"', "code = 17", "code: expected a text in quotes"),
        ('intake_team = "intake"', 'intake_team = "x"', "intake_team: there is no team 'x'"),
        ('logo = ""', 'logotype = ""', "logotype: unknown key"),
        ('logo = ""', 'logo = "../logo.svg"', "logo: expected a file name"),
        ('"#00567a"', '"red;}"', "colours.color-bus: expected a colour"),
        ('sv = "Exempel"', 'sv = ""', "sender_names.sv: is empty"),
        ('sv = "Exempel"', 'sv = " "', "sender_names.sv: is empty"),
        ('sv = "Exempel"', 'sv = "Exempel\\nbarn"', "sender_names.sv: has more than one line"),
        ('sv = "Exempel"', 'sv = "Ex\\u202eempel"', "sender_names.sv: has a control character"),
        ('sv = "Exempel"', 'sv = "Exempels barnskydd"', "sender_names.sv: tells what it is about"),
        ('sv = "Exempel"', 'sv = "Ex\\u0435mpel"', "sender_names.sv: has letters of two alphabets"),
        ('emergency_number = "112"', 'emergency_number = "0"', "begins with +358"),
        ("closed_forms = []", 'closed_forms = "guidance"', "expected a list of texts"),
        ('["358", "46"', '["+358", "46"', "sms_countries: expected a calling code"),
        ('["358", "46"', '["0046", "46"', "sms_countries: expected a calling code"),
        ('["358", "46"', '[358, "46"', "sms_countries: expected a text in quotes"),
        ('["358", "46"', '["46", "46"', "sms_countries: names a value twice"),
        ("urgency_minutes = 60", "urgency_minutes = 61", "a whole number from 1 to 60"),
        ("urgency_minutes = 60", "urgency_minutes = 0", "a whole number from 1 to 60"),
        (
            "minutes = 30",
            "minutes = 4",
            "escalation_repeat_minutes: expected a whole number from 5",
        ),
        ("minutes = 30", "minutes = 241", "escalation_repeat_minutes: expected a whole number"),
        ("minutes = 30", "minutes = true", "escalation_repeat_minutes: expected a whole number"),
        ("[texts.notice]", "[texts.notice", "not readable"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(
    demo_files: Files, read_bundle: Read, old: str, new: str, reason: str
) -> None:
    text = demo_files["county.toml"]
    line = text[: text.index(old)].count("\n") + 1
    files = {**demo_files, "county.toml": text.replace(old, new, 1)}
    assert any(p[1] == line and reason in p[2] for p in problems(read_bundle, files))


def test_without_the_countries_of_texts_they_are_finland_and_its_neighbours(
    demo_files: Files, read_bundle: Read
) -> None:
    lines = demo_files["county.toml"].splitlines(keepends=True)
    without = "".join(line for line in lines if not line.startswith("sms_countries"))
    county = read_bundle({**demo_files, "county.toml": without}).county
    assert county.sms_countries == SMS_COUNTRIES
    none = without.replace("[names]", "sms_countries = []\n[names]")
    assert read_bundle({**demo_files, "county.toml": none}).county.sms_countries == ()


def test_a_stored_sender_name_that_a_newer_rule_refuses_stops_nothing(
    demo_files: Files, references: Files
) -> None:
    telling = demo_files["county.toml"].replace('"Exempel"', '"Exempels barnskydd"')
    files = {**demo_files, "county.toml": telling}
    read = parse(files, **references, revision=1, holidays=frozenset(), stored=True)
    assert read.county.sender_names["sv"] == "Exempels barnskydd"


def test_a_sender_name_is_needed_in_every_language(demo_files: Files, read_bundle: Read) -> None:
    text = demo_files["county.toml"].replace('en = "Example"\n', "")
    found = problems(read_bundle, {**demo_files, "county.toml": text})
    assert [reason for _, _, reason in found] == ["sender_names.en: is missing"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("team,municipalities,forms", "column 'languages' is missing"),
        ("team,municipalities,forms,languages,town", "unknown column 'town'"),
        ("team,municipalities,forms,languages,team", "column 'team' stands twice"),
        ("", "the header row is missing"),
    ],
)
def test_a_wrong_header_is_named(
    demo_files: Files, read_bundle: Read, header: str, reason: str
) -> None:
    found = problems(read_bundle, {**demo_files, "services.csv": header})
    assert ("services.csv", 1, reason) in found


def test_a_missing_file_and_a_misspelt_one_are_named(demo_files: Files, read_bundle: Read) -> None:
    files = {name: text for name, text in demo_files.items() if name != "workers.csv"}
    files["worker.csv"] = demo_files["workers.csv"]
    found = problems(read_bundle, files)
    assert ("workers.csv", 0, "the file is missing") in found
    assert ("worker.csv", 0, "no part of a bundle has this name") in found
    assert problems(read_bundle, {})[0] == ("contact_points.csv", 0, "the file is missing")


def test_all_wrong_rows_are_named_at_once_and_in_order(
    demo_files: Files, read_bundle: Read
) -> None:
    files, _ = with_line(demo_files, "services.csv", "nowhere,905,*,fi")
    files, _ = with_line(files, "services.csv", "north,1,*,fi")
    files, _ = with_line(files, "contact_points.csv", 'north,"a\nb",email,a@example.org,fi,')
    files, _ = with_line(files, "contact_points.csv", 'north,"open,email,a@example.org,fi,')
    places = [p[:2] for p in problems(read_bundle, files)]
    assert places == [
        ("contact_points.csv", 25),
        ("contact_points.csv", 27),
        ("services.csv", 7),
        ("services.csv", 8),
    ]


def test_a_problem_never_quotes_a_persons_name_or_address(
    demo_files: Files, read_bundle: Read
) -> None:
    files, _ = with_line(demo_files, "workers.csv", "uusi,Malli Uusi,malli(at)example.org,fi,,,,")
    assert not any("Malli" in p[2] or "(at)" in p[2] for p in problems(read_bundle, files))


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("22:00-06:00", (Span(1320, 1800),)),
        ("08.00\u201316.00", (Span(480, 960),)),
        ("8:00 - 24:00", (Span(480, 1440),)),
        ("08:00-08:00", (Span(480, 1920),)),
        ("13:00-16:00 08:00-12:00", (Span(480, 720), Span(780, 960))),
        ("", ()),
    ],
)
def test_hours_are_read_as_people_write_them(
    demo_files: Files, read_bundle: Read, text: str, spans: tuple[Span, ...]
) -> None:
    files, _ = with_line(demo_files, "hours_exceptions.csv", f"north,2026-12-31,{text},")
    hours = read_bundle(files).teams["north"].hours
    assert hours.exceptions[date(2026, 12, 31)] == spans


def test_the_demo_county_is_written_back_without_what_the_reference_says(
    demo: Directory, references: Files, read_bundle: Read
) -> None:
    written = dump(demo, **references)
    assert sorted(written) == sorted(FILES)
    assert written["municipalities.csv"].count("\n") == 5
    assert read_bundle(written) == demo
    assert dump(read_bundle(written), **references) == written


@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_a_directory_written_and_read_is_the_same(
    sound_directories: st.SearchStrategy[Directory], data: st.DataObject
) -> None:
    directory = data.draw(sound_directories)
    again = parse(
        dump(directory),
        reference_municipalities="",
        reference_counties="",
        revision=directory.revision,
        holidays=directory.holidays,
    )
    assert again == directory
