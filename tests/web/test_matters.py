"""Limits of law at the desk: each shown with its own button, and nothing closed over one."""

from __future__ import annotations

import html
import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from tests.web.conftest import Visit
from tests.web.following import ask
from tests.web.matters import act, at, offers, press, undos
from tests.web.walking import reads, sign_in
from webapp import catalogues
from webapp.demo_county import PASSWORD
from webapp.wiring import House

IN_EACH_LANGUAGE = pytest.mark.parametrize("language", ["fi", "sv", "en"])
LAW = {"urgent", "not-urgent", "start", "not-needed", "told"}
RUNNING = "select count(*) from clocks where ended_at is null and kind = '{}'"


def close(worker: FlaskClient, case: UUID, language: str = "fi") -> TestResponse:
    worker.get(f"/staff/?lang={language}")
    return press(worker, case, "close")


def test_a_message_is_made_a_matter_and_taken_back(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    assert offers(worker.get(at(case))) == {"make-matter"}
    made = act(worker, case, "make-matter")
    assert made.headers["Location"].endswith("notice=matter_started")
    page = worker.get(made.headers["Location"])
    assert reads(
        page,
        "fi",
        "This is now a child welfare matter. Its time limits are counted from its arrival.",
    )
    assert offers(page) == LAW | {"take-back-matter"}
    act(worker, case, "take-back-matter")
    assert ask(owner, "select count(*) from clocks where kind = 'urgency'") == 0
    assert offers(worker.get(at(case))) == {"make-matter"}


def test_once_an_act_is_done_its_button_is_gone_and_it_says_by_whom(
    worker: FlaskClient, case: UUID
) -> None:
    act(worker, case, "make-matter", "urgent")
    page = worker.get(at(case))
    assert offers(page) == {"start", "not-needed", "told"}
    assert reads(page, "fi", "The urgency was assessed: the matter is urgent")
    assert "Testi Päivystäjä" in page.text


def test_finishing_is_offered_once_the_assessment_has_started(
    worker: FlaskClient, case: UUID
) -> None:
    act(worker, case, "make-matter", "start")
    assert "finish" in offers(worker.get(at(case)))
    act(worker, case, "finish")
    assert not {"start", "finish", "not-needed"} & offers(worker.get(at(case)))


def test_a_mark_made_by_mistake_is_taken_back_and_the_limit_runs_as_before(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    due = "select due_at from clocks where kind = 'urgency' and ended_at is null"
    act(worker, case, "make-matter")
    before = ask(owner, due)
    act(worker, case, "urgent")
    assert (
        ask(owner, "select count(*) from clocks where kind = 'urgency' and ended_at is null") == 0
    )
    assert undos(worker.get(at(case))) == {"urgency"}
    act(worker, case, "undo-urgency")
    assert ask(owner, due) == before
    page = worker.get(at(case))
    assert {"urgent", "not-urgent"} <= offers(page)
    assert undos(page) == set()
    act(worker, case, "not-needed")
    assert undos(worker.get(at(case))) == {"assessment_start", "assessment_finish"}
    act(worker, case, "undo-assessment_finish", "start", "finish")
    assert undos(worker.get(at(case))) == {"assessment_finish"}
    again = act(worker, case, "undo-assessment_start")
    assert again.headers["Location"].endswith("notice=late")


def test_a_second_press_changes_nothing_and_says_so(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    act(worker, case, "make-matter", "urgent")
    again = act(worker, case, "not-urgent")
    assert again.headers["Location"].endswith("notice=late")
    assert ask(owner, "select count(*) from timeline where kind = 'urgency_assessed'") == 1


def test_a_notice_is_gone_once_something_else_was_done(worker: FlaskClient, case: UUID) -> None:
    done = act(worker, case, "make-matter").headers["Location"]
    assert 'id="notice-title"' in worker.get(done).text
    act(worker, case, "urgent")
    assert 'id="notice-title"' not in worker.get(done).text


@IN_EACH_LANGUAGE
def test_closing_is_refused_and_names_what_waits_with_a_way_to_it(
    worker: FlaskClient, case: UUID, owner: Engine, language: str
) -> None:
    act(worker, case, "make-matter", "told")
    refused = close(worker, case, language)
    assert refused.status_code == 422
    title = {"fi": "Virhe:", "sv": "Fel:", "en": "Error:"}[language]
    assert f"<title>{title}" in refused.text
    links = re.findall(r'<li><a href="#(act-[a-z_]+)">([^<]+)</a>', refused.text)
    assert [link for link, _ in links] == [
        "act-urgency",
        "act-assessment_start",
        "act-assessment_start",  # what has not started has no button for being finished
    ]
    assert all(f'id="{link}"' in refused.text for link, _ in links)
    assert len({words for _, words in links}) == 3
    assert ask(owner, "select state from cases") == "in_progress"


def test_a_matter_is_closed_when_everything_is_done(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    act(worker, case, "make-matter", "not-urgent", "told", "not-needed")
    assert close(worker, case).status_code == 303
    assert ask(owner, "select state from cases") == "closed"
    assert not offers(worker.get(at(case)))


def test_the_promised_reply_is_paused_with_a_reason_and_goes_on(
    worker: FlaskClient, follower: FlaskClient, case: UUID, owner: Engine
) -> None:
    paused = press(worker, case, "pause", reason="interpreter")
    page = worker.get(paused.headers["Location"])
    assert reads(page, "fi", "We wait for an interpreter")
    assert offers(page) == {"resume", "make-matter"}
    told = "We wait for something that we need before we can answer you. Then the time to answer goes on."
    assert reads(follower.get("/fi/follow-up"), "fi", told)
    act(worker, case, "resume")
    assert not reads(follower.get("/fi/follow-up"), "fi", told)
    assert ask(owner, RUNNING.format("promised_reply") + " and paused_at is null") == 1


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("reason", ["", "holiday"])
def test_without_a_known_reason_the_time_to_answer_runs_on(
    worker: FlaskClient, case: UUID, owner: Engine, language: str, reason: str
) -> None:
    worker.get(f"/staff/?lang={language}")
    page = press(worker, case, "pause", reason=reason)
    assert page.status_code == 422
    assert reads(page, language, "Choose what you wait for. The time to answer still runs")
    assert 'href="#reason"' in page.text
    assert ask(owner, "select count(*) from clocks where paused_at is not null") == 0


def test_nothing_of_the_law_shows_on_the_follow_up_page(
    worker: FlaskClient, follower: FlaskClient, case: UUID
) -> None:
    worker.get(at(case))
    before = re.sub(r'value="[^"]*"', "", follower.get("/fi/follow-up").text)
    act(worker, case, "make-matter", "urgent", "told")
    assert re.sub(r'value="[^"]*"', "", follower.get("/fi/follow-up").text) == before


def test_the_inbox_names_the_nearest_limit_of_law_and_marks_a_late_one(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    act(worker, case, "make-matter")
    nearest = "select to_char(min(due_at) at time zone 'Europe/Helsinki', 'FMDD.FMMM.YYYY FMHH24.MI') from clocks where kind in ('urgency', 'assessment_start')"
    assert ask(owner, nearest) in worker.get("/staff/").text
    late = worker.get("/staff/").text.count("Myöhässä")
    with owner.begin() as connection:
        connection.execute(
            text("update clocks set due_at = now() - interval '1 day' where kind = 'urgency'")
        )
    assert worker.get("/staff/").text.count("Myöhässä") == late + 1


# The dates, for printing


@IN_EACH_LANGUAGE
def test_the_dates_are_shown_without_a_word_of_the_case_and_looking_is_logged(
    worker: FlaskClient, case: UUID, owner: Engine, language: str
) -> None:
    act(worker, case, "make-matter")
    page = worker.get(f"{at(case)}/dates?lang={language}")
    assert page.status_code == 200
    number = ask(owner, "select number from cases")
    assert number in page.text
    shown = html.unescape(page.text)
    for secret in ("Esimerkki Lapsi", "neuvoa", "Testi Testaaja", "testi@example.org"):
        assert secret not in shown
    assert reads(page, language, "The service needs assessment is finished")
    assert page.text.count('class="month"') >= 2
    assert ask(owner, "select count(*) from access_log where action = 'dates'") == 1


def test_a_planned_contact_stands_among_the_dates_until_it_is_cancelled(
    worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    contact = ">Ask the sender to call us</th>"
    press(worker, case, "follow-ups", planned_what="please_call", planned_when="3")
    shown = worker.get(f"{at(case)}/dates?lang=en").text
    assert contact in shown
    assert shown.count("month__mark") == shown.count('<th scope="row">')
    of_plan = ask(
        owner, "select id from follow_ups where state = 'planned' and kind = 'please_call'"
    )
    press(worker, case, f"follow-ups/{of_plan}/cancel")
    assert contact not in worker.get(f"{at(case)}/dates?lang=en").text


def test_a_day_of_the_calendar_is_marked_in_text(worker: FlaskClient, case: UUID) -> None:
    act(worker, case, "make-matter")
    text_of = worker.get(f"{at(case)}/dates?lang=en").text
    marked = re.findall(
        r'<td class="month__dated"><strong>(\d+)</strong>.*?</td>', text_of, re.DOTALL
    )
    assert len(marked) >= 3
    assert "(1<span" in text_of  # the day of arrival


@IN_EACH_LANGUAGE
def test_the_heads_of_the_calendar_have_two_letters_and_a_holiday_is_explained_beneath(
    worker: FlaskClient, case: UUID, owner: Engine, house: House, language: str
) -> None:
    press(worker, case, "follow-ups", planned_what="please_call", planned_when="3")
    day = next(day for day in sorted(house.directory.holidays) if day.weekday() < 5)
    with owner.begin() as connection:
        connection.execute(text("update follow_ups set due_at = :day"), {"day": day})
    page = worker.get(f"{at(case)}/dates?lang={language}")
    heads = re.findall(r'<th scope="col"><span aria-hidden="true">([^<]+)</span>', page.text)
    assert {len(head) for head in heads} == {2}
    holiday = catalogues.translations(language).gettext("holiday")
    assert f'<span aria-hidden="true">*</span><span class="vh">{holiday}</span>' in page.text
    assert f">* {holiday}</p>" in page.text


def test_looking_at_the_dates_opens_no_case(worker: FlaskClient, case: UUID, owner: Engine) -> None:
    assert worker.get(f"{at(case)}/dates").status_code == 200
    assert ask(owner, "select state from cases") == "received"


def test_a_stranger_to_the_case_finds_none_of_it(
    visit: Visit, worker: FlaskClient, case: UUID, owner: Engine
) -> None:
    worker.get(at(case))
    stranger = visit()
    sign_in(stranger, "jourhavande@example.org", PASSWORD)
    assert stranger.get(f"{at(case)}/dates").status_code == 404
    token_of = re.search(r'name="csrf_token" value="([^"]+)"', stranger.get("/staff/").text)
    assert token_of
    for button in ("acts/make-matter", "acts/urgent", "acts/transfer-sent", "pause", "move"):
        fields = {"csrf_token": token_of[1], "reason": "sender", "team": "north"}
        assert stranger.post(f"{at(case)}/{button}", data=fields).status_code == 404
    assert ask(owner, "select count(*) from access_log where user_id <> 'x'") == 1
