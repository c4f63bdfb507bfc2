"""The one link of a text stands alone, and nothing else looks like an address."""

from __future__ import annotations

import pytest

from casework.message_texts import Wording, faults, longest

VALUES = longest("Esimerkki")
ADDRESS = "has an address of its own; the variable link is the only one"
GLUED = (
    "the variable link stands alone between blanks; only a full stop, comma or bracket may follow"
)


def reasons(text: str) -> list[str]:
    return [fault.reason for fault in faults("received", "fi", Wording(email=text), VALUES)]


@pytest.mark.parametrize(
    "text",
    [
        *("x{link} 112", "{link}.evil 112", "{link}@evil 112", "{link}/x 112", "evil/{link} 112"),
        *("{link}{link} 112", "({link} 112", "{link}: 112", "{link}.{county} 112"),
        *("{link}\u200d 112", "{county}{link} 112", "{link}? 112", "{link}112"),
    ],
)
def test_a_link_with_anything_before_or_after_it_is_refused(text: str) -> None:
    assert GLUED in reasons(text)


@pytest.mark.parametrize(
    "text",
    [
        *("{link}", "Katso {link}", "{link}\n112", "Katso\n{link}\n112", "{link}.", "{link}, 112"),
        *("(katso {link}) 112", "(Katso {link}).", "{link}\u00a0112", "Katso: {link} 112"),
    ],
)
def test_a_link_between_blanks_may_end_a_sentence(text: str) -> None:
    assert reasons(f"112 {text}") == []


@pytest.mark.parametrize(
    "words",
    [
        *("bit.ly/3xYz", "omakanta-turva.com/x", "sosku@example.org", "www.x", "http://1.2.3.4"),
        *(
            "EVIL.FI",
            "t.co/x",
            "t.ex/x",
            "t.ex.evil.fi",
            "a1.fi",
            "112.fi",
            "(evil.fi)",
            "почта.рф",
        ),
        *("evil\uff0efi", "x\uff20y", "{county}.fi", "evil.{county}", "{phone}@x", "xn--a.xn--b"),
        *("evil.fi.", "klo 8.fi.evil", "hei.kiitos"),
    ],
)
def test_what_looks_like_an_address_is_refused(words: str) -> None:
    assert ADDRESS in reasons(f"{words}\n{{link}} 112")


@pytest.mark.parametrize(
    "words",
    [
        *(
            "esim.",
            "klo 8.30",
            "kl. 8.00-16.15",
            "t.ex.",
            "(t.ex. i dag)",
            "t.ex",
            "bl.a.",
            "m.fl.",
        ),
        *(
            "fr.o.m. 1.12.",
            "o.s.v.",
            "e.g. now",
            "i.e., so",
            "8.30am",
            "ma.-pe.",
            "ma. klo 9",
            "jne.",
        ),
        *(
            "Kiitos. Hei.",
            "Avaamme {opens}.",
            "{county}.",
            "{county}, {phone}.",
            "1.12.2026",
            "a.m.",
        ),
        *("Hei...", "Hei…", "p. 112", "o.dyl.", "Ph.D.", "2.5 h", "ti 3.3. klo 9.00."),
    ],
)
def test_honest_words_with_full_stops_are_no_address(words: str) -> None:
    assert reasons(f"{words}\n{{link}} 112") == []


@pytest.mark.parametrize("field", ["sms", "subject", "email"])
def test_a_word_of_two_alphabets_is_refused_in_each_part(field: str) -> None:
    said = Wording(**{field: "L\u0430psesi {link} 112"})
    found = [(one.field, one.reason) for one in faults("received", "en", said, VALUES)]
    assert (field, "has letters of two alphabets in one word: L\u0430psesi") in found


@pytest.mark.parametrize(
    "word", ["pikkulapsesi", "sijaisperheesi", "tukiperheestä", "turvakieltosi", "L A P S I"]
)
def test_a_telling_end_of_a_word_is_refused(word: str) -> None:
    (reason,) = reasons(f"Uutta: {word}\n{{link}} 112")
    assert reason.startswith("tells what it is about: ")
