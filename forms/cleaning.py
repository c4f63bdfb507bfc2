"""What arrives is cleaned before it is judged: nothing invisible stays, nothing visible is lost."""

from __future__ import annotations

import re
import unicodedata

#: Bidirectional controls, zero-width spaces and marks, soft hyphen, BOM. The joiners U+200C and U+200D stay
#: in running text, where scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
#: Control characters but tab and line feed, halves of surrogate pairs, code points that are no characters.
#: Unassigned ones stay: they are the emoji of a telephone that is newer than our tables.
_NO_TEXT = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)
#: Every other way of ending a line: CR, vertical tab, form feed, NEL, line and paragraph separators.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_JOINERS = re.compile("[\u200c\u200d]")
_SPACES = re.compile(r"[^\S\n]+")


def running_text(raw: str | None) -> str | None:
    """Free text: LF line ends, NFC, no control or bidirectional characters, trimmed. Joiners alone are no text."""
    if raw is None:
        return None
    text = _NO_TEXT.sub("", _INVISIBLE.sub("", _LINE_ENDS.sub("\n", raw)))
    # Composed last: what was taken out may have stood between a letter and its accent.
    text = unicodedata.normalize("NFC", text).strip()
    return text if _JOINERS.sub("", text).strip() else ""


def one_line(raw: str | None) -> str | None:
    """A short answer: as running text, on one line, with single spaces and no joiners."""
    text = running_text(raw)
    if text is None:
        return None
    joined = unicodedata.normalize("NFC", _JOINERS.sub("", text))
    return _SPACES.sub(" ", joined.replace("\n", " ")).strip()
