"""Texts that come in: which word stops and starts, and whom a note reaches."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.access import Role, Viewer
from casework.directory import Directory
from casework.inbound import LONGEST_TEXT, Arrived, Kind, Place, e164, read
from casework.messages import Channel, Purpose
from casework.model import TimelineKind
from casework.usecases import relation_to_text, take_in_text
from tests.casework.fakes import child
from tests.casework.texting import NUMBER, OWN, Phone, to_staff

STOPS = (
    *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
    *("LOPETA", "PERU", "PERUUTA", "STOPP", "STOPPA", "SLUTA"),
)
STARTS = ("START", "UNSTOP", "YES", "ALOITA", "BÖRJA", "STARTA")
AROUND = st.text(
    st.sampled_from(
        " \t\r\n.,;:!?\"'\u201c\u201d\u2019()[]*_-\u200b\u200d\u200e\u2066\ufeff\u00ad\x00\ufe0f👍"
    ),
    max_size=8,
)
INVISIBLE = st.text(
    st.sampled_from("\u200b\u200d\u200e\u2060\ufeff\u00ad\x00\u034f\ufe0f"), max_size=3
)


# What a text asks for


@given(
    word=st.sampled_from([*STOPS, *STARTS]),
    change=st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    before=AROUND,
    after=AROUND,
)
def test_a_whole_word_is_known_in_any_case_and_form_whatever_stands_around_it(
    word: str, change: Any, form: Any, before: str, after: str
) -> None:
    wanted = Kind.STOP if word in STOPS else Kind.START
    assert read(before + unicodedata.normalize(form, change(word)) + after) is wanted


@given(word=st.sampled_from(STOPS), gaps=st.lists(INVISIBLE, min_size=9, max_size=9))
def test_what_is_not_seen_inside_a_word_does_not_hide_it(word: str, gaps: list[str]) -> None:
    assert read("".join(a + b for a, b in zip(word, [*gaps, *[""] * 9], strict=False))) is Kind.STOP


@given(word=st.sampled_from([*STOPS, *STARTS]), more=st.text(min_size=1))
def test_a_word_with_more_beside_it_is_a_note(word: str, more: str) -> None:
    if any(c.isalnum() for c in unicodedata.normalize("NFKC", more)):
        assert read(f"{word} {more}") is Kind.NOTE
        assert read(f"{more} {word}") is Kind.NOTE


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("lopeta jo", Kind.NOTE),
        ("STOP.", Kind.STOP),
        ("\u201cStop\u201d", Kind.STOP),
        ("ＳＴＯＰ", Kind.STOP),
        ("bo\u0308rja", Kind.START),
        ("S T O P", Kind.NOTE),
        ("STOP\nSTOP", Kind.NOTE),
        ("pysäytä", Kind.NOTE),
        ("", Kind.NOTE),
        ("👍", Kind.NOTE),
        ("STOP" + " " * 4000 + "älä lopeta", Kind.STOP),
        ("x" * 5000, Kind.NOTE),
        ("HELP", Kind.NOTE),
        ("112", Kind.NOTE),
    ],
)
def test_examples_of_texts(body: str, kind: Kind) -> None:
    assert read(body) is kind


@given(st.text())
def test_any_text_is_read_without_a_fault(body: str) -> None:
    assert read(body) in set(Kind)


@given(st.text(max_size=20))
def test_only_a_whole_number_with_its_country_can_be_written_back_to(sender: str) -> None:
    number = e164(sender)
    assert number in {"", sender}
    assert not number or (number.startswith("+") and number[1:].isascii() and number[1:].isdigit())


@pytest.mark.parametrize(
    "sender", ["17205", "Luotsi", "", "+0501234567", "+358", "whatsapp:+358500000041", "+358 50 1"]
)
def test_short_codes_and_names_are_no_numbers(sender: str) -> None:
    assert e164(sender) == ""


@pytest.fixture
def phone(demo: Directory) -> Phone:
    return Phone(demo)


# STOP and START


def test_stop_stops_and_start_starts_again_and_nobody_is_written_to(phone: Phone) -> None:
    case = phone.asks()
    assert phone.writes("Stop!") == []
    assert phone.stopped
    assert phone.writes("aloita") == []
    assert not phone.stopped
    happened = phone.work.kept.kinds(case)
    assert happened[-2:] == [TimelineKind.TEXTS_STOPPED, TimelineKind.TEXTS_STARTED]


def test_a_second_stop_is_told_to_the_case_once(phone: Phone) -> None:
    case = phone.asks()
    phone.writes("STOP")
    phone.writes("LOPETA")
    assert phone.work.kept.kinds(case).count(TimelineKind.TEXTS_STOPPED) == 1


def test_what_the_timeline_keeps_of_a_stop_is_no_number_and_no_word(phone: Phone) -> None:
    phone.asks()
    phone.writes("STOP")
    entry, text = phone.work.kept.timeline[-1], phone.work.kept.texts[-1]
    assert (entry.actor, dict(entry.detail)) == ("luotsi", {})
    assert (text.number, text.body) == ("", "")


def test_a_stop_of_an_unknown_number_stops_too(phone: Phone) -> None:
    assert phone.writes("stopp") == []
    assert phone.stopped
    assert phone.work.kept.timeline == []


def test_a_yes_that_starts_nothing_is_read_by_a_person(phone: Phone) -> None:
    phone.asks()
    assert len(to_staff(phone.writes("Yes"))) == 1
    phone.writes("STOP")
    assert phone.writes("yes") == []
    assert not phone.stopped


def test_nothing_is_stopped_for_a_name_and_its_text_is_a_note(phone: Phone) -> None:
    phone.sender = "Pankki"
    assert len(phone.writes("STOP")) == 1
    assert phone.work.kept.stopped == set()


# Whom a note reaches


def test_a_note_reaches_the_open_case_of_its_number(phone: Phone) -> None:
    phone.close(phone.asks())
    phone.at += timedelta(hours=1)
    newest = phone.asks()
    (told,) = to_staff(phone.writes("Soitatko huomenna?"))
    text = phone.work.kept.texts[-1]
    assert (text.case_id, text.team, text.kind) == (newest, "coast", Kind.NOTE)
    assert (told.case_id, told.event, told.purpose) == (
        newest,
        f"texted:{text.id}",
        Purpose.STAFF_NEW,
    )


def test_a_number_that_others_gave_too_takes_no_text_into_their_cases(phone: Phone) -> None:
    """Anybody can give a mother's number in a form of his own, as a newer message than hers."""
    hers = phone.asks()
    phone.at += timedelta(hours=1)
    his = phone.asks()
    (told,) = to_staff(phone.writes("Hän on ovella"))
    text = phone.work.kept.texts[-1]
    assert (text.case_id, text.submission_id, text.team) == (None, None, "intake")
    assert told.recipient == "team:intake:intake-mail"
    phone.close(his)
    phone.writes("Hän lähti")
    assert phone.work.kept.texts[-1].case_id == hers


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_text_of_a_protected_number_is_read_by_fewer_though_another_gave_it_too(
    phone: Phone, is_closed: bool
) -> None:
    hers = phone.asks(children=(child("905", non_disclosure=True),))
    phone.at += timedelta(hours=1)
    phone.asks()
    if is_closed:
        phone.close(hers)
    phone.writes("Olemme nyt Esimerkkitiellä")
    text = phone.work.kept.texts[-1]
    assert (text.case_id, text.team, text.protected) == (None, "intake", True)
    here = phone.directory
    intake, workers = here.teams["intake"], here.workers
    readers = {key for key in intake.members if workers[key].reads_protected} | {intake.lead}
    assert readers & set(intake.members) < set(intake.members)
    for worker in intake.members:
        viewer = Viewer("9", worker, frozenset({Role.DUTY_WORKER}))
        may = relation_to_text(Place(None, "intake", True), None, viewer, here)
        assert (may is not None) == (worker in readers)
        assert relation_to_text(Place(None, "intake", False), None, viewer, here)


