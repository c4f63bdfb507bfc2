"""A county's own wording: taken whole or not at all, judged word by word, and never more than its words and values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.bundle import BundleError, dump, parse
from casework.bundle_messages import kept_messages
from casework.directory import Directory
from casework.directory_changes import MESSAGES_FILE, changes, rebased
from casework.errors import Conflicting
from casework.message_texts import (
    FIELDS,
    FOR_SENDERS,
    LONGEST,
    PURPOSES,
    Wording,
    faults,
    filled,
    longest,
    needed,
    sms,
    variables,
)
from casework.messages import STAFF_PURPOSES, Purpose
from casework.telling_words import telling

Files = dict[str, str]
Read = Callable[[Files], Directory]
PAGE = Path(__file__).parents[2] / "docs" / "directory.md"

OWN = '''
[received.fi]
sms = "{county}: kiitos viestistäsi. Katso: {link} Hätätilanteessa soita 112."
subject = "Kiitos viestistäsi"
email = """
Hei!

Saimme viestisi. "Tilanne" näkyy täällä: {link}
Soita meille: {phone}
Avaamme {opens}.

Hätätilanteessa soita 112. C:\\\\polku
"""
[received.sv]
sms = "{county}: tack för ditt meddelande. Se: {link} Ring 112 i en nödsituation."
subject = "Tack för ditt meddelande"
email = "Hej! Se läget här: {link} Ring 112 i en nödsituation."
[received.en]
sms = "{county}: thank you for your message. See: {link} In an emergency call 112."
subject = "Thank you for your message"
email = "Hello! See how it is going: {link} In an emergency call 112."
'''
SMS = {
    "fi": "{county}: katso {link} Hätätilanteessa soita 112.",
    "sv": "{county}: se {link} Ring 112 i en nödsituation.",
    "en": "{county}: see {link} In an emergency call 112.",
}
VALUES = longest("Esimerkki")


def with_own(files: Files, text: str) -> Files:
    return {**files, MESSAGES_FILE: text}


def problems(read: Read, files: Files, text: str) -> list[tuple[int, str]]:
    with pytest.raises(BundleError) as caught:
        read(with_own(files, text))
    assert {found.file for found in caught.value.problems} == {MESSAGES_FILE}
    return [(found.line, found.reason) for found in caught.value.problems]


def reasons(purpose: str, language: str, **said: str) -> list[str]:
    return [fault.reason for fault in faults(purpose, language, Wording(**said), VALUES)]


def test_the_purposes_and_who_reads_them_are_those_of_the_house() -> None:
    assert list(PURPOSES) == [purpose.value for purpose in Purpose]
    assert {*PURPOSES} - {*FOR_SENDERS} == {purpose.value for purpose in STAFF_PURPOSES}


def test_a_countys_own_texts_are_read_and_written_back_the_same(
    demo_files: Files, read_bundle: Read, references: Files
) -> None:
    read = read_bundle(with_own(demo_files, OWN))
    wording = read.message_texts["received"]["fi"]
    assert wording.email.startswith("Hei!\n\nSaimme viestisi.")
    assert wording.email.endswith("112. C:\\polku")
    written = dump(read, **references)
    assert read_bundle(written) == read
    assert dump(read_bundle(written), **references) == written


def test_a_county_that_words_nothing_has_no_texts_of_its_own(
    demo: Directory, demo_files: Files, read_bundle: Read
) -> None:
    assert demo.message_texts == {}
    without = {name: text for name, text in demo_files.items() if name != MESSAGES_FILE}
    assert read_bundle(without) == demo


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("[received.fi]", "[recieved.fi]", 2, "recieved: unknown key"),
        ("[received.fi]", "[recieved.fi]", 14, "received.fi.sms: is missing"),
        ("[received.sv]", "[received.ru]", 14, "received.ru: unknown key"),
        ('subject = "Kiitos', 'topic = "Kiitos', 4, "received.fi.topic: unknown key"),
        ('subject = "Tack', 'topic = "Tack', 14, "received.sv.subject: is missing"),
        ('"Kiitos viestistäsi"', "1", 4, "received.fi.subject: expected a text in quotes"),
        ('"Kiitos viestistäsi"', '"  "', 4, "received.fi.subject: is empty"),
        ("kiitos v", "{name} v", 3, "received.fi.sms: unknown variable name; those are county,"),
        ("kiitos v", "{number} v", 3, "received.fi.sms: unknown variable number"),
        ("kiitos v", "{county.code} v", 3, "received.fi.sms: has a brace that belongs to no"),
        ("kiitos v", "{link!r} v", 3, "received.fi.sms: has a brace that belongs to no variable"),
        ("kiitos v", "{link:>9} v", 3, "received.fi.sms: has a brace that belongs to no variable"),
        ("kiitos v", "{{link}} v", 3, "received.fi.sms: has a brace that belongs to no variable"),
        ("kiitos v", "{} v", 3, "received.fi.sms: has a brace that belongs to no variable"),
        ("Katso: {link} ", "", 3, "received.fi.sms: the variable link is missing"),
        ("täällä: {link}", "täällä.", 5, "received.fi.email: the variable link is missing"),
        ("soita 112.", "soita.", 3, "received.fi.sms: the emergency number 112 is missing"),
        ("soita 112.", "soita 1125.", 3, "received.fi.sms: the emergency number 112 is missing"),
        ("kiitos v", "kiitos\\u0007 v", 3, "received.fi.sms: has a control character"),
        ("kiitos v", "kiitos\\u202e v", 3, "received.fi.sms: has a control character"),
        ("kiitos v", "čiitos v", 3, "received.fi.sms: has letters that the plain alphabet"),
        ("kiitos v", "kiitos 👋 v", 3, "phones lacks: 👋"),
        ("kiitos v", f"{'kiitos ' * 12}v", 3, "received.fi.sms: takes 2 segments with"),
        ("tack f", f"{'tack ' * 15}f", 15, "received.sv.sms: takes 2 segments with"),
        ("thank y", f"{'thank ' * 70}y", 19, "received.en.sms: takes 4 segments with"),
        ("kiitos v", "lapsesi v", 3, "received.fi.sms: tells what it is about: lapsesi"),
        ("tack f", "barnskydd f", 15, "received.sv.sms: tells what it is about: barnskydd"),
        ("thank y", "Child y", 19, "received.en.sms: tells what it is about: child"),
        ("Katso: {link}", "Katso: {link} https://x.fi", 3, "sms: has an address of its own"),
        ("Katso: {link}", "Katso:{link}", 3, "received.fi.sms: the variable link stands alone"),
        ("kiitos v", "kіitos v", 3, "has letters of two alphabets in one word: kіitos"),
        ("Soita meille: {phone}", "{link} {phone}", 5, "variable phone needs a line of its own"),
        ('"Kiitos viestistäsi"', '"Avaamme {opens}"', 4, "variable opens needs a line of its own"),
        ('"Kiitos viestistäsi"', '"Kiitos\\nBcc: x"', 4, "received.fi.subject: has more than one"),
        ('"Kiitos viestistäsi"', f'"{"Kiitos " * 20}"', 4, "has more than 100 characters"),
        ("[received.fi]", "[received.fi", 2, "not readable"),
    ],
)
def test_a_wrong_text_is_named_by_its_line_and_reason(
    demo_files: Files, read_bundle: Read, old: str, new: str, line: int, reason: str
) -> None:
    assert old in OWN
    found = problems(read_bundle, demo_files, OWN.replace(old, new, 1))
    assert any(at == line and reason in said for at, said in found), found


def test_lines_inside_a_long_text_are_no_keys(demo_files: Files, read_bundle: Read) -> None:
    tricky = OWN.replace("Hei!", "[received.sv]\nsms = 1\nHei!", 1).replace("tack", "barn")
    line = tricky.split("\n").index(
        next(line for line in tricky.split("\n") if line.startswith('sms = "{county}: barn'))
    )
    found = problems(read_bundle, demo_files, tricky)
    assert (line + 1, "received.sv.sms: tells what it is about: barn") in found


def test_every_language_of_the_county_with_a_whole_catalogue_needs_the_text(
    demo_files: Files, references: Files, demo: Directory
) -> None:
    def lacking(**options: object) -> list[str]:
        files = with_own(demo_files, '[received.fi]\nsms = "' + SMS["fi"] + '"')
        with pytest.raises(BundleError) as caught:
            parse(files, **references, revision=1, holidays=demo.holidays, **options)  # type: ignore[arg-type]
        return [found.reason for found in caught.value.problems]

    assert lacking() == ["received.sv.sms: is missing", "received.en.sms: is missing"]
    further = lacking(complete_languages=("fi", "sv", "en", "se", "so"))
    assert further == [*lacking(), "received.se.sms: is missing"], "the county has no 'so'"


def test_the_subject_and_the_body_of_an_email_go_together(
    demo_files: Files, read_bundle: Read
) -> None:
    text = "".join(f'[received.{code}]\nsubject = "x"\n' for code in SMS)
    assert [reason for _, reason in problems(read_bundle, demo_files, text)] == [
        f"received.{code}.email: is missing" for code in SMS
    ]


def test_only_the_text_messages_may_be_worded(demo_files: Files, read_bundle: Read) -> None:
    text = "".join(f'[received.{code}]\nsms = "{said}"\n' for code, said in SMS.items())
    read = read_bundle(with_own(demo_files, text)).message_texts
    assert read == {"received": {code: Wording(sms=said) for code, said in SMS.items()}}


def test_a_stored_text_that_a_newer_rule_refuses_stops_nothing(
    demo: Directory, demo_files: Files, references: Files
) -> None:
    text = OWN.replace("kiitos v", "lapsesi v")
    read = parse(
        with_own(demo_files, text),
        **references,
        revision=1,
        holidays=demo.holidays,
        stored=True,
    )
    assert "lapsesi" in read.message_texts["received"]["fi"].sms
    assert kept_messages("[received", demo.county, ()) == {}


def test_everything_that_is_wrong_with_a_text_is_named_at_once() -> None:
    assert reasons("received", "fi", sms="{nimi}: lapsesi") == [
        "unknown variable nimi; those are county, link, phone, opens",
        "tells what it is about: lapsesi",
        "the variable link is missing",
        "the emergency number 112 is missing",
    ]


def test_a_text_for_staff_says_the_number_and_no_phone() -> None:
    assert variables("staff_urgent") == ("county", "link", "number")
    assert variables("staff_digest") == ("county", "link")
    assert reasons("staff_urgent", "fi", sms="Kiire {link}") == ["the variable number is missing"]
    assert reasons("staff_urgent", "fi", sms="Kiire {number}") == []
    assert reasons("staff_digest", "fi", sms="Kooste") == ["the variable link is missing"]
    assert reasons("please_call", "sv", sms="Ring {link} 112") == ["the variable phone is missing"]


def test_a_text_is_judged_with_the_longest_values_and_the_countys_name() -> None:
    assert {name: len(value) for name, value in VALUES.items() if name != "county"} == LONGEST
    fits = "{county}: {link} 112" + "x" * (160 - 9 - 2 - 48 - 4)
    assert reasons("received", "fi", sms=fits) == []
    (reason,) = reasons("received", "fi", sms=fits + "x")
    assert reason.startswith("takes 2 segments with the longest values, 161 units; at most 1")
    assert faults("received", "fi", Wording(sms=fits), {**VALUES, "link": "x" * 49})
    assert faults("received", "fi", Wording(sms="{county} {link} 112"), {**VALUES, "county": "č"})


def test_other_languages_may_take_three_segments_and_any_letter() -> None:
    assert reasons("received", "se", sms="čč {link} 112 " + "č" * 100) == []
    assert reasons("received", "ar", sms="رسالة {link} 112") == []
    assert len(reasons("received", "se", sms="{link} 112 " + "č" * 200)) == 1


@pytest.mark.parametrize(
    "text",
    [
        *("Child protection", "lastensuojelu", "Barnskyddet", "LAPSESI", "lasten", "din förälder"),
        *("sosiaalityöntekijä", "socialarbetare", "social worker", "huostaanotto", "ditt ärende"),
        *("asiasi etenee", "your case", "cases", "perheesi", "ilmoituksesi", "anma\u0308lan"),
        *("avohuolto", "erityislapsi-ilmoitus", "the team", "kunnan", "kommunen", "client"),
        *("chi\u00adld", "C H I L D child", "Pohjois-lastensuojelu", "Foraldern", "vårdnad"),
    ],
)
def test_words_that_tell_what_it_is_about_are_found(text: str) -> None:
    assert telling(text)


@pytest.mark.parametrize(
    "text",
    [
        *("In case of an emergency call 112.", "Vi svarar vardagar kl. 8-16", "huoltokatko"),
        *("vår kommunikation", "Asianmukainen", "asiointipalvelu", "Barcelona", "Kidutus"),
        *("Hätätilanteessa soita 112.", "viestisi on vastaanotettu", "värdefull", "chilled"),
        *("data protection", "reason", "lapio", "Hyvinvointialue", "välfärdsområde", "steam"),
    ],
)
def test_words_that_only_look_like_them_are_not(text: str) -> None:
    assert telling(text) == ()


def test_a_line_whose_value_is_not_known_is_left_out() -> None:
    text = "Soita: {phone}\nAvaamme {opens}.\n\n\n\nKatso {link}"
    said = {"phone": "+358 50 000 0011", "link": "https://a.example"}
    assert filled(text, said) == "Soita: +358 50 000 0011\n\nKatso https://a.example"
    assert filled(text, {**said, "opens": " \n"}) == filled(text, said)


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
PIECES = st.one_of(
    WORDS,
    st.sampled_from([f"{{{name}}}" for name in ("county", "link", "phone", "opens", "number")]),
    st.sampled_from(["{x}", "{", "}", "{0}", "{link.x}", "%(link)s", "\n", "112", "{{link}}"]),
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@st.composite
def likely_texts(draw: st.DrawFn, purpose: str) -> str:
    """Texts of which most may be sent: one line says what is needed, the others anything but another line's words."""
    known = [f"{{{name}}}" for name in variables(purpose)]
    odd = st.text(st.sampled_from("xyz  %$&<>()[]'\"\\åäö0.\n"), max_size=9)
    lines = draw(st.lists(st.lists(st.one_of(odd, st.sampled_from(known)), max_size=4), max_size=3))
    way_on = f"{draw(odd)} {{{needed(purpose)}}} 112"
    return "\n".join([*("".join(line) for line in lines), way_on])


