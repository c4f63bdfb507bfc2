"""What the law asks for in `county.toml`: read as written, every wrong key named by its line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from casework.bundle import BundleError, dump
from casework.directory import Directory
from casework.statements import Accessibility, Privacy, ReviewStatus

Files = dict[str, str]
Read = Callable[[Files], Directory]

BREAK = """
[[announcements]]
starts = 2026-12-01T18:00:00
ends = "2026-12-01T22:00"
text.fi = "Palvelu on poissa käytöstä."
text.sv = "Tjänsten är ur bruk."
meanwhile.fi = "Soita."
"""
SECOND = """
[[announcements]]
starts = 2026-12-05T18:00:00
ends = 2026-12-05T20:00:00
shown_from = 2026-12-05T08:00:00
[announcements.text]
fi = "Toinen"
"""
REVIEW = """
[accessibility]
reviewed_on = 2026-11-02
reviewed_by = "Esimerkin viestintä"
status = "partial"
phone = "+358 50 000 0190"
email = "saavutettavuus@example.org"
[[accessibility.shortcomings]]
part.fi = "Kartta"
reason.fi = "Kuvaus puuttuu"
"""


@pytest.fixture
def bare(demo_files: Files) -> Files:
    """The demo's bundle without what it says itself of these matters."""
    lines, kept, heading = demo_files["county.toml"].splitlines(keepends=True), [], ""
    for line in lines:
        if line.startswith("["):
            heading = line.strip("[] \n").split("]")[0]
        if not heading.startswith(("accessibility", "privacy", "announcements")):
            kept.append(line)
    text = "".join(line for line in kept if not line.startswith("feedback_team"))
    return {**demo_files, "county.toml": text}


def with_text(files: Files, more: str) -> Files:
    return {**files, "county.toml": files["county.toml"] + more}


def problems(read: Read, files: Files) -> list[tuple[int, str]]:
    with pytest.raises(BundleError) as caught:
        read(files)
    return [(found.line, found.reason) for found in caught.value.problems]


def test_a_county_that_says_nothing_has_reviewed_nothing(bare: Files, read_bundle: Read) -> None:
    read = read_bundle(bare)
    assert read.county.accessibility == Accessibility()
    assert read.county.privacy == Privacy()
    assert read.county.announcements == ()
    assert read.feedback_team == read.fallback_team


def test_a_break_is_read_in_helsinkis_time_with_a_weeks_notice(
    bare: Files, read_bundle: Read
) -> None:
    first, second = read_bundle(with_text(bare, BREAK + SECOND)).county.announcements
    assert first.starts_at == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert first.ends_at == datetime(2026, 12, 1, 20, tzinfo=UTC)
    assert first.shown_from == first.starts_at - timedelta(days=7)
    assert first.text["sv"] == "Tjänsten är ur bruk."
    assert first.meanwhile == {"fi": "Soita."}
    assert second.shown_from == datetime(2026, 12, 5, 6, tzinfo=UTC)
    assert second.text == {"fi": "Toinen"}
    assert second.meanwhile == {}


def test_an_hour_that_comes_twice_is_announced_from_its_first_to_its_last_passing(
    bare: Files, read_bundle: Read
) -> None:
    text = BREAK.replace("2026-12-01T18:00:00", "2026-10-25T03:30:00")
    text = text.replace("2026-12-01T22:00", "2026-10-25T03:45")
    (one,) = read_bundle(with_text(bare, text)).county.announcements
    assert one.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert one.ends_at == datetime(2026, 10, 25, 1, 45, tzinfo=UTC)


def test_a_time_with_its_own_offset_means_that_moment(bare: Files, read_bundle: Read) -> None:
    text = BREAK.replace("2026-12-01T18:00:00", "2026-12-01T18:00:00Z")
    text = text.replace("2026-12-01T22:00", "2026-12-01T22:00+02:00")
    (one,) = read_bundle(with_text(bare, text)).county.announcements
    assert one.starts_at == datetime(2026, 12, 1, 18, tzinfo=UTC)
    assert one.ends_at == datetime(2026, 12, 1, 20, tzinfo=UTC)


def test_the_countys_review_is_read_whole(bare: Files, read_bundle: Read) -> None:
    review = read_bundle(with_text(bare, REVIEW)).county.accessibility
    assert review.status is ReviewStatus.PARTIAL
    assert review.reviewed_on == date(2026, 11, 2)
    assert review.phone == "+358500000190"
    assert [one.part["fi"] for one in review.shortcomings] == ["Kartta"]


