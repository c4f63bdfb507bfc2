"""Texts that came in: whose writer is answered, once and never at night, and who marks them as handled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.access import Relation, Role, Viewer
from casework.calendar import HELSINKI
from casework.caps import SMS_COUNTRIES
from casework.commands import SafeTime
from casework.directory import Directory
from casework.errors import NotFound
from casework.inbound import may_be_answered
from casework.messages import Channel, Purpose
from casework.model import TimelineKind
from tests.casework.desk import MEMBER, STRANGER
from tests.casework.texting import NUMBER, OWN, Phone, answers, to_staff


@pytest.fixture
def phone(demo: Directory) -> Phone:
    return Phone(demo)


# Who is answered


def test_the_writer_is_answered_once_a_day_with_the_neutral_text(phone: Phone) -> None:
    (answer,) = answers(phone.writes("Hei"))
    assert (answer.purpose, answer.channel, answer.address) == (
        Purpose.RECEIVED,
        Channel.SMS,
        NUMBER,
    )
    assert answer.language == phone.directory.county.languages[0]
    assert answer.address_hash == phone.ids.number_hash(NUMBER)
    assert answers(phone.writes("Hei taas")) == []
    phone.at += timedelta(days=1)
    assert len(answers(phone.writes("Hei taas"))) == 1


def test_the_answer_speaks_the_language_of_the_case(phone: Phone) -> None:
    case = phone.asks(language="sv")
    (answer,) = answers(phone.writes("Hej"))
    assert (answer.language, answer.case_id) == ("sv", case)


@given(minutes=st.integers(0, 2 * 366 * 24 * 60))
def test_no_answer_goes_in_the_quiet_hours(demo: Directory, minutes: int) -> None:
    phone = Phone(demo, at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
    (answer,) = answers(phone.writes("Hei"))
    assert answer.expires_at is not None
    goes, ends = answer.not_before.astimezone(HELSINKI), answer.expires_at.astimezone(HELSINKI)
    assert phone.at <= answer.not_before < answer.expires_at
    assert goes.date() == ends.date()
    assert 8 <= goes.hour < 21
    assert ends.hour <= 21


def test_a_text_at_night_and_one_in_the_morning_after_are_answered_once(phone: Phone) -> None:
    phone.at = datetime(2026, 3, 2, 20, tzinfo=UTC)  # 22 in Helsinki
    (answer,) = answers(phone.writes("Yöllä"))
    assert answer.not_before > datetime(2026, 3, 3, 6, tzinfo=UTC)
    phone.at = datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert answers(phone.writes("Aamulla")) == []


def test_answers_of_the_night_do_not_go_all_at_once(phone: Phone) -> None:
    going = set()
    for last in range(20):
        phone.at, phone.sender = datetime(2026, 3, 2, 20, tzinfo=UTC), f"+3585000003{last:02}"
        going |= {answer.not_before for answer in answers(phone.writes("Hei"))}
    assert len(going) == 20


def test_the_answer_keeps_to_the_senders_safe_hours(phone: Phone) -> None:
    phone.asks(SafeTime.MORNING)
    phone.at = datetime(2026, 3, 2, 13, tzinfo=UTC)
    (answer,) = answers(phone.writes("Hei"))
    assert answer.not_before.astimezone(HELSINKI).hour == 8
    assert answer.expires_at == datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("kind", [TimelineKind.CONTACT_WITHDRAWN, TimelineKind.CONTACT_CHANGED])
def test_a_number_that_may_be_in_other_hands_is_answered_like_any_strangers(
    demo: Directory, kind: TimelineKind
) -> None:
    """Silence would tell whoever holds the telephone now whose it was."""
    strangers, known = Phone(demo), Phone(demo)
    case = known.asks(SafeTime.EVENING, language="sv")
    known.change_contact(case, kind)
    strangers.at = known.at
    (usual,) = answers(strangers.writes("Hei"))
    messages = known.writes("Hei")
    (answer,) = answers(messages)
    for what in ("purpose", "language", "not_before", "expires_at", "event", "case_id"):
        assert getattr(answer, what) == getattr(usual, what), what
    assert len(to_staff(messages)) == 1


def test_who_wants_no_texts_is_not_answered_and_still_read(phone: Phone) -> None:
    phone.writes("STOP")
    messages = phone.writes("Soittakaa")
    assert answers(messages) == []
    assert len(to_staff(messages)) == 1


@pytest.mark.parametrize(
    "sender",
    [
        "+358500000120",  # a team's contact point
        "+358500000110",  # a team's phone
        "+358500000133",  # a worker's mobile
        "+447911123456",  # no country of ours
        "+15005550007",
        "17205",
        "Luotsi",
        "",
    ],
)
def test_machines_colleagues_and_strangers_abroad_are_never_answered(
    phone: Phone, sender: str
) -> None:
    phone.sender = sender
    messages = phone.writes("Hei")
    assert answers(messages) == []
    assert len(to_staff(messages)) == 1


def test_our_own_number_is_not_answered_though_its_country_is_allowed(phone: Phone) -> None:
    assert answers(phone.writes("Hei", own=NUMBER)) == []


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_only_numbers_of_the_countries_named_may_be_answered(demo: Directory, number: str) -> None:
    if may_be_answered(number, OWN, demo):
        assert number.startswith(tuple(f"+{code}" for code in SMS_COUNTRIES))


def test_numbers_of_the_county_are_known_however_they_are_written(demo: Directory) -> None:
    team = replace(demo.teams["coast"], phone="050 000 0777")
    changed = replace(demo, teams={**demo.teams, "coast": team})
    assert may_be_answered("+358500000777", OWN, demo)
    assert not may_be_answered("+358500000777", OWN, changed)


# Who reads it, and says that it is done


def test_handling_a_note_of_a_case_is_logged_before_it_is_done(phone: Phone) -> None:
    case = phone.asks()
    phone.writes("Hei")
    commits = phone.work.commits
    assert phone.handles(MEMBER)
    assert phone.log.rows == [("1", case, "text_handled", Relation.TEAM, phone.at)]
    assert phone.log.commits_before == [commits]
    assert not phone.handles(MEMBER)
    assert phone.handles(MEMBER, handled=False)


def test_without_a_row_in_the_log_nothing_is_done(phone: Phone) -> None:
    phone.asks()
    phone.writes("Hei")
    phone.log.fault = RuntimeError("no log")
    with pytest.raises(RuntimeError):
        phone.handles(MEMBER)
    assert phone.work.kept.handled == {}


@pytest.mark.parametrize("known", [True, False])
def test_who_has_no_relation_finds_no_note(phone: Phone, known: bool) -> None:
    if known:
        phone.asks()
    phone.writes("Hei")
    with pytest.raises(NotFound):
        phone.handles(STRANGER)
    assert phone.work.kept.handled == {}
    assert phone.log.rows == []


def test_a_note_of_nobodys_case_is_handled_by_intake_without_a_row_of_a_case(phone: Phone) -> None:
    phone.writes("Hei")
    assert phone.handles(MEMBER)
    assert phone.log.rows == []


def test_a_stop_is_nothing_to_handle(phone: Phone) -> None:
    phone.writes("STOP")
    with pytest.raises(NotFound):
        phone.handles(MEMBER)


def test_a_note_of_a_team_that_is_gone_belongs_to_the_fallback_team(phone: Phone) -> None:
    phone.writes("Hei")
    phone.directory = replace(
        phone.directory,
        teams={key: team for key, team in phone.directory.teams.items() if key != "intake"},
    )
    with pytest.raises(NotFound):
        phone.handles(MEMBER)
    lead = Viewer("3", "esko-esimerkki", frozenset({Role.TEAM_LEAD}))
    assert phone.handles(lead)