ODD_VALUES = st.text(st.sampled_from("ab {}<>%$&\n\r\t\x00\u2028åč€\u202e"), max_size=12)


def plainly(text: str, values: dict[str, str]) -> Iterator[str]:
    """The same, written so that nothing could be interpreted: cut at the variables, value put between."""
    for line in text.split("\n"):
        pieces = re.split(r"(\{[a-z]+\})", line)
        said = [values.get(piece[1:-1], "") for piece in pieces[1::2]]
        if all(said):
            yield "".join(a + b for a, b in zip(pieces[::2], [*said, ""], strict=True)).strip()


@given(
    data=st.data(),
    purpose=st.sampled_from(PURPOSES),
    odd=st.fixed_dictionaries(dict.fromkeys(VALUES, ODD_VALUES)),
    name=st.sampled_from(FIELDS),
)
def test_a_text_holds_its_own_words_and_its_variables_and_nothing_else(
    data: st.DataObject, purpose: str, odd: dict[str, str], name: str
) -> None:
    text = data.draw(st.one_of(likely_texts(purpose), TEXTS))
    if faults(purpose, "se", Wording(**{name: text}), VALUES):
        return
    allowed = {key: odd[key] for key in variables(purpose)}
    clean = {
        key: " ".join("".join(" " if x in "\n\r\t\x00\u2028\u202e" else x for x in value).split())
        for key, value in allowed.items()
    }
    expected = re.sub(r"\n{3,}", "\n\n", "\n".join(plainly(text.strip(), clean)).strip())
    assert filled(text, allowed) == expected
    if text and name != "subject":
        way_on = needed(purpose)
        said = {"county": "A", "link": "A", "number": "A", way_on: "the way on"}
        assert "the way on" in filled(text, said), "whatever else is not known"


