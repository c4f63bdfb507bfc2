"""The pages that say that something went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.reaching import (
    at_step,
    both,
    fill,
    go_on,
    nobodys_draft,
    paste_a_book,
    there,
    too_many,
    with_a_cookie,
    with_stale_token,
    without_cookie,
)
from tests.browser.state import State


def _faults() -> Iterator[State]:
    yield State("gone", "404", nobodys_draft, status=404)
    yield State("nothing here", "404", there("/no-such-page"), status=404)
    yield State("matter", "no cookie", at_step("matter"), without_cookie, status=400)
    yield State("matter", "stale token", at_step("matter"), with_stale_token, status=400)
    yield State("too large", "413", at_step("matter"), paste_a_book, status=413)
    yield State("too many", "429", too_many, both(fill("code", "ABCD"), go_on), status=429)
    yield State("out of order", "503", with_a_cookie, status=503, without_database=True)
    yield State("start", "without the database", there("/"), without_database=True)


STATES = (*_faults(),)
