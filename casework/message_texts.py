"""The neutral texts that a county words itself: what may stand in them, what is wrong with one, and filling it.

A text holds words and four variables, for staff a fifth: {county} {link} {phone} {opens} {number}. They are read by
a parser of our own, for `str.format` would reach into objects; a value is put in once and never read again. A line
with a variable that has no value is left out, such as the opening time while somebody answers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from casework.sms_segments import plain_sms, segments
from casework.telling_words import disguised, telling

#: Who reads which text, by the purposes of `casework.messages.Purpose`.
FOR_SENDERS: Final = ("received", "something_new", "please_call")
FOR_STAFF: Final = (
    *("staff_new", "staff_urgent", "staff_reminder", "staff_escalation", "staff_due"),
    *("staff_digest", "staff_undeliverable"),
)
PURPOSES: Final = (*FOR_SENDERS, *FOR_STAFF)
#: The languages in which a county words every text that it words itself.
LANGUAGES: Final = ("fi", "sv", "en")
FIELDS: Final = ("sms", "subject", "email")
#: Languages whose SMS must be plain and one segment; others may take more and any letter.
PLAIN_LANGUAGES: Final = frozenset({"fi", "sv"})
MOST_SEGMENTS: Final = 3
#: What a text is judged with before its link, phone and time are known, in characters: longer ones are rare.
LONGEST: Final[Mapping[str, int]] = {"link": 48, "phone": 17, "opens": 30, "number": 9}
LONGEST_SUBJECT: Final = 100
LONGEST_EMAIL: Final = 2000

_SENDERS_VARIABLES: Final = ("county", "link", "phone", "opens")
#: What a text has to say for its reader to know the way on; staff are told the number.
_NEEDED: Final[Mapping[str, str]] = {
    "received": "link",
    "something_new": "link",
    "please_call": "phone",
    # It concerns many cases or none.
    "staff_digest": "link",
}
_VARIABLE: Final = re.compile(r"\{([a-z]+)\}")
_EMERGENCY: Final = re.compile(r"(?<!\d)112(?!\d)")
#: What a phone or a mail program may make a link of, whether or not there is such an ending.
_ADDRESS: Final = re.compile(r"://|\bwww\.|@|(?:[^\W\d_][\w-]*|\d{3,})\.[^\W\d_]{2}", re.IGNORECASE)
#: Abbreviations that look like an address as long as nothing follows.
_NO_ADDRESS: Final = re.compile(
    r"(?<!\S)\(?(?:t\.ex|m\.fl|[oe]\.dyl)\.?(?=[,;:)]?(?:\s|$))", re.IGNORECASE
)
#: With anything else before or after it, it would be another address.
_GLUED_LINK: Final = re.compile(r"(?<=\S)\{link\}|\{link\}(?!\)?[.,]?(?:\s|$))")
#: Invisible marks that some scripts are not written without.
_MARKS: Final = frozenset("\u200c\u200d\u200e\u200f")


@dataclass(frozen=True, slots=True)
class Wording:
    """One purpose in one language, in the county's words; the shipped text stands for what is empty."""

    sms: str = ""
    subject: str = ""
    email: str = ""


#: Purpose to language to wording.
Wordings = Mapping[str, Mapping[str, Wording]]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a field of a wording is not used. The reason is English and quotes the county's own words at most."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """One field under judgement: whose text it is, and the values it is tried with."""

    purpose: str
    language: str
    name: str
    text: str
    values: Mapping[str, str] = field(repr=False)

    @property
    def needed(self) -> str:
        return needed(self.purpose)


def variables(purpose: str) -> tuple[str, ...]:
    """What a text of this purpose may hold."""
    if purpose in FOR_SENDERS:
        return _SENDERS_VARIABLES
    # A number would be empty where a text concerns no one case.
    number = () if purpose == "staff_digest" else ("number",)
    return ("county", "link", *number)


def needed(purpose: str) -> str:
    """The variable without which a text of this purpose leads nowhere."""
    return _NEEDED.get(purpose, "number")


