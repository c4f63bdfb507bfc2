"""Words that would tell what a message is about: who reads it over a shoulder must learn nothing.

That somebody is a client of social services is itself secret (TSV 423/49/2009), so a neutral text names no child, no
family, no service, no worker, no municipality, no case and no topic. Each text is searched for the words of all
languages, without regard to case and diacritics: 'föräldern' is found as 'foraldern'.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Found anywhere, inside compounds too.
_ANYWHERE: Final = (
    *("lastensuoj", "avohuol", "sijaishuol", "sosiaali", "huostaanot", "vakival"),
    *("barnskydd", "barnavard", "socialarb", "socialtj", "socialvard", "omhandert", "vardnadshav"),
    *("childcare", "childprot", "manaidsuod", "bearas", "sosialabarg"),
    *("ребен", "детск", "опек", "соцслужб", "социальн", "طفل", "اطفال"),
)
#: Found where a word begins with them.
_BEGINNINGS: Final = (
    # English
    *("child", "famil", "parent", "guardian", "social", "welfare", "protect", "custod", "foster"),
    *("abus", "neglect", "violen", "report", "notif", "municipal", "worker", "casework", "client"),
    *("youth", "teenag"),
    # Finnish, and Estonian where it is alike
    *("laps", "lasta", "lasten", "laste", "perhe", "vanhem", "huolto", "huolta", "suojelu"),
    *("ilmoitu", "asia", "kunta", "kunnan", "kunnas", "tiimi", "tyontek", "nuoriso", "neuvola"),
    # Swedish
    *("barn", "familj", "foral", "skydd", "anmal", "arende", "kommun", "vard", "omsorg"),
    *("handlagg", "klient", "ungdom"),
    # Russian, Somali
    *("дети", "детей", "детям", "семь", "carruur", "dhallaan"),
)
#: Found as whole words: as beginnings they would find too much.
_WHOLE: Final = (
    *("kid", "kids", "minor", "minors", "case", "cases", "team", "son", "daughter", "mother"),
    *("father", "manna", "mana", "manat", "manaid", "manas", "ilmo", "qoys"),
)
#: What looks like one of them and is none.
_HARMLESS: Final = (
    *(r"in case\b", r"asianmuk\w*", r"asiallis\w*", r"asioi\w*", r"data protection\b"),
    *(r"huoltokatk\w*", r"huoltoty\w*", r"huoltoaik\w*", r"vardag\w*", r"varde\w*"),
    *(r"kommunik\w*", r"skyddad e-post"),
)


def _any(words: tuple[str, ...]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_TELLING: Final = re.compile(
    rf"\w*(?:{_any(_ANYWHERE)})\w*|\b(?:{_any(_BEGINNINGS)})\w*|\b(?:{_any(_WHOLE)})\b"
)
_NOT_TELLING: Final = re.compile(rf"\b(?:{'|'.join(_HARMLESS)})")


def telling(text: str) -> tuple[str, ...]:
    """The words of a text that tell what it is about, as they are compared: small letters, no diacritics."""
    return tuple(dict.fromkeys(_TELLING.findall(_NOT_TELLING.sub(" ", _folded(text)))))


def _folded(text: str) -> str:
    """Small letters without diacritics and without what cannot be seen."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    seen = "".join(x for x in apart if unicodedata.category(x) not in {"Mn", "Cf"})
    return " ".join(seen.split())
