"""Transfers to another county, and moves to another team or worker, at the desk."""

from __future__ import annotations

import html
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.web.conftest import Visit
from tests.web.following import ask, follow
from tests.web.matters import AWAY, act, at, offers, press
from tests.web.walking import code_on, reads, send, sign_in
from webapp import catalogues, demo_county, wiring
from webapp.demo_county import PASSWORD

IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])
COUNTY = "Etelä-Pohjanmaan hyvinvointialue"


@pytest.fixture
def away(client: FlaskClient) -> str:
    """A message about another county's child, sent to us all the same; its code."""
    return code_on(send(client, children=AWAY))


@pytest.fixture
def elsewhere(owner: Engine, away: str) -> UUID:
    return UUID(str(ask(owner, "select id from cases")))


def lead(visit: Visit) -> FlaskClient:
    made = visit()
    sign_in(made, "esihenkilo@example.org", PASSWORD)
    return made


# Another county


def test_the_other_county_s_contact_stands_beside_the_buttons(
    worker: FlaskClient, elsewhere: UUID
) -> None:
    page = worker.get(at(elsewhere))
    assert "etela-pohjanmaa@example.org" in page.text
    assert offers(page) >= {"transfer-sent", "transfer-ours"}
    assert "transfer-confirmed" not in offers(page)


@IN_EACH_LANGUAGE
def test_the_sender_follows_how_the_message_is_passed_on(
    visit: Visit, worker: FlaskClient, away: str, elsewhere: UUID, language: str
) -> None:
    reader = visit()
    follow(reader, away)

    county = wiring.read_directory(demo_county.bundle_files(demo_county.FOLDER), 1).county_name(
        "16", language
    )

    def says(msgid: str) -> bool:
        words = catalogues.translations(language).gettext(msgid).partition("%(moment)s")[0]
        shown = reader.get(f"/{language}/follow-up").text
        return words % {"county": county} in html.unescape(shown)

    passing = "This matter belongs to %(county)s. We pass it on to them."
    sent = "We passed your message on to %(county)s on %(moment)s."
    confirmed = "%(county)s has confirmed that it has your message."
    assert (says(passing), says(confirmed)) == (True, False)
    act(worker, elsewhere, "transfer-sent")
    assert (says(passing), says(sent)) == (False, True)
    act(worker, elsewhere, "transfer-confirmed")
    assert (says(sent), says(confirmed)) == (False, True)


def test_a_matter_of_ours_after_all_names_no_county_to_the_sender(
    visit: Visit, worker: FlaskClient, away: str, elsewhere: UUID
) -> None:
    reader = visit()
    follow(reader, away)
    assert COUNTY in reader.get("/fi/follow-up").text
    act(worker, elsewhere, "transfer-sent", "transfer-ours")
    assert COUNTY not in reader.get("/fi/follow-up").text
    assert not {"transfer-sent", "transfer-confirmed", "transfer-ours"} & offers(
        worker.get(at(elsewhere))
    )


def test_a_matter_that_is_not_confirmed_is_not_closed(
    worker: FlaskClient, elsewhere: UUID, owner: Engine
) -> None:
    act(worker, elsewhere, "transfer-sent")
    refused = press(worker, elsewhere, "close")
    assert refused.status_code == 422
    assert 'href="#act-transfer"' in refused.text
    assert 'id="act-transfer"' in refused.text
    assert "To be passed on" in worker.get(f"{at(elsewhere)}?lang=en").text
    act(worker, elsewhere, "transfer-confirmed")
    assert press(worker, elsewhere, "close").status_code == 303
    assert ask(owner, "select state from cases") == "closed"


# Teams and workers


def test_a_case_moves_to_another_team_of_mine_and_stays_in_sight(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    moved = press(worker, case, "move", team="north")
    assert moved.headers["Location"].endswith(f"{case}?notice=case_moved")
    page = worker.get(moved.headers["Location"])
    assert reads(page, "fi", "The case has moved now.")
    assert ask(owner, "select team from cases") == "north"
    told = "select recipient from messages where event like 'moved:%'"
    assert ask(owner, told).startswith("team:north:")


def test_a_case_that_moves_out_of_sight_leads_to_the_inbox(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    moved = press(worker, case, "move", team="management")
    assert moved.status_code == 303
    page = worker.get(moved.headers["Location"])
    assert reads(page, "fi", "The case has moved to another team, which is told of it.")
    assert worker.get(at(case)).status_code == 404
    assert ask(owner, "select team from cases") == "management"


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("team", ["", "nowhere"])
def test_without_a_known_team_the_case_stays(
    worker: FlaskClient, case: UUID, owner: Engine, language: str, team: str
) -> None:
    worker.get(f"/staff/?lang={language}")
    page = press(worker, case, "move", team=team)
    assert page.status_code == 422
    assert reads(page, language, "Choose the team to which the case moves. It has not moved")
    assert 'href="#team"' in page.text
    assert ask(owner, "select team from cases") == "coast"


def test_i_take_a_case_and_give_it_back(worker: FlaskClient, case: UUID, owner: Engine) -> None:
    press(worker, case, "take")
    assert ask(owner, "select worker from cases") == "testi-paivystaja"
    page = worker.get(at(case))
    assert f'action="{at(case)}/take"' not in page.text
    press(worker, case, "give-back")
    assert ask(owner, "select worker from cases") is None
    assert ask(owner, "select count(*) from messages where event like 'moved:%'") == 0


def test_a_colleague_is_given_the_case_and_told(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    page = worker.get(at(case))
    assert 'value="malli-sosiaalityo"' in page.text
    press(worker, case, "give", worker="malli-sosiaalityo")
    assert ask(owner, "select worker from cases") == "malli-sosiaalityo"
    told = "select recipient from messages where event like 'moved:%'"
    assert ask(owner, told).startswith("worker:malli-sosiaalityo:")
    assert "Malli Sosiaalityö" in worker.get(at(case)).text


@pytest.mark.parametrize("name", ["", "nobody"])
def test_without_a_known_colleague_nothing_changes(
    worker: FlaskClient, case: UUID, owner: Engine, name: str
) -> None:
    assert press(worker, case, "give", worker=name).status_code == 422
    assert ask(owner, "select worker from cases") is None


def test_a_worker_of_another_team_is_not_given_the_case(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    late = press(worker, case, "give", worker="yo-esimerkki")
    assert late.headers["Location"].endswith("notice=late")
    assert ask(owner, "select worker from cases") is None


@pytest.mark.parametrize(
    ("button", "team"), [("move/accept", "north"), ("acts/decline-move", "coast")]
)
def test_a_proposed_move_is_made_or_declined(
    worker: FlaskClient, case: UUID, owner: Engine, button: str, team: str
) -> None:
    with owner.begin() as connection:
        connection.execute(
            text("update cases set proposed_team = 'north', marks = array['move_proposed']")
        )
    page = worker.get(f"{at(case)}?lang=fi")
    assert "Esimerkin pohjoinen päivystys" in page.text
    assert reads(page, "fi", "A move is proposed")
    press(worker, case, button)
    assert ask(owner, "select team from cases") == team
    assert ask(owner, "select count(*) from cases where proposed_team is not null") == 0
    assert not reads(worker.get(at(case)), "fi", "A move is proposed")


def test_of_two_who_move_it_at_once_the_later_is_told(
    visit: Visit, worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    other = lead(visit)
    other.get(at(case))
    press(worker, case, "move", team="north")
    late = press(other, case, "move", team="north")
    assert late.headers["Location"].endswith("notice=late")
    assert ask(owner, "select count(*) from timeline where kind = 'case_moved'") == 1
