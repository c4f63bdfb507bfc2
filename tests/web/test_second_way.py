"""The other way that a sender allows: asked once, kept sealed, seen by whoever calls, and changed by the sender."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.web.conftest import Visit
from tests.web.following import CONTACT, ask, follow
from tests.web.walking import code_on, post, reads, send, sign_in
from webapp.demo_county import PASSWORD

LABEL = (
    "If a text message or e-mail does not reach you, may we use the other one, phone or e-mail, "
    "that you gave?"
)
ALLOWED = "You may use the other one, phone or e-mail."
FORBIDDEN = "Do not use the other one: the sender has not allowed it."
BY_MAIL = {
    "way": "email",
    "name": "Testi Testaaja",
    "email": "testi@example.org",
    "phone": "+358 50 000 0001",
}
SPARES = "select count(*) from messages where recipient = 'sender' and spare_sealed is not null"


def the_case(visit: Visit, owner: Engine) -> tuple[FlaskClient, str]:
    worker = visit()
    assert sign_in(worker, "paivystaja@example.org", PASSWORD).status_code == 303
    return worker, f"/staff/cases/{UUID(str(ask(owner, 'select id from cases')))}"


@pytest.mark.parametrize(("answer", "spares"), [("yes", 1), ("no", 0), ("", 0), ("rubbish", None)])
def test_only_yes_is_yes(
    client: FlaskClient, owner: Engine, answer: str, spares: int | None
) -> None:
    if spares is None:
        with pytest.raises(AssertionError, match="contact"):
            send(client, contact={**BY_MAIL, "may_use_other": answer})
    else:
        send(client, contact={**BY_MAIL, "may_use_other": answer})
        assert ask(owner, SPARES) == spares


@pytest.mark.parametrize(
    ("answer", "words"), [("yes", ALLOWED), ("no", FORBIDDEN), ("", FORBIDDEN)]
)
def test_the_desk_sees_beside_the_number_whether_it_may_be_used(
    client: FlaskClient, visit: Visit, owner: Engine, answer: str, words: str
) -> None:
    send(client, contact={**BY_MAIL, "may_use_other": answer})
    worker, at = the_case(visit, owner)
    for language in ("fi", "sv", "en"):
        page = worker.get(f"{at}?lang={language}")
        assert reads(page, language, words)
        assert not reads(page, language, FORBIDDEN if words == ALLOWED else ALLOWED)


def test_of_somebody_who_gave_one_way_nothing_is_said(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    send(client, contact={**BY_MAIL, "phone": ""})
    worker, at = the_case(visit, owner)
    page = worker.get(f"{at}?lang=fi")
    assert not reads(page, "fi", ALLOWED)
    assert not reads(page, "fi", FORBIDDEN)


def test_the_sender_may_take_it_back_on_the_follow_up_page(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    code = code_on(send(client, contact={**BY_MAIL, "may_use_other": "yes"}))
    follower = visit()
    follow(follower, code)
    assert reads(follower.get(CONTACT), "fi", LABEL)
    changed = post(follower, CONTACT, **{**BY_MAIL, "may_use_other": "no"})
    assert changed.status_code == 303
    worker, at = the_case(visit, owner)
    page = worker.get(f"{at}?lang=fi")
    assert reads(page, "fi", FORBIDDEN)
