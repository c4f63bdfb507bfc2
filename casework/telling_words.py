"""Words that would tell what a message is about: who reads it over a shoulder must learn nothing.

That somebody is a client of social services is itself secret (TSV 423/49/2009), so a neutral text names no child, no
family, no service, no worker, no municipality, no case and no topic. Each text is searched for the words of all
languages, without regard to case and diacritics: 'föräldern' is found as 'foraldern'. Letters with blanks between
them are read as the word that they are, and so is a long word that is broken in two.
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
    *("tensuoj", "turvakiel", "huosta", "yksinhuol", "yhteishuol", "pikkulas", "orosanmal"),
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
#: Found inside and at the end of words too, such as in 'pikkulapsesi' and 'småbarn', as patterns. Those of the
#: beginnings are here of which no ordinary word is made by chance. Not here, because of words such as these: lasten
#: (palasten, plasten), huolto (vesihuolto), suojelu (luonnonsuojelu), ilmoitu (hätäilmoitus), kunta (eduskunta), asia
#: (Aasia), tiimi (intiimi), skydd (munskydd), anmal (felanmälan), vard (Harvard), klient (postklient), parent
#: (apparent), child (Rothschild), worker (networker), report (reporter), abus (syllabus). What follows keeps out
#: 'overlaps', 'klubbarna' and 'telekommunikation'.
_INSIDE: Final = (
    *("laps[eiou]", "perhe", "vanhem", "neuvola", "nuoriso", "tyontek"),
    *("barn(?!a)", "familj", "forald", "arende", "kommun(?!i)", "omsorg", "handlagg", "ungdom"),
    *("children", "family", "families", "social", "welfare"),
    "(?:foster|god|grand|step)(?:child|parent)",
)
#: What looks like one of them and is none. The English 'lapsed' is not here: it is Estonian for children.
_HARMLESS: Final = (
    *(r"\w*[ck]ollaps\w*", r"\w*er?laps(?:e|ed|es|ing)\b", r"prolaps\w*", r"superhe\w*"),
    *(r"tapperhe\w*", r"copperhe\w*", r"ajoneuvola\w*", r"lapsus\b", r"lapsuks\w*"),
    *(
        r"asiakaspalvel\w*",
        r"in case\b",
        r"asianmuk\w*",
        r"asiallis\w*",
        r"asioi\w*",
        r"data protection\b",
    ),
    *(r"huoltokatk\w*", r"huoltoty\w*", r"huoltoaik\w*", r"vardag\w*", r"varde\w*"),
    *(r"kommunik\w*", r"skyddad e-post"),
)


def _any(words: tuple[str, ...]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_TELLING: Final = re.compile(
    rf"\w*(?:{_any(_ANYWHERE + _INSIDE)})\w*|\b(?:{_any(_BEGINNINGS)})\w*|\b(?:{_any(_WHOLE)})\b"
)
_NOT_TELLING: Final = re.compile(rf"\b(?:{'|'.join(_HARMLESS)})")
#: So long that the end of one word and the beginning of the next never make one by chance.
_BROKEN: Final = re.compile(_any(tuple(word for word in _ANYWHERE if len(word) >= 10)))
#: Single letters in a row, with blanks or marks between: 'L A P S I', 'l.a.p.s.i'.
_SPACED: Final = re.compile(r"\b[^\W\d_](?:\W+[^\W\d_]\b)+")
_BETWEEN: Final = re.compile(r"\W+")
_WORD: Final = re.compile(r"\w+")
#: Alphabets with letters that look like each other's.
_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})


def telling(text: str) -> tuple[str, ...]:
    """The words of a text that tell what it is about, as they are compared: small letters, no diacritics."""
    folded = _NOT_TELLING.sub(" ", _folded(text))
    spelt = " ".join(_BETWEEN.sub("", found) for found in _SPACED.findall(folded))
    found = _TELLING.findall(folded) + _TELLING.findall(spelt)
    # A word that is found whole is not named again for its parts.
    return tuple(dict.fromkeys(found or _BROKEN.findall(_BETWEEN.sub("", folded))))


def disguised(text: str) -> tuple[str, ...]:
    """The words that mix alphabets: a Cyrillic letter in a Latin word is read, and found by no search."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(word for word in words if len(_alphabets(word)) > 1))


def _alphabets(word: str) -> frozenset[str]:
    return _ALIKE.intersection(unicodedata.name(x, "").partition(" ")[0] for x in word)


def _folded(text: str) -> str:
    """Small letters without diacritics and without what cannot be seen."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    seen = "".join(x for x in apart if unicodedata.category(x) not in {"Mn", "Cf"})
    return " ".join(seen.split())
