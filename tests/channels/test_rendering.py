"""Every text in every language: neutral, plain, one segment, and never in the wrong language."""

from __future__ import annotations

import json
import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from babel.messages.pofile import read_po

from casework.message_texts import PURPOSES
from casework.messages import Purpose
from casework.sms_segments import segments
from casework.telling_words import telling
from webapp import catalogues
from webapp.message_texts import Rendered, moment_in_words, render, render_html

LANGUAGES = catalogues.complete()
ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates" / "messages"
COUNTY = "Å" * 40
LINK = "https://" + "y" * 37
SENDER = {
    "county": COUNTY,
    "link": LINK,
    "phone": "+358 40 123 45678",
    "opens": "keskiviikkona 30.12. klo 16.00",
}
STAFF = {"county": COUNTY, "link": LINK, "number": "ABCD-EFGH"}
ALL = list(product(PURPOSES, LANGUAGES))


def words_of(purpose: str) -> dict[str, str]:
    return STAFF if purpose.startswith("staff_") else SENDER


def rendered(purpose: str, language: str, channel: Literal["sms", "email"]) -> Rendered:
    return render(purpose, language, channel, words_of(purpose))


def test_each_purpose_of_the_house_has_a_text() -> None:
    assert list(PURPOSES) == [str(purpose) for purpose in Purpose]
    assert {template.stem for template in TEMPLATES.glob("*.txt")} > set(PURPOSES)


@pytest.mark.parametrize(("purpose", "language"), ALL)
def test_each_sms_is_one_plain_segment(purpose: str, language: str) -> None:
    found = segments(rendered(purpose, language, "sms").body)
    assert (found.encoding, found.count) == ("GSM-7", 1), found


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("purpose", ["received", "something_new"])
def test_the_longest_county_name_still_fits(purpose: str, language: str) -> None:
    longest = "Central Ostrobothnia wellbeing services county"
    county = longest if language == "en" else "Pohjois-Pohjanmaan hyvinvointialue"
    body = render(purpose, language, "sms", SENDER | {"county": county}).body
    assert segments(body).count == 1


@pytest.mark.parametrize(("purpose", "language"), ALL)
def test_no_text_tells_what_it_is_about(purpose: str, language: str) -> None:
    mail, sms = rendered(purpose, language, "email"), rendered(purpose, language, "sms")
    everything = f"{mail.subject}\n{mail.body}\n{sms.body}"
    html = render_html(mail.subject, mail.body, language)
    for text in (everything, html):
        assert telling(text) == (), text


@pytest.mark.parametrize(("purpose", "language"), ALL)
def test_each_text_is_made_of_plain_strings(purpose: str, language: str) -> None:
    for text in (rendered(purpose, language, "sms"), rendered(purpose, language, "email")):
        assert type(text.subject) is str
        assert type(text.body) is str
        assert text.body == text.body.strip()
        assert not re.search(r"%\(|[{}]|\n{3}|  ", text.body)


@pytest.mark.parametrize(("purpose", "language"), ALL)
def test_each_text_names_the_sender_and_the_way_on(purpose: str, language: str) -> None:
    way_on = SENDER["phone"] if purpose == "please_call" else LINK
    for text in (rendered(purpose, language, "sms"), rendered(purpose, language, "email")):
        assert COUNTY in text.body
        assert way_on in text.body
        if purpose in ("received", "something_new"):
            assert re.findall(r"https?://\S+", text.body) == [LINK]


@pytest.mark.parametrize("purpose", ["received", "something_new", "please_call"])
def test_each_text_to_a_sender_names_the_emergency_number(purpose: str) -> None:
    for language, channel in product(LANGUAGES, ("sms", "email")):
        assert "112" in rendered(purpose, language, channel).body  # type: ignore[arg-type]


def test_an_opening_time_that_is_not_said_leaves_no_gap() -> None:
    body = render("please_call", "fi", "sms", SENDER | {"opens": "", "county": "Alue"}).body
    assert body == "Alue: soitathan meille numeroon +358 40 123 45678. Hätätilanteessa soita 112."


def test_a_text_says_what_it_says_in_each_language() -> None:
    words = {"county": "Alue", "link": "https://a.example/"}
    assert render("received", "fi", "sms", words).body == (
        "Alue: viestisi on vastaanotettu. Katso tilanne: https://a.example/ "
        "Hätätilanteessa soita 112."
    )
    assert render("received", "fi", "email", words).subject == "Viesti vastaanotettu"
    assert render("received", "sv", "email", words).subject == "Meddelandet har tagits emot"


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        ("received", SENDER | {"name": "Testi"}),
        ("received", SENDER | {"number": "ABCD-EFGH"}),
        ("received", {"county": "Alue"}),
        ("please_call", {"county": "Alue", "link": LINK}),
        ("staff_new", {"county": "Alue", "link": LINK}),
        ("staff_new", STAFF | {"number": " \n"}),
        ("birthday", SENDER),
    ],
)
def test_a_word_too_many_or_too_few_is_refused(purpose: str, words: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=purpose):
        render(purpose, "fi", "sms", words)


def test_a_language_that_we_do_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="xx"):
        render("received", "xx", "sms", SENDER)


