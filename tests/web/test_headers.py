"""What every answer says beside its page: nothing is kept, framed, sniffed or sent along."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.walking import begin, send
from webapp import app as application
from webapp.config import Settings

PAGES = [
    "/",
    "/fi/",
    "/fi/forms/guidance",
    "/fi/follow-up",
    "/fi/contact?municipality=905",
    "/fi/exit",
    "/fi/nothing",
    "/staff/",
    "/staff/login",
    "/healthz",
]


@pytest.mark.parametrize("at", PAGES)
def test_every_answer_is_guarded(client: FlaskClient, at: str) -> None:
    headers = client.get(at).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Server" not in headers or "Werkzeug" not in headers["Server"]


def test_a_page_of_a_form_and_its_receipt_are_never_kept(client: FlaskClient) -> None:
    assert client.get(begin(client)).headers["Cache-Control"] == "no-store"
    assert send(client).headers["Cache-Control"] == "no-store"


def test_only_the_style_sheet_is_kept_and_only_its_present_one(client: FlaskClient) -> None:
    page = client.get("/fi/").text
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in client.get(sheet).headers["Cache-Control"]
    other = client.get("/static/site-0000.css")
    assert (other.status_code, other.headers["Cache-Control"]) == (200, "no-store")


def cookie_of(client: FlaskClient) -> str:
    (cookie,) = client.get("/fi/forms/guidance").headers.getlist("Set-Cookie")
    return cookie


def test_the_one_cookie_is_for_the_server_alone_and_ends_with_the_browser(
    client: FlaskClient,
) -> None:
    name, *attributes = [part.strip() for part in cookie_of(client).split(";")]
    assert name.startswith("luotsi=")
    assert set(attributes) == {"HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.fixture
def secured(settings: Settings) -> Iterator[Flask]:
    """The same house behind https."""
    https = settings.model_copy(update={"public_url": "https://luotsi.example.org"})
    made = application.create(https)
    yield made
    made.extensions["house"].engine.dispose()


def test_behind_https_the_cookie_is_bound_to_the_host(secured: Flask) -> None:
    cookie = cookie_of(secured.test_client())
    assert cookie.startswith("__Host-luotsi=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_behind_https_a_browser_stays_on_https(secured: Flask) -> None:
    answer = secured.test_client().get("/fi/", base_url="https://luotsi.example.org")
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_no_page_gives_a_cookie_that_does_not_need_one(client: FlaskClient) -> None:
    for at in ("/", "/fi/", "/fi/contact?municipality=905", "/healthz", "/fi/nothing"):
        assert "Set-Cookie" not in client.get(at).headers


def test_no_page_has_code_or_a_style_in_it_or_a_link_to_a_stranger(
    client: FlaskClient,
) -> None:
    for page in (client.get("/fi/"), client.get(begin(client)), send(client)):
        scripts = re.findall(r"<script[^>]*>.*?</script>", page.text, re.DOTALL)
        assert len(scripts) <= 1
        for script in scripts:
            assert re.fullmatch(r'<script src="/static/site-[0-9a-f]+\.js" defer></script>', script)
        assert not re.search(r"\son[a-z]+=", page.text)
        assert "<style" not in page.text
        assert ' style="' not in page.text
        assert "mailto:" not in page.text
        assert 'src="http' not in page.text


def test_a_receipt_has_no_secret_in_its_address(client: FlaskClient) -> None:
    shown = send(client)
    assert shown.request.path.count("/") == 5
    assert not shown.request.query_string
