"""Finnish personal identity codes (henkilötunnus), with the signs that came with 2023 (690/2022)."""

from __future__ import annotations

import re

from stdnum.exceptions import ValidationError
from stdnum.fi import hetu

from forms.words import N_, Words

_DASHES = re.compile("[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")

ASK_SHAPE = N_(
    "Write the personal identity code as in 010594Y9021, or leave it empty: you do not have to know it"
)
ASK_AGAIN = N_(
    "Check the personal identity code: a number or letter is wrong. You can also leave it empty"
)


class WrongIdentityCode(ValueError):
    """What to ask the person, as words for a page."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.words = words


def read_identity_code(typed: str) -> str:
    """The code in capitals, without spaces, with a plain dash. Raises WrongIdentityCode.

    Temporary numbers (900 to 999) are codes too: children without a final one have them.
    """
    code = _DASHES.sub("-", re.sub(r"\s", "", typed)).upper()
    # Before the library sees it: other scripts' digits are digits to it, too.
    if not re.fullmatch("[0-9]{6}[-+A-Y][0-9]{3}[0-9A-Y]", code):
        raise WrongIdentityCode(Words(ASK_SHAPE))
    try:
        return hetu.validate(code, allow_temporary=True)
    except ValidationError:
        raise WrongIdentityCode(Words(ASK_AGAIN)) from None