def test_what_was_obeyed_keeps_no_tie_between_number_and_case(phone: Phone) -> None:
    phone.asks()
    for word in ("STOP", "START"):
        phone.writes(word)
        text = phone.work.kept.texts[-1]
        assert (text.case_id, text.submission_id, text.number) == (None, None, "")


def test_notes_in_a_row_are_told_once_until_somebody_has_seen_to_them(phone: Phone) -> None:
    phone.asks()
    told = [len(to_staff(phone.writes(f"Vielä {number}"))) for number in range(20)]
    # One a minute: the sixteenth comes when the notice of the first is a quarter of an hour old.
    assert told == [1, *[0] * 14, 1, *[0] * 4]
    assert len(phone.work.kept.texts) == 20
    for text in phone.work.kept.texts:
        phone.work.kept.handled[text.id] = "worker:kaisla"
    assert len(to_staff(phone.writes("Soittakaa sittenkin"))) == 1


def test_a_note_to_one_case_hides_none_to_another_or_to_intake(phone: Phone) -> None:
    phone.asks()
    assert len(to_staff(phone.writes("Hei"))) == 1
    phone.sender = "+358500000044"
    phone.asks()
    assert len(to_staff(phone.writes("Toinen asia"))) == 1
    phone.sender = "+358500000042"
    assert len(to_staff(phone.writes("Kuka siellä?"))) == 1
    phone.sender = "+358500000043"
    assert to_staff(phone.writes("Kuka siellä?")) == []