@given(text=likely_texts("received"), odd=st.fixed_dictionaries(dict.fromkeys(VALUES, ODD_VALUES)))
def test_a_text_message_is_never_given_more_by_being_made_plain(
    text: str, odd: dict[str, str]
) -> None:
    if not faults("received", "fi", Wording(sms=text), VALUES):
        said = sms(filled(text, odd))
        assert sms(said) == said
        assert "\n\n\n" not in said


def test_changes_of_the_texts_are_shown_and_put_upon_a_newer_revision(demo_files: Files) -> None:
    mine = with_own(demo_files, OWN)
    found = changes(demo_files, mine)
    assert {change.file for change in found} == {MESSAGES_FILE}
    assert ("received.en.subject",) in {change.key for change in found}
    newest = {**demo_files, "counties.csv": demo_files["counties.csv"] + "05,,+358500000299,,\n"}
    assert rebased(demo_files, mine, newest) == {**newest, MESSAGES_FILE: OWN}
    with pytest.raises(Conflicting):
        rebased(demo_files, mine, with_own(demo_files, OWN.replace("kiitos", "suurkiitos")))
    without = {name: text for name, text in mine.items() if name != MESSAGES_FILE}
    assert rebased(mine, without, {**mine})[MESSAGES_FILE] == ""


def test_the_page_tells_of_every_purpose_and_every_limit() -> None:
    section = PAGE.read_text("utf-8").split("\n## messages.toml\n")[1].split("\n## ")[0]
    assert {purpose for purpose in PURPOSES if f"`{purpose}`" not in section} == set()
    assert {name for name in LONGEST if f"`{{{name}}}`" not in section} == set()
    assert {size for size in LONGEST.values() if f"{size}" not in section} == set()
