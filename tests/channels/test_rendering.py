"""Every text in every language: neutral, plain, one segment, and never in the wrong language."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from babel.messages.pofile import read_po

from casework.messages import Purpose
from casework.sms_segments import segments
from tasks.channels.rendering import PURPOSES, Rendered, render, render_html
from webapp import catalogues

LANGUAGES = catalogues.complete()
ROOT = Path(__file__).parents[2]
COUNTY = "Å" * 40
LINK = "https://" + "y" * 37
SENDER = {
    "county": COUNTY,
    "link": LINK,
    "phone": "+358 40 123 45678",
    "opens": "keskiviikkona 30.12. klo 8.00–16.00",
}
STAFF = {"county": COUNTY, "link": LINK, "number": "ABCD-EFGH"}

#: Beginnings of words that would tell what it is about, in the three languages.
TELLING = (
    "child|kid|minor|family|parent|social|welfare|protect|custody|report|notif|case|municipal|worker|"
    "lapsi|lapse|lasten|lasta|perhe|vanhem|huolto|huolta|sosiaali|suojelu|ilmoitus|asia|kunta|"
    "avohuol|tiimi|työntekij|barn|familj|föräldr|skydd|anmäl|ärende|kommun|vård|omsorg|handlägg"
)
ALL = list(product(PURPOSES, LANGUAGES))


def words_of(purpose: str) -> dict[str, str]:
    return STAFF if purpose.startswith("staff_") else SENDER


def rendered(purpose: str, language: str, channel: Literal["sms", "email"]) -> Rendered:
    return render(purpose, language, channel, words_of(purpose))


def test_each_purpose_of_the_house_has_a_text() -> None:
    assert set(PURPOSES) == {str(purpose) for purpose in Purpose}


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
        assert not re.search(rf"\b({TELLING})", text, re.IGNORECASE), text


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
        ("received", SENDER | {"name": "Maija"}),
        ("received", SENDER | {"number": "ABCD-EFGH"}),
        ("received", {"county": "Alue"}),
        ("please_call", {"county": "Alue", "link": LINK}),
        ("staff_new", {"county": "Alue", "link": LINK}),
        ("received", SENDER | {"county": "Alue\nBcc: x"}),
        ("birthday", SENDER),
    ],
)
def test_a_word_too_many_or_too_few_is_refused(purpose: str, words: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=purpose):
        render(purpose, "fi", "sms", words)


def test_a_language_that_we_do_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="xx"):
        render("received", "xx", "sms", SENDER)


def test_languages_never_mix_between_threads() -> None:
    def one(turn: int) -> tuple[str, str]:
        language = ("fi", "sv")[turn % 2]
        return language, rendered("received", language, "email").body

    expected = {language: rendered("received", language, "email").body for language in ("fi", "sv")}
    with ThreadPoolExecutor(8) as pool:
        for language, body in pool.map(one, range(50)):
            assert body == expected[language]


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_each_message_id_of_the_templates_is_translated(language: str) -> None:
    with (ROOT / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as lines:
        catalogue = read_po(lines, locale=language)
    for template in (ROOT / "templates" / "messages").glob("*.txt"):
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
