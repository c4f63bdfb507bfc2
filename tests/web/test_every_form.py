"""Each public form from its start to the desk, and what a form does on the way."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from casework.model import Mark
from forms.base import Step
from forms.fields import LongText
from forms.registry import FORMS
from forms.spec import FormSpec
from forms.words import N_
from tests.forms.filling import USUAL
from tests.web.forms import answer, begin_form, posted_on, step_of, walk_form
from tests.web.walking import code_on, post, reads, token
from webapp.wiring import House, now

EACH = pytest.mark.parametrize("slug", sorted(FORMS))
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])
JOINT, NOTIFICATION = "joint-contact", "professional-notification"


def only_case(owner: Engine) -> UUID:
    with owner.connect() as connection:
        return UUID(str(connection.execute(text("select id from cases")).scalar_one()))


@EACH
@IN_EACH_LANGUAGE
def test_each_form_is_sent_in_each_language_and_the_desk_has_every_answer(
    client: FlaskClient, house: House, owner: Engine, slug: str, language: str
) -> None:
    at = walk_form(client, slug, house, language=language)
    checked = html.unescape(client.get(at).text)
    sent = post(client, at)
    assert sent.status_code == 303
    receipt = client.get(sent.headers["Location"])
    assert len(code_on(receipt).replace("-", "").replace(" ", "")) == 16
    file = house.desk.case_file(only_case(owner))
    kept = str([file.shared, file.sender, file.child])
    assert "Vastaus" in kept
    asked = [step for step in FORMS[slug].steps if f"/{step.slug}?" in checked]
    assert len(asked) >= 2
    for step in asked:
        for name, value in posted_on(FORMS[slug], step.slug, house).items():
            if value.startswith("Vastaus") and "other_" not in name:
                assert value in kept, name
                assert value in checked, name


@pytest.mark.parametrize("slug", ["notification", "guidance"])
def test_an_anonymous_message_leaves_no_trace_of_a_sender(
    client: FlaskClient, house: House, owner: Engine, slug: str
) -> None:
    at = walk_form(client, slug, house, answers={**USUAL, "identity": "anonymous"})
    post(client, at)
    with owner.connect() as connection:
        row = connection.execute(
            text("select sender_sealed, sender_key_wrapped from submissions")
        ).one()
        to_sender = text("select count(*) from messages where recipient = 'sender'")
        assert connection.execute(to_sender).scalar_one() == 0
    assert tuple(row) == (None, None)


def test_a_notifier_is_promised_the_receipt_and_no_answer(
    client: FlaskClient, house: House
) -> None:
    receipt = client.get(post(client, walk_form(client, "notification", house)).headers["Location"])
    assert "tiimi vastaa viimeistään" not in receipt.text
    asked = client.get(post(client, walk_form(client, "guidance", house)).headers["Location"])
    assert "tiimi vastaa viimeistään" in asked.text


# Without consent


def test_without_consent_everything_goes_along_to_the_notification(
    client: FlaskClient, house: House
) -> None:
    check = walk_form(client, JOINT, house)
    changed = check.replace("/check", "/consent") + "?then=check"
    led = post(client, changed, consent="no", action="next")
    assert led.headers["Location"] == check.replace("/check", "/onward")
    offered = client.get(led.headers["Location"])
    assert reads(offered, "fi", "Go on with another form")
    carried = post(client, led.headers["Location"])
    at = carried.headers["Location"]
    assert f"/{NOTIFICATION}/" in at
    assert step_of(at) == "told", "only what was not asked yet is asked"
    for slug in ("matter", "children", "guardians", "notifier", "contact", "needs"):
        page = html.unescape(client.get(at.replace("/told", f"/{slug}")).text)
        for name, value in posted_on(FORMS[JOINT], slug, house).items():
            assert value in page, (slug, name)
    assert client.get(check).status_code == 404, "the old draft is gone"


def test_a_second_press_finds_the_carried_message(client: FlaskClient, house: House) -> None:
    onward = walk_form(client, JOINT, house, until="onward", answers={**USUAL, "consent": "no"})
    form = token(client.get(onward))
    first = client.post(onward, data={"csrf_token": form})
    second = client.post(onward, data={"csrf_token": form})
    assert first.headers["Location"] == second.headers["Location"]


def test_a_contact_without_consent_can_be_neither_checked_nor_sent(
    client: FlaskClient, house: House, owner: Engine
) -> None:
    check = walk_form(client, JOINT, house)
    open_page = token(client.get(check))
    post(client, check.replace("/check", "/consent"), consent="no", action="next")
    for answered in (client.get(check), client.post(check, data={"csrf_token": open_page})):
        assert answered.headers["Location"] == check.replace("/check", "/onward")
    with owner.connect() as connection:
        assert connection.execute(text("select count(*) from submissions")).scalar_one() == 0


def test_there_is_a_way_back_to_consent(client: FlaskClient, house: House) -> None:
    onward = walk_form(client, JOINT, house, until="onward", answers={**USUAL, "consent": "no"})
    back = onward.replace("/onward", "/consent")
    assert back in client.get(onward).text
    assert step_of(answer(client, back, house).headers["Location"]) == "needs"


# A closed form


@pytest.fixture
def closed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    """The county has closed the guidance form."""
    house: House = app.extensions["house"]
    here = house.current.get()
    shut = replace(here, county=replace(here.county, closed_forms=frozenset({"guidance"})))
    monkeypatch.setattr(house.current, "get", lambda: shut)
    monkeypatch.setattr(house.current, "last_known", lambda: shut)
    return "guidance"


@IN_EACH_LANGUAGE
def test_a_closed_form_shows_the_other_ways(
    client: FlaskClient, closed: str, language: str
) -> None:
    page = client.get(f"/{language}/forms/{closed}")
    assert reads(page, language, "This form is closed at present.")
    assert f"/{language}/forms/own-worker" in page.text
    assert "tel:112" in page.text
    assert "<form" not in page.text


def test_a_closed_form_cannot_be_begun(client: FlaskClient, closed: str) -> None:
    form = token(client.get("/fi/forms/own-worker"))
    answered = client.post(f"/fi/forms/{closed}", data={"csrf_token": form})
    assert (answered.status_code, answered.headers["Location"]) == (303, f"/fi/forms/{closed}")


# Languages in the middle of a page


def test_another_language_takes_along_what_stands_on_the_page(
    client: FlaskClient, house: House
) -> None:
    at = begin_form(client, "guidance")
    moved = post(client, at, message="Kesken jäänyt lause", action="language-sv")
    assert moved.headers["Location"] == at.replace("/fi/", "/sv/")
    page = client.get(moved.headers["Location"])
    assert "Kesken jäänyt lause" in page.text
    assert '<html lang="sv"' in page.text
    check = client.get(at.replace("/matter", "/check"))
    assert step_of(check.headers["Location"]) == "matter", "it is kept, and not yet an answer"


def test_a_wrong_page_keeps_its_text_when_the_language_is_changed_by_the_link(
    client: FlaskClient, house: House
) -> None:
    at = walk_form(client, "guidance", house, until="contact")
    wrong = post(client, at, way="call", phone="040-KISSA", name="Testi", action="next")
    assert wrong.status_code == 422
    page = client.get(at.replace("/fi/", "/en/"))
    assert 'value="040-KISSA"' in page.text
    assert 'value="Testi"' in page.text
    right = answer(client, at, house)
    assert right.status_code == 303
    assert "KISSA" not in client.get(at).text


def test_a_language_that_is_not_there_loses_nothing(client: FlaskClient) -> None:
    at = begin_form(client, "guidance")
    moved = post(client, at, message="Kesken", action="language-xx")
    assert moved.headers["Location"].startswith("/fi/")
    assert "Kesken" in client.get(at).text


# Drafts that end


def test_a_page_warns_two_hours_before_its_draft_ends_and_going_on_keeps_it(
    client: FlaskClient, house: House
) -> None:
    begun = now()
    at = begin_form(client, "guidance")
    warning = "poistetaan pian"
    with time_machine.travel(begun + timedelta(hours=21), tick=False):
        assert warning not in client.get(at).text
    with time_machine.travel(begun + timedelta(hours=23), tick=False):
        assert warning in client.get(at).text
        onward = answer(client, at, house).headers["Location"]
        assert warning not in client.get(onward).text
    with time_machine.travel(begun + timedelta(hours=46), tick=False):
        assert answer(client, onward, house).status_code == 303
    with time_machine.travel(begun + timedelta(hours=71), tick=False):
        assert client.get(at).status_code == 404


# Programs that fill in everything


@pytest.mark.parametrize(("filled", "marked"), [("", False), ("http://example.org", True)])
def test_a_field_that_nobody_sees_marks_a_message_and_holds_nothing_back(
    client: FlaskClient, house: House, owner: Engine, filled: str, marked: bool
) -> None:
    at = walk_form(client, "guidance", house)
    sent = post(client, at, website=filled)
    assert client.get(sent.headers["Location"]).status_code == 200
    head = house.desk.case_file(only_case(owner)).head
    assert (Mark.MAYBE_AUTOMATED in head.marks) is marked


# The receipt as a file


@IN_EACH_LANGUAGE
def test_the_receipt_is_a_file_without_a_word_of_what_it_is_about(
    client: FlaskClient, house: House, language: str
) -> None:
    at = walk_form(client, "notification", house, language=language)
    shown = client.get(post(client, at).headers["Location"])
    file = client.get(f"{shown.request.path}.txt")
    assert file.mimetype == "text/plain"
    assert "attachment" in file.headers["Content-Disposition"]
    assert code_on(shown) in file.text
    for word in ("Vastaus", "lasten", "barn", "child", "tiimi", "team", "Veteli", "Vetil", "notif"):
        assert word not in file.text, word
    assert "&" not in file.text


def test_a_device_that_others_use_is_offered_no_file(client: FlaskClient, house: House) -> None:
    at = begin_form(client, "guidance", shared_device="yes")
    assert 'novalidate autocomplete="off"' in client.get(at).text
    for _ in range(20):
        if step_of(at) == "check":
            break
        at = answer(client, at, house).headers["Location"]
    shown = client.get(post(client, at).headers["Location"])
    assert "receipt.txt" not in shown.text
    assert client.get(f"{shown.request.path}.txt").status_code == 404


# Lists on a page


def test_guardians_are_added_and_taken_off_by_buttons_alone(
    client: FlaskClient, house: House
) -> None:
    at = walk_form(client, "notification", house, until="guardians")
    one = {"guardians-0-first_names": "Kaisa"}
    two = post(client, at, action="add", **one)
    assert two.status_code == 200
    assert 'name="guardians-1-first_names"' in two.text
    left = post(client, at, action="remove-0", **one, **{"guardians-1-first_names": "Malli"})
    assert "Malli" in left.text
    assert "Kaisa" not in left.text


def test_an_empty_page_of_guardians_is_an_answer(client: FlaskClient, house: House) -> None:
    at = walk_form(client, "notification", house, until="guardians")
    assert post(client, at, action="next").status_code == 303


# A form of tomorrow


class _Question(Step):
    slug = "matter"
    title = N_("What would you like help with?")
    message = LongText(N_("Tell us in your own words"), needed=N_("Write your name"))


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> FormSpec:
    """A form that this test made: one file's worth of pages, and one line in the registry."""
    guidance = FORMS["guidance"]
    made = replace(guidance, slug="tomorrow", steps=(_Question, *guidance.steps[1:]))
    monkeypatch.setitem(FORMS, "tomorrow", made)
    return made


def test_a_form_made_in_one_place_goes_the_whole_way(
    client: FlaskClient, house: House, owner: Engine, tomorrow: FormSpec
) -> None:
    assert "/fi/forms/tomorrow" in client.get("/fi/").text
    sent = post(client, walk_form(client, "tomorrow", house))
    assert client.get(sent.headers["Location"]).status_code == 200
    file = house.desk.case_file(only_case(owner))
    assert file.shared["matter"] == {"message": "Vastaus message"}
    assert file.head.form == "tomorrow"
