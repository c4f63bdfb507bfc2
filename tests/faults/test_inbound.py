"""A text comes in to the whole house: its team is told, its writer answered once, and it leaves no trace in the clear."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults import receipts, traces
from tests.faults.stack import BY_SMS, COAST_MAIL, SENDER_MOBILE, Stack
from tests.faults.visitor import as_client
from tests.live import until
from tests.web import walking
from webapp.demo_county import PASSWORD

INTAKE_MAIL = "vastaanotto@example.org"
STRANGER, OWN = "+358407654321", "+15005550006"
MARK = "zqmerkki"
WORDS = (MARK, STRANGER, STRANGER[4:], SENDER_MOBILE, SENDER_MOBILE[4:])
HOOK = "/hooks/twilio/inbound"


def text_in(stack: Stack, body: str, sender: str, **more: Any) -> None:
    status, _ = stack.twilio.text_in(stack.settings.origin + HOOK, sender, body, To=OWN, **more)
    assert status == 200


def told_to_staff(stack: Stack) -> list[dict[str, Any]]:
    return stack.rows(
        "select * from messages where event like 'texted:%' and recipient <> 'sender'"
    )


def test_texts_of_a_stranger_are_told_to_intake_once_and_answered_once(stack: Stack) -> None:
    for body in ("Kuka siellä?", "Vastatkaa"):
        text_in(stack, body, STRANGER)
    stack.let_morning_come()
    until(lambda: stack.mails_to(INTAKE_MAIL) == 1, what=stack.told)
    until(lambda: stack.texts_to(STRANGER) == 1, what=stack.told)
    stack.state_becomes("sender", "delivered")
    assert len(stack.rows("select 1 from inbound_texts where handled_at is null")) == 2
    assert (stack.texts_to(STRANGER), len(told_to_staff(stack))) == (1, 1)


def test_a_text_from_a_senders_number_reaches_the_team_of_the_case(stack: Stack) -> None:
    stack.send(contact=BY_SMS)
    stack.let_morning_come()
    until(lambda: stack.texts_to(SENDER_MOBILE) == 1, what=stack.told)
    until(lambda: stack.mails_to(COAST_MAIL) == 1, what=stack.told)
    text_in(stack, "Soittakaa huomenna", SENDER_MOBILE)
    until(lambda: stack.mails_to(COAST_MAIL) == 2, what=stack.told)
    (case,) = stack.rows("select id from cases")
    assert [row["case_id"] for row in told_to_staff(stack)] == [case["id"]]


def test_after_stop_nothing_goes_to_the_number_and_alerts_of_staff_go_on(stack: Stack) -> None:
    text_in(stack, "Stop.", SENDER_MOBILE)
    stack.send(contact=BY_SMS, waiting={"can_wait": "no"})
    stack.let_morning_come()
    until(
        lambda: stack.rows("select 1 from messages where recipient = 'sender' and reason <> ''"),
        what=stack.told,
    )
    (told,) = stack.rows("select state, reason from messages where recipient = 'sender'")
    assert (told["state"], told["reason"]) == ("suppressed", "opted_out")
    assert stack.texts_to(SENDER_MOBILE) == 0
    stack.state_becomes("team:coast:coast-mobile", "delivered")
    assert "call_needed" in stack.timeline()
    text_in(stack, "START", SENDER_MOBILE)
    stack.send(contact=BY_SMS)
    stack.let_morning_come()
    until(lambda: stack.texts_to(SENDER_MOBILE) == 1, what=stack.told)


def test_stop_of_a_staff_number_stops_no_alert(stack: Stack) -> None:
    text_in(stack, "STOP", "+358500000122")
    stack.send(waiting={"can_wait": "no"}, you={"identity": "anonymous"})
    stack.state_becomes("team:coast:coast-mobile", "delivered")


def test_a_forged_stop_stops_nothing(stack: Stack) -> None:
    fields = {
        "AccountSid": stack.settings.twilio_account_sid,
        "MessageSid": "SM1",
        "From": SENDER_MOBILE,
        "To": OWN,
        "Body": "STOP",
    }
    genuine = receipts.signature(stack.settings.origin + HOOK, fields)
    where = f"{stack.origin}{HOOK}"
    for given, signed in (
        (fields, None),
        (fields, ""),
        (fields, receipts.signature(where, fields, "another token")),
        ({**fields, "From": STRANGER}, genuine),
    ):
        assert receipts.post(where, given, signed).status_code == 403
    assert stack.rows("select 1 from opt_outs") == []
    assert stack.rows("select 1 from inbound_texts") == []
    assert receipts.post(where, fields, genuine).status_code == 200
    assert len(stack.rows("select 1 from opt_outs")) == 1


def test_no_word_and_no_number_of_a_text_is_found_anywhere(stack: Stack) -> None:
    with stack.broker as broker, traces.listening(broker) as heard:
        stack.send(contact=BY_SMS)
        for number in (STRANGER, SENDER_MOBILE):
            text_in(stack, f"{MARK} kirjoittaa.\n{MARK.upper()} 😀", number)
        text_in(stack, "LOPETA", STRANGER)
        worker = as_client(stack.visitor())
        assert walking.sign_in(worker, "paivystaja@example.org", PASSWORD).status_code == 303
        page = worker.get("/staff/texts").text
        assert page.count(f"{MARK} kirjoittaa.") == 2
        (text,) = stack.rows("select id from inbound_texts where kind = 'note' limit 1")
        handled = f"/staff/texts/{text['id']}/handled"
        answer = worker.post(
            handled, data={"csrf_token": walking.token(worker.get("/staff/texts"))}
        )
        assert answer.status_code == 303
        stack.let_morning_come()
        until(lambda: len(told_to_staff(stack)) == 2, what=stack.told)
        nothing_in("a dump of the database", traces.dump(stack.postgres.owner_url))
        nothing_in("the broker", traces.contents(broker))
    nothing_in("the broker's commands", "\n".join(heard))
    nothing_in("the logs", stack.all_logs())
    nothing_in("the figures", stack.visitor().get("/metrics").text)
    said = [text.body for text in stack.twilio.messages()]
    nothing_in("what left the house", "\n".join(said))


def nothing_in(place: str, text: str) -> None:
    assert traces.found(text, WORDS) == set(), place


def test_many_deliveries_of_one_text_at_once_are_one(stack: Stack) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: text_in(stack, "Hei", STRANGER, MessageSid="SM1"), range(8)))
    assert len(stack.rows("select 1 from inbound_texts")) == 1
    assert len(told_to_staff(stack)) == 1
