"""Reading and writing `messages.toml`: the neutral texts that a county words itself.

    [received.fi]                        a purpose and a language
    sms = "{county}: ..."                each of the three may be left out, subject and email together:
    subject = "..."                      then the shipped text stands for it
    email = \"\"\"...\"\"\"

What may stand in a text, and what is wrong with one, `casework.message_texts` knows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from casework.bundle_tables import BundleError, Problems
from casework.bundle_toml import Reader, load, toml
from casework.directory import County
from casework.message_texts import (
    FIELDS,
    LANGUAGES,
    PURPOSES,
    Wording,
    Wordings,
    faults,
    longest,
    tidy,
)

MESSAGES_FILE: Final = "messages.toml"
_TOGETHER: Final = frozenset({"subject", "email"})
_HEADING: Final = "# The county's own texts of messages; what is not here is shipped."


def read_messages(
    text: str | None, county: County, complete: Collection[str], problems: Problems
) -> Wordings:
    """The county's wordings by purpose and language; {} without a file.

    `complete`: languages with a whole catalogue. Those of them that are the county's need a wording wherever
    another language has one, and so do Finnish, Swedish and English.
    """
    if text is None:
        return {}
    reader = load(MESSAGES_FILE, text, problems)
    for name in reader.data:
        if name not in PURPOSES:
            reader.wrong(name, "unknown key")
    needed = [*LANGUAGES, *(x for x in county.languages if x in complete and x not in LANGUAGES)]
    known = dict.fromkeys((*needed, *county.languages))
    found: dict[str, Mapping[str, Wording]] = {}
    for purpose in PURPOSES:
        table = reader.table(purpose)
        reader.only(purpose, table, known)
        read = {x: _wording(reader, f"{purpose}.{x}", table[x]) for x in known if x in table}
        if read:
            _check_lacks(reader, purpose, read, needed)
            _check_texts(reader, purpose, read, county)
            found[purpose] = read
    return found


def kept_messages(text: str | None, county: County, complete: Collection[str]) -> Wordings:
    """The wordings of a stored bundle, whatever would be said of them today: at worst none.

    Each is judged anew when a message is made, so that no rule of a newer version can stop one.
    """
    try:
        return read_messages(text, county, complete, Problems())
    except BundleError:
        return {}


def dump_messages(wordings: Wordings) -> str:
    """The file, the same for equal wordings."""
    lines = [_HEADING]
    for purpose in PURPOSES:
        for language, wording in sorted(wordings.get(purpose, {}).items()):
            said = {name: getattr(wording, name) for name in FIELDS}
            lines += ["", f"[{purpose}.{language}]"]
            lines += [f"{name} = {_quoted(text)}" for name, text in said.items() if text]
    return "\n".join(lines) + "\n"


def _wording(reader: Reader, path: str, found: object) -> Wording:
    table = reader.table(path, found)
    reader.only(path, table, FIELDS)
    said = {
        name: reader.read(f"{path}.{name}", table[name], _text, "")
        for name in FIELDS
        if name in table
    }
    return Wording(**said)


def _text(text: str) -> str:
    if not tidy(text):
        raise ValueError("is empty")
    return tidy(text)


def _check_lacks(
    reader: Reader, purpose: str, read: Mapping[str, Wording], needed: Collection[str]
) -> None:
    """What one language says, all say: else two people would get two kinds of text."""
    said = {name for wording in read.values() for name in FIELDS if getattr(wording, name)}
    if said & _TOGETHER:
        said |= _TOGETHER
    for language in dict.fromkeys((*needed, *read)):
        wording = read.get(language, Wording())
        for name in FIELDS:
            if name in said and not getattr(wording, name):
                reader.wrong(f"{purpose}.{language}.{name}", "is missing")


def _check_texts(reader: Reader, purpose: str, read: Mapping[str, Wording], county: County) -> None:
    for language, wording in read.items():
        values = longest(sender_name(county, language))
        for fault in faults(purpose, language, wording, values):
            reader.wrong(f"{purpose}.{language}.{fault.field}", fault.reason)


def sender_name(county: County, language: str) -> str:
    """Who messages in this language say they are from."""
    names = county.sender_names
    return names.get(language) or next(iter(names.values()), "")


def _quoted(text: str) -> str:
    """A text as TOML, of several lines where it has them."""
    if "\n" not in text:
        return toml(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""\n{escaped}"""'
