"""The contact finder: by our own list, by name and by postal code, without a script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.test_choosing import links, main_of
from tests.web.walking import reads
from webapp.wiring import House

INTAKE = "tel:+358500000110"


def search(client: FlaskClient, typed: str, language: str = "fi") -> TestResponse:
    return client.get(f"/{language}/contact?place={quote(typed)}")


def value_of(page: TestResponse, id_: str) -> str:
    found = re.search(rf'id="{id_}"[^>]* value="([^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found.group(1))


def radios(page: TestResponse) -> list[str]:
    return re.findall(r'<input type="radio"[^>]* value="([^"]+)"', page.text)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Vaasa", "905"),
        ("helsingfors", "091"),
        ("  HELSINKI\u00a0", "091"),
        ("narpio", "545"),
        ("Ohcejohka", "890"),
        ("Maarianhamina/Mariehamn", "478"),
        ("Vähäkyrö", "905"),
        ("Pertunmaa", "507"),
    ],
)
def test_one_match_leads_to_an_address_that_can_be_shared(
    client: FlaskClient, typed: str, code: str
) -> None:
    answer = search(client, typed)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/fi/contact?municipality={code}"
    assert client.get(answer.headers["Location"]).status_code == 200


RARE = "A postal code can reach into two municipalities. If this is not yours, search by the name."


@pytest.mark.parametrize(
    ("typed", "code"), [("65100", "905"), ("00 100", "091"), ("65100 Vasa", "905")]
)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_only_a_card_that_a_postal_code_led_to_says_that_it_may_be_another_municipality(
    client: FlaskClient, typed: str, code: str, language: str
) -> None:
    answer = search(client, typed, language)
    plain = f"/{language}/contact?municipality={code}"
    assert answer.headers["Location"] == f"{plain}&by=postal-code"
    found = client.get(answer.headers["Location"])
    assert reads(found, language, RARE)
    assert f"http://localhost:8000{plain}" in links(found.text)
    assert not reads(client.get(plain), language, RARE)


def test_several_matches_are_offered_with_none_of_these_and_none_chosen(
    client: FlaskClient,
) -> None:
    page = search(client, "kemi ", "sv")
    assert page.status_code == 302  # a whole name goes before those that begin with it
    page = search(client, "kem", "sv")
    assert page.status_code == 200
    assert radios(page)[-1] == "unknown"
    assert {"240", "241", "320", "322"} <= set(radios(page))
    assert " checked" not in main_of(page.text)
    assert "<title>Fel:" not in page.text


def test_a_choice_among_several_leads_to_the_plain_address(client: FlaskClient) -> None:
    answer = client.get("/fi/contact?among=kem&municipality=240")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/fi/contact?municipality=240"


def test_a_list_too_long_to_choose_from_is_never_shown(client: FlaskClient) -> None:
    page = client.get("/fi/contact?among=k")
    assert page.status_code == 422
    assert radios(page) == []


@pytest.mark.parametrize("raw", ["%FF", "%ED%A0%80", "%00%FF", "%F0%9F%92%A9", "+%2B+"])
@pytest.mark.parametrize("name", ["place", "among"])
def test_broken_letters_are_a_place_that_is_nowhere(
    client: FlaskClient, name: str, raw: str
) -> None:
    assert client.get(f"/fi/contact?{name}={raw}").status_code == 422


def test_no_choice_among_several_is_asked_for_again(client: FlaskClient) -> None:
    page = client.get("/fi/contact?among=kem")
    assert page.status_code == 422
    assert "<title>Virhe:" in page.text
    assert 'href="#municipality-0"' in page.text
    assert len(radios(page)) > 3


def test_none_of_these_leads_to_the_team_that_takes_all(client: FlaskClient) -> None:
    answer = client.get("/fi/contact?among=kem&municipality=unknown", follow_redirects=True)
    assert answer.status_code == 200
    assert INTAKE in answer.text
    assert reads(answer, "fi", "You can call without telling the municipality")


@pytest.mark.parametrize(
    "typed", ["Eiolekunta", "99999", "0010\u00b2", "Hki", "<script>", "k", "x" * 150]
)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_is_nowhere_or_too_many_is_an_error_at_the_field_and_stays_written(
    client: FlaskClient, typed: str, language: str
) -> None:
    page = search(client, typed, language)
    assert page.status_code == 422
    assert re.search(r"<title>(Virhe|Fel|Error): ", page.text)
    assert 'href="#place"' in page.text
    assert re.search(
        r'id="place"[^>]*aria-invalid="true" aria-describedby="place-error place-hint"', page.text
    )
    assert value_of(page, "place") == typed
    assert "<script>" not in page.text


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0", "\u200b", "\x00"])
def test_an_empty_field_says_what_to_write(client: FlaskClient, typed: str) -> None:
    page = search(client, typed)
    assert page.status_code == 422
    assert reads(page, "fi", "Write the name of the municipality or its postal code")


def test_a_text_without_end_is_answered_quickly_and_shown_in_part(client: FlaskClient) -> None:
    page = search(client, "y" * 5000)
    assert page.status_code == 422
    assert value_of(page, "place") == "y" * 200


def test_what_is_written_goes_before_what_is_chosen(client: FlaskClient) -> None:
    answer = client.get("/fi/contact?municipality=905&place=Helsinki")
    assert answer.headers["Location"] == "/fi/contact?municipality=091"
    answer = client.get("/fi/contact?municipality=905&place=")
    assert answer.status_code == 200
    assert reads_heading(answer, "Vaasa")


def reads_heading(page: TestResponse, words: str) -> bool:
    return bool(re.search(rf"<h1>[^<]*{words}", page.text))


def test_the_finder_alone_is_no_error(client: FlaskClient) -> None:
    page = client.get("/fi/contact")
    assert page.status_code == 200
    assert "aria-invalid" not in page.text
    assert INTAKE in page.text


@pytest.mark.parametrize("at", ["/fi/", "/fi/contact", "/fi/contact?municipality=905"])
def test_our_own_municipalities_and_not_wanting_to_say_can_be_chosen(
    client: FlaskClient, at: str
) -> None:
    page = client.get(at).text
    codes = re.findall(r'<option value="([^"]+)"', page)
    assert len(codes) == 15
    assert codes[-1] == "unknown"
    assert 'name="place"' in page


def test_the_list_of_municipalities_has_each_name_in_the_order_of_the_language(
    client: FlaskClient,
) -> None:
    names = re.findall(r'<option value="\d+">([^<]+)', client.get("/sv/").text)
    assert names[0] == "Jakobstad"
    assert names[-1] == "Vörå"


def test_another_county_is_named_with_its_number_and_pages(client: FlaskClient) -> None:
    page = client.get("/fi/contact?municipality=301")  # Kurikka: county 16
    assert "Etelä-Pohjanmaan hyvinvointialue" in page.text
    assert {"tel:+358500000216", "https://example.org/16"} <= set(links(page.text))
    assert not [at for at in links(page.text) if "/forms/" in at]


def test_a_county_without_contacts_says_how_to_find_it(client: FlaskClient) -> None:
    page = client.get("/fi/contact?municipality=091")
    assert "Meillä ei ole sen puhelinnumeroa" in page.text
    assert "Helsingin kaupunki" in page.text
    assert "tel:112" in links(page.text)


def test_a_county_that_nobody_knows_is_called_by_its_code(app: Flask, client: FlaskClient) -> None:
    house: House = app.extensions["house"]
    known: Any = house.current
    before = house.directory
    known._current = replace(before, counties={})
    try:
        assert client.get("/fi/contact?municipality=091").status_code == 200
    finally:
        known._current = before


def test_an_old_name_says_what_has_become_of_it(client: FlaskClient) -> None:
    page = client.get("/fi/contact?municipality=942")
    assert reads_heading(page, "Vaasa")
    assert "Vähäkyrö kuuluu nykyisin" in page.text
    page = client.get("/fi/contact?municipality=905")
    assert "kuuluu nykyisin" not in page.text


@pytest.mark.parametrize(
    ("asked", "code"), [("905", "905"), ("091", "091"), ("942", "905"), ("unknown", "unknown")]
)
def test_each_card_says_its_own_address(client: FlaskClient, asked: str, code: str) -> None:
    page = client.get(f"/sv/contact?municipality={asked}")
    assert f"http://localhost:8000/sv/contact?municipality={code}" in links(page.text)


@pytest.mark.parametrize("at", ["municipality=905", "municipality=091", "municipality=unknown"])
def test_the_municipality_never_passes_into_a_forms_address(client: FlaskClient, at: str) -> None:
    page = client.get(f"/fi/contact?{at}")
    to_forms = [link for link in links(page.text) if "/forms/" in link or "/which/" in link]
    assert all("?" not in link and "905" not in link for link in to_forms)
    assert 'content="no-referrer"' in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    if "091" not in at:
        started = client.get("/fi/forms/guidance", headers={"Referer": f"/fi/contact?{at}"})
        assert "905" not in started.text


@pytest.mark.parametrize(
    "asked",
    [
        "place=kem",
        "place=Eiolekunta",
        "among=kem",
        "municipality=905",
        "municipality=905&by=postal-code",
    ],
)
def test_another_language_keeps_what_was_asked(client: FlaskClient, asked: str) -> None:
    page = client.get(f"/fi/contact?{asked}")
    other = re.search(r'href="([^"]+)" lang="sv" hreflang="sv"', page.text)
    assert other
    assert html.unescape(other.group(1)) == f"/sv/contact?{asked}"


def test_a_protected_address_needs_no_municipality(client: FlaskClient) -> None:
    for at in ("/fi/", "/fi/contact", "/fi/contact?municipality=091"):
        page = client.get(at)
        told = "If your address is protected for safety, you can call or write without telling the municipality:"
        assert reads(page, "fi", told)
        assert INTAKE in page.text


@pytest.fixture
def merged(app: Flask) -> Iterator[None]:
    """Vaasa has become a part of Mustasaari."""
    house: House = app.extensions["house"]
    known: Any = house.current
    before = house.directory
    retired = replace(before.municipalities["905"], valid_to=date(2025, 12, 31), successor="499")
    known._current = replace(before, municipalities={**before.municipalities, "905": retired})
    yield
    known._current = before


@pytest.mark.usefixtures("merged")
def test_after_a_merger_name_postal_code_and_bookmark_lead_to_the_successor(
    client: FlaskClient,
) -> None:
    for typed in ("Vaasa", "65100"):
        answer = search(client, typed)
        assert answer.headers["Location"].startswith("/fi/contact?municipality=499")
    page = client.get("/fi/contact?municipality=905")
    assert reads_heading(page, "Mustasaari")
    assert '<option value="905"' not in page.text


@pytest.mark.parametrize(
    ("language", "printed"),
    [("fi", "Rantamallintie 3"), ("en", "Rantamallintie 3"), ("sv", "Exempelgatan 1")],
)
def test_the_card_prints_the_teams_address_and_never_where_it_is_alerted(
    client: FlaskClient, language: str, printed: str
) -> None:
    page = client.get(f"/{language}/contact?municipality=905").text
    assert printed in page
    for alerted in ("rannikko@example.org", "svenska@example.org", "0122", "0124"):
        assert alerted not in page
