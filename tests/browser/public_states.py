"""The start page, 'Which form is mine?' and the contact finder in every state."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.reaching import both, click, fill, there
from tests.browser.site import CLOSED, ELSEWHERE, OPEN
from tests.browser.state import State

#: Another county whose contacts the fictional directory has; and a name that is now a part of another.
ELSEWHERE_KNOWN, RETIRED = "301", "942"
#: The second form of the finder: the one that is written into.
_SEARCH = "main .finder:has([name='place']) button"


def _start() -> Iterator[State]:
    yield State("start", "shown", there("/"))
    yield State("start", "all forms open", there("/"), lambda page: page.locator("summary").click())
    yield State("urgent", "shown", there("/urgent"))
    yield State("what next", "shown", there("/what-next"))
    for page in ("client", "who", "young", "parent", "private", "professional"):
        yield State(f"which-{page}", "shown", there(f"/which/{page}"))


def _finder() -> Iterator[State]:
    yield State("finder", "empty", there("/contact"))
    yield State("finder", "nothing chosen", there("/contact?municipality="), wrong=True)
    yield State("finder", "nothing written", there("/contact?place="), wrong=True)
    yield State("finder", "unknown place", there("/contact?place=Eiolekunta"), wrong=True)
    yield State("finder", "too many", there("/contact?place=k"), wrong=True)
    yield State("contact-several", "shown", there("/contact?place=kem"))
    yield State("contact-several", "nothing chosen", there("/contact?among=kem"), wrong=True)
    yield State("contact-open", "shown", there(f"/contact?municipality={OPEN}"))
    yield State("contact-closed", "shown", there(f"/contact?municipality={CLOSED}"))
    yield State("contact-closed", "an old name", there(f"/contact?municipality={RETIRED}"))
    yield State("contact-elsewhere", "unknown county", there(f"/contact?municipality={ELSEWHERE}"))
    yield State(
        "contact-elsewhere-known", "shown", there(f"/contact?municipality={ELSEWHERE_KNOWN}")
    )
    yield State("contact-untold", "shown", there("/contact?municipality=unknown"))
    yield State(
        "contact-closed",
        "by its postal code",
        there("/"),
        both(fill("place", "65100"), lambda page: click(page, _SEARCH)),
    )


STATES = (*_start(), *_finder())
