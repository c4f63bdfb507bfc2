"""What an access code never shows: a word that was typed, an address, a number, or what another child's case is."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from casework.phrases import Phrase
from forms.registry import FORMS
from tests.forms.filling import USUAL
from tests.web.conftest import Visit
from tests.web.following import ADD, CONTACT, WITHDRAW, add, ask, fields_on, follow, say
from tests.web.forms import posted_on, walk_form
from tests.web.walking import code_on, post, send
from webapp.views.phrases import PHRASES
from webapp.wiring import House

PAGES = ("/fi/follow-up", ADD, CONTACT, WITHDRAW, "/fi/follow-up/lost-code")
#: Words that stand nowhere in the house.
TYPED = {
    "matter": {"topic": "school", "message": "Merkkisana-viesti"},
    "children": {
        "children-0-municipality": "905",
        "children-0-child_name": "Merkkisana-eka",
        "children-0-child_age": "noin 9",
        "children-1-municipality": "598",
        "children-1-child_name": "Merkkisana-toka",
        "children-1-child_age": "noin 7",
    },
    "contact": {
        "way": "sms",
        "name": "Merkkisana-lahettaja",
        "phone": "+358 50 000 0042",
        "email": "merkkisana@example.org",
    },
}
MARKERS = (
    "merkkisana",
    "00 0042",
    "905",
    "598",
    "noin 9",
    "noin 7",
    "Lisäsana",
    "00 0043",
    "uusi@",
)


def shown(client: FlaskClient, *pages: str) -> str:
    """The text of pages, without the random values of their hidden fields."""
    text = " ".join(client.get(at).text for at in pages or PAGES)
    return html.unescape(re.sub(r'<input type="hidden"[^>]*>', "", text))


@pytest.fixture
def reader(client: FlaskClient, visit: Visit) -> FlaskClient:
    """Whoever has the code of a message in which every answer is a marker."""
    made = visit()
    follow(made, code_on(send(client, **TYPED)))
    return made


def assert_no_marker(page: str) -> None:
    for marker in MARKERS:
        word = rf"(?<!\w){marker}" + (r"(?!\w)" if marker.isdigit() else "")
        assert not re.search(word, page, re.IGNORECASE), marker


def test_no_page_shows_what_was_typed_before_or_here(
    reader: FlaskClient, worker: FlaskClient, owner: Engine
) -> None:
    assert_no_marker(shown(reader))
    add(reader, more="Lisäsana")
    post(reader, CONTACT, way="sms", phone="+358 50 000 0043", email="uusi@example.org")
    assert_no_marker(shown(reader) + shown(reader, "/fi/follow-up?done=changed"))
    case = ask(owner, "select id from cases order by id limit 1")
    say(worker, case, *(phrase.value for phrase in Phrase))
    post(reader, WITHDRAW)
    assert_no_marker(shown(reader) + shown(reader, "/fi/follow-up?done=withdrawn"))


def test_the_pages_know_of_siblings_only_their_state_dates_and_phone(
    reader: FlaskClient, worker: FlaskClient, owner: Engine
) -> None:
    case = ask(owner, "select id from cases order by id limit 1")
    say(worker, case, "read")
    page = shown(reader, "/fi/follow-up")
    assert page.count('<section class="card"') == 2
    parts = page.split('<section class="card"')[1:]
    assert ["Olemme lukeneet viestisi." in part for part in parts] == [True, False]
    opaque = "select string_agg(concat_ws(' ', id::text, number, team), ' ') from cases"
    for value in ask(owner, opaque).split():
        assert value not in page


@pytest.mark.parametrize("slug", sorted(set(FORMS) - {"feedback"}))
def test_no_form_shows_what_was_answered_to_whoever_has_its_code(
    client: FlaskClient, visit: Visit, house: House, slug: str
) -> None:
    check = walk_form(client, slug, house)
    typed = {
        value
        for step in FORMS[slug].steps
        for name, value in posted_on(FORMS[slug], step.slug, house).items(multi=True)
        if len(value) > 5
    }
    assert USUAL["phone"] in typed
    person = visit()
    follow(person, code_on(client.get(post(client, check).headers["Location"])))
    page = shown(person, "/fi/follow-up")
    # What a page of questions offers to everybody is no answer of anybody.
    assert [value for value in typed if value in page] == []
    for at in (CONTACT, WITHDRAW, ADD):
        assert USUAL["phone"] not in shown(person, at)


#: Worker and client code as a family types them: none known, one by name, one by code, several by name, another team.
NAMED = (
    ("Olematon Työntekijä", ""),
    ("sosiaalityo malli", ""),
    ("", "mall2345 koodi"),
    ("Esimerkki", ""),
    ("Prov Jourhavande", "XXXX-0000-XXXX"),
)


@pytest.mark.parametrize("can_wait", ["yes", "no"])
@pytest.mark.parametrize("hour", [8, 13, 21])
def test_a_client_and_a_stranger_read_the_same_pages(
    visit: Visit, house: House, owner: Engine, hour: int, can_wait: str
) -> None:
    """Whether the worker or the code that was named is known must not be told, in whatever way or at whatever hour."""
    with time_machine.travel(datetime(2026, 3, 2, hour, 45, tzinfo=UTC)):
        _read_the_same(visit, house, owner, can_wait)


def _read_the_same(visit: Visit, house: House, owner: Engine, can_wait: str) -> None:
    receipts, pages, routed = set(), set(), set()
    for name, code in NAMED:
        sender, person = visit(), visit()
        typed = {**USUAL, "worker_name": name, "client_code": code, "can_wait": can_wait}
        check = walk_form(sender, "own-worker", house, answers=typed)
        receipt = sender.get(post(sender, check).headers["Location"])
        follow(person, code_on(receipt))
        receipts.add(_without_own(receipt.text))
        pages.add(_without_own(person.get("/fi/follow-up").text))
        newest = "select team, worker from cases order by created_at desc limit 1"
        with owner.connect() as connection:
            routed.add(tuple(connection.execute(text(newest)).one()))
    assert len(routed) > 2, "the messages did not go to different people at all"
    assert len(receipts) == 1
    assert len(pages) == 1


def _without_own(page: str) -> str:
    """A page without what differs for everybody: reference, code, tokens, addresses and times of day."""
    for own in (
        r'"reference">[^<]+<',
        r'value="[^"]+"',
        r"klo \d+\.\d+",
        r"[0-9a-f]{8}-[0-9a-f-]{27}",
        r"[A-Z2-9]{4}(-[A-Z2-9]{4})+",
        r'datetime="[^"]+"',
    ):
        page = re.sub(own, "", page)
    return page


def test_no_phrase_tells_anything_of_a_person_or_of_what_was_written() -> None:
    """They are the same for everybody: no place in them is ever filled in."""
    for words in PHRASES.values():
        assert "%" not in words
        assert "{" not in words


def test_nothing_typed_stands_in_an_address(reader: FlaskClient) -> None:
    done = add(reader, more="Lisäsana")
    fields = fields_on(reader.get(CONTACT), way="email", email="uusi@example.org")
    for answer in (done, reader.post(CONTACT, data=fields)):
        assert re.fullmatch(r"/fi/follow-up\?done=[a-z]+", answer.headers["Location"])
