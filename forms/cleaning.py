"""What arrives is cleaned before it is judged: nothing invisible stays, nothing visible is lost."""

from __future__ import annotations

import re
import unicodedata

#: Bidirectional controls, zero-width spaces and marks, soft hyphen, BOM. The joiners U+200C and U+200D stay
#: in running text, where scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_JOINERS = re.compile("[\u200c\u200d]")
_SPACES = re.compile(r"[^\S\n]+")


def running_text(raw: str | None) -> str | None:
    """Free text: LF line ends, NFC, no control or bidirectional characters, trimmed."""
    if raw is None:
        return None
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    kept = "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Cn"}
    )
    return kept.strip()


def one_line(raw: str | None) -> str | None:
    """A short answer: as running text, on one line, with single spaces and no joiners."""
    text = running_text(raw)
    if text is None:
        return None
    return _SPACES.sub(" ", _JOINERS.sub("", text).replace("\n", " ")).strip()
