"""How many segments an SMS takes on the air, and how to keep it in the plain alphabet.

Source: 3GPP TS 23.038 (alphabets) and TS 23.040 (concatenation). A text in the GSM-7 alphabet holds
160 septets in one segment and 153 in each of several; any other text is UCS-2 with 70 and 67 code
units. An escaped pair (the euro sign, brackets) or a surrogate pair (emoji) never straddles two
segments, so a long text can need one more than dividing its length would tell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED: Final = frozenset("\f^{}\\[~]|€")

#: Typography that a phone's plain alphabet lacks -> what a person would type instead. Letters are
#: never replaced: another letter is another word. The joiner that holds emoji together stays.
_PLAIN: Final = str.maketrans(
    dict.fromkeys("\t\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u00ad\u200b\u2060\ufeff", "")
    | {"\u2026": "..."}
)


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets (GSM-7) or UTF-16 code units (UCS-2); an empty text takes 0 segments."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    count: int


def segments(text: str) -> Segments:
    """The encoding that a text needs, its length in that encoding, and how many segments it takes."""
    if _BASIC.issuperset(text) or (_BASIC | _ESCAPED).issuperset(text):
        widths = [2 if letter in _ESCAPED else 1 for letter in text]
        return Segments("GSM-7", sum(widths), _packed(widths, alone=160, joined=153))
    widths = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    return Segments("UCS-2", sum(widths), _packed(widths, alone=70, joined=67))


def plain_sms(text: str) -> str:
    """The same text with plain spaces, hyphens and quotes, and letters composed; all else unchanged.

    Applying it twice changes nothing more.
    """
    one_kind_of_line = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", one_kind_of_line).translate(_PLAIN)


def _packed(widths: Sequence[int], *, alone: int, joined: int) -> int:
    """How many segments hold characters of these widths, none of them cut in two."""
    if sum(widths) <= alone:
        return 1 if widths else 0
    count, room = 1, joined
    for width in widths:
        if width > room:
            count, room = count + 1, joined
        room -= width
    return count
