"""A break of the service is told on every page, in the page's language, with what to do meanwhile."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casework.announcements import NOTICE, Announcement
from tests.web.counties import say_of_county
from tests.web.walking import begin, reads
from webapp.views import information

#: On the evening before clocks are put back: 18 to 22 in Helsinki's summer time.
START = datetime(2026, 10, 24, 15, tzinfo=UTC)
END = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
BREAK = Announcement(
    START,
    END,
    START - NOTICE,
    {"fi": "Palvelua huolletaan.", "sv": "Tjänsten underhålls."},
    {"fi": "Soita.", "sv": "Ring."},
)
PAGES = ["/fi/", "/fi/contact?municipality=905", "/fi/follow-up", "/fi/privacy", "/fi/nothing"]


@pytest.fixture
def announced(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    say_of_county(app, monkeypatch, announcements=(BREAK,))
    monkeypatch.setattr(information, "now", lambda: START + timedelta(minutes=1))


@pytest.mark.usefixtures("announced")
def test_every_page_tells_the_break_with_its_times_and_what_to_do(client: FlaskClient) -> None:
    for at in (*PAGES, begin(client)):
        text = client.get(at).text
        assert "Palvelua huolletaan." in text, at
        assert "Soita." in text
        assert "lauantai 24. lokakuuta 2026 klo 18.00" in text
        # After the night on which clocks are put back: winter time.
        assert "sunnuntai 25. lokakuuta 2026 klo 4.30" in text


@pytest.mark.usefixtures("announced")
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_its_heading_speaks_the_pages_language(client: FlaskClient, language: str) -> None:
    assert reads(client.get(f"/{language}/"), language, "Break in the service")


@pytest.mark.usefixtures("announced")
def test_a_text_in_another_language_than_the_pages_is_marked(client: FlaskClient) -> None:
    assert "Tjänsten underhålls." in client.get("/sv/").text
    assert '<span lang="fi" dir="auto">Palvelua huolletaan.</span>' in client.get("/en/").text


def test_before_its_time_and_after_it_nothing_is_told(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    say_of_county(app, monkeypatch, announcements=(BREAK,))
    for moment, told in (
        (BREAK.shown_from - timedelta(seconds=1), False),
        (BREAK.shown_from, True),
        (END - timedelta(seconds=1), True),
        (END, False),
    ):
        monkeypatch.setattr(information, "now", lambda moment=moment: moment)
        assert ("Palvelua huolletaan." in client.get("/fi/").text) is told, moment


def test_several_breaks_are_told_in_order_and_typed_text_is_only_text(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Announcement(
        START + timedelta(days=1),
        END + timedelta(days=1),
        START - NOTICE,
        {"fi": "<b>Toka</b>"},
        {},
    )
    say_of_county(app, monkeypatch, announcements=(later, BREAK))
    monkeypatch.setattr(information, "now", lambda: START)
    text = client.get("/fi/").text
    assert text.count('class="announcement"') == 2
    assert re.search("Palvelua huolletaan.*&lt;b&gt;Toka", text, re.DOTALL)
    assert "<b>Toka" not in text
