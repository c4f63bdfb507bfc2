"""Neutral texts: from a purpose and a language to the words that leave the house.

The templates in templates/messages/ get county, link, phone and opening time, and staff texts the
opaque case number; any other word is refused here, so no name, topic or place can slip in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from casework.sms_segments import plain_sms
from webapp.catalogues import known, translations

_ROOT: Final = Path(__file__).resolve().parents[2]
_TEMPLATES: Final = _ROOT / "templates" / "messages"
#: Purpose -> the template that holds its subject, its SMS and its e-mail.
PURPOSES: Final[Mapping[str, str]] = {
    "received": "received.txt",
    "something_new": "something_new.txt",
    "please_call": "please_call.txt",
    "staff_new": "staff_new.txt",
    "staff_urgent": "staff_urgent.txt",
    "staff_reminder": "staff_reminder.txt",
    "staff_due": "staff_due.txt",
    "staff_digest": "staff_digest.txt",
}
_SENDER_WORDS: Final = frozenset({"county", "link", "phone", "opens"})
_STAFF_WORDS: Final = _SENDER_WORDS | {"number"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """Plain strings. `subject` is empty for SMS; an e-mail's body has blank lines between paragraphs."""

    subject: str
    body: str = field(repr=False)


def render(
    purpose: str, language: str, channel: Literal["sms", "email"], words: Mapping[str, str]
) -> Rendered:
    """The text of `purpose` in `language`, one that has a catalogue.

    `words`: county (the sender's name in that language), link (the one public link), phone and opens
    (an adverb of time such as 'maanantaina 17.8. klo 8.00'), each '' or absent when not said; for
    staff also number (the opaque case number). Raises ValueError for an unknown purpose or language, a
    word too many or too few, or a word with a line break.
    """
    if purpose not in PURPOSES or language not in known():
        raise ValueError(f"no text for {purpose!r} in {language!r}")
    context = _checked(purpose, words)
    if channel == "sms":
        return Rendered("", plain_sms(_block(purpose, language, "sms", context)))
    return Rendered(
        _block(purpose, language, "subject", context),
        _block(purpose, language, "email", context),
    )


def render_html(subject: str, body: str, language: str) -> str:
    """The same e-mail as a plain page: escaped, no remote content, its language declared."""
    paragraphs = [part.splitlines() for part in body.split("\n\n")]
    spoken = known().get(language, known()["en"])
    template = _environment(translations(spoken.code)).get_template("mail.html")
    return template.render(subject=subject, paragraphs=paragraphs, spoken=spoken)


def _checked(purpose: str, words: Mapping[str, str]) -> dict[str, str]:
    staff = purpose.startswith("staff_")
    allowed = _STAFF_WORDS if staff else _SENDER_WORDS
    needed = {"county", "link", "number"} if staff else {"county", "link"}
    if purpose == "staff_digest":
        # It concerns many cases or none.
        needed = {"county", "link"}
    if purpose == "please_call":
        needed = {"county", "phone"}
    strange = set(words) - allowed
    missing = {word for word in needed if not words.get(word)}
    if strange or missing:
        raise ValueError(f"{purpose}: not allowed {sorted(strange)}, missing {sorted(missing)}")
    if any(re.search(r"[\r\n]", value) for value in words.values()):
        raise ValueError(f"{purpose}: a word with a line break")
    return dict.fromkeys(allowed, "") | dict(words)


def _block(purpose: str, language: str, block: str, context: Mapping[str, str]) -> str:
    template = _environment(translations(language)).get_template(PURPOSES[purpose])
    text = "".join(template.blocks[block](template.new_context(dict(context))))
    lines = (line.strip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


@cache
def _environment(texts: Translations) -> Environment:
    """One environment per catalogue, never changed after it is made: threads cannot mix languages."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"], default=False, default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    return environment