def longest(county: str) -> dict[str, str]:
    """Values with which a text is judged at import: the county's own name, and the longest of the others."""
    return {"county": county} | {name: "0" * length for name, length in LONGEST.items()}


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables; each value on one line, and as it is whatever it looks like.

    Lines with a variable that has no value are left out. Raises ValueError for a brace that is no variable's.
    """
    lines = (_line(line, values) for line in text.split("\n"))
    return tidy("\n".join(line for line in lines if line is not None))


def sms(text: str) -> str:
    """As a text message goes out: plain typography, single spaces."""
    return tidy(re.sub(" {2,}", " ", plain_sms(text)))


def tidy(text: str) -> str:
    """Without blanks around lines and around the whole, and with one empty line between paragraphs at most."""
    lines = (line.strip() for line in text.strip().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def one_line(value: str) -> str:
    """A value without line breaks and other control characters."""
    return " ".join("".join(" " if _is_control(x) else x for x in value).split())


def faults(
    purpose: str, language: str, wording: Wording, values: Mapping[str, str]
) -> tuple[Fault, ...]:
    """What is wrong with a wording when it says these values; () where it may be sent. What is empty is shipped."""
    found = []
    for name in FIELDS:
        text = getattr(wording, name)
        if text:
            judged = _Judged(purpose, language, name, text, values)
            found += [Fault(name, reason) for reason in _reasons(judged)]
    return tuple(found)


def name_faults(name: str) -> Iterator[str]:
    """What is wrong with who messages say they are from, as reasons; it is put into each of them."""
    if not one_line(name):
        yield "is empty"
    if "\n" in name:
        yield "has more than one line"
    if any(_is_control(letter) and letter != "\n" for letter in name):
        yield "has a control character"
    yield from _telling(name)


def sms_faults(language: str, said: str) -> Iterator[str]:
    """What is wrong with the size and the letters of a text message in this language, as reasons."""
    took = segments(said)
    if language in PLAIN_LANGUAGES and took.encoding != "GSM-7":
        yield f"has letters that the plain alphabet of phones lacks: {_odd(said)}"
    most = 1 if language in PLAIN_LANGUAGES else MOST_SEGMENTS
    if took.count > most:
        yield f"takes {took.count} segments with the longest values, {took.units} units; at most {most}"


def _line(line: str, values: Mapping[str, str]) -> str | None:
    parts = _VARIABLE.split(line)
    if any("{" in words or "}" in words for words in parts[::2]):
        raise ValueError("a brace that is no variable's")
    said = [one_line(values.get(name, "")) for name in parts[1::2]]
    if not all(said):
        return None
    return "".join(x for pair in zip(parts[::2], [*said, ""], strict=True) for x in pair)


def _reasons(judged: _Judged) -> list[str]:
    unreadable = list(_unreadable(judged))
    # What cannot be filled has no size.
    return [*unreadable, *_words(judged), *_lacks(judged), *(() if unreadable else _size(judged))]


def _unreadable(judged: _Judged) -> Iterator[str]:
    """What keeps a text from being read at all."""
    allowed = variables(judged.purpose)
    for name in dict.fromkeys(_VARIABLE.findall(judged.text)):
        if name not in allowed:
            yield f"unknown variable {name}; those are {', '.join(allowed)}"
    bare = _VARIABLE.sub("", judged.text)
    if "{" in bare or "}" in bare:
        yield "has a brace that belongs to no variable"
    if any(_is_control(letter) and letter != "\n" for letter in judged.text):
        yield "has a control character"
    if judged.name == "subject" and "\n" in judged.text:
        yield "has more than one line"


def _words(judged: _Judged) -> Iterator[str]:
    """What a text says that it must not."""
    if _GLUED_LINK.search(judged.text):
        yield "the variable link stands alone between blanks; only a full stop, comma or bracket may follow"
    if _has_address(judged.text):
        yield "has an address of its own; the variable link is the only one"
    yield from _telling(_VARIABLE.sub(" ", judged.text))


def _has_address(text: str) -> bool:
    """Whether anything but the link looks like an address; the other values are letters beside a full stop too."""
    said = _VARIABLE.sub("xx", text.replace("{link}", " "))
    return _ADDRESS.search(_NO_ADDRESS.sub(" ", unicodedata.normalize("NFKC", said))) is not None


def _telling(text: str) -> Iterator[str]:
    for word in telling(text):
        yield f"tells what it is about: {word}"
    for word in disguised(text):
        yield f"has letters of two alphabets in one word: {word}"


def _lacks(judged: _Judged) -> Iterator[str]:
    """What a text does not say, or would not always say, though its reader needs it."""
    bodies = judged.name != "subject"
    if bodies and judged.needed not in _VARIABLE.findall(judged.text):
        yield f"the variable {judged.needed} is missing"
    emergency = bodies and judged.purpose in FOR_SENDERS
    if emergency and not _EMERGENCY.search(judged.text):
        yield "the emergency number 112 is missing"
    for line in judged.text.split("\n"):
        found = set(_VARIABLE.findall(line))
        loose = sorted(found & {"phone", "opens"} - {judged.needed})
        vital = judged.needed in found or (emergency and _EMERGENCY.search(line)) or not bodies
        if loose and vital:
            yield f"the variable {loose[0]} needs a line of its own: without a value its line is left out"


def _size(judged: _Judged) -> Iterator[str]:
    """What is too long, when every variable has its value."""
    said = filled(judged.text, judged.values)
    if judged.name == "subject" and len(said) > LONGEST_SUBJECT:
        yield f"has more than {LONGEST_SUBJECT} characters"
    if judged.name == "email" and len(said) > LONGEST_EMAIL:
        yield f"has more than {LONGEST_EMAIL} characters"
    if judged.name == "sms":
        yield from sms_faults(judged.language, sms(said))


def _odd(text: str) -> str:
    return " ".join(dict.fromkeys(x for x in text if segments(x).encoding != "GSM-7"))


def _is_control(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and letter not in _MARKS
