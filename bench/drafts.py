"""Messages that are written and not yet sent, laid into the database as a browser would have left them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from itsdangerous import URLSafeTimedSerializer

from bench.load import post
from webapp.store.drafts import LIFETIME, Draft
from webapp.store.sessions import SessionRow, token_hash
from webapp.wiring import House, now

CALM = {"can_wait": "yes"}
URGENT = {"can_wait": "no"}


def answers(waiting: dict[str, str], contact: Mapping[str, object]) -> dict[str, object]:
    """A message of usual size with every field filled in: one child, e-mail and phone; `contact` instead of those."""
    child = {
        "municipality": "905",
        "other_municipality": "",
        "child_name": "Esimerkki Lapsi",
        "child_age": "9",
    }
    return {
        "matter": {"topic": "school", "message": "Tarvitsen neuvoa arkeen. " * 8},
        "children": {"children": [child]},
        "you": {"identity": "named"},
        "contact": {
            "way": "email",
            "name": "Testi Testaaja",
            "phone": "+358500000001",
            "email": "testi@example.org",
            "safe_times": [],
            "may_leave_message": "yes",
            "may_use_other": "no",
            **contact,
        },
        "language": {"language": "fi", "other_language": "", "interpreter": "no"},
        "waiting": dict(waiting),
    }


def ready_to_send(
    house: House,
    port: int,
    count: int,
    waiting: dict[str, str],
    contact: Callable[[int], Mapping[str, object]] = lambda place: {},
) -> list[bytes]:
    """`count` drafts, each in a session of its own, and the request that sends each of them.

    `contact`: what the one at each place answers otherwise of how to reach the person.
    """
    signer = URLSafeTimedSerializer(
        house.settings.secret_key.get_secret_value(), salt="wtf-csrf-token"
    )
    requests = []
    for place in range(count):
        cookie, kept, at = secrets.token_urlsafe(32), secrets.token_hex(20), now()
        row = SessionRow({"csrf_token": kept}, at, at + timedelta(hours=25))
        house.sessions.save(token_hash(cookie), row, None)
        draft = _draft(house, at, answers(waiting, contact(place)))
        house.drafts.create(draft, token_hash(cookie))
        body = urlencode({"csrf_token": signer.dumps(kept)})
        path = f"/fi/forms/guidance/{draft.id}/check"
        requests.append(post(port, path, f"luotsi={cookie}", body))
    return requests


def _draft(house: House, at: datetime, given: dict[str, object]) -> Draft:
    return Draft(
        id=house.ids.row(),
        submission_id=house.ids.row(),
        form="guidance",
        sent=False,
        shared_device=False,
        created_at=at,
        expires_at=at + LIFETIME,
        content={
            "version": 1,
            "reference": house.ids.reference(),
            "code": house.ids.access_code(),
            "answers": given,
        },
    )
