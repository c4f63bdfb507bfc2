"""The demo county is openly made up, complete in each language, and nobody could be called by it."""

from __future__ import annotations

from pathlib import Path

import phonenumbers

from casework.directory import Directory
from casework.teams import ContactKind

DATA = Path(__file__).parents[2] / "webapp" / "data"
# Subscriber numbers 000 0100 to 000 0299: valid to the library, plainly made up to a reader.
MADE_UP = "+358500000"


def test_every_number_is_a_valid_mobile_number_and_plainly_made_up(demo: Directory) -> None:
    numbers = {team.phone for team in demo.teams.values()}
    numbers |= {county.phone for county in demo.counties.values() if county.phone}
    numbers |= {worker.mobile for worker in demo.workers.values()}
    numbers |= {demo.county.accessibility.phone, demo.county.privacy.dpo_phone}
    for team in demo.teams.values():
        numbers |= {p.address for p in team.alert if p.kind is ContactKind.MOBILE}
    for number in {*numbers, demo.county.emergency_social_services}:
        assert number.startswith(MADE_UP)
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE


def test_every_address_leads_to_example_org(demo: Directory) -> None:
    addresses = {worker.email for worker in demo.workers.values()}
    addresses |= {county.email for county in demo.counties.values() if county.email}
    addresses |= {demo.county.accessibility.email, demo.county.privacy.dpo_email}
    for team in demo.teams.values():
        addresses |= {p.address for p in team.alert if p.kind is ContactKind.EMAIL}
    assert {address.split("@")[1] for address in addresses} == {"example.org"}


def test_every_name_and_text_is_there_in_each_of_the_countys_languages(demo: Directory) -> None:
    county = demo.county
    tables = [county.names, county.sender_names, county.crisis_line_hours, *county.texts.values()]
    for table in tables:
        assert set(table) == set(county.languages)
    # Languages that have only some pages tell a team by its Finnish name.
    for team in demo.teams.values():
        assert set(team.names) == {"fi", "sv", "en"}


def test_every_team_has_a_lead_a_member_and_an_alert_by_both_ways(demo: Directory) -> None:
    for team in demo.teams.values():
        assert team.lead in demo.workers
        assert team.members
        kinds = {point.kind for point in team.alert if point.is_reachable}
        assert kinds == {ContactKind.MOBILE, ContactKind.EMAIL}


def test_the_demo_claims_no_review_of_its_accessibility(demo: Directory) -> None:
    assert demo.county.accessibility.status is None
    assert demo.county.accessibility.reviewed_on is None
    assert demo.feedback_team == "service-desk"


def test_the_reference_data_name_their_source_and_licence() -> None:
    text = (DATA / "README.md").read_text("utf-8")
    assert "Statistics Finland" in text
    assert "CC BY 4.0" in text


def test_the_reference_has_every_municipality_once_and_in_a_known_county(
    demo: Directory, references: dict[str, str]
) -> None:
    rows = references["reference_municipalities"].splitlines()[1:]
    codes = [row.split(",")[0] for row in rows]
    assert len(codes) == len(set(codes)) == 308
    counties = {*demo.counties, demo.county.code}
    assert {demo.municipalities[code].county for code in codes} == counties
