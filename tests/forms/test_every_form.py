"""What holds for each public form: its pages, its command, and who is asked for what."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from casework.commands import Contact, ContactWay, Submit
from forms.base import Step, Surroundings
from forms.fields import LongText
from forms.guardians import GuardiansStep
from forms.registry import FORMS
from forms.spec import FormSpec
from forms.words import N_
from tests.forms.conftest import Fill
from tests.forms.filling import BORN, USUAL, fields_of, walk

EACH = pytest.mark.parametrize("spec", FORMS.values(), ids=lambda spec: spec.slug)
ABOUT_PEOPLE = pytest.mark.parametrize(
    "spec", [spec for spec in FORMS.values() if spec.listed], ids=lambda spec: spec.slug
)
STATUTORY = [spec for spec in FORMS.values() if spec.statutory]
MANDATED = ("professional-notification", "joint-contact", "anticipatory-notification")
NAMELESS = {"last_name": None, "first_names": None, "name": None}
#: Fields that the national schemas leave optional, with those of our own forms that nobody needs.
OPTIONAL = dict.fromkeys(
    [
        "identity_code", "age", "child_age", "child_name", "street_address", "postal_code", "post_office",
        "lives", "lives_more", "relation", "job_title", "capacity_more", "secrecy_grounds", "told_child",
        "told_guardian", "told_more", "needs_more", "family_situation", "earlier_support", "additional",
        "client_code", "worker_name", "topic", "safe_times", "may_leave_message",
        "may_use_other", "non_disclosure",
    ]
)  # fmt: skip


def order(spec: FormSpec, around: Surroundings, **changes: str | None) -> Submit:
    return spec.to_command(BORN, walk(spec, around, {**USUAL, **changes}), around)


@EACH
def test_a_form_is_registered_under_its_own_slug_and_its_pages_have_different_ones(
    spec: FormSpec,
) -> None:
    assert FORMS[spec.slug] is spec
    slugs = [step.slug for step in spec.steps]
    assert len(set(slugs)) == len(slugs)
    assert not {"check", "receipt", "receipt.txt", "delete", "onward"} & set(slugs)


def test_the_six_contacts_of_open_care_are_all_there() -> None:
    assert {spec.slug: spec.domain_identifier for spec in FORMS.values() if spec.listed} == {
        "guidance": "guidance_request",
        "own-worker": "worker_contact",
        "notification": "child_welfare_notification",
        "professional-notification": "child_welfare_notification",
        "joint-contact": "social_welfare_contact",
        "anticipatory-notification": "anticipatory_notification",
    }
    assert {spec.slug for spec in STATUTORY} == {"notification", *MANDATED}


@EACH
def test_answers_of_every_question_become_one_command_that_keeps_them_all(
    spec: FormSpec, around: Surroundings
) -> None:
    stored = walk(spec, around)
    made = spec.to_command(BORN, stored, around)
    assert (made.form, made.domain_identifier, made.statutory) == (
        spec.slug,
        spec.domain_identifier,
        spec.statutory,
    )
    assert len(made.children) == 1
    kept = json.dumps(
        [dict(made.shared), dict(made.sender or {}), [dict(c.answers) for c in made.children]],
        ensure_ascii=False,
    )
    for page in spec.asked_steps(stored, around):
        blank = page()
        blank.prepare(around, stored)
        for name, value in fields_of(blank):
            if value.startswith("Vastaus"):
                said = name not in {"language", "other_language"}
                assert (value in kept) == said, (page.slug, name)


@EACH
def test_what_law_and_schemas_leave_optional_may_be_left_out(
    spec: FormSpec, around: Surroundings
) -> None:
    made = order(spec, around, **OPTIONAL)
    assert made.children


@ABOUT_PEOPLE
@pytest.mark.parametrize(
    "name",
    [
        "Ánde",
        "Čáppa",
        "Gŋ",
        "O",
        "d'Artagnan",
        "Ǥuǥǥi-Ʒe",
        "Ibn al-Šayẖ",
        "Åsa Märta",
        "李",
        "Ядвига",
    ],
)
def test_names_are_taken_as_they_are_written(
    spec: FormSpec, around: Surroundings, name: str
) -> None:
    made = order(spec, around, first_names=name, last_name=None, name=name, child_name=name)
    assert name in str([made.shared, made.sender, [child.answers for child in made.children]])


def page_of(spec: FormSpec, slug: str) -> type[Step]:
    return next(step for step in spec.steps if step.slug == slug)


@pytest.mark.parametrize("slug", MANDATED)
def test_a_mandated_notifier_is_never_anonymous(
    slug: str, around: Surroundings, fill: Fill
) -> None:
    spec = FORMS[slug]
    assert "you" not in {step.slug for step in spec.steps}
    form: Any = fill(page_of(spec, "notifier"), {"capacity": "15", "organisation": "Mallikoulu"})
    assert form.last_name.errors
    made = order(spec, around)
    assert (made.sender or {})["notifier"]["first_names"]


@pytest.mark.parametrize("slug", ["joint-contact", "anticipatory-notification"])
def test_where_the_schema_needs_a_number_it_is_asked_whatever_way_is_chosen(
    slug: str, fill: Fill
) -> None:
    form: Any = fill(page_of(FORMS[slug], "contact"), {"way": "none"})
    assert form.phone.errors
    form = fill(page_of(FORMS["professional-notification"], "contact"), {"way": "none"})
    assert not form.errors


def test_an_anonymous_neighbour_is_asked_for_nothing_and_nothing_is_kept(
    around: Surroundings,
) -> None:
    spec = FORMS["notification"]
    named = walk(spec, around)
    assert {"notifier", "secrecy", "contact"} <= set(named)
    made = order(spec, around, identity="anonymous")
    assert (made.sender, made.contact) == (None, Contact())
    changed_mind = spec.only_asked({**named, "you": {"identity": "anonymous"}}, around)
    assert not {"notifier", "secrecy", "contact"} & set(changed_mind)
    assert spec.to_command(BORN, {**named, "you": {"identity": "anonymous"}}, around).sender is None


def test_nothing_is_asked_twice_of_a_notifier(around: Surroundings) -> None:
    for spec in FORMS.values():
        asked = [
            field.label.text for step in spec.steps if step.scope == "sender" for field in step()
        ]
        assert len(asked) == len(set(asked)), spec.slug


def test_a_joint_contact_without_consent_leads_to_the_notification_with_all_that_was_written(
    around: Surroundings,
) -> None:
    joint, notification = FORMS["joint-contact"], FORMS["professional-notification"]
    stored = walk(joint, around)
    assert joint.onward(stored) is None
    found = joint.onward({**stored, "consent": {"consent": "no"}})
    assert found is not None
    assert found.slug == notification.slug
    carried = notification.only_asked(found.carried, around)
    assert set(stored) - set(carried) == {"consent"}
    assert carried["matter"]["content"] == "Vastaus content"
    assert carried["additional"]["additional"] == "Vastaus additional"
    # Only what the contact does not ask is left to answer.
    missing = notification.first_unanswered(carried, around)
    assert missing is not None
    assert missing.slug == "told"
    whole = {**carried, "told": {}, "secrecy": {"secrecy_requested": "no"}}
    assert notification.first_unanswered(whole, around) is None
    made = notification.to_command(BORN, whole, around)
    assert made.shared["needs"]["needs"] == ["1", "2"]


def test_without_consent_and_half_written_it_leads_on_too(around: Surroundings) -> None:
    found = FORMS["joint-contact"].onward({"consent": {"consent": "no"}})
    assert found is not None
    assert found.carried == {}


def test_what_was_not_chosen_together_is_not_asked_of_a_notification(
    around: Surroundings,
) -> None:
    assert "needs" not in walk(FORMS["professional-notification"], around)


@pytest.mark.parametrize("spec", STATUTORY, ids=lambda spec: spec.slug)
def test_with_non_disclosure_the_municipality_leads_the_way_and_is_hidden(
    spec: FormSpec, around: Surroundings
) -> None:
    child = order(spec, around, non_disclosure="yes").children[0]
    assert (child.non_disclosure, child.municipality) == (True, "905")
    child = order(spec, around, non_disclosure="no").children[0]
    assert child.non_disclosure is False


def test_six_children_in_three_municipalities_are_six_cases(around: Surroundings) -> None:
    spec = FORMS["notification"]
    page: Any = page_of(spec, "children")
    homes = ["905", "598", "231", "905", "unknown", "598"]
    posted = [
        (f"children-{n}-{name}", value)
        for n, code in enumerate(homes)
        for name, value in (("municipality", code), ("first_names", f"Lapsi{n}"))
    ]
    form = page(MultiDict(posted))
    form.prepare(around, {})
    assert form.validate(), form.errors
    stored = {**walk(spec, around), "children": form.answers()}
    made = spec.to_command(BORN, stored, around)
    assert [child.municipality or "unknown" for child in made.children] == homes
    assert [child.answers["first_names"] for child in made.children] == [
        f"Lapsi{n}" for n in range(6)
    ]


def test_guardians_may_be_none_one_or_several(fill: Fill) -> None:
    nobody: Any = fill(GuardiansStep, {"action": "next"})
    assert not nobody.errors
    assert nobody.answers() == {"guardians": []}
    posted = {
        "guardians-0-first_names": "",
        "guardians-1-first_names": "Kaisa",
        "guardians-1-relation": "äiti",
        "guardians-2-last_name": "Kuvitteellinen",
    }
    some: Any = fill(GuardiansStep, posted)
    assert not some.errors
    assert [one["first_names"] or one["last_name"] for one in some.answers()["guardians"]] == [
        "Kaisa",
        "Kuvitteellinen",
    ]


def test_a_guardian_of_whom_something_is_told_needs_a_name(fill: Fill) -> None:
    form: Any = fill(GuardiansStep, {"guardians-0-phone": "040 123 4567"})
    assert form.guardians[0].form.last_name.errors
    assert form.guardians[0].form.phone.data == "040 123 4567"


def test_the_other_needs_ask_what_is_meant(fill: Fill) -> None:
    page = page_of(FORMS["joint-contact"], "needs")
    form: Any = fill(page, {"needs": "99"})
    assert form.needs_more.errors
    assert fill(page, {"action": "next"}).errors


def test_an_unborn_child_is_one_case_in_the_first_parents_municipality(
    around: Surroundings,
) -> None:
    spec = FORMS["anticipatory-notification"]
    page: Any = page_of(spec, "parents")
    form = page(
        MultiDict(
            {
                "parents-0-municipality": "598",
                "parents-0-first_names": "Testi",
                "parents-1-municipality": "905",
                "parents-1-first_names": "Malli",
            }
        )
    )
    form.prepare(around, {})
    assert form.validate(), form.errors
    made = spec.to_command(BORN, {**walk(spec, around), "parents": form.answers()}, around)
    assert [child.municipality for child in made.children] == ["598"]
    assert len(made.shared["parents"]["parents"]) == 2


def test_free_text_of_every_form_takes_ten_thousand_characters(around: Surroundings) -> None:
    for spec in FORMS.values():
        assert any(
            field.limit == 10_000
            for step in spec.steps
            for field in step()
            if isinstance(field, LongText)
        ), spec.slug


ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_posted_to_any_page_it_is_judged_and_never_fails(
    world: Callable[[], Surroundings], data: st.DataObject
) -> None:
    spec = FORMS[data.draw(st.sampled_from(sorted(FORMS)))]
    page = data.draw(st.sampled_from(spec.steps))
    blank = page()
    blank.prepare(world(), {})
    usual = fields_of(blank)
    names = st.sampled_from([name for name, _ in usual] or ["x"])
    values = st.one_of(ANY_TEXT, st.sampled_from([value for _, value in usual] or ["x"]))
    form = page(MultiDict(data.draw(st.lists(st.tuples(names, values), max_size=12))))
    form.prepare(world(), {})
    if form.validate():
        again = page(data=json.loads(json.dumps(form.answers())))
        again.prepare(world(), {})
        assert again.answers() == form.answers()
    list(form.groups())


class _OnePage(Step):
    slug = "matter"
    title = N_("What would you like help with?")
    message = LongText(N_("Tell us in your own words"), needed=N_("Write your name"))


def test_a_new_form_is_one_value_and_needs_nothing_else(around: Surroundings) -> None:
    """Its pages are its own; whom it concerns, how it is sealed and sent come with the value."""
    guidance = FORMS["guidance"]
    new = replace(guidance, slug="new", steps=(_OnePage, *guidance.steps[1:]))
    made = order(new, around)
    assert made.form == "new"
    assert made.shared["matter"] == {"message": "Vastaus message"}
    assert made.contact.way is ContactWay.CALL
