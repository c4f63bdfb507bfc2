"""What the messages say, at the desk: every text in every language, whose wording it is, and how long it is."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casework.message_texts import FOR_SENDERS, PURPOSES, Wording
from casework.sms_segments import segments
from tests.web.conftest import Visit
from tests.web.walking import reads, sign_in, token
from webapp import demo_county, wiring
from webapp.demo_county import PASSWORD, PEOPLE
from webapp.message_texts import render, words
from webapp.wiring import House

AT = "/staff/message-texts"
ADMIN = "hakemisto@example.org"
OWN = """
[received.fi]
sms = "{county}: kiitos viestistäsi. Katso: {link} Hätätilanteessa soita 112."
[received.sv]
sms = "{county}: tack för ditt meddelande. Se: {link} Ring 112 i en nödsituation."
[received.en]
sms = "{county}: thank you. See: {link} In an emergency call 112."
"""
TOO_LONG = Wording(sms="{county}: {link} 112 " + "x" * 160)


@pytest.fixture(autouse=True)
def demo_again(house: House) -> Iterator[None]:
    """Each test begins with the demo's directory as the newest revision, and leaves it so."""
    yield
    files = demo_county.bundle_files(demo_county.FOLDER)
    here, latest = wiring.read_directory(files, 0), house.revisions.latest()
    house.revisions.add(files, here, "tests", wiring.now(), based_on=latest)


@pytest.fixture
def admin(visit: Visit) -> FlaskClient:
    made = visit()
    assert sign_in(made, ADMIN, PASSWORD).status_code == 303
    return made


def upload(client: FlaskClient, text: str, language: str = "en") -> TestResponse:
    at = f"/staff/directory/bundle?lang={language}"
    return client.post(
        "/staff/directory/bundle",
        data={
            "csrf_token": token(client.get(at)),
            "files": (io.BytesIO(text.encode()), "messages.toml"),
        },
        content_type="multipart/form-data",
    )


def save(client: FlaskClient, preview: str) -> TestResponse:
    pressed = {"csrf_token": token(client.get(preview))}
    return client.post(f"{preview}/save", data=pressed)


def texts(page: TestResponse) -> list[str]:
    found = re.findall(r'<p class="message-sms"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    return [html.unescape(one) for one in found]


@pytest.mark.parametrize("email", [person[0] for person in PEOPLE])
def test_everybody_who_signs_in_reads_the_texts(visit: Visit, email: str) -> None:
    client = visit()
    sign_in(client, email, PASSWORD)
    page = client.get(f"{AT}?language=sv&lang=en")
    assert page.status_code == 200
    assert len(texts(page)) == len(PURPOSES)
    assert reads(page, "en", "Shipped wording")
    assert not reads(page, "en", "The county's own wording")
    assert AT in client.get("/staff/").text


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_texts_are_those_that_are_sent(
    worker: FlaskClient, house: House, language: str
) -> None:
    page = worker.get(f"{AT}?language={language}")
    here, origin = house.directory, house.settings.origin
    at = wiring.now()
    for purpose, shown in zip(PURPOSES, texts(page), strict=True):
        number = "" if purpose == "staff_digest" else "ABCD-EFGH"
        said = words(purpose, language, here, origin, number, at)
        sent = render(purpose, language, "sms", said).body
        # The opening time is always shown here.
        assert shown == sent or purpose == "please_call", shown
    assert re.search(r"soitathan|vänligen|please", texts(page)[2])


@pytest.mark.parametrize(
    ("language", "measure"),
    [
        ("fi", r"1 osa, GSM-7, (\d+)/160"),
        ("sv", r"1 del, GSM-7, (\d+) av 160"),
        ("en", r"1 segment, GSM-7, (\d+) of 160"),
    ],
)
def test_each_text_tells_how_long_it_is(worker: FlaskClient, language: str, measure: str) -> None:
    page = worker.get(f"{AT}?language=sv&lang={language}")
    units = [int(found) for found in re.findall(measure, page.text)]
    assert units == [segments(text).units for text in texts(page)]


def test_the_language_of_the_texts_is_not_that_of_the_page(worker: FlaskClient) -> None:
    page = worker.get(f"{AT}?language=sv&lang=fi")
    assert reads(page, "fi", "Texts of messages")
    assert '<p class="message-sms" lang="sv" dir="ltr">' in page.text
    assert "Ring 112" in texts(page)[0]
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page.text)]
    assert f"{AT}?language=sv&lang=en" in links, "the other language of the page keeps the texts'"
    assert f"{AT}?language=en" in links


@pytest.mark.parametrize("asked", ["xx", "", "../fi", "%00", "se"])
def test_a_language_without_texts_is_answered_in_the_pages_own(
    worker: FlaskClient, asked: str
) -> None:
    page = worker.get(f"{AT}?language={asked}&lang=sv")
    assert page.status_code == 200
    assert "Ring 112" in texts(page)[0]


