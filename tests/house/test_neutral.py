"""What may leave the house is decided by what the texts are given: four words, and a number for staff."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from jinja2 import Environment, meta

from casework import message_texts
from casework.directory import Directory
from casework.messages import Channel, Message, Purpose, Queue
from casework.telling_words import telling
from tasks.channels import Outgoing
from tasks.dispatch import Dispatch
from webapp import catalogues, demo_county, wiring

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "messages"
SENDER_WORDS = {"county", "link", "phone", "opens"}
ORIGIN = "https://viestit.example.org"
#: Stands in every field of a message that a text could be tempted to quote.
MARK = "zqmerkki"
EVERY_TEXT = list(product(Purpose, catalogues.complete(), Channel))


@pytest.fixture(scope="module")
def directory() -> Directory:
    return wiring.read_directory(demo_county.bundle_files(demo_county.FOLDER), 1)


def message(purpose: Purpose, language: str, channel: Channel) -> Message:
    at = datetime.fromisoformat("2026-03-02T10:00:00+00:00")
    return Message(
        id=UUID(int=1),
        submission_id=UUID(int=2),
        case_id=UUID(int=3),
        case_number="ABCD-EFGH",
        event=f"received:{MARK}",
        recipient=f"team:{MARK}:{MARK}",
        channel=channel,
        purpose=purpose,
        language=language,
        queue=Queue.DEFAULT,
        created_at=at,
        not_before=at,
        expires_at=None,
        address=f"{MARK}@example.org",
    )


def outgoing(directory: Directory, message: Message) -> Outgoing:
    """What the channel is handed, made by the real dispatch without any channel behind it."""
    house = SimpleNamespace(directory=directory, settings=SimpleNamespace(origin=ORIGIN))
    bare = object.__new__(Dispatch)
    cast(Any, bare)._house = house
    made: Outgoing = bare.outgoing(message, message.created_at)
    return made


@pytest.mark.parametrize(("purpose", "language", "channel"), EVERY_TEXT)
def test_no_text_names_a_place_a_team_a_person_or_what_it_is_about(
    directory: Directory, purpose: Purpose, language: str, channel: Channel
) -> None:
    made = outgoing(directory, message(purpose, language, channel))
    said = f"{made.subject}\n{made.body}"
    places = {name for m in directory.municipalities.values() for name in m.names.values()}
    teams = {name for team in directory.teams.values() for name in team.names.values()}
    people = {worker.name for worker in directory.workers.values()}
    assert len(places) > 300
    for name in places | teams | people:
        assert not re.search(rf"\b{re.escape(name)}\b", said), said
    assert MARK not in said.lower()
    assert telling(said) == ()


@pytest.mark.parametrize(("purpose", "language", "channel"), EVERY_TEXT)
def test_a_senders_text_has_the_one_public_link_and_no_number(
    directory: Directory, purpose: Purpose, language: str, channel: Channel
) -> None:
    made = outgoing(directory, message(purpose, language, channel))
    said = f"{made.subject}\n{made.body}"
    links = set(re.findall(r"https?://[^\s]+", said))
    if purpose is Purpose.STAFF_DIGEST:
        assert links == {f"{ORIGIN}/staff/digest"}
        assert "ABCD-EFGH" not in said
    elif purpose.value.startswith("staff_"):
        assert links == {f"{ORIGIN}/staff/"}
        assert "ABCD-EFGH" in said
    else:
        asked_to_call = purpose is Purpose.PLEASE_CALL
        assert links == (set() if asked_to_call else {f"{ORIGIN}/{language}/follow-up"})
        assert "ABCD-EFGH" not in said
        assert made.case_reference == ""
    for opaque in (UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)):
        assert str(opaque) not in said


@pytest.mark.parametrize("purpose", message_texts.PURPOSES)
def test_a_countys_own_text_knows_the_same_few_words_only(purpose: str) -> None:
    staff = purpose.startswith("staff_")
    allowed = {"county", "link", "number"} if staff else SENDER_WORDS
    assert set(message_texts.variables(purpose)) <= allowed


@pytest.mark.parametrize("word", sorted(Message.__dataclass_fields__))
@pytest.mark.parametrize("field", message_texts.FIELDS)
def test_no_text_of_a_county_can_ask_for_a_field_of_the_message(word: str, field: str) -> None:
    wording = message_texts.Wording(**{field: f"{{{word}}} {{link}} 112"})
    values = dict.fromkeys(Message.__dataclass_fields__, MARK) | message_texts.longest("Alue")
    (found,) = message_texts.faults("received", "fi", wording, values)
    assert re.match("unknown variable|has a brace that belongs to no variable", found.reason)


def test_a_countys_own_text_with_a_telling_word_never_leaves(directory: Directory) -> None:
    """Not even where it slipped into the directory: the shipped text goes instead."""
    telling_text = message_texts.Wording(sms="{county}: lapsesi {link} 112")
    here = replace(directory, message_texts={"received": {"fi": telling_text}})
    made = outgoing(here, message(Purpose.RECEIVED, "fi", Channel.SMS))
    assert made == outgoing(directory, message(Purpose.RECEIVED, "fi", Channel.SMS))
    assert "lapsesi" not in made.body


def test_a_language_whose_catalogue_is_gone_becomes_the_countys_first(
    directory: Directory,
) -> None:
    gone = outgoing(directory, message(Purpose.RECEIVED, "so", Channel.EMAIL))
    assert gone == outgoing(directory, message(Purpose.RECEIVED, "fi", Channel.EMAIL))
    assert gone.language == "fi"
    swedish = replace(directory, county=replace(directory.county, languages=("so", "sv", "fi")))
    made = outgoing(swedish, message(Purpose.RECEIVED, "so", Channel.SMS))
    assert made.language == "sv"
    assert made.body.startswith("Exempel: ")
    assert "/sv/follow-up" in made.body


def test_a_countys_own_text_goes_out_in_its_language(directory: Directory) -> None:
    own = message_texts.Wording(sms="{county}: kiitos! {link} Hätätilanteessa soita 112.")
    here = replace(directory, message_texts={"received": {"fi": own}})
    made = outgoing(here, message(Purpose.RECEIVED, "fi", Channel.SMS))
    assert made.body == f"Esimerkki: kiitos! {ORIGIN}/fi/follow-up Hätätilanteessa soita 112."
    for language, channel in (("sv", Channel.SMS), ("fi", Channel.EMAIL)):
        one = message(Purpose.RECEIVED, language, channel)
        assert outgoing(here, one) == outgoing(directory, one)


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.txt")), ids=lambda path: path.name)
def test_a_template_knows_its_few_words_only(template: Path) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    used = meta.find_undeclared_variables(environment.parse(template.read_text("utf-8")))
    used.discard("gettext")
    allowed = SENDER_WORDS | ({"number"} if template.name.startswith("staff_") else set())
    assert used <= allowed


def test_a_message_row_has_no_place_for_content() -> None:
    """A new field of a message is a decision: it could carry what was typed out of the house."""
    assert set(Message.__dataclass_fields__) == {
        *("id", "submission_id", "case_id", "case_number", "event", "recipient", "channel"),
        *("purpose", "language", "queue", "created_at", "not_before", "expires_at"),
        *("address", "state", "spare", "address_hash", "reason"),
    }
    shown = repr(message(Purpose.RECEIVED, "fi", Channel.EMAIL))
    assert "example.org" not in shown
