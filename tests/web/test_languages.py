"""Which language a page speaks, and that changing it keeps the place."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from tests.web.speaking import Offer, chosen, names_of_languages
from tests.web.walking import ANSWERS, begin, post, reads, send, walk
from webapp import user_commands


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fi"),
        ("sv", "sv"),
        ("sv-FI,fi;q=0.8", "sv"),
        ("fi;q=0.5,sv;q=0.7,en;q=0.6", "sv"),
        ("de,fr;q=0.9,en;q=0.1", "en"),
        ("en;q=0.9;q=0.8", "en"),
        ("sv_FI", "sv"),
        ("sv-FI;q=abc", "sv"),
        ("sv;q=abc,en;q=0.1", "en"),
        (";;;", "fi"),
        (",,;q=1,;,sv", "sv"),
        ("sv;q=0", "fi"),
        ("sv;q=0,en;q=0.1", "en"),
        ("sv;q=-1", "fi"),
        ("sv;q=nan, en", "en"),
        ("*", "fi"),
        ("SV-fi", "sv"),
        ("swe", "fi"),
        ("\xe4\xff", "fi"),
        ("xx-" + "a" * 8000 + ",sv", "fi"),
        ("xx," * 2700 + "sv", "fi"),
        ("se", "se"),
        ("se-FI,fi;q=0.9", "se"),
        ("sma,se;q=0.9,sv;q=0.8", "se"),
        ("selko", "fi"),
        ("fi-x-selko", "fi"),
        ("fi-Latn-FI-variant, sv", "fi"),
        ("-,--,sv--", "sv"),
        ("en-" + "-" * 900, "en"),
    ],
)
def test_the_browsers_best_language_is_taken_and_rubbish_is_skipped(
    client: FlaskClient, header: str, language: str
) -> None:
    assert chosen(client, header) == language


@pytest.mark.parametrize("at", ["/fi/nothing", "/sv/nothing", "/en/nothing"])
def test_an_error_speaks_the_language_of_the_address(client: FlaskClient, at: str) -> None:
    answer = client.get(at, headers={"Accept-Language": "en"})
    language = at[1:3]
    assert f'<html lang="{language}"' in answer.text
    assert answer.headers["Content-Language"] == language


def test_an_error_elsewhere_speaks_the_browsers_language(client: FlaskClient) -> None:
    answer = client.get("/nothing/at/all", headers={"Accept-Language": "sv"})
    assert '<html lang="sv"' in answer.text


def in_language(page: str, language: str) -> str:
    found = re.search(rf'<a href="([^"]+)" lang="{language}" hreflang="{language}"', page)
    assert found
    return found.group(1).replace("&amp;", "&")


def test_changing_the_language_keeps_the_page_the_draft_and_its_answers(
    client: FlaskClient,
) -> None:
    at = begin(client)
    post(client, at, **ANSWERS["matter"])
    swedish = in_language(client.get(at).text, "sv")
    assert swedish == at.replace("/fi/", "/sv/")
    page = client.get(swedish)
    assert '<html lang="sv"' in page.text
    assert ANSWERS["matter"]["message"] in page.text
    assert in_language(page.text, "fi") == at


def test_changing_the_language_at_the_check_keeps_all_that_was_answered(
    client: FlaskClient,
) -> None:
    at = walk(client)
    english = client.get(in_language(client.get(at).text, "en"))
    assert english.status_code == 200
    for text in ("Tarvitsen neuvoa koulun kanssa.", "Esimerkki Lapsi", "Testi Testaaja"):
        assert text in english.text


def test_changing_the_language_after_an_error_leads_to_the_same_page(client: FlaskClient) -> None:
    at = begin(client)
    wrong = post(client, at, topic="school")
    assert wrong.status_code == 422
    assert in_language(wrong.text, "sv") == at.replace("/fi/", "/sv/")


@pytest.mark.parametrize(
    "at", ["/fi/", "/fi/follow-up", "/fi/forms/guidance", "/fi/contact?municipality=905"]
)
def test_every_language_has_every_public_page(client: FlaskClient, at: str) -> None:
    for language in ("sv", "en"):  # the partial ones have only some
        other = in_language(client.get(at).text, language)
        assert other == at.replace("/fi/", f"/{language}/")
        assert client.get(other).status_code == 200


def test_the_county_decides_which_languages_there_are_and_in_which_order(
    client: FlaskClient, offer: Offer
) -> None:
    offer("sv", "fi", "xx")
    assert names_of_languages(client.get("/sv/").text) == ["På svenska", "Suomeksi"]
    assert client.get("/en/").status_code == 404
    assert client.get("/se/").status_code == 404
    assert chosen(client, "en") == "sv", "the county's first"


@pytest.mark.parametrize("codes", [(), ("se",), ("xx",)])
def test_without_a_complete_language_of_the_countys_every_complete_one_is_there(
    client: FlaskClient, offer: Offer, codes: tuple[str, ...]
) -> None:
    offer(*codes)
    shown = names_of_languages(client.get("/fi/").text)
    assert shown == ["Suomeksi", "På svenska", "In English"]


@pytest.mark.parametrize("at", ["/xx/", "/xx/follow-up", "/FI/", "/fi-FI/", "/ar/", "/fi%00/"])
def test_an_address_of_a_language_that_is_not_offered_is_no_page(
    client: FlaskClient, at: str
) -> None:
    assert client.get(at).status_code == 404


def test_the_list_says_which_language_is_the_present_one_and_what_each_is(
    client: FlaskClient, offer: Offer, made_up: str
) -> None:
    offer("fi", "selko", made_up)
    page = client.get("/selko/").text
    listed = re.findall(r'<a href="(/[a-z]+/)" (lang="[^>]+)>', page)
    assert listed == [
        ("/fi/", 'lang="fi" hreflang="fi"'),
        ("/selko/", 'lang="fi" hreflang="fi" aria-current="true"'),
        (f"/{made_up}/", f'lang="{made_up}" hreflang="{made_up}" dir="rtl"'),
    ]
    turned = client.get(f"/{made_up}/").text
    assert '<a href="/fi/" lang="fi" hreflang="fi" dir="ltr">' in turned


@pytest.mark.parametrize(
    ("code", "tag", "direction"), [("se", "se", "ltr"), ("selko", "fi", "ltr"), ("sv", "sv", "ltr")]
)
def test_a_page_says_its_language_and_direction(
    client: FlaskClient, code: str, tag: str, direction: str
) -> None:
    answer = client.get(f"/{code}/")
    assert f'<html lang="{tag}" dir="{direction}">' in answer.text
    assert answer.headers["Content-Language"] == tag


def test_leaving_in_a_language_without_a_weather_page_of_its_own_leads_to_the_english_one(
    client: FlaskClient, offer: Offer, made_up: str
) -> None:
    offer("fi", made_up)
    answer = client.get(f"/{made_up}/exit")
    assert answer.headers["Location"] == "https://en.ilmatieteenlaitos.fi/"


def test_staff_choose_among_complete_languages_and_rubbish_is_no_choice(
    client: FlaskClient,
) -> None:
    shown = client.get("/staff/login?lang=sv")
    assert names_of_languages(shown.text) == ["Suomeksi", "På svenska", "In English"]
    for rubbish in ("se", "selko", "xx", "", "%00", "fi" * 4000):
        page = client.get(f"/staff/login?lang={rubbish}")
        assert page.status_code == 200
        assert '<html lang="sv"' in page.text, "as it was chosen before"


def test_a_county_without_english_offers_it_to_no_staff(client: FlaskClient, offer: Offer) -> None:
    offer("fi", "sv")
    page = client.get("/staff/login?lang=en", headers={"Accept-Language": "en"})
    assert '<html lang="fi"' in page.text


def test_the_page_for_demonstrations_is_in_the_browsers_best_complete_language(
    client: FlaskClient,
) -> None:
    page = client.get("/dev/outbox", headers={"Accept-Language": "se,sv;q=0.5"})
    assert '<html lang="sv"' in page.text


def test_the_start_page_names_itself_in_each_language_once_a_tag(client: FlaskClient) -> None:
    page = client.get("/sv/").text
    found = re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page)
    assert found == [(c, f"http://localhost:8000/{c}/") for c in ("fi", "sv", "en", "se")]
    assert 'rel="alternate"' not in client.get("/sv/follow-up").text


def test_a_further_language_works_in_every_part_without_a_line_of_code(
    client: FlaskClient, offer: Offer, made_up: str
) -> None:
    offer("fi", made_up)
    page = send(client, made_up)
    assert f'<html lang="{made_up}" dir="rtl">' in page.text
    assert reads(page, made_up, "Your message has been sent")
    assert chosen(client, f"{made_up}-EG") == made_up


def test_phone_numbers_are_read_from_the_left_in_a_text_from_the_right(
    client: FlaskClient, offer: Offer, made_up: str
) -> None:
    offer("fi", made_up)
    isolated = re.compile(r'href="tel:[^"]+">\u2066[^<]+\u2069</a>')
    assert isolated.search(client.get(f"/{made_up}/").text)
    assert not isolated.search(client.get("/fi/").text)


def test_an_account_speaks_a_language_that_has_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_commands, "_engine", lambda: None)
    for code in ("se", "xx", ""):
        told = ["add", "kaisa.kuvitteellinen@example.org", "--role", "auditor", "--language", code]
        answer = CliRunner().invoke(user_commands.user, told)
        assert answer.exit_code == 2
        assert "choose one of fi, sv, en" in answer.output