def test_a_countys_own_text_is_previewed_saved_and_shown_as_its_own(admin: FlaskClient) -> None:
    answer = upload(admin, OWN)
    assert answer.status_code == 303
    preview = answer.headers["Location"]
    shown = html.unescape(admin.get(preview).text)
    assert "received.sv.sms" in shown
    assert "tack för ditt meddelande" in shown
    saved = save(admin, preview)
    assert saved.headers["Location"] == f"{AT}?notice=saved"
    page = admin.get(f"{AT}?notice=saved&language=sv&lang=en")
    assert reads(page, "en", "Saved. It counts from now on.")
    assert texts(page)[0].startswith("Exempel: tack för ditt meddelande. Se: http")
    assert html.unescape(page.text).count("The county's own wording") == 1
    revision = admin.get("/staff/directory/history?lang=en").text
    number = re.search(r"/staff/directory/history/(\d+)", revision)
    assert number
    assert "kiitos viestistäsi" in admin.get(number[0]).text


def test_a_wrong_text_is_refused_with_its_reason_in_the_readers_language(
    admin: FlaskClient, house: House
) -> None:
    before = house.revisions.latest()
    answer = upload(admin, OWN.replace("kiitos v", "lapsesi v"), "sv")
    assert answer.status_code == 422
    said = "messages.toml:3: received.fi.sms: ordet avslöjar vad meddelandet handlar om: lapsesi"
    assert said in html.unescape(answer.text)
    assert house.revisions.latest() == before


def test_workers_send_the_new_text_with_the_next_revision(admin: FlaskClient, house: House) -> None:
    save(admin, upload(admin, OWN).headers["Location"])
    here = house.current.newest()
    said = words("received", "fi", here, "https://a.example", "", wiring.now())
    text = render("received", "fi", "sms", said, here.message_texts)
    assert text.is_own
    assert text.body.startswith("Esimerkki: kiitos viestistäsi. Katso: https://a.example/fi/")


def test_a_text_that_has_become_wrong_is_told_of_and_the_shipped_one_is_shown(
    worker: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = replace(house.directory, message_texts={"received": {"fi": TOO_LONG}})
    monkeypatch.setattr(wiring.CurrentDirectory, "get", lambda self: here)
    monkeypatch.setattr(wiring.CurrentDirectory, "newest", lambda self: here)
    page = worker.get(f"{AT}?language=fi&lang=en")
    assert reads(page, "en", "The county's own wording is not used, because:")
    assert "sms: takes 2 segments with the longest values" in page.text
    assert "viestisi on vastaanotettu" in texts(page)[0]


def test_the_length_is_that_with_the_countys_own_name(
    worker: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = dict.fromkeys(
        house.directory.county.sender_names, "Keski-Uudenmaan hyvinvointialue " * 3
    )
    county = replace(house.directory.county, sender_names=long)
    here = replace(house.directory, county=county)
    monkeypatch.setattr(wiring.CurrentDirectory, "newest", lambda self: here)
    page = worker.get(f"{AT}?language=fi&lang=en")
    first = segments(texts(page)[0])
    assert first.count == 2
    assert f"2 segments, GSM-7, {first.units} of 306" in page.text


def test_what_a_county_writes_is_no_markup(
    worker: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Wording(sms="<b>{county}</b> {link} 112", subject="<i>", email="<script> {link} 112")
    here = replace(house.directory, message_texts={"received": {"fi": own}})
    monkeypatch.setattr(wiring.CurrentDirectory, "newest", lambda self: here)
    page = worker.get(f"{AT}?language=fi")
    assert texts(page)[0].startswith("<b>Esimerkki</b> http")
    assert "<b>Esimerkki" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "&lt;i&gt;" in page.text


def test_the_phone_is_the_same_for_everybody_and_the_opening_time_is_said_while_closed(
    house: House,
) -> None:
    here = house.directory
    intake = here.teams[here.intake_team]
    monday = wiring.now().replace(year=2026, month=3, day=2, hour=9, minute=0)
    for purpose in FOR_SENDERS:
        said = words(purpose, "sv", here, "https://a.example", "ABCD-EFGH", monday)
        assert said["phone"].replace(" ", "") == intake.phone
        assert said["opens"] == ""
        assert "number" not in said
    night = words("please_call", "sv", here, "", "", monday + timedelta(hours=12))
    assert night["opens"].startswith("3 mars kl. ")


@pytest.mark.parametrize(
    ("shown", "name"), [("fi", "Suomeksi"), ("sv", "På svenska"), ("en", "In English")]
)
def test_the_title_names_the_language_shown_and_the_subject_is_called_one(
    admin: FlaskClient, shown: str, name: str
) -> None:
    page = admin.get(f"{AT}?language={shown}&lang=sv")
    assert f"<title>Meddelandenas texter: {name} –" in html.unescape(page.text)
    subjects = re.findall(r'<span lang="sv" dir="ltr">Ämne:</span> <strong>[^<]+', page.text)
    assert len(subjects) == len(PURPOSES)
