"""The gettext catalogues, read from their `.po` files into memory: no build step, no stale `.mo`.

Flask-free: pages and messages speak from the same catalogues.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).resolve().parent.parent / "translations"
#: The languages of the house, the default first.
LANGUAGES = ("fi", "sv", "en")
#: Message ids are English, so this catalogue may leave texts out.
SOURCE_LANGUAGE = "en"


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@lru_cache
def translations(language: str) -> Translations:
    """The catalogue of a language. Raises FileNotFoundError where there is none."""
    with path_of(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(fp=compiled)
