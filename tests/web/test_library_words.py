"""No library speaks on our pages: a language made up for the tests shows each English sentence that is left."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.speaking import Offer
from tests.web.walking import ANSWERS, begin, post, reads

#: English words that no made-up text has, and no text of the demonstration's county.
ENGLISH = re.compile(
    r"\b(the|you|your|please|with|this|that|of|and|must|not|valid|field|required|token|invalid|choice)\b",
    re.I,
)


def english(page: TestResponse) -> list[str]:
    """Sentences of a page that stayed in English; what says that it is in another language is left out."""
    text = re.sub(
        r'(?s)<(\w+)[^>]* lang="(?:en|fi)"[^>]*>.*?</\1>|<style.*?</style>', "", page.text
    )
    words = [html.unescape(part) for part in re.findall(r">([^<>]+)<", text)]
    return [part for part in words if ENGLISH.search(part)]


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        ("matter", {"topic": "no-such-topic", "message": "x" * 10_001}),
        ("matter", {"topic": ["school", "school"], "message": "\0"}),
        ("children", {"children-0-municipality": "999", "children-0-child_age": "y" * 1000}),
        ("you", {"identity": "\ud83d"}),
        ("contact", {"way": "pigeon", "email": "a@b", "phone": "1"}),
        ("contact", {"way": "sms", "phone": "67868", "safe_times": ["midnight"]}),
        ("language", {"language": "xx", "interpreter": "perhaps"}),
        ("waiting", {"can_wait": ""}),
    ],
)
def test_no_librarys_own_words_stand_beside_a_wrong_answer(
    client: FlaskClient, offer: Offer, made_up: str, step: str, wrong: dict[str, Any]
) -> None:
    offer("fi", made_up)
    at = begin(client, made_up)
    while (here := at.rsplit("/", 1)[1]) != step:
        at = post(client, at, action="next", **ANSWERS[here]).headers["Location"]
    data = {
        name: value.encode("utf-8", "replace") if isinstance(value, str) else value
        for name, value in wrong.items()
    }
    page = post(client, at, action="next", **data)
    assert page.status_code == 422
    assert reads(page, made_up, "Error:")
    assert english(page) == []


def test_no_librarys_own_words_stand_on_a_page_of_an_error(
    client: FlaskClient, offer: Offer, made_up: str
) -> None:
    offer("fi", made_up)
    here = f"/{made_up}"
    pages = {
        400: client.post(f"{here}/forms/guidance", data={}),
        404: client.get(f"{here}/nothing"),
        405: client.put(f"{here}/follow-up"),
        413: client.post(f"{here}/follow-up", data={"code": "x" * 2_200_000}),
        422: post(client, f"{here}/follow-up", code="ABCD"),
    }
    for status, page in pages.items():
        assert page.status_code == status
        assert english(page) == [], status
    for _ in range(12):
        last = post(client, f"{here}/follow-up", code="nothing")
    assert last.status_code == 429
    assert english(last) == []


def test_no_librarys_own_words_stand_at_the_staffs_door(
    client: FlaskClient, offer: Offer, made_up: str
) -> None:
    offer("fi", made_up)
    at = f"/staff/login?lang={made_up}"
    client.get(at)
    for fields in (
        {},
        {"email": "x", "password": ""},
        {"email": "nobody@example.org", "password": "y"},
    ):
        page = post(client, at, **fields)
        assert page.status_code == 422
        assert english(page) == []
    without = client.post(at, data={"email": "nobody@example.org", "password": "y"})
    assert without.status_code == 400
    assert english(without) == []
    closed = client.get("/staff/", follow_redirects=True)
    assert english(closed) == []
