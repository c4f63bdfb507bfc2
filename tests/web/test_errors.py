"""Errors as pages that help: each in each language, with the phone numbers, and nothing of what went wrong inside."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, default_exceptions
from werkzeug.test import TestResponse

from casework.errors import ErasedContent
from tests.web.walking import post
from webapp.accounts.sessions import RowSession
from webapp.views import errors
from webapp.views.errors import KNOWN

LANGUAGES = ("fi", "sv", "en")
NUMBERS = ("112", "050 0000100")
ENGLISH = re.compile(r"\b(the|you|your|please|with|this|error|found|request)\b", re.IGNORECASE)
SECRET = "what-was-typed-and-must-not-be-told"

Break = Callable[[Exception], None]


@pytest.fixture
def break_start(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Break:
    """Make the start page raise what a test wants."""

    def broken(error: Exception) -> None:
        def view() -> NoReturn:
            raise error

        monkeypatch.setitem(app.view_functions, "public.start", view)

    return broken


def words_of(page: TestResponse) -> str:
    """What a reader sees, without the links to the other languages."""
    body = re.sub(r'<ul class="lang">.*?</ul>', " ", page.text.partition("<body>")[2], flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def is_whole(page: TestResponse, code: int, language: str) -> None:
    assert page.status_code == code
    assert f'<html lang="{language}"' in page.text
    assert page.headers["Content-Language"] == language
    assert page.headers["Cache-Control"] == "no-store"
    assert page.text.count("<h1") == 1
    for number in NUMBERS:
        assert number in page.text
    for inside in ("Traceback", SECRET, "werkzeug", "sqlalchemy", 'File "'):
        assert inside not in page.text
    if language != "en":
        assert ENGLISH.findall(words_of(page)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(KNOWN))
def test_each_error_is_a_whole_page_in_the_readers_language(
    client: FlaskClient, break_start: Break, code: int, language: str
) -> None:
    break_start(default_exceptions[code](SECRET))
    is_whole(client.get(f"/{language}/"), code, language)


def test_every_error_has_a_heading_of_its_own(client: FlaskClient, break_start: Break) -> None:
    for language in LANGUAGES:
        headings = set()
        for code in KNOWN:
            break_start(default_exceptions[code]())
            found = re.search(r"<h1>(.*?)</h1>", client.get(f"/{language}/").text, re.S)
            assert found
            headings.add(found.group(1))
        assert len(headings) == len(KNOWN)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuntimeError(SECRET), 500),
        (OperationalError("select 1", {"x": SECRET}, Exception(SECRET)), 503),
        (ErasedContent(SECRET), 410),
    ],
)
def test_what_breaks_inside_is_a_whole_page_too(
    client: FlaskClient, break_start: Break, error: Exception, code: int, language: str
) -> None:
    break_start(error)
    is_whole(client.get(f"/{language}/"), code, language)


@pytest.mark.parametrize(
    ("code", "shown"), [(402, 400), (406, 400), (409, 400), (415, 400), (431, 400), (501, 500)]
)
def test_an_error_without_words_of_its_own_is_told_as_its_kind(
    client: FlaskClient, break_start: Break, code: int, shown: int
) -> None:
    class Rare(HTTPException):
        pass

    Rare.code = code
    break_start(Rare(SECRET))
    is_whole(client.get("/fi/"), shown, "fi")


def test_a_refused_method_is_told_which_ones_there_are(client: FlaskClient) -> None:
    answer = client.put("/fi/privacy")
    is_whole(answer, 405, "fi")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_method_that_is_refused_without_a_list_is_still_a_page(
    client: FlaskClient, break_start: Break
) -> None:
    break_start(MethodNotAllowed())
    answer = client.get("/fi/")
    is_whole(answer, 405, "fi")
    assert "Allow" not in answer.headers


@pytest.mark.parametrize(
    "at", ["/fi/", "/fi/accessibility", "/fi/privacy", "/fi/forms/feedback", "/fi/nothing"]
)
def test_head_answers_as_get_does_without_a_body(client: FlaskClient, at: str) -> None:
    head, get = client.head(at), client.get(at)
    assert head.status_code == get.status_code
    assert head.data == b""
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_options_tells_the_methods_and_changes_nothing(client: FlaskClient) -> None:
    answer = client.options("/fi/privacy")
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "Set-Cookie" not in answer.headers
    assert client.options("/fi/nothing").status_code == 404


def test_what_was_typed_comes_back_from_a_form_and_from_nowhere_else(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def view(**_: object) -> NoReturn:
        raise OperationalError("select 1", {}, Exception())

    typed = "Kirjoitin tämän, ja haluan pitää sen tallessa."
    page = post(client, "/fi/forms/feedback").headers["Location"]
    monkeypatch.setitem(app.view_functions, "forms.answer", view)
    kept = post(client, page, message=typed)
    assert kept.status_code == 503
    assert typed in html.unescape(kept.text)
    monkeypatch.setitem(app.view_functions, "staff.door.enter", view)
    refused = post(client, "/staff/login", email="a@example.org", password=typed)
    assert refused.status_code == 503
    assert typed not in html.unescape(refused.text)


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged since the last look, each line read as JSON; none of it tells what was typed."""
    out, err = capfd.readouterr()
    assert SECRET not in out + err
    return [json.loads(line) for line in err.splitlines()]


@contextmanager
def refusing_sessions(owner: Engine) -> Iterator[None]:
    """The database refuses each session that is to be kept, and quotes it, as a constraint does."""
    with owner.begin() as connection:
        connection.execute(
            text(
                "create function quote_it() returns trigger language plpgsql as $$ begin "
                f"raise exception 'refused' using detail = '{SECRET} ' || new.data::text; end $$"
            )
        )
        connection.execute(
            text(
                "create trigger quote_it before insert or update on sessions "
                "for each row execute function quote_it()"
            )
        )
    try:
        yield
    finally:
        with owner.begin() as connection:
            connection.execute(text("drop function quote_it cascade"))


def test_a_session_that_cannot_be_kept_is_told_by_its_page_and_by_one_line(
    client: FlaskClient, owner: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    with refusing_sessions(owner):
        page = client.get("/fi/follow-up")
    is_whole(page, 503, "fi")
    (line,) = lines(capfd)
    assert line["event"] == "store_down"
    assert line["cause"] == "RaiseException"
    assert line["at"].startswith("webapp/store/sessions.py:")
    assert line["endpoint"] == "public.follow_up"


def test_what_breaks_after_the_view_is_written_down_by_class_and_place(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def save(self: RowSession) -> NoReturn:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(RowSession, "save", save)
    is_whole(client.get("/fi/follow-up"), 500, "fi")
    (line,) = lines(capfd)
    assert (line["event"], line["fault"]) == ("unforeseen", "RuntimeError")
    assert line["at"].startswith("tests/web/test_errors.py:")


def test_what_breaks_in_the_page_of_an_error_is_written_down_too(
    client: FlaskClient,
    break_start: Break,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def page(*_: object, **__: object) -> NoReturn:
        raise ValueError(SECRET)

    monkeypatch.setattr(errors, "_page", page)
    break_start(RuntimeError(SECRET))
    answer = client.get("/fi/")
    assert answer.status_code == 500
    assert SECRET not in answer.text
    found = lines(capfd)
    assert {line["event"] for line in found} == {"unforeseen"}
    assert found[-1]["fault"] == "ValueError"
