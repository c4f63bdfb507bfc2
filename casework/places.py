"""Finding a place by what a person typed: a name in any of its languages, or a postal code.

Pure text: which place answers for a code on a day is the directory's to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

# Letters of the Sámi languages that have no canonical decomposition.
_LETTERS: Final = str.maketrans({"đ": "d", "ŋ": "n", "ŧ": "t", "ǥ": "g", "ʒ": "z"})
#: Written inside a name or left out of it: 'S:t Karins', 'St. Karins'.
_NO_SPACE: Final = frozenset(":.'\u2019\u02bc")
#: No name is longer; what is pasted is not searched for.
_LONGEST: Final = 200
#: Fewer letters than this begin too many words for the word to be what was meant.
_LEAST_OF_A_WORD: Final = 3
#: Of a list of names these are looked for.
_MOST_NAMES: Final = 4
#: Between two names of one place, as road signs write them: 'Maarianhamina/Mariehamn'.
_BETWEEN: Final = re.compile(r"[/,;()\n]|\s[-\u2013]\s")
# `\d` is a decimal digit of any script, so what an Arabic keyboard writes counts and a raised 2 does not.
_POSTAL_CODE: Final = re.compile(
    r"(?<![^\s,;(])(?:[a-z]{1,3}-)?(\d{5}|\d{2}\s\d{3}|\d{3}\s\d{2})(?![^\s,;)])", re.IGNORECASE
)


def folded(text: str) -> str:
    """`text` for comparing names: no case, diacritics or punctuation, single spaces between words."""
    # Taken apart first: letters such as the mathematical A have a case only then.
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (_kept(letter) for letter in bare.translate(_LETTERS))
    return " ".join("".join(kept).split())


def _kept(letter: str) -> str:
    """The letter; nothing for marks and what nobody sees; a space for all that parts words."""
    if letter.isalnum():
        return letter
    unseen = unicodedata.category(letter) in {"Mn", "Me", "Mc", "Cf"}
    return "" if unseen or letter in _NO_SPACE else " "


def postal_code_in(text: str) -> tuple[str, str]:
    """The Finnish postal code that `text` holds, five ASCII digits, and the words beside it.

    '' where there is none. '65100', '65 100', 'FI-65100' and '65100 Vaasa' hold one; a number of
    another length does not, and nothing is guessed.
    """
    found = _POSTAL_CODE.search(text[:_LONGEST])
    if found is None:
        return "", text
    digits = (c for c in found.group(1) if not c.isspace())
    beside = text[: found.start()] + " " + text[found.end() :]
    return "".join(str(unicodedata.decimal(c)) for c in digits), beside


@dataclass(frozen=True, slots=True)
class Names:
    """The names of places, folded once so that a search costs microseconds."""

    _folded: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, names: Mapping[str, Iterable[str]]) -> Names:
        """From each place's code to its names in whatever languages."""
        entries = ((code, tuple({folded(name) for name in names[code]})) for code in sorted(names))
        return cls(tuple(entries))

    def codes(self, text: str) -> tuple[str, ...]:
        """Codes of places called `text`, else of those whose name begins with it, else a word in it.

        Two names at once find both. In order of code; empty for an empty text.
        """
        if len(text) > _LONGEST:
            return ()
        found = self._called(folded(text))
        if not found:
            parts = (self._called(folded(part)) for part in _BETWEEN.split(text)[:_MOST_NAMES])
            found = [code for part in parts for code in part]
        return tuple(sorted(set(found)))

    def _called(self, wanted: str) -> list[str]:
        if not wanted:
            return []
        whole = [code for code, names in self._folded if wanted in names]
        return whole or self._beginning(wanted, "") or self._within(wanted)

    def _within(self, wanted: str) -> list[str]:
        return self._beginning(wanted, " ") if len(wanted) >= _LEAST_OF_A_WORD else []

    def _beginning(self, wanted: str, before: str) -> list[str]:
        start = before + wanted
        return [
            code
            for code, names in self._folded
            if any(start in name if before else name.startswith(start) for name in names)
        ]
