"""Contacts planned for later, over HTTP: planned at the desk, read on the sender's page, and undone."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from casework import usecases
from casework.calendar import HELSINKI, is_eve, is_working_day, next_opening
from tests.web.conftest import Visit
from tests.web.following import BY_SMS, CONTACT, WITHDRAW, add, ask, fields_on, follow, open_case
from tests.web.walking import code_on, post, reads, send, sign_in, token
from webapp import catalogues
from webapp.demo_county import PASSWORD
from webapp.wiring import House, now

IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])
COUNT = "select count(*) from follow_ups where planned_by <> 'luotsi'"
STATES = "select string_agg(state || reason, ' ' order by planned_at) from follow_ups"


def plan(worker: FlaskClient, case: UUID, **fields: str) -> TestResponse:
    at = f"/staff/cases/{case}"
    form = {"planned_what": "help_received", "planned_when": "3", **fields}
    return worker.post(f"{at}/follow-ups", data={"csrf_token": token(worker.get(at)), **form})


def press(worker: FlaskClient, case: UUID, button: str, **fields: str) -> TestResponse:
    """Press a button of the first planned contact that has it."""
    page = worker.get(f"/staff/cases/{case}")
    found = re.search(rf'action="([^"]+/follow-ups/[^"]+/{button})"', page.text)
    assert found, button
    form = {"csrf_token": token(page), **fields}
    return worker.post(found.group(1), data=form)


def let_it_come(house: House, owner: Engine, seconds: int = 1) -> None:
    """The time of everything planned comes, and the task runs once, in opening hours."""
    with owner.begin() as connection:
        connection.execute(text("update follow_ups set due_at = now()"))
    moment = now() + timedelta(seconds=seconds)
    team = house.directory.teams["coast"]
    opens = next_opening(team.hours, house.directory.holidays, moment)
    assert opens is not None
    usecases.say_due(directory=house.directory, now=opens, ids=house.ids, work=house.work())


def day_in(days: int) -> str:
    day = (now() + timedelta(days=days)).astimezone(HELSINKI).date()
    return f"{day.day}.{day.month}.{day.year}"


# By rule


def test_a_message_to_a_team_with_the_rule_is_planned_for_and_the_page_of_the_case_says_so(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    assert ask(owner, "select kind || state from follow_ups") == "help_receivedplanned"
    page = open_case(worker, case)
    section = page[page.index('id="planned"') : page.index('id="limits"')]
    assert "Kysy lähettäjältä, saiko hän apua" in section
    assert "Palvelu itse" in section


@IN_EACH_LANGUAGE
def test_the_question_is_read_on_the_page_with_what_to_do(
    follower: FlaskClient,
    worker: FlaskClient,
    case: UUID,
    house: House,
    owner: Engine,
    language: str,
) -> None:
    question = "Did you get the help that you needed?"
    assert not reads(follower.get(f"/{language}/follow-up"), language, question)
    let_it_come(house, owner)
    page = follower.get(f"/{language}/follow-up")
    for msgid in (
        question,
        "If you did, you do not need to do anything.",
        "If you did not, or need something more, tell it here or call us. The number is on this page.",
    ):
        assert reads(page, language, msgid)
    assert f'href="/{language}/follow-up/add"' in page.text
    sent = "select purpose from messages where event like 'follow_up:%'"
    assert ask(owner, sent) == "something_new"


# At the desk


@IN_EACH_LANGUAGE
@pytest.mark.parametrize(
    ("fields", "id_", "msgid"),
    [
        ({"planned_what": ""}, "planned_what-0", "Choose what you want to plan"),
        ({"planned_what": "x"}, "planned_what-0", "Choose what you want to plan"),
        ({"planned_when": ""}, "planned_when-0", "Choose when"),
        ({"planned_when": "4"}, "planned_when-0", "Choose when"),
        ({"planned_when": "day"}, "planned_day", "Write the day. Nothing was planned yet"),
        *(
            ({"planned_when": "day", "planned_day": typed}, "planned_day", msgid)
            for typed, msgid in {
                "31.2.2027": "Write the day as 24.12.2026",
                "huomenna": "Write the day as 24.12.2026",
                "1.1.2020": "The day has passed. Write today or a later day. Nothing was planned yet",
                day_in(400): "Write a day within one year. Nothing was planned yet",
            }.items()
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_question_and_nothing_is_planned(
    worker: FlaskClient,
    case: UUID,
    owner: Engine,
    language: str,
    fields: dict[str, str],
    id_: str,
    msgid: str,
) -> None:
    worker.get(f"/staff/?lang={language}")
    page = plan(worker, case, **fields)
    assert page.status_code == 422
    assert reads(page, language, msgid)
    assert f'href="#{id_}"' in page.text
    assert f'id="{id_}"' in page.text
    title = {"fi": "Virhe:", "sv": "Fel:", "en": "Error:"}[language]
    assert f"<title>{title}" in page.text
    if typed := fields.get("planned_day"):
        assert f'value="{typed}"' in html.unescape(page.text)
    assert ask(owner, COUNT) == 0


@pytest.mark.parametrize(
    ("what", "when", "days"),
    [
        ("help_received", "3", None),
        ("please_call", "7", None),
        ("please_call", "day", 0),
        ("please_call", "day", 365),
    ],
)
def test_a_worker_plans_and_everybody_sees_by_whom(
    worker: FlaskClient, case: UUID, owner: Engine, what: str, when: str, days: int | None
) -> None:
    day = "" if days is None else day_in(days)
    answer = plan(worker, case, planned_what=what, planned_when=when, planned_day=day)
    assert answer.status_code == 303
    assert re.search(r"\?notice=follow_up_(planned|put_off)$", answer.headers["Location"])
    assert ask(owner, f"{COUNT} and kind = '{what}'") == 1
    page = worker.get(answer.headers["Location"])
    assert "Yhteydenotto on suunniteltu. Aika: " in notice_on(page)
    section = page.text[page.text.index('id="planned"') : page.text.index('id="limits"')]
    assert "Testi Päivystäjä" in section


def notice_on(page: TestResponse) -> str:
    found = re.search(r'id="notice-title">(.*?)</h2>', page.text, re.DOTALL)
    assert found, page.text
    return html.unescape(found.group(1))


def a_saturday() -> date:
    today = now().astimezone(HELSINKI).date()
    return today + timedelta(days=(5 - today.weekday()) % 7 + 7)


@IN_EACH_LANGUAGE
def test_a_contact_that_moves_to_another_day_says_to_which_and_why(
    worker: FlaskClient, case: UUID, owner: Engine, language: str
) -> None:
    worker.get(f"/staff/?lang={language}")
    day = a_saturday()
    typed = f"{day.day}.{day.month}.{day.year}"
    answer = plan(worker, case, planned_what="please_call", planned_when="day", planned_day=typed)
    assert answer.headers["Location"].endswith("?notice=follow_up_put_off")
    page = worker.get(answer.headers["Location"])
    due = ask(owner, "select due_at from follow_ups where kind = 'please_call'")
    assert due.astimezone(HELSINKI).date() > day
    local = due.astimezone(HELSINKI)
    told = notice_on(page)
    assert re.search(rf"\b{local.day}\b.*\b{local.year}\b", told)
    assert re.search(rf"\b0?{local.hour}[.:]00", told)
    why = catalogues.translations(language).gettext(
        "The contact is planned. Time: %(moment)s. The team is closed at the time that you chose, "
        "so the contact moved to its next opening."
    )
    assert told.endswith(why.partition("%(moment)s")[2] + "</span>")


@IN_EACH_LANGUAGE
def test_the_form_tells_the_rule_and_its_example_is_a_day_on_which_people_work(
    worker: FlaskClient, case: UUID, house: House, language: str
) -> None:
    page = worker.get(f"/staff/cases/{case}?lang={language}")
    assert reads(
        page,
        language,
        "In 3 or 7 days the contact comes at this time of the day, on a day that you write when the "
        "team opens. If the team is closed then, it moves to the next opening.",
    )
    hints = re.findall(r'day-hint">\D+(\d+)\.(\d+)\.(\d+)<', page.text)
    assert hints
    for number, month, year in hints:
        day = date(int(year), int(month), int(number))
        assert is_working_day(day, house.directory.holidays)
        assert not is_eve(day)


def test_what_waits_stands_before_what_is_over(worker: FlaskClient, case: UUID) -> None:
    plan(worker, case, planned_what="please_call", planned_when="day", planned_day=day_in(300))
    press(worker, case, "cancel")
    page = worker.get(f"/staff/cases/{case}?lang=en").text
    section = page[page.index('id="planned"') : page.index('id="limits"')]
    assert re.findall(r"hds-status-label[^>]*>(\w+)", section) == ["Planned", "Cancelled"]


def test_a_second_press_plans_nothing_twice(worker: FlaskClient, case: UUID, owner: Engine) -> None:
    fields = fields_on(worker.get(f"/staff/cases/{case}"))
    for _ in range(2):
        assert plan(worker, case, press=fields["press"]).status_code == 303
    assert ask(owner, COUNT) == 1


def test_cancelling_moving_and_the_undo(worker: FlaskClient, case: UUID, owner: Engine) -> None:
    press(worker, case, "cancel")
    assert ask(owner, STATES) == "cancelledby_worker"
    assert ask(owner, "select count(*) from follow_ups where contact_sealed is not null") == 0
    answer = press(worker, case, "restore")
    assert "notice=follow_up_planned" in answer.headers["Location"]
    assert ask(owner, STATES) == "planned"
    assert ask(owner, "select count(*) from follow_ups where contact_sealed is not null") == 1
    page = open_case(worker, case)
    (name,) = set(re.findall(r'name="(move-[0-9a-f]+-day)"', page))
    assert press(worker, case, "move", **{name: day_in(30)}).status_code == 303
    assert ask(owner, STATES) == "cancelledmoved planned"


@IN_EACH_LANGUAGE
def test_a_wrong_day_to_move_to_is_said_and_it_waits_for_the_old_one(
    worker: FlaskClient, case: UUID, owner: Engine, language: str
) -> None:
    worker.get(f"/staff/?lang={language}")
    (name,) = set(re.findall(r'name="(move-[0-9a-f]+-day)"', open_case(worker, case)))
    page = press(worker, case, "move", **{name: "1.1.2020"})
    assert page.status_code == 422
    assert f'href="#{name}"' in page.text
    assert '<details class="desk-acts" open>' in page.text
    assert reads(
        page, language, "The day has passed. Write today or a later day. Nothing was planned yet"
    )
    assert ask(owner, STATES) == "planned"


def test_what_is_planned_is_cancelled_by_an_addition_a_withdrawal_and_closing(
    follower: FlaskClient, worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    add(follower, more="Lisää asiaa.", can_wait="yes")
    assert ask(owner, STATES) == "cancelledaddition"
    plan(worker, case)
    post(follower, WITHDRAW)
    assert ask(owner, STATES) == "cancelledaddition cancelledwithdrawn"
    plan(worker, case)
    at = f"/staff/cases/{case}"
    worker.post(f"{at}/close", data={"csrf_token": token(worker.get(at))})
    assert ask(owner, STATES).endswith("cancelledclosed")
    page = open_case(worker, case)
    assert "Asia on päätetty, joten mitään ei voi suunnitella." in page
    assert "planned_what" not in page


def test_whoever_allowed_no_messages_is_told_on_the_page_alone_and_the_form_says_so(
    follower: FlaskClient, worker: FlaskClient, case: UUID, house: House, owner: Engine
) -> None:
    warning = "Lähettäjä ei ole antanut lupaa lähettää viestejä."
    assert warning not in open_case(worker, case)
    post(follower, WITHDRAW)
    assert warning in open_case(worker, case)
    plan(worker, case, planned_what="please_call")
    let_it_come(house, owner)
    assert "Soita meille. Numero on tällä sivulla." in follower.get("/fi/follow-up").text
    assert ask(owner, "select count(*) from messages where event like 'follow_up:%'") == 0


def test_a_new_number_is_the_one_that_is_written_to(
    follower: FlaskClient, case: UUID, house: House, owner: Engine
) -> None:
    add_contact = follower.get(CONTACT)
    follower.post(CONTACT, data=fields_on(add_contact, **BY_SMS))
    let_it_come(house, owner)
    assert ask(owner, "select channel from messages where event like 'follow_up:%'") == "sms"


def test_other_teams_and_strangers_plan_nothing(
    visit: Visit, case: UUID, owner: Engine, client: FlaskClient
) -> None:
    stranger = visit()
    sign_in(stranger, "sosiaalipaivystys@example.org", PASSWORD)
    one = ask(owner, "select id from follow_ups")
    form: dict[str, Any] = {
        "csrf_token": token(stranger.get("/staff/?lang=fi")),
        "planned_what": "please_call",
        "planned_when": "3",
    }
    for at in ("", f"/{one}/move", f"/{one}/cancel", f"/{one}/restore"):
        answer = stranger.post(f"/staff/cases/{case}/follow-ups{at}", data=form)
        assert answer.status_code == 404, at
    assert ask(owner, STATES) == "planned"


def test_one_of_another_case_is_out_of_reach(
    visit: Visit, worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    follow(visit(), code_on(send(visit())))
    other = ask(owner, f"select id from follow_ups where case_id <> '{case}'")
    at = f"/staff/cases/{case}"
    answer = worker.post(
        f"{at}/follow-ups/{other}/cancel", data={"csrf_token": token(worker.get(at))}
    )
    assert answer.headers["Location"].split("?")[1].startswith("notice=late")
    assert ask(owner, "select count(*) from follow_ups where state = 'planned'") == 2


def test_the_summary_of_the_morning_lists_what_comes_this_week(
    visit: Visit, worker: FlaskClient, case: UUID
) -> None:
    plan(worker, case, planned_what="please_call", planned_when="day", planned_day=day_in(1))
    lead = visit()
    sign_in(lead, "esihenkilo@example.org", PASSWORD)
    page = lead.get("/staff/digest?lang=fi").text
    section = page[page.index("planned-title") : page.index("undelivered-title")]
    assert "Pyydä lähettäjää soittamaan meille" in section
