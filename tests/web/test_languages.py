"""Which language a page speaks, and that changing it keeps the place."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.web.walking import ANSWERS, begin, post, walk


def chosen(client: FlaskClient, header: str) -> str:
    answer = client.get("/", headers={"Accept-Language": header})
    assert answer.status_code == 302
    assert answer.headers["Vary"] == "Accept-Language"
    return answer.headers["Location"].strip("/")


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
    for language in ("sv", "en"):
        other = in_language(client.get(at).text, language)
        assert other == at.replace("/fi/", f"/{language}/")
        assert client.get(other).status_code == 200
