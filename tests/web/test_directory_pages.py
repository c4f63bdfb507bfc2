"""The directory's pages: every one shows, for those who may; every change is previewed, and nothing is lost."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from tests.web.conftest import Visit
from tests.web.following import ask
from tests.web.walking import post, sign_in, token
from webapp import demo_county, wiring
from webapp.demo_county import PASSWORD
from webapp.wiring import House

AT = "/staff/directory"
ADMIN, LEAD, WORKER = "hakemisto@example.org", "esihenkilo@example.org", "paivystaja@example.org"
EVERY = ("/", "/teams", "/teams/north", "/rota", "/rota/north", "/workers", "/absences")
ADMINS = ("/clients", "/clients/move", "/counties", "/bundle", "/bundle.zip", "/history")
FORMS = (
    "/teams/north/ladder",
    "/rows/teams/add",
    "/rows/services/add/north",
    "/rows/contact-points/add/north",
    "/rows/hours-exceptions/add/north",
    "/rows/workers/add",
    "/rows/clients/add",
    "/rows/counties/add",
)


@pytest.fixture(autouse=True)
def demo_again(house: House) -> Iterator[None]:
    """Each test begins with the demo's directory as the newest revision, and leaves it so."""
    yield
    load(house, demo_county.bundle_files(demo_county.FOLDER))


def load(house: House, files: dict[str, str]) -> int:
    here, latest = wiring.read_directory(files, 0), house.revisions.latest()
    return house.revisions.add(files, here, "tests", wiring.now(), based_on=latest)


def signed_in(visit: Visit, email: str) -> FlaskClient:
    made = visit()
    made.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert sign_in(made, email, PASSWORD).status_code == 303
    made.get("/staff/?lang=en")
    return made


@pytest.fixture
def admin(visit: Visit) -> FlaskClient:
    return signed_in(visit, ADMIN)


def test_every_page_shows_for_an_administrator(admin: FlaskClient) -> None:
    answers = {at: admin.get(AT + at).status_code for at in (*EVERY, *ADMINS, *FORMS)}
    assert {at: code for at, code in answers.items() if code != 200} == {}


def test_whoever_keeps_no_directory_is_told_that_there_is_no_page(
    visit: Visit, worker: FlaskClient
) -> None:
    for at in (*EVERY, *ADMINS, *FORMS):
        assert worker.get(AT + at).status_code == 404, at
    assert "Directory" not in signed_in(visit, WORKER).get("/staff/").text


def test_a_lead_reads_the_directory_and_not_its_codes_and_files(visit: Visit) -> None:
    lead = signed_in(visit, LEAD)
    assert AT in lead.get("/staff/").text
    assert {lead.get(AT + at).status_code for at in EVERY} == {200}
    assert {lead.get(AT + at).status_code for at in (*ADMINS, *FORMS)} == {404}
    assert "/rows/" not in lead.get(f"{AT}/teams/north").text


# --- A change, from the form to the newest revision ----------------------------------------------------------


def row_link(page: TestResponse, about: str) -> str:
    """The address of the link 'Change' of a row."""
    found = re.search(rf'href="([^"]+)">Change<span class="vh">: {re.escape(about)}', page.text)
    assert found, page.text
    return html.unescape(found.group(1))


