"""The follow-up page in every state."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.desk_acts import followed_transfer_after, followed_while_paused
from tests.browser.reaching import (
    both,
    by_mail,
    closed_meanwhile,
    fill,
    followed,
    followed_at,
    followed_in_progress,
    followed_namelessly_at,
    followed_with_phrases,
    go_on,
    there,
    with_stale_token_behind_the_code,
    without_news,
)
from tests.browser.state import State


def _follow_up() -> Iterator[State]:
    yield State("code", "empty", there("/follow-up"))
    yield State("code", "error", there("/follow-up"), go_on, wrong=True)
    yield State(
        "code", "unknown", there("/follow-up"), both(fill("code", "ABCD"), go_on), wrong=True
    )
    yield State("follow-up", "received", followed)
    yield State("follow-up", "in progress", followed_in_progress)
    yield State("follow-up", "of another county", followed_transfer_after())
    yield State("follow-up", "passed on", followed_transfer_after("transfer-sent"))
    yield State(
        "follow-up", "confirmed", followed_transfer_after("transfer-sent", "transfer-confirmed")
    )
    yield State("follow-up", "paused", followed_while_paused)


def _acts() -> Iterator[State]:
    yield State("lost code", "shown", there("/follow-up/lost-code"))
    yield State("follow-up/add", "empty", followed_at("/add"))
    yield State("follow-up/add", "error", followed_at("/add"), go_on, wrong=True)
    yield State(
        "follow-up/add",
        "stale token",
        followed_at("/add"),
        with_stale_token_behind_the_code,
        status=400,
    )
    yield State("follow-up", "added", followed_at("/add"), both(fill("more", "Lisää."), go_on))
    yield State("follow-up/contact", "empty", followed_at("/contact"))
    yield State("follow-up/contact", "error", followed_at("/contact"), go_on, wrong=True)
    yield State("follow-up/contact", "nameless", followed_namelessly_at("/contact"))
    yield State(
        "follow-up",
        "contact changed",
        followed_at("/contact"),
        both(fill("email", "testi@example.org"), by_mail),
    )
    yield State("follow-up/withdraw", "shown", followed_at("/withdraw"))
    yield State(
        "follow-up/withdraw",
        "stale token",
        followed_at("/withdraw"),
        with_stale_token_behind_the_code,
        status=400,
    )
    yield State("follow-up", "withdrawn", followed_at("/withdraw"), go_on)
    yield State(
        "follow-up", "withdrawn, seen again", followed_at("/withdraw"), both(go_on, without_news)
    )
    yield State("follow-up", "answered in phrases", followed_with_phrases)
    yield State("code", "closed meanwhile", followed_at("/add"), closed_meanwhile, status=400)


STATES = (*_follow_up(), *_acts())
