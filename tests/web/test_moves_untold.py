"""A case that is moved: whom its sender goes on being told of, where a new team would tell where the family is now."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.web.conftest import Visit
from tests.web.following import ask, follow
from tests.web.forms import walk_form
from tests.web.matters import press
from tests.web.test_strangers_finds import finish
from tests.web.walking import code_on, post, send, sign_in
from webapp.demo_county import PASSWORD
from webapp.wiring import House

COAST, NORTH = "050 000 0112", "050 000 0111"
CHILD = {"children-0-municipality": "905", "children-0-first_names": "Lapsi"}


def moved(desk: FlaskClient, owner: Engine, team: str = "north") -> None:
    assert sign_in(desk, "esihenkilo@example.org", PASSWORD).status_code == 303
    case = UUID(str(ask(owner, "select id from cases")))
    assert press(desk, case, "move", team=team).status_code == 303
    assert ask(owner, "select team from cases") == team


def said(page: str) -> str:
    """Without blanks, of whatever kind they are."""
    return "".join(page.replace("&nbsp;", " ").split())


@pytest.mark.parametrize("hidden", ["yes", "no"])
def test_a_notifier_is_not_told_where_the_family_is_now(
    client: FlaskClient, visit: Visit, house: House, owner: Engine, hidden: str
) -> None:
    """With non-disclosure asked for or not: whoever looks for a family does not ask for it."""
    at = walk_form(client, "notification", house, until="children")
    given = {**CHILD, "children-0-non_disclosure": hidden}
    receipt_at = finish(client, post(client, at, action="next", **given).headers["Location"], house)
    reader, receipt = visit(), client.get(receipt_at)
    follow(reader, code_on(receipt))
    before = [receipt.text, reader.get("/fi/follow-up").text]
    moved(visit(), owner)
    after = [client.get(receipt_at).text, reader.get("/fi/follow-up").text]
    for was, now in zip(before, after, strict=True):
        assert said(COAST) in said(was)
        assert said(COAST) in said(now)
        assert said(NORTH) not in said(now)
        assert "pohjoi" not in now.lower()


def test_a_family_that_asked_itself_is_told_whom_to_call_now(
    client: FlaskClient, visit: Visit, owner: Engine
) -> None:
    reader = visit()
    follow(reader, code_on(send(client)))
    assert said(COAST) in said(reader.get("/fi/follow-up").text)
    moved(visit(), owner)
    assert said(NORTH) in said(reader.get("/fi/follow-up").text)


def test_non_disclosure_told_of_later_keeps_the_team_of_that_day(
    client: FlaskClient, visit: Visit, house: House, owner: Engine
) -> None:
    reader = visit()
    follow(reader, code_on(send(client)))
    case = UUID(str(ask(owner, "select id from cases")))
    with house.work() as work:
        work.cases.hide_place(case)
        work.commit()
    moved(visit(), owner)
    assert said(NORTH) not in said(reader.get("/fi/follow-up").text)