def proposed(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def save(client: FlaskClient, preview: str, **fields: Any) -> TestResponse:
    pressed = {"csrf_token": token(client.get(preview)), **fields}
    return client.post(preview.split("?")[0] + "/save", data=pressed)


WORKER_CELLS = {
    "key": "kaisa-kuvitteellinen",
    "name": "Kaisa Kuvitteellinen",
    "email": "kaisa@example.org",
    "languages": ["fi"],
    "home": "north",
    "teams": ["north"],
}


def add_worker(admin: FlaskClient, **changes: Any) -> TestResponse:
    return post(admin, f"{AT}/rows/workers/add", **{**WORKER_CELLS, **changes})


def test_a_new_worker_is_previewed_and_counts_once_saved(admin: FlaskClient, house: House) -> None:
    before = house.revisions.latest()
    preview = proposed(add_worker(admin))
    page = admin.get(preview)
    assert house.revisions.latest() == before
    assert "Kaisa Kuvitteellinen" in page.text
    assert "Added" in page.text
    assert "No hole would open or close." in page.text
    saved = save(admin, preview)
    assert saved.headers["Location"] == f"{AT}/workers?notice=saved"
    shown = admin.get(saved.headers["Location"]).text
    assert "Saved. It counts from now on." in shown
    assert "kaisa@example.org" in shown
    assert house.revisions.latest() == (before or 0) + 1
    assert admin.get(preview).status_code == 404


def test_who_saved_it_stands_in_the_history(
    admin: FlaskClient, owner: Engine, house: House
) -> None:
    save(admin, proposed(add_worker(admin)))
    number = ask(owner, f"select id from users where email = '{ADMIN}'")
    assert f"Account {number}" in admin.get(f"{AT}/history").text
    page = admin.get(f"{AT}/history/{house.revisions.latest()}")
    assert "Kaisa Kuvitteellinen" in page.text


@pytest.mark.parametrize(
    ("field", "wrong", "words"),
    [
        ("key", "Kaisa K", "Write small letters a to z, digits and hyphens alone"),
        ("name", "", "Fill this in"),
        ("email", "kaisa", "expected an e-mail address"),
        ("email", "testi.etela@example.org", "stands on line"),
        ("mobile", "0500", "expected a number that begins with +358"),
        ("deputy", "nobody", "Choose one of the alternatives"),
        ("languages", [], "Choose one"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    admin: FlaskClient, field: str, wrong: Any, words: str
) -> None:
    answer = add_worker(admin, **{field: wrong})
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    found = re.search(rf'id="{field}-error">(.*?)</span></span>', text, re.DOTALL)
    assert found, text
    assert words in found.group(1)
    assert text.count('value="Kaisa Kuvitteellinen"') == (field != "name")


def test_a_row_is_changed_and_removed(admin: FlaskClient, house: House) -> None:
    save(admin, proposed(add_worker(admin)))
    at = row_link(admin.get(f"{AT}/workers"), "Kaisa Kuvitteellinen")
    assert "kaisa-kuvitteellinen" not in at
    changed = {**WORKER_CELLS, "name": "Kaisa Keksitty", "teams": ["north", "coast"]}
    preview = proposed(post(admin, at, **{**changed, "home": "coast"}))
    assert "Kaisa Keksitty" in admin.get(preview).text
    save(admin, preview)
    assert house.current.newest().workers["kaisa-kuvitteellinen"].teams == ("coast", "north")
    removing = admin.post(f"{at}/remove", data={"csrf_token": token(admin.get(at))})
    save(admin, proposed(removing))
    assert "kaisa-kuvitteellinen" not in house.current.newest().workers


def test_a_worker_who_is_still_named_elsewhere_is_not_removed(admin: FlaskClient) -> None:
    at = row_link(admin.get(f"{AT}/workers"), "Malli Vastaava")
    answer = admin.post(f"{at}/remove", data={"csrf_token": token(admin.get(at))})
    assert answer.status_code == 422
    assert "teams.csv:3: lead: no worker in workers.csv has this key" in answer.text


def test_a_change_may_be_left(admin: FlaskClient, house: House) -> None:
    before, preview = house.revisions.latest(), proposed(add_worker(admin))
    pressed = {"csrf_token": token(admin.get(preview))}
    assert admin.post(f"{preview}/drop", data=pressed).status_code == 303
    assert admin.get(preview).status_code == 404
    assert house.revisions.latest() == before


def test_nobody_sees_or_saves_the_change_of_somebody_else(
    admin: FlaskClient, visit: Visit, house: House
) -> None:
    preview, before = proposed(add_worker(admin)), house.revisions.latest()
    lead = signed_in(visit, LEAD)
    assert lead.get(preview).status_code == 404
    pressed = {"csrf_token": token(lead.get(f"{AT}/"))}
    assert lead.post(f"{preview}/save", data=pressed).status_code == 404
    assert house.revisions.latest() == before


# --- Somebody else saves meanwhile ----------------------------------------------------------------------------


def test_a_change_is_made_again_on_what_somebody_else_saved(
    admin: FlaskClient, house: House
) -> None:
    mine = proposed(add_worker(admin))
    pressed = {"csrf_token": token(admin.get(mine))}
    theirs = proposed(
        add_worker(admin, key="testi-toinen", name="Testi Toinen", email="toinen@example.org")
    )
    save(admin, theirs)
    again = admin.post(f"{mine}/save", data=pressed)
    assert again.headers["Location"] == mine
    made = proposed(admin.get(mine))
    assert "Somebody else has saved the directory meanwhile" in admin.get(made).text
    assert save(admin, made).headers["Location"].endswith("notice=saved")
    assert {"testi-toinen", "kaisa-kuvitteellinen"} <= set(house.current.newest().workers)


def test_two_changes_of_one_row_are_not_mixed_and_mine_stays_to_be_seen(
    admin: FlaskClient, house: House
) -> None:
    save(admin, proposed(add_worker(admin)))
    at = row_link(admin.get(f"{AT}/workers"), "Kaisa Kuvitteellinen")
    mine = proposed(post(admin, at, **{**WORKER_CELLS, "name": "Kaisa Minun"}))
    save(admin, proposed(post(admin, at, **{**WORKER_CELLS, "name": "Kaisa Heidän"})))
    answer = admin.get(mine)
    assert answer.status_code == 409
    assert "Kaisa Minun" in answer.text
    assert house.current.newest().workers["kaisa-kuvitteellinen"].name == "Kaisa Heidän"


# --- Holes and open cases -------------------------------------------------------------------------------------


def close_north(admin: FlaskClient) -> str:
    """Propose that the north has no hours at all."""
    at = re.search(r'href="([^"]*/rows/teams/[^"]+)"', admin.get(f"{AT}/teams/north").text)
    assert at
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "")
    kept = {"phone": "112", "acknowledge_minutes": "60", "reply_working_days": "3"}
    names = {"name_fi": "Pohjoinen", "closed_on_holidays": "yes"}
    return proposed(post(admin, at.group(1), **days, **kept, **names))


def test_a_new_hole_is_saved_only_by_who_knows_of_it(admin: FlaskClient, house: House) -> None:
    before, preview = house.revisions.latest(), close_north(admin)
    assert "the team never opens, and messages come to it" in admin.get(preview).text
    refused = save(admin, preview)
    assert refused.status_code == 422
    assert "Tick that you know of the new holes" in refused.text
    assert house.revisions.latest() == before
    assert save(admin, preview, know_holes="yes").status_code == 303
    checked = house.revisions.latest_check()
    assert checked is not None
    assert checked.revision == house.revisions.latest()
    assert "never_opens" in {hole.kind for hole in checked.holes}
    assert "the team never opens, and messages come to it" in admin.get(f"{AT}/").text
    # Mended again: the hole goes, and no new one is there to be known.
    at = row_link(admin.get(f"{AT}/workers"), "Malli Vastaava")
    assert "new hole" not in admin.get(proposed(post(admin, at, **LEAD_CELLS))).text


LEAD_CELLS = {
    "name": "Malli Vastaava",
    "email": "malli.vastaava@example.org",
    "languages": ["fi", "sv"],
    "home": "management",
    "teams": ["management", "north", "coast", "south", "service-desk"],
}


def test_without_holes_the_first_page_says_so(admin: FlaskClient, house: House) -> None:
    house.revisions.store_check(house.revisions.latest() or 0, (), wiring.now())
    assert "No holes" in admin.get(f"{AT}/").text


# --- The rota -------------------------------------------------------------------------------------------------

MONDAY = "2026-09-21"


@pytest.fixture
def with_rota(house: House) -> None:
    files = demo_county.bundle_files(demo_county.FOLDER)
    lines = files["teams.csv"].splitlines()
    lines = [line[:-3] + "yes," if line.startswith("north,") else line for line in lines]
    load(house, {**files, "teams.csv": "\n".join(lines) + "\n"})


def add_shift(client: FlaskClient, **changes: str) -> TestResponse:
    given = {"worker": "testi-paivystaja", "day": "21.9.2026", "starts": "8", "ends": "12.00"}
    return post(client, f"{AT}/rota/north/{MONDAY}/add", **{**given, **changes})


def keep(client: FlaskClient, answer: TestResponse) -> None:
    saved = save(client, proposed(answer), know_holes="yes")
    assert saved.status_code == 303, saved.text


@pytest.mark.usefixtures("with_rota")
def test_a_shift_is_added_swapped_copied_and_removed(admin: FlaskClient, house: House) -> None:
    keep(admin, add_shift(admin))
    week = admin.get(f"{AT}/rota/north/2026-09-24").text
    assert "08:00–12:00 Testi Päivystäjä" in week
    assert "12:00–16:00" in week  # nobody is on duty then
    swap = re.search(r'href="([^"]+/swap)"', week)
    assert swap
    keep(admin, post(admin, swap.group(1), worker="esimerkki-ohjaaja"))
    week = admin.get(f"{AT}/rota/north/{MONDAY}").text
    assert "Esimerkki Ohjaaja (instead of Testi Päivystäjä)" in week
    keep(admin, post(admin, f"{AT}/rota/north/{MONDAY}/copy", weeks="2"))
    shifts = house.current.newest().rotas["north"].shifts
    assert [(s.starts.day, s.worker) for s in shifts] == [
        (21, "esimerkki-ohjaaja"),
        (28, "testi-paivystaja"),
        (5, "testi-paivystaja"),
    ]
    again = post(admin, f"{AT}/rota/north/{MONDAY}/copy", weeks="2")
    assert again.status_code == 422
    remove = re.search(r'action="([^"]+/remove)"', week)
    assert remove
    pressed = {"csrf_token": token(admin.get(f"{AT}/rota/north"))}
    keep(admin, admin.post(remove.group(1), data=pressed))
    assert len(house.current.newest().rotas["north"].shifts) == 2


@pytest.mark.usefixtures("with_rota")
def test_a_shift_that_passes_midnight_ends_on_the_next_day(
    admin: FlaskClient, house: House
) -> None:
    keep(admin, add_shift(admin, starts="22:00", ends="6"))
    (shift,) = house.current.newest().rotas["north"].shifts
    assert (shift.starts.day, shift.ends.day, shift.ends.hour) == (21, 22, 6)


@pytest.mark.usefixtures("with_rota")
def test_a_shift_that_cannot_be_is_refused_beside_its_field(admin: FlaskClient) -> None:
    keep(admin, add_shift(admin))
    doubled = add_shift(admin, starts="11", ends="14")
    assert doubled.status_code == 422
    assert "on duty in this team already" in doubled.text
    for field, value in (("starts", "25:00"), ("day", "31.2.2026"), ("worker", "")):
        assert add_shift(admin, **{field: value}).status_code == 422
    assert post(admin, f"{AT}/rota/north/{MONDAY}/copy", weeks="27").status_code == 422


@pytest.mark.usefixtures("with_rota")
def test_a_lead_keeps_the_rota_and_absences_of_the_own_teams_alone(
    visit: Visit, house: House
) -> None:
    lead = signed_in(visit, LEAD)
    keep(lead, add_shift(lead))
    absence = {"worker": "esimerkki-ohjaaja", "first_day": "1.12.2026", "last_day": "2.12.2026"}
    keep(lead, post(lead, f"{AT}/rows/absences/add", **absence))
    assert house.current.newest().absences.of("esimerkki-ohjaaja")
    assert lead.get(f"{AT}/rota/swedish/{MONDAY}/add").status_code == 404
    others = post(lead, f"{AT}/rows/absences/add", **{**absence, "worker": "prov-jourhavande"})
    assert others.status_code == 422
    pressed = {"csrf_token": token(lead.get(f"{AT}/absences")), **WORKER_CELLS}
    assert lead.post(f"{AT}/rows/workers/add", data=pressed).status_code == 404


# --- Clients, ladders, other counties -------------------------------------------------------------------------


def test_clients_are_found_without_a_code_in_any_address_and_moved_at_once(
    admin: FlaskClient, house: House
) -> None:
    found = post(admin, f"{AT}/clients", wanted="esim 2345 koodi")
    assert "ESIM-2345-KOODI" in found.text
    assert "KOODI" not in "".join(re.findall(r'href="[^"]*"', found.text))
    by_name = post(admin, f"{AT}/clients", wanted="ohjaaja")
    assert "ESIM-2345-KOODI" in by_name.text
    assert "was found" in post(admin, f"{AT}/clients", wanted="xyz").text
    same = {"leaves": "esimerkki-ohjaaja", "takes": "esimerkki-ohjaaja"}
    assert post(admin, f"{AT}/clients/move", **same).status_code == 422
    moved = post(admin, f"{AT}/clients/move", **{**same, "takes": "testi-etela"})
    keep(admin, moved)
    assert house.current.newest().clients["ESIM2345KOODI"] == "testi-etela"


def test_a_teams_ladder_is_changed_as_a_whole(admin: FlaskClient, house: House) -> None:
    at = f"{AT}/teams/north/ladder"
    gap = post(admin, at, tell_1="team", after_1="0", tell_2="", tell_3="lead")
    assert gap.status_code == 422
    steps = {"tell_1": "team", "after_1": "5", "tell_2": "on-call", "after_2": "10"}
    keep(admin, post(admin, at, **steps, tell_3="", tell_4=""))
    assert [step.tell.value for step in house.current.newest().teams["north"].ladder] == [
        "team",
        "on-call",
    ]


# --- The bundle -----------------------------------------------------------------------------------------------


def zipped(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


MULTIPART = "multipart/form-data; boundary=-border-"


def multipart(pressed: str, *files: tuple[bytes, str]) -> bytes:
    """A body as a browser sends it. (The client's own one leaves a file open where it is large.)"""
    start = b'---border-\r\nContent-Disposition: form-data; name="'
    parts = [start + b'csrf_token"\r\n\r\n' + pressed.encode() + b"\r\n"]
    for content, name in files:
        parts.append(start + f'files"; filename="{name}"\r\n\r\n'.encode() + content + b"\r\n")
    return b"".join([*parts, b"---border---\r\n"])


def upload(admin: FlaskClient, *files: tuple[bytes, str]) -> TestResponse:
    body = multipart(token(admin.get(f"{AT}/bundle")), *files)
    return admin.post(f"{AT}/bundle", data=body, content_type=MULTIPART)


def test_what_is_taken_out_comes_back_as_no_change_and_twice_as_the_same_bytes(
    admin: FlaskClient,
) -> None:
    first, second = admin.get(f"{AT}/bundle.zip"), admin.get(f"{AT}/bundle.zip")
    assert first.data == second.data
    assert "teams.csv" in zipfile.ZipFile(io.BytesIO(first.data)).namelist()
    preview = proposed(upload(admin, (first.data, "directory.zip")))
    assert "Nothing: the directory says this already." in admin.get(preview).text


def test_a_table_out_of_a_spreadsheet_is_taken(admin: FlaskClient, house: House) -> None:
    lines = "code;phone;email;url\r\n12;+358 50 000 0212;etela-savo@example.org;\r\n\r\n"
    sent = b"\xef\xbb\xbf" + lines.encode()
    keep(admin, upload(admin, (sent, "counties.csv")))
    assert house.current.newest().counties["12"].phone == "+358500000212"
    stored = house.revisions.files(house.revisions.latest() or 0)["counties.csv"]
    assert stored == "code,phone,email,url\n12,+358 50 000 0212,etela-savo@example.org,\n"


def test_wrong_rows_are_named_by_file_line_and_reason_and_nothing_is_taken(
    admin: FlaskClient, house: House
) -> None:
    before = house.revisions.latest()
    wrong = b"code,phone,email,url\n12,abc,,\n13,112,nobody,\n"
    answer = upload(admin, (wrong, "counties.csv"))
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    assert "counties.csv:2: phone: expected a number that begins with +358" in text
    assert "counties.csv:3: email: expected an e-mail address" in text
    assert house.revisions.latest() == before


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "Choose a file"),
        ([(b"x", "notes.txt")], "notes.txt is no file of a directory"),
        ([(b"\xff\xfe", "teams.csv")], "teams.csv is not written in UTF-8"),
        ([(b"no archive", "all.zip")], "all.zip cannot be opened as a zip archive"),
        ([(zipped({"../teams.csv": "x"}), "all.zip")], "../teams.csv is no file of a directory"),
        ([(zipped({f"{n}.csv": "x" for n in range(41)}), "all.zip")], "more than 40 files"),
        ([(zipped({"teams.csv": b"0" * 6_000_000}), "all.zip")], "larger than 5 megabytes"),
        ([(zipped({"a/teams.csv": "x", "b/teams.csv": "x"}), "a.zip")], "is there twice"),
        ([(b"1" * 5_242_881, "teams.csv")], "larger than 5 megabytes"),
        ([(zipped({"teams.csv": "key"}), "all.zip")], "county.toml: the file is missing"),
    ],
)
def test_what_is_no_bundle_is_refused_in_words(
    admin: FlaskClient, files: list[tuple[bytes, str]], words: str
) -> None:
    answer = upload(admin, *files)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(admin: FlaskClient) -> None:
    packed = bytearray(zipped({"teams.csv": b"0" * 50_000_000}))
    # The archive's directory says that the file has 100 bytes.
    place = packed.rindex(b"PK\x01\x02") + 24
    packed[place : place + 4] = (100).to_bytes(4, "little")
    answer = upload(admin, (bytes(packed), "all.zip"))
    assert answer.status_code == 422
    assert "all.zip" in answer.text or "larger" in answer.text


def test_only_who_is_signed_in_may_send_a_large_body(client: FlaskClient) -> None:
    body = multipart("x", (b"1" * 3_000_000, "teams.csv"))
    assert client.post(f"{AT}/bundle", data=body, content_type=MULTIPART).status_code == 413
