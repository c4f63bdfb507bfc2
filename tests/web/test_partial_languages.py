"""Languages that have only some pages: what they have, and where they lead for all the rest."""

from __future__ import annotations

import re
from typing import Any

import pytest
from babel.support import Translations
from flask import Flask
from flask.testing import FlaskClient

from tests.web.speaking import Offer, in_the_list, names_of_languages
from tests.web.walking import ANSWERS, begin, post, reads, send, token, walk
from webapp import catalogues

PARTIAL = {code: language for code, language in catalogues.find("").items() if language.pages}


def test_a_partial_language_stands_in_the_list_of_the_pages_that_it_has(
    client: FlaskClient,
) -> None:
    complete = ["Suomeksi", "På svenska", "In English"]
    assert names_of_languages(client.get("/fi/").text) == [
        *complete,
        "Davvisámegillii",
        "Selkosuomeksi",
    ]
    assert names_of_languages(client.get("/fi/follow-up").text) == complete
    assert names_of_languages(send(client).text) == [*complete, "Selkosuomeksi"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_page_that_a_partial_language_has_not_is_shown_in_its_base(
    client: FlaskClient, method: str
) -> None:
    query = "municipality=905&then=check&x=%C3%A4%26%00b"
    answer = getattr(client, method)(f"/se/contact?{query}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/fi/contact?{query}"
    assert client.get("/selko/forms/guidance").headers["Location"] == "/fi/forms/guidance"


def test_a_base_that_the_county_does_not_offer_gives_way_to_the_countys_first(
    client: FlaskClient, offer: Offer
) -> None:
    offer("sv", "se")
    assert client.get("/se/follow-up").headers["Location"] == "/sv/follow-up"


@pytest.mark.parametrize(
    "at", ["/se/contact?%ff%0d%0a=1", "/selko/forms/guidance?\xff", "/se/follow-up?a"]
)
def test_rubbish_in_the_query_redirects_too_and_breaks_no_header(
    client: FlaskClient, at: str
) -> None:
    answer = client.get(at)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/fi/")


def test_a_partial_language_has_no_page_of_a_form_that_does_not_exist(client: FlaskClient) -> None:
    answer = client.get("/se/forms/no-such-form", follow_redirects=True)
    assert answer.status_code == 404
    assert '<html lang="fi"' in answer.text


def test_what_is_posted_to_a_page_that_a_partial_language_has_not_is_answered_in_its_base(
    client: FlaskClient,
) -> None:
    at = begin(client)
    answer = client.post(
        at.replace("/fi/", "/se/"),
        data={"csrf_token": token(client.get(at)), "action": "next", **ANSWERS["matter"]},
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/fi/")


@pytest.mark.parametrize("code", sorted(PARTIAL))
def test_every_link_of_a_partial_language_leads_to_a_page_that_it_has_or_to_its_base(
    client: FlaskClient, code: str
) -> None:
    links = re.findall(r'(?:href|action)="(/[^"]*)"', client.get(f"/{code}/").text)
    inside = {link.split("?")[0] for link in links if link.startswith(f"/{code}/")}
    has = {"public.start": f"/{code}/", "public.what_next": f"/{code}/what-next"}
    assert inside <= {has[page] for page in PARTIAL[code].pages or () if page in has}
    assert f"/{catalogues.base(code)}/follow-up" in links


def test_a_receipt_can_be_read_in_plain_finnish_and_stays_so_when_the_code_is_saved(
    client: FlaskClient,
) -> None:
    send(client)
    at = in_the_list(send(client).text, "Selkosuomeksi")
    page = client.get(at)
    assert page.status_code == 200
    saved = re.search(r'action="(/selko/forms/[^"]+)"', page.text)
    assert saved
    answer = client.post(saved.group(1), data={"csrf_token": token(page)})
    assert answer.headers["Location"] == at


@pytest.mark.parametrize(
    ("at", "status"), [("/se/nothing", 404), ("/selko/forms/no-such/x", 404), ("/se/exit/a", 404)]
)
def test_an_error_under_a_partial_language_speaks_its_base(
    client: FlaskClient, at: str, status: int
) -> None:
    answer = client.get(at, headers={"Accept-Language": "en"}, follow_redirects=True)
    assert answer.status_code == status
    assert '<html lang="fi" dir="ltr">' in answer.text
    assert reads(answer, "fi", "There is no such page")


def test_a_receipt_of_nobody_in_a_partial_language_speaks_its_base(client: FlaskClient) -> None:
    nobody = "/forms/guidance/00000000-0000-0000-0000-000000000000/receipt"
    answer = client.get(f"/selko{nobody}")
    assert answer.status_code == 404
    assert answer.headers["Content-Language"] == "fi"


def test_leaving_a_partial_language_leads_to_the_weather(client: FlaskClient) -> None:
    """At once, with no other address on the way; the weather is its base's."""
    answer = client.get("/se/exit")
    assert answer.headers["Location"] == "https://www.ilmatieteenlaitos.fi/"


class Listening:
    """A catalogue that remembers what was looked up in it."""

    def __init__(self, texts: Translations) -> None:
        self.texts, self.asked = texts, set[str]()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.texts, name)

        def ask(*args: Any) -> Any:
            self.asked.add(args[0])
            return method(*args)

        return ask


#: Where the texts of a page stand that it shows only now and then.
TEMPLATES = {
    "public.start": ("public/start.html", "public/finder.html"),
    "public.what_next": ("public/what_next.html",),
    "forms.receipt": ("forms/receipt.html", "forms/frame.html", "parts/passed_on.html"),
}


ON_EVERY_PAGE = ("base.html", "parts/help.html")


@pytest.mark.parametrize("code", sorted(PARTIAL))
def test_every_text_of_a_page_of_a_partial_language_is_translated(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    base = catalogues.base(code)
    receipt = re.sub("^/[a-z]+/", f"/{code}/", sent(client, base))
    listening = Listening(catalogues.translations(code))
    known = catalogues.translations
    monkeypatch.setattr(catalogues, "translations", lambda x: listening if x == code else known(x))
    addresses = {
        "public.start": f"/{code}/",
        "public.what_next": f"/{code}/what-next",
        "forms.receipt": receipt,
    }
    for page in sorted(PARTIAL[code].pages or ()):
        shown = client.get(addresses[page])
        assert shown.status_code == 200, page
    assert lacking(code, listening.asked) == set()


@pytest.mark.parametrize("code", sorted(PARTIAL))
def test_every_text_in_the_templates_of_a_partial_languages_pages_is_translated(
    code: str, app: Flask
) -> None:
    own = [name for page in PARTIAL[code].pages or () for name in TEMPLATES[page]]
    found: set[str] = set()
    for name in (*own, *ON_EVERY_PAGE):
        source = app.jinja_env.loader.get_source(app.jinja_env, name)[0]  # type: ignore[union-attr]
        for _, _, text in app.jinja_env.extract_translations(source):  # type: ignore[attr-defined]
            found |= {text} if isinstance(text, str) else {text[0]}
    assert lacking(code, found) == set()


def lacking(code: str, asked: set[str]) -> set[str]:
    """Texts that a language has not in its own catalogue."""
    own = catalogues.read(catalogues.known()[code])
    return {text for text in asked if not (entry := own.get(text)) or not entry.string}


def sent(client: FlaskClient, language: str) -> str:
    """The address of the receipt of a message that was sent."""
    at = walk(client, language)
    return post(client, at).headers["Location"]
