"""'Which form is mine?': plain questions as links, each answer a page with the right form and other ways."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms.registry import FORMS
from tests.web.walking import reads
from webapp.wiring import House

PAGES = ("client", "who", "young", "parent", "private", "professional")
#: The main form of each answer.
RIGHT = {
    "young": "guidance",
    "parent": "guidance",
    "private": "notification",
    "professional": "professional-notification",
}
#: Other forms that each answer names.
OTHERS = {
    "young": {"own-worker"},
    "parent": {"own-worker"},
    "private": {"guidance"},
    "professional": {"joint-contact", "anticipatory-notification"},
}
LISTED = [slug for slug, spec in FORMS.items() if spec.listed]


def main_of(page: str) -> str:
    found = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert found
    return found.group(0)


def links(page: str) -> list[str]:
    return [html.unescape(at) for at in re.findall(r'<a [^>]*href="([^"]+)"', main_of(page))]


def forms_linked(page: str) -> set[str]:
    return {at.rsplit("/", 1)[1] for at in links(page) if "/forms/" in at}


@contextmanager
def closed(app: Flask, *slugs: str) -> Iterator[None]:
    """The county does not take these forms."""
    house: House = app.extensions["house"]
    known: Any = house.current
    before = house.directory
    known._current = replace(before, county=replace(before.county, closed_forms=frozenset(slugs)))
    try:
        yield
    finally:
        known._current = before


def follow(client: FlaskClient, at: str, *endings: str) -> str:
    """Press one link after another; the last page."""
    for ending in endings:
        [at] = [link for link in links(client.get(at).text) if link.endswith(ending)]
    answer = client.get(at)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("page", RIGHT)
def test_three_questions_at_most_lead_to_the_right_form(client: FlaskClient, page: str) -> None:
    shown = follow(client, "/fi/", "/which/client", "/which/who", f"/which/{page}")
    main = re.findall(r'hds-button--primary" href="([^"]+)"', main_of(shown))
    assert main == [f"/fi/forms/{RIGHT[page]}"]
    assert forms_linked(shown) == {RIGHT[page], *OTHERS[page]}
    assert "/fi/contact" in links(shown)


def test_a_child_with_a_worker_is_led_there_by_the_second_question(client: FlaskClient) -> None:
    shown = follow(client, "/fi/", "/which/client", "/forms/own-worker")
    assert "<h1>Kirjoita omalle sosiaalityöntekijällesi</h1>" in shown


def test_danger_leads_to_the_phone_first_and_then_on_to_the_forms(client: FlaskClient) -> None:
    shown = follow(client, "/sv/", "/urgent")
    assert links(shown)[0] == "tel:112"
    assert "tel:+358500000100" in links(shown)
    assert "/sv/which/client" in links(shown)


@pytest.mark.parametrize("page", ["urgent", "what-next", *(f"which/{page}" for page in PAGES)])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_tells_whom_to_call_and_how_to_leave(
    client: FlaskClient, page: str, language: str
) -> None:
    shown = client.get(f"/{language}/{page}")
    assert shown.status_code == 200
    assert "tel:112" in shown.text
    assert "tel:+358500000100" in shown.text
    assert f'href="/{language}/exit"' in shown.text


@pytest.mark.parametrize("page", ["", "urgent", "what-next", *(f"which/{page}" for page in PAGES)])
def test_the_questions_keep_nothing_and_ask_nothing_behind_a_question_mark(
    client: FlaskClient, page: str
) -> None:
    answer = client.get(f"/fi/{page}")
    assert "Set-Cookie" not in answer.headers
    assert 'method="post"' not in answer.text
    assert not [at for at in links(answer.text) if "?" in at]


@pytest.mark.parametrize(
    "at", ["/fi/which/nobody", "/fi/which/", "/fi/which", "/fi/which/client/x"]
)
def test_an_answer_that_is_none_is_no_page(client: FlaskClient, at: str) -> None:
    assert client.get(at).status_code == 404


def test_the_start_page_lists_every_form_once(client: FlaskClient) -> None:
    page = client.get("/fi/").text
    linked = [at.rsplit("/", 1)[1] for at in links(page) if "/forms/" in at]
    assert sorted(linked) == sorted(LISTED)
    assert "<details" in page


@pytest.mark.parametrize("slug", LISTED)
def test_a_closed_form_is_named_as_closed_and_never_linked(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    with closed(app, slug):
        for page in ("", *(f"which/{page}" for page in PAGES), "contact?municipality=905"):
            shown = client.get(f"/fi/{page}")
            assert slug not in forms_linked(shown.text), page
        assert reads(client.get("/fi/"), "fi", "This form is closed at present.")


@pytest.mark.parametrize(("page", "slug"), RIGHT.items())
def test_where_the_right_form_is_closed_the_main_button_leads_to_the_phone(
    app: Flask, client: FlaskClient, page: str, slug: str
) -> None:
    with closed(app, slug):
        shown = client.get(f"/fi/which/{page}")
        main = re.findall(r'hds-button--primary" href="([^"]+)"', main_of(shown.text))
        assert main == ["/fi/contact"]
        assert reads(shown, "fi", "This form is closed at present.")
        assert forms_linked(shown.text) == OTHERS[page]


def test_with_all_forms_closed_every_page_still_says_whom_to_call(
    app: Flask, client: FlaskClient
) -> None:
    with closed(app, *FORMS):
        for page in ("", *(f"which/{page}" for page in PAGES)):
            shown = client.get(f"/fi/{page}")
            assert shown.status_code == 200
            assert forms_linked(shown.text) == set()
            assert "tel:+358500000100" in shown.text
        assert "/fi/contact" in links(client.get("/fi/which/client").text)


def test_a_child_reads_that_nobody_tells_the_parents_by_itself(client: FlaskClient) -> None:
    shown = client.get("/fi/which/young")
    told = "Nobody tells your parents automatically that you wrote. You say how we may contact you, or that we may not."
    assert reads(shown, "fi", told)


def test_a_professional_reads_of_the_duty_the_police_and_e_mail(client: FlaskClient) -> None:
    shown = client.get("/sv/which/professional")
    for text in (
        "The duty to notify is your own: no permission is needed, and nobody else can be asked to do it.",
        "If you suspect a sexual or violent offence against the child, tell the police as well.",
        "Never send a notification by unprotected e-mail.",
    ):
        assert reads(shown, "sv", text)
    assert "mailto:" not in shown.text
