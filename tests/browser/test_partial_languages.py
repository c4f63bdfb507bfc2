"""Pages of languages that have only some pages: whatever a machine can see of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.browser import checks
from tests.browser.checks import Instruments, Look
from tests.browser.conftest import MakeVisitor
from tests.browser.reaching import Reach, receipt, there
from tests.browser.state import State
from webapp import catalogues

#: Each endpoint that a partial language may have, and how somebody gets there in the language it is based on.
REACHED: Mapping[str, tuple[str, Reach]] = {
    "public.start": ("start", there("/")),
    "public.what_next": ("what-next", there("/what-next")),
    "forms.receipt": ("receipt", receipt),
}
PARTIAL = {code: language for code, language in catalogues.known().items() if language.pages}
SHOWN = [(code, page) for code in PARTIAL for page in sorted(PARTIAL[code].pages or ())]


@pytest.mark.parametrize(("code", "endpoint"), SHOWN)
def test_a_page_of_a_partial_language_has_no_fault_that_a_machine_can_see(
    code: str, endpoint: str, visit: MakeVisitor, instruments: Instruments
) -> None:
    page, reach = REACHED[endpoint]
    visitor = visit(catalogues.base(code))
    at = reach(visitor).replace(f"/{visitor.language}/", f"/{code}/", 1)
    shown = visitor.open(at)
    assert f"/{code}/" in shown.url, "the language has this page"
    look = Look(shown, State(page, "shown", there(at)), code, visitor.html, instruments)
    found = checks.complaints(checks.everything(look, once=False))
    assert not found, "\n".join(found)


def test_a_receipt_stays_in_its_language_when_its_code_has_been_saved(visit: MakeVisitor) -> None:
    visitor = visit("fi")
    shown = visitor.open(receipt(visitor).replace("/fi/", "/selko/", 1))
    with shown.expect_navigation():
        shown.locator("form button").click()
    assert "/selko/forms/" in shown.url
    assert shown.locator("#access-code").count() == 0