def test_a_closed_case_gets_no_more_texts(phone: Phone) -> None:
    older = phone.asks()
    phone.at += timedelta(hours=1)
    phone.close(phone.asks())
    phone.writes("Vielä yksi asia")
    assert phone.work.kept.texts[-1].case_id == older
    phone.close(older)
    phone.writes("Ja toinen")
    assert phone.work.kept.texts[-1].case_id is None


def test_a_note_of_an_unknown_number_reaches_intake_with_an_opaque_reference(phone: Phone) -> None:
    (told,) = to_staff(phone.writes("Kuka siellä?"))
    text = phone.work.kept.texts[-1]
    assert (text.case_id, text.submission_id, text.team) == (None, None, "intake")
    assert (told.recipient, told.case_id, told.channel) == (
        "team:intake:intake-mail",
        None,
        Channel.EMAIL,
    )
    assert told.case_number.startswith("REF")


def test_without_an_intake_team_the_fallback_team_gets_it(phone: Phone) -> None:
    phone.directory = replace(phone.directory, intake_team="nowhere")
    (told,) = to_staff(phone.writes("Kuka siellä?"))
    assert phone.work.kept.texts[-1].team == "management"
    assert told.recipient == "team:management:management-mail"


def test_a_text_told_twice_is_one(phone: Phone) -> None:
    phone.writes("Hei", "SM1")
    assert phone.writes("Hei", "SM1") == []
    assert not phone.is_new
    assert len(phone.work.kept.texts) == 1


def test_texts_without_an_id_are_told_apart(phone: Phone) -> None:
    for _ in range(2):
        take_in_text(
            Arrived("", NUMBER, "Hei"),
            OWN,
            directory=phone.directory,
            now=phone.at,
            ids=phone.ids,
            work=phone.work,
        )
    assert len(phone.work.kept.texts) == 2


def test_a_long_text_is_kept_up_to_its_limit(phone: Phone) -> None:
    phone.writes("ä" * (LONGEST_TEXT + 5))
    assert phone.work.kept.texts[-1].body == "ä" * LONGEST_TEXT
