"""Whatever arrives: nothing answers 500, and what was typed comes back."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from forms.guidance import GUIDANCE
from tests.web.walking import ANSWERS, begin, post, reads, token, walk
from webapp.app import LARGEST_BODY
from webapp.wiring import House

FORM = "application/x-www-form-urlencoded"
PHONE = "050 0000100"
TOO_LARGE = "We can take at most 2 megabytes of text at a time. Go back, shorten the text and send it again."
NOWHERE = "01890000-0000-7000-8000-000000000000"


def message_of(house: House, owner: Engine) -> str:
    with owner.connect() as connection:
        case_id = connection.execute(text("select id from cases")).scalar_one()
    return str(house.desk.case_file(case_id).shared["matter"]["message"])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"Hei%00maailma", "Heimaailma"),
        (b"Alisa%E2%80%AEnamow", "Alisanamow"),
        (b"a%0D%0Ab", "a\nb"),
        (b"puolikas %ED%A0%BD", "puolikas %ED%A0%BD"),
        (b"rikki %FF ja %C3", "rikki %FF ja %C3"),
        (b"%3Cimg src=x onerror=alert(1)%3E", "<img src=x onerror=alert(1)>"),
    ],
)
def test_what_cannot_be_stored_is_cleaned_and_the_rest_is_sent(
    client: FlaskClient, house: House, owner: Engine, sent: bytes, kept: str
) -> None:
    at = begin(client)
    body = urlencode({"csrf_token": token(client.get(at)), "topic": "school"}).encode()
    answer = client.post(at, data=body + b"&message=" + sent, content_type=FORM)
    assert answer.status_code == 303
    shown = client.get(at)
    assert "<img src=x" not in shown.text
    at = answer.headers["Location"]
    for step in ("children", "you", "contact", "language", "waiting"):
        at = post(client, at, **ANSWERS[step]).headers["Location"]
    assert post(client, at).status_code == 303
    assert message_of(house, owner) == kept


def test_a_megabyte_in_one_field_is_a_page_with_an_error_and_the_whole_text(
    client: FlaskClient,
) -> None:
    words = "tekstiä " * 70_000
    answer = post(client, begin(client), topic="school", message=words)
    assert answer.status_code == 422
    assert words.strip() in answer.text
    assert answer.text.count("<title>Virhe:") == 1
    assert f"{len(words.strip())}" in answer.text


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_body_over_two_megabytes_is_told_the_limit_and_the_phone(
    client: FlaskClient, language: str
) -> None:
    at = begin(client, language)
    body = {"csrf_token": token(client.get(at)), "message": "a" * (LARGEST_BODY + 1)}
    answer = client.post(at, data=body)
    assert answer.status_code == 413
    assert reads(answer, language, TOO_LARGE)
    assert PHONE in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_body_just_under_the_limit_is_read(client: FlaskClient) -> None:
    at = begin(client)
    room = LARGEST_BODY - len(token(client.get(at))) - 200
    assert post(client, at, topic="school", message="a" * room).status_code == 422


@pytest.mark.parametrize("step", [page.slug for page in GUIDANCE.steps if page.slug != "elsewhere"])
def test_an_empty_page_is_told_what_is_missing_and_where(client: FlaskClient, step: str) -> None:
    at = begin(client).replace("matter", step)
    answer = client.post(at, data={"csrf_token": token(client.get(at))})
    assert answer.status_code == 422
    assert "<title>Virhe:" in answer.text
    assert 'href="#' in answer.text


@pytest.mark.parametrize(
    "at",
    [
        "/xx/",
        "/FI/",
        "/fi/forms/",
        "/fi/forms/nothing",
        "/fi/forms/GUIDANCE",
        f"/fi/forms/guidance/{NOWHERE}/matter",
        f"/fi/forms/guidance/{NOWHERE}/check",
        f"/fi/forms/guidance/{NOWHERE}/receipt",
        f"/fi/forms/guidance/{NOWHERE}/nothing",
        "/fi/forms/guidance/not-a-draft/matter",
        "/fi/nothing",
        "/wp-login.php",
        "/.env",
        "/static/../../etc/passwd",
        "/fi/%00",
        "/fi/%FF",
        "/%C3",
        "/fi/forms/guidance%0d%0aX: y",
    ],
)
def test_what_does_not_exist_is_a_page_with_the_phone_numbers(client: FlaskClient, at: str) -> None:
    answer = client.get(at, follow_redirects=True)
    assert answer.status_code == 404
    assert PHONE in answer.text
    assert "<h1" in answer.text


@pytest.mark.parametrize("code", ["", "000", "999", "abc", "%00", "%FF", "905%27--", "9" * 5000])
def test_a_municipality_that_is_not_there_is_asked_for_again(
    client: FlaskClient, code: str
) -> None:
    answer = client.get(f"/fi/contact?municipality={code}")
    assert answer.status_code == 422
    assert "<title>Virhe:" in answer.text


@pytest.mark.parametrize("code", ["905", "942", "091", "588"])
def test_every_municipality_of_finland_has_a_card(client: FlaskClient, code: str) -> None:
    assert client.get(f"/fi/contact?municipality={code}").status_code == 200


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "trace"])
def test_other_methods_are_refused_and_never_break(client: FlaskClient, method: str) -> None:
    at = begin(client)
    answer = client.open(at, method=method.upper())
    assert answer.status_code in {200, 400, 405}


def test_head_answers_as_get_does(client: FlaskClient) -> None:
    for at in ("/fi/", "/fi/forms/guidance", begin(client)):
        assert client.head(at).status_code == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"message": "\\ud83d"}'),
        ("application/json", b"{"),
        ("text/plain", b"hei"),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a\xff"\r\n\r\nb\r\n--x--',
        ),
        (FORM + "; charset=utf-16", b"message=hei"),
        (FORM + "; charset=nonsense", b"message=hei"),
        ("", b"message=hei"),
    ],
)
def test_a_body_of_another_kind_is_asked_for_again(
    client: FlaskClient, kind: str, body: bytes
) -> None:
    for at in (begin(client), "/fi/forms/guidance", "/fi/follow-up", "/staff/login"):
        answer = client.post(at, data=body, content_type=kind)
        assert answer.status_code in {400, 413}, at
        assert "<h1" in answer.text


@pytest.mark.parametrize("name", ["a\x00b", "paivystaja@example.org\x00", "\ufffd", "a" * 5000])
def test_rubbish_at_the_staff_door_is_an_ordinary_refusal(client: FlaskClient, name: str) -> None:
    for fields in ({"email": name, "password": "x"}, {"email": "a@example.org", "password": name}):
        answer = post(client, "/staff/login", **fields)
        assert answer.status_code == 422
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "action", ["remove-\u0663", "remove-" + "9" * 5000, "remove--1", "remove-", "ADD", "\x00"]
)
def test_an_unknown_button_is_the_button_that_goes_on(client: FlaskClient, action: str) -> None:
    at = begin(client).replace("matter", "children")
    assert post(client, at, **ANSWERS["children"], action=action).status_code == 303


def test_children_beyond_the_limit_are_not_a_fault(client: FlaskClient) -> None:
    at = begin(client).replace("matter", "children")
    many = {f"children-{n}-municipality": "905" for n in range(40)}
    assert post(client, at, **many).status_code == 303


# Anything at all


BYTES = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=20).map(str.encode),
    st.sampled_from([b"905", b"other", b"next", b"add", b"remove-0", b"call", b"\x00", b"\xff"]),
)
NAMES = st.one_of(
    st.sampled_from(
        [
            b"message",
            b"topic",
            b"way",
            b"phone",
            b"email",
            b"action",
            b"identity",
            b"children-0-municipality",
            b"children-0-other_municipality",
            b"children-\xc2\xb2-child_name",
            b"children-99999999999-child_age",
            b"where_now",
            b"language",
            b"can_wait",
            b"csrf_token",
        ]
    ),
    st.binary(max_size=8),
)
QUERY = st.one_of(
    st.just(""), st.sampled_from(["?then=check", "?then=%00", "?lang=xx", "?%FF=%FF"])
)


@given(data=st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_post_whatever_breaks_a_page(client: FlaskClient, data: st.DataObject) -> None:
    known = client.environ_base.setdefault("test.draft", "")
    if not known:
        known = client.environ_base["test.draft"] = begin(client)
        client.environ_base["test.token"] = token(client.get(known))
    steps = [page.slug for page in GUIDANCE.steps] + ["check", "receipt", "nothing"]
    at = str(known).replace("matter", data.draw(st.sampled_from(steps))) + data.draw(QUERY)
    fields = data.draw(st.lists(st.tuples(NAMES, BYTES), max_size=6))
    body = urlencode(fields)
    if data.draw(st.booleans()):
        body += f"&csrf_token={quote(str(client.environ_base['test.token']))}"
    answer = client.post(at, data=body, content_type=FORM)
    assert answer.status_code in {200, 303, 400, 404, 422}, (at, body)


@given(
    path=st.one_of(st.binary(max_size=30), st.text(max_size=30).map(str.encode)),
    query=st.binary(max_size=20),
)
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_address_whatever_breaks_a_page(client: FlaskClient, path: bytes, query: bytes) -> None:
    for front in ("/", "/fi/", "/fi/forms/guidance/", "/fi/contact", "/staff/find"):
        answer = client.get(
            f"{front}{quote(path)}?municipality={quote(query)}&number={quote(query)}"
        )
        assert answer.status_code < 500


def test_a_draft_that_took_all_that_can_still_be_finished(client: FlaskClient) -> None:
    at = walk(client)
    matter = at.replace("check", "matter")
    assert post(client, matter, message="\x00").status_code == 422
    held = client.get(at)
    assert held.headers["Location"] == f"{matter}?then=check", (
        "what stands there is not sent unseen"
    )
    assert 'value="discard"' in client.get(held.headers["Location"]).text
    assert post(client, matter, action="discard").headers["Location"] == at
    assert post(client, at).status_code == 303
