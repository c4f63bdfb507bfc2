"""How far a stranger can make the county send text messages: to which countries, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: Finland and its neighbours: Sweden, Norway, Denmark, Iceland, Estonia. A county may name others.
SMS_COUNTRIES: Final = ("358", "46", "47", "45", "354", "372")
#: Texts to one sender's number in one day of Helsinki; what does not fit is read on the page.
CAP_PER_NUMBER: Final = 3
#: Texts to senders in one day of Helsinki, all numbers together, where the county names no number of its own.
SMS_DAILY_BUDGET: Final = 1000


def may_text(number: str, countries: Iterable[str]) -> bool:
    """Whether a sender's `number` (E.164, with +) lies in one of `countries` (calling codes without +).

    No calling code begins another one (ITU-T E.164), so the beginning of the number decides.
    """
    return any(number.startswith(f"+{code}") for code in countries)
