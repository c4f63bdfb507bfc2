"""Whatever stands in the query of a staff page, its links lead to our pages and nowhere else."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.web.conftest import Visit
from tests.web.walking import send, sign_in
from webapp.demo_county import PASSWORD

WORKER = "paivystaja@example.org"
QUERIES = [
    "endpoint=x",
    "_method=DELETE",
    "_scheme=x&_external=",
    "_scheme=https",
    "_external=1",
    "_anchor=x",
    "values=x",
    "self=x",
    "case_id=x",
    "lang=fi&lang=xx&endpoint=staff.inbox",
]


def addresses(client: FlaskClient, owner: Engine) -> list[str]:
    """Every page of the staff's side that a GET shows, behind the door."""
    send(client)
    assert sign_in(client, WORKER, PASSWORD).status_code == 303
    with owner.connect() as connection:
        case_id = connection.execute(text("select id from cases")).scalar_one()
    return ["/staff/", "/staff/find", f"/staff/cases/{case_id}"]


def links(page: str) -> list[str]:
    return re.findall(r'(?:href|action)="([^"]*)"', page)


def is_ours(link: str) -> bool:
    return link.startswith(("/", "#", "tel:", "mailto:")) and not link.startswith("//")


@pytest.mark.parametrize("query", QUERIES)
def test_a_strange_word_in_the_query_breaks_no_staff_page(
    client: FlaskClient, visit: Visit, owner: Engine, query: str
) -> None:
    pages = [(client, at) for at in addresses(client, owner)] + [(visit(), "/staff/login")]
    for visitor, at in pages:
        shown = visitor.get(f"{at}?{query}")
        assert shown.status_code == 200, at
        assert query not in shown.text.replace("&amp;", "&")


def test_no_host_of_a_request_gets_into_the_links_of_a_staff_page(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    pages = [(client, at) for at in addresses(client, owner)] + [(visit(), "/staff/login")]
    for visitor, at in pages:
        shown = visitor.get(f"{at}?_external=1")
        assert shown.status_code == 200
        assert "localhost" not in " ".join(links(shown.text))
        languages = [link for link in links(shown.text) if "lang=" in link]
        assert languages
        assert all(map(is_ours, languages))


def test_another_language_keeps_what_the_page_was_asked(client: FlaskClient, owner: Engine) -> None:
    inbox, find, _ = addresses(client, owner)
    shown = client.get(f"{inbox}?show=closed&after=x&_external=1").text
    assert "?show=closed&amp;after=x&amp;lang=sv" in shown
    assert "?number=ZZZZ&amp;lang=sv" in client.get(f"{find}?number=ZZZZ&endpoint=x").text


def test_another_language_at_the_door_keeps_where_one_was_going(visit: Visit) -> None:
    shown = visit().get("/staff/login?next=/staff/find&_scheme=x").text
    assert re.search(r"/staff/login\?next=(/|%2F)staff(/|%2F)find&amp;lang=sv", shown)