def test_what_was_read_is_written_back_the_same(
    bare: Files, read_bundle: Read, references: Files
) -> None:
    privacy = '\n[privacy]\ncontroller = "Esimerkki"\nnotice_url = "https://example.org/a"\n'
    read = read_bundle(with_text(bare, REVIEW + privacy + BREAK + SECOND))
    again = read_bundle(dump(read, **references))
    assert again == read
    assert dump(again, **references) == dump(read, **references)


@pytest.mark.parametrize(
    ("text", "old", "new", "reason"),
    [
        (BREAK, "starts = 2026-12-01T18:00:00", "", "announcements.1.starts: is missing"),
        (BREAK, "2026-12-01T18:00:00", "2026-12-01", "announcements.1.starts: expected a time"),
        (BREAK, '"2026-12-01T22:00"', '"1.12.2026 klo 22"', "announcements.1.ends: expected"),
        (BREAK, '"2026-12-01T22:00"', '"2026-12-01"', "announcements.1.ends: expected a time"),
        (BREAK, "2026-12-01T18:00:00", "0001-01-01T00:00:00", "announcements.1.starts: expected"),
        (BREAK, "2026-12-01T22:00", "2026-12-01T18:00", "announcements.1.ends: is not after"),
        (BREAK, "2026-12-01T22:00", "2027-03-28T03:30", "announcements.1.ends: there is no such"),
        (BREAK, "text.fi", "texts.fi", "announcements.1.texts: unknown key"),
        (BREAK, 'text.fi = "Palvelu on poissa käytöstä."', "", "announcements.1.text.en: is"),
        (BREAK, "text.sv =", "text.SV =", "announcements.1.text.SV: expected a language"),
        (BREAK, '"Soita."', '""', "announcements.1.meanwhile.fi: is empty"),
        (BREAK, "[[announcements]]", "[announcements]", "announcements: expected [[announcements]"),
        (SECOND, "T08:00:00", "T19:00:00", "announcements.1.shown_from: is after starts"),
        (SECOND, 'fi = "Toinen"', "fi = 2", "announcements.1.text.fi: expected a text in quotes"),
        (REVIEW, "reviewed_on = 2026-11-02", "", "accessibility.reviewed_on: is missing"),
        (REVIEW, "Esimerkin viestintä", "", "accessibility.reviewed_by: is missing"),
        (REVIEW, 'status = "partial"', "", "accessibility.status: is missing"),
        (REVIEW, '"partial"', '"conforms"', "accessibility.status: expected partial or full"),
        (REVIEW, '"partial"', '"full"', "accessibility.status: what has shortcomings is partial"),
        (REVIEW, "2026-11-02", '"2.11.2026"', "accessibility.reviewed_on: expected a date"),
        (REVIEW, "2026-11-02", "2026-11-02T10:00:00", "accessibility.reviewed_on: expected a text"),
        (REVIEW, '"+358 50 000 0190"', '"0"', "accessibility.phone: expected a number"),
        (REVIEW, "email", "mail", "accessibility.mail: unknown key"),
        (REVIEW, "reason.fi", "why.fi", "accessibility.shortcomings.1.why: unknown key"),
        (REVIEW, "part.fi", "part.sv", "accessibility.shortcomings.1.part.fi: is missing"),
        ("\n[privacy]\nx = 1\n", "x", "dpo", "privacy.dpo: unknown key"),
        ("\n[privacy]\nnotice_url = 1\n", "1", '"http://example.org"', "begins with https://"),
        ("\n[privacy]\ndpo_email = 1\n", "1", '"osoite"', "privacy.dpo_email: expected an e-mail"),
    ],
)
def test_a_wrong_key_is_named_with_its_reason(
    bare: Files, read_bundle: Read, text: str, old: str, new: str, reason: str
) -> None:
    assert old in text
    found = problems(read_bundle, with_text(bare, text.replace(old, new, 1)))
    assert any(reason in one for _, one in found), found
    first = bare["county.toml"].count("\n")
    assert all(line > first for line, _ in found), found


def test_each_of_several_breaks_is_named_by_its_own_line(bare: Files, read_bundle: Read) -> None:
    text = BREAK + SECOND.replace("2026-12-05T20:00:00", "2026-12-04T20:00:00")
    files = with_text(bare, text)
    line = files["county.toml"].splitlines().index("ends = 2026-12-04T20:00:00") + 1
    assert problems(read_bundle, files) == [(line, "announcements.2.ends: is not after starts")]


def test_a_feedback_team_that_is_not_there_is_named(bare: Files, read_bundle: Read) -> None:
    text = bare["county.toml"].replace("intake_team =", 'feedback_team = "x"\nintake_team =', 1)
    found = problems(read_bundle, {**bare, "county.toml": text})
    assert [reason for _, reason in found] == ["feedback_team: there is no team 'x'"]
