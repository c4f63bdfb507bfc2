"""The gettext catalogues, read from their `.po` files into memory: no build step, no stale `.mo`.

A language is a catalogue and nothing else: `<code>/LC_MESSAGES/messages.po` in `translations/`, or in one more
folder (`use`). What gettext has no place for stands in its header; without one it is a complete language:

    Language: se                    the tag of its pages, where that is not the folder's name
    X-Luotsi-Pages: public.start    partial: these pages alone, by endpoint, parted by blanks
    X-Luotsi-Based-On: fi           the complete language that says what a partial one does not

Flask-free: pages and messages speak from the same catalogues.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import Translations

FOLDER = Path(__file__).resolve().parent.parent / "translations"
#: Message ids are English, so this catalogue may leave texts out.
SOURCE_LANGUAGE = "en"
#: Message ids that are patterns of date and time (Unicode LDML), which a language writes in its own way.
DAY_PATTERN, CLOCK_PATTERN = "EEEE d MMMM y", "HH:mm"
#: The house's own languages in their order, the default first; further ones follow by code.
_ORDER = ("fi", "sv", "en")

_PLACE = "*/LC_MESSAGES/messages.po"
_CODE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{2,8})*")
#: The header is an entry with an empty id, and nothing but comments stands before it.
_HEADER = re.compile(r'\A(?:#.*\n|\s*\n)*msgid ""\nmsgstr ""\n((?:".*"\n)*)')
_HEADER_LINE = re.compile(r'"([A-Za-z-]+): (.*)\\n"')


class CatalogueError(ValueError):
    """A catalogue cannot be used; the text is one line that names the file."""


@dataclass(frozen=True, slots=True)
class Language:
    """What is known of a language before its texts are read.

    `code` stands in addresses, `tag` (BCP 47) in `lang` and `hreflang`. `pages` are the endpoints that a
    partial language has, None for a complete one; `based_on` is '' or the code of a complete language.
    """

    code: str
    tag: str
    path: Path
    pages: frozenset[str] | None
    based_on: str
    locale: Locale

    @property
    def is_complete(self) -> bool:
        return self.pages is None

    @property
    def direction(self) -> str:
        """'ltr' or 'rtl'."""
        return str(self.locale.text_direction)

    def has(self, endpoint: str) -> bool:
        return self.pages is None or endpoint in self.pages


class _Loaded(NamedTuple):
    own_name: str
    texts: Translations


_further = ""


def use(folder: str | Path) -> None:
    """Look for further catalogues in `folder` too; '' for none. Before processes are forked, and never after.

    Raises CatalogueError where the folder or a catalogue in it cannot be used.
    """
    global _further
    if str(folder) != _further:
        find(folder)
        _further = str(folder)
        known.cache_clear()
        _loaded.cache_clear()
        translations.cache_clear()


@lru_cache(maxsize=1)
def known() -> Mapping[str, Language]:
    """Every language by code."""
    return find(_further)


def find(further: str | Path) -> dict[str, Language]:
    """The languages of the house, and after them those of a folder ('' for none), which replace none of ours.

    Raises CatalogueError where the folder or the header of a catalogue cannot be read.
    """
    found: dict[str, Language] = {}
    for folder in (FOLDER, *([Path(further)] if str(further) else [])):
        if not folder.is_dir():
            raise CatalogueError(f"{folder} is no folder")
        headers = [_read_header(path) for path in folder.glob(_PLACE)]
        for language in sorted(headers, key=lambda one: (_place(one.code), one.code)):
            found.setdefault(language.code, language)
    for language in found.values():
        base = found.get(language.based_on)
        if language.based_on and (base is None or not base.is_complete):
            raise CatalogueError(f"{language.path}: based on no complete language")
    return found


def complete() -> tuple[str, ...]:
    """The codes of the languages that have every page."""
    return tuple(code for code, language in known().items() if language.is_complete)


def base(code: str) -> str:
    """The complete language of a known one: itself, or what it is based on; the default where it is on none."""
    language = known()[code]
    return code if language.is_complete else language.based_on or complete()[0]


def own_name(code: str) -> str:
    """What the language calls itself: 'Suomeksi', 'På svenska'."""
    return _loaded(code).own_name


@lru_cache
def translations(code: str) -> Translations:
    """The texts of a language, and those of its base where it has none.

    Raises KeyError for an unknown language, CatalogueError where its file cannot be read.
    """
    texts = _loaded(code).texts
    if known()[code].based_on:
        texts.add_fallback(translations(known()[code].based_on))
    return texts


@lru_cache
def _loaded(code: str) -> _Loaded:
    language = known()[code]
    catalogue = read(language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    texts = Translations(fp=compiled)
    # Asked before the base is joined: its name is not this language's.
    name = str(texts.gettext("In English"))
    if name == "In English" and code != SOURCE_LANGUAGE:
        name = str(language.locale.display_name) if language.tag == str(language.locale) else code
    return _Loaded(name, texts)


def read(language: Language) -> Catalog:
    """A language's catalogue, entry by entry. Raises CatalogueError."""
    try:
        with language.path.open("rb") as file:
            return read_po(file, locale=language.locale, abort_invalid=True)
    except (OSError, PoFileError, ValueError) as error:
        raise CatalogueError(f"{language.path}: {error}") from None


def _read_header(path: Path) -> Language:
    code = path.parent.parent.name
    if not _CODE.fullmatch(code):
        raise CatalogueError(f"{path}: '{code}' is no language code, as fi or zh-hant")
    try:
        header = _HEADER.match(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: {error}") from None
    said = dict(_HEADER_LINE.findall(header[1])) if header else {}
    tag = said.get("Language", "").strip().replace("_", "-") or code
    pages, based_on = said.get("X-Luotsi-Pages"), said.get("X-Luotsi-Based-On", "").strip()
    return Language(
        code=code,
        tag=tag,
        path=path,
        pages=None if pages is None else frozenset(pages.split()),
        based_on=based_on,
        locale=_locale(tag, based_on, SOURCE_LANGUAGE),
    )


def _locale(*tags: str) -> Locale:
    """Dates, plurals and direction as Babel knows them: of the first of the tags that it knows."""
    for tag in filter(None, tags):
        with suppress(UnknownLocaleError, ValueError):
            return Locale.parse(tag, sep="-")
    raise AssertionError("Babel knows English")


def _place(code: str) -> int:
    return _ORDER.index(code) if code in _ORDER else len(_ORDER)
