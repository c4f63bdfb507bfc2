"""A made-up language from right to left: every text in letters that nobody can take for English.

It proves that a page leaves no text out, and that it stands in a language like Arabic, with its six plurals.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from webapp import catalogues

CODE = "ar"
#: As the county writes it: what the language needs in `county.toml`.
NAME = "بنكح"
#: Arabic letters alone, as many as the Latin alphabet has: text made of them runs from right to left.
_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنه"
_TABLE = str.maketrans(string.ascii_letters, _LETTERS * 2)
#: A place for a value, or a percent sign.
_PLACE = re.compile(r"(%\(\w+\)[sd]|%%)")
_PATTERNS = {catalogues.DAY_PATTERN, catalogues.CLOCK_PATTERN}


def said(text: str) -> str:
    """A text in the made-up language; the places for its values stay."""
    return "".join(
        part if _PLACE.fullmatch(part) else part.translate(_TABLE) for part in _PLACE.split(text)
    )


def texts() -> Iterator[str]:
    """Every text of the house in English."""
    for entry in catalogues.read(catalogues.known()[catalogues.SOURCE_LANGUAGE]):
        yield from (entry.id,) if isinstance(entry.id, str) else entry.id


def write(folder: Path) -> None:
    """Write the catalogue as one that a county adds: `<folder>/ar/LC_MESSAGES/messages.po`."""
    made = Catalog(locale=CODE)
    for entry in catalogues.read(catalogues.known()[catalogues.SOURCE_LANGUAGE]):
        if isinstance(entry.id, str):
            made.add(entry.id, entry.id if entry.id in _PATTERNS else said(entry.id))
        else:
            one, many = (said(text) for text in entry.id)
            # Zero, one, two, few, many, other.
            forms = tuple(one if place == 1 else many for place in range(made.num_plurals))
            made.add(entry.id, forms, flags=entry.flags)
    path = folder / CODE / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, made, width=0)
