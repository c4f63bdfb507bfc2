"""Reaching the page of what was erased: by the operator's command alone, for no page erases."""

from __future__ import annotations

from casework.usecases import erase_submission
from tests.browser.reaching import HERE
from tests.browser.site import SETTINGS
from tests.browser.visitor import DUTY_WORKER, Visitor
from webapp import wiring


def erased_case(visitor: Visitor) -> str:
    """The desk's address of a case that was erased after the reader had found it."""
    sender = visitor.beside()
    at = sender.send(HERE)
    receipt = sender.client.get(at)
    visitor.sign_in(DUTY_WORKER)
    found = visitor.find_case(receipt)
    house = wiring.build(SETTINGS[visitor.url])
    gone = erase_submission(
        visitor.reference_on(receipt),
        even_open=True,
        now=wiring.now(),
        ids=house.ids,
        work=house.work(),
    )
    house.engine.dispose()
    assert gone is not None
    assert gone.drafts == 1, "the receipt of the sender's session is gone too"
    return f"{found}?lang={visitor.language}"
