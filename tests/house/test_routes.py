"""Every address of the house: either on the list of public ones, or behind the sign-in; every POST guarded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.routing import Rule

from tests.web.walking import send, token
from webapp import app as application
from webapp.config import Settings

#: Open to everybody. A new address is added here on purpose, or it must ask for a sign-in.
PUBLIC = {
    "public.root",
    "public.start",
    "public.contact",
    "public.urgent",
    "public.which",
    "public.what_next",
    "public.follow_up",
    "public.open_follow_up",
    "public.leave_follow_up",
    "public.lost_code",
    "public.add",
    "public.add_more",
    "public.contact_choices",
    "public.choose_contact",
    "public.withdraw",
    "public.withdraw_now",
    "public.leave",
    "public.accessibility",
    "public.privacy",
    "public.cookies",
    "public.feedback",
    "public.stylesheet",
    "public.script",
    "public.icon",
    "public.robots",
    "forms.start",
    "forms.begin",
    "forms.step",
    "forms.answer",
    "forms.check",
    "forms.send",
    "forms.receipt",
    "forms.receipt_file",
    "forms.saved",
    "forms.onward",
    "forms.carry",
    "forms.delete",
    "staff.door.sign_in",
    "staff.door.enter",
    "operators.alive",
    "operators.ready",
    # Allowed networks only.
    "operators.figures",
}
#: Signed by the provider instead of carrying a token.
SIGNED = {"hooks.twilio_status", "hooks.twilio_inbound"}
#: In the demo alone.
DEMO = {"dev.outbox", "dev.outbox_json"}

KNOWN = {
    "said": "01890000-0000-7000-8000-000000000000",
    "lang": "fi",
    "slug": "guidance",
    "draft": "01890000-0000-7000-8000-000000000000",
    "case_id": "01890000-0000-7000-8000-000000000001",
    "team": "north",
    "row": "0" * 24,
    "sheet": "workers",
    "day": "2026-03-02",
    "proposal": "01890000-0000-7000-8000-000000000003",
    "revision": 1,
    "attempt": "01890000-0000-7000-8000-000000000002",
    "step": "matter",
    "digest": "0",
    "page": "client",
    "act": "answer",
    "button": "urgent",
    "text_id": "01890000-0000-7000-8000-000000000004",
    "follow_up_id": "01890000-0000-7000-8000-000000000005",
    "to": "handled",
}


@pytest.fixture
def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def address_of(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        built = rule.build({name: KNOWN[name] for name in rule.arguments})
    assert built is not None
    return built[1]


def test_the_list_of_public_addresses_names_only_what_there_is(rules: list[Rule]) -> None:
    assert {*PUBLIC, *SIGNED, *DEMO} <= {rule.endpoint for rule in rules}


def test_every_address_is_on_the_list_or_asks_for_a_sign_in(
    app: Flask, client: FlaskClient, rules: list[Rule]
) -> None:
    open_doors = {}
    pressed = token(client.get("/staff/login"))
    for rule in rules:
        if rule.endpoint in {*PUBLIC, *SIGNED, *DEMO}:
            continue
        at = address_of(app, rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(at, method=method, data={"csrf_token": pressed})
            shut = answer.status_code == 303 and "/staff/login" in answer.headers["Location"]
            if not shut:
                open_doors[f"{method} {at}"] = answer.status_code
    assert open_doors == {}


def test_no_staff_page_tells_a_stranger_whether_a_case_exists(
    client: FlaskClient, owner: Engine
) -> None:
    send(client)
    with owner.connect() as connection:
        case_id = connection.execute(text("select id from cases")).scalar_one()
    answers = [client.get(f"/staff/cases/{one}") for one in (case_id, KNOWN["case_id"])]
    assert (
        len({(a.status_code, a.text.replace(str(case_id), KNOWN["case_id"])) for a in answers}) == 1
    )


def test_every_post_but_the_providers_asks_for_the_token(
    app: Flask, client: FlaskClient, rules: list[Rule], owner: Engine
) -> None:
    client.get("/fi/forms/guidance")
    unguarded = {}
    for rule in rules:
        if "POST" in (rule.methods or ()) and rule.endpoint not in SIGNED:
            answer = client.post(address_of(app, rule), data={"message": "x", "email": "x"})
            if answer.status_code not in {400, 404}:
                unguarded[rule.rule] = answer.status_code
    assert unguarded == {}
    with owner.connect() as connection:
        assert connection.execute(text("select count(*) from submissions")).scalar_one() == 0


def test_an_unsigned_word_of_a_provider_is_refused(
    app: Flask, client: FlaskClient, rules: list[Rule], owner: Engine
) -> None:
    for rule in rules:
        if rule.endpoint in SIGNED:
            for headers in ({}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "x\u00e4"}):
                answer = client.post(
                    address_of(app, rule), data={"MessageStatus": "delivered"}, headers=headers
                )
                assert answer.status_code == 403
    with owner.connect() as connection:
        assert connection.execute(text("select count(*) from receipts")).scalar_one() == 0


def test_no_address_changes_anything_by_get_but_leaving_and_opening_a_case(
    app: Flask, rules: list[Rule]
) -> None:
    """Link scanners fetch every address that they find."""
    for rule in rules:
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert methods in ({"GET"}, {"POST"}), f"{rule.rule} does two things at one address"


@pytest.fixture
def production(settings: Settings) -> Iterator[Flask]:
    made = application.create(settings.model_copy(update={"demo": False}))
    yield made
    made.extensions["house"].engine.dispose()


def test_outside_the_demo_there_is_no_outbox_page(production: Flask) -> None:
    assert not [rule for rule in production.url_map.iter_rules() if rule.rule.startswith("/dev")]
    assert production.test_client().get("/dev/outbox.json").status_code == 404


def test_figures_are_for_allowed_networks_alone(client: FlaskClient) -> None:
    outside = {"REMOTE_ADDR": "192.0.2.1"}
    assert client.get("/metrics", environ_base=outside).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200
    spoofed = client.get("/metrics", environ_base=outside, headers={"X-Forwarded-For": "127.0.0.1"})
    assert spoofed.status_code == 403