def test_a_value_stays_on_its_line_and_is_never_read_as_a_template() -> None:
    odd = "A\r\nBcc: x {link} {{ link }} {% trans %} %(link)s <b>\u2028\x00"
    plain = "A Bcc: x {link} {{ link }} {% trans %} %(link)s <b>"
    for channel in ("sms", "email"):
        text = render("received", "fi", channel, SENDER | {"county": odd})  # type: ignore[arg-type]
        assert plain in text.body
        assert "\n" not in text.subject
    mail = render("received", "fi", "email", SENDER | {"county": odd})
    assert "&lt;b&gt;" in render_html(mail.subject, mail.body, "fi")


def test_typography_becomes_plain_in_a_text_message_alone() -> None:
    """Klo\u00a08\u201316, double blanks and curved quotes would make a text twice as long."""
    odd = SENDER | {"county": "\u201cAlue\u201d  A\u2019", "opens": "klo\u00a08\u201316"}
    body = render("please_call", "fi", "sms", odd).body
    assert body.startswith('"Alue" A\': ')
    assert "klo 8-16." in body
    assert "  " not in body
    assert segments(body).encoding == "GSM-7"
    assert "\u201316" in render("please_call", "fi", "email", odd).body


#: One job for each of fifty messages, whose languages take turns.
JOBS = [(purpose, ("fi", "sv")[turn % 2]) for turn, purpose in enumerate([*PURPOSES] * 5)]


def _job(job: tuple[str, str]) -> Rendered:
    purpose, language = job
    return render(purpose, language, "email", words_of(purpose))


def test_languages_never_mix_between_threads() -> None:
    assert len(JOBS) == 50
    expected = {job: _job(job) for job in JOBS}
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(_job, JOBS)) == [expected[job] for job in JOBS]


def test_languages_never_mix_between_processes() -> None:
    """Each process begins anew, as a worker does, and renders whatever comes to it."""
    said = [words_of(purpose) for purpose, _ in JOBS]
    purposes, languages = zip(*JOBS, strict=True)
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=fresh) as pool:
        found = list(pool.map(render, purposes, languages, ["email"] * 50, said, chunksize=5))
    assert found == [_job(job) for job in JOBS]


def test_one_event_is_told_to_each_in_one_language_throughout() -> None:
    """No greeting in the language of whoever was told before."""
    greetings = {"fi": "Hei!", "sv": "Hej!", "en": "Hello!"}
    closings = {"fi": "Hätätilanteessa", "sv": "nödsituation", "en": "emergency"}
    for _ in range(3):
        for language, greeting in greetings.items():
            body = rendered("something_new", language, "email").body
            assert body.startswith(f"{greeting}\n")
            assert [word for word in closings.values() if word in body] == [closings[language]]


def test_every_text_can_be_written_as_json() -> None:
    """A lazy text could not, and would be sent as its own description or not at all."""
    for purpose, language in ALL:
        for text in (rendered(purpose, language, "sms"), rendered(purpose, language, "email")):
            assert json.loads(json.dumps([text.subject, text.body])) == [text.subject, text.body]
            assert "lazy" not in text.body


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", "17. elokuuta klo 8.00"),
        ("sv", "17 augusti kl. 8.00"),
        ("en", "17 August at 08:00"),
    ],
)
def test_an_opening_time_is_short_and_helsinkis(language: str, said: str) -> None:
    assert moment_in_words(datetime(2026, 8, 17, 5, tzinfo=UTC), language) == said
    longest = (datetime(2026, month, 28, 14, tzinfo=UTC) for month in range(1, 13))
    assert max(len(moment_in_words(at, language)) for at in longest) <= 30


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_each_message_id_of_the_templates_is_translated(language: str) -> None:
    with (ROOT / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as lines:
        catalogue = read_po(lines, locale=language)
    for template in TEMPLATES.glob("*.txt"):
        for source in re.findall(r"{% trans %}(.*?){% endtrans %}", template.read_text("utf-8")):
            message = catalogue.get(re.sub(r"{{ (\w+) }}", r"%(\1)s", source))
            assert message is not None, source
            assert message.string, source
            assert not message.fuzzy


def test_the_page_of_an_email_is_escaped_and_loads_nothing() -> None:
    page = render_html("<b>", f"Hei <i>\n& {LINK}\n\nLoppu", "sv")
    assert '<html lang="sv" dir="ltr">' in page
    assert "<title>&lt;b&gt;</title>" in page
    assert "Hei &lt;i&gt;<br>" in page
    assert f'<a href="{LINK}" rel="noopener">' in page
    assert not re.search(r"<(img|script|link|iframe)|src=|url\(", page)


@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("purpose", ["please_call", "received", "something_new"])
def test_in_swedish_a_day_of_opening_has_its_article(
    purpose: str, channel: Literal["sms", "email"]
) -> None:
    opens = moment_in_words(datetime(2026, 11, 30, 6, tzinfo=UTC), "sv")
    body = render(purpose, "sv", channel, SENDER | {"opens": opens}).body
    if "öppnar" in body:
        assert "Vi öppnar den 30 november kl. 8.00." in body
    else:
        assert channel == "sms"
