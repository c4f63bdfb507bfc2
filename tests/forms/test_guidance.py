"""The guidance form as a whole: which pages are asked, and the command that it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from casework.commands import Contact, ContactWay, SafeTime, Submit
from forms.base import Step, Surroundings
from forms.guidance import GUIDANCE
from forms.spec import Born

BORN = Born(UUID(int=1), "ABCD-EFGH", "SECR-ETCO-DEOF-TEST")
ANY_TEXT = st.text(st.characters(codec=None), max_size=80)
PAGES = {page.slug: page for page in GUIDANCE.steps}


def walk(around: Surroundings, pages: dict[str, Any]) -> dict[str, Any]:
    """Valid answers of each page that is asked, as they would be stored."""
    answers: dict[str, Any] = {}
    while (page := GUIDANCE.first_unanswered(answers, around)) is not None:
        form = page(MultiDict(pages[page.slug]))
        form.prepare(around, answers)
        assert form.validate(), (page.slug, form.errors)
        answers = GUIDANCE.only_asked({**answers, page.slug: form.answers()}, around)
    return answers


GIVEN: dict[str, Any] = {
    "matter": {"topic": "school", "message": "Tarvitsen neuvoa."},
    "children": {"children-0-municipality": "905", "children-0-child_name": "Esimerkki"},
    "elsewhere": {"where_now": "here_now"},
    "you": {"identity": "named"},
    "contact": {"way": "sms", "phone": "040 123 4567", "name": "Testi Testaaja"},
    "language": {"language": "fi", "interpreter": "no"},
    "waiting": {"can_wait": "yes"},
}


def command(around: Surroundings, **changes: Any) -> Submit:
    return GUIDANCE.to_command(BORN, walk(around, {**GIVEN, **changes}), around)


def test_the_answers_become_one_command(around: Surroundings) -> None:
    order = command(around)
    assert (order.submission_id, order.reference, order.code) == (
        UUID(int=1),
        BORN.reference,
        BORN.code,
    )
    assert (order.form, order.domain_identifier, order.form_version) == (
        "guidance",
        "guidance_request",
        GUIDANCE.version,
    )
    assert [child.municipality for child in order.children] == ["905"]
    assert order.contact.phone == "+358401234567"
    assert (order.cannot_wait, order.statutory, order.language) == (False, False, "fi")
    assert order.shared["matter"]["message"] == "Tarvitsen neuvoa."
    assert (order.sender or {})["phone"] == "040 123 4567"


def test_the_sender_stands_apart_from_what_is_shared(around: Surroundings) -> None:
    order = command(around)
    assert "Testi Testaaja" not in str(order.shared) + str(order.children)
    assert "040" not in str(order.shared)


def test_an_anonymous_sender_is_asked_for_no_contact_and_none_is_kept(
    around: Surroundings,
) -> None:
    answers = walk(around, GIVEN)
    assert "contact" in answers
    changed = GUIDANCE.only_asked({**answers, "you": {"identity": "anonymous"}}, around)
    assert "contact" not in changed
    order = GUIDANCE.to_command(BORN, changed, around)
    assert (order.contact, order.sender) == (Contact(), None)
    leftover = {**answers, "you": {"identity": "anonymous"}}
    assert GUIDANCE.to_command(BORN, leftover, around).sender is None


@pytest.mark.parametrize(("answer", "urgent"), [("yes", False), ("no", True)])
def test_cannot_wait_is_the_senders_own_answer(
    around: Surroundings, answer: str, urgent: bool
) -> None:
    assert command(around, waiting={"can_wait": answer}).cannot_wait is urgent


@pytest.mark.parametrize(
    ("chosen", "language"), [("fi", "fi"), ("sv", "sv"), ("en", "en"), ("other", "fi")]
)
def test_the_answer_comes_in_the_language_that_was_chosen_or_the_pages(
    around: Surroundings, chosen: str, language: str
) -> None:
    given = {"language": chosen, "other_language": "somali", "interpreter": "yes"}
    assert command(around, language=given).language == language


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"way": "none"}, Contact(ContactWay.NONE)),
        (
            {"way": "call", "phone": "09 310 12345", "may_leave_message": "yes"},
            Contact(ContactWay.CALL, "+358931012345", False, "", True),
        ),
        (
            {"way": "email", "email": "Testi@example.org ", "safe_times": "evening"},
            Contact(
                ContactWay.EMAIL,
                email="Testi@example.org",
                safe_times=frozenset({SafeTime.EVENING}),
            ),
        ),
        (
            {
                "way": "sms",
                "phone": "040 123 4567",
                "email": "testi@example.org",
                "may_use_other": "yes",
            },
            Contact(ContactWay.SMS, "+358401234567", True, "testi@example.org", may_use_other=True),
        ),
        (
            {"way": "email", "email": "testi@example.org", "may_use_other": "no"},
            Contact(ContactWay.EMAIL, email="testi@example.org"),
        ),
    ],
)
def test_the_contact_that_was_chosen_is_the_contact_of_the_command(
    around: Surroundings, fields: dict[str, str], expected: Contact
) -> None:
    assert command(around, contact=fields).contact == expected


def test_pages_are_asked_in_order_and_only_where_they_apply(around: Surroundings) -> None:
    here = walk(around, GIVEN)
    assert list(here) == ["matter", "children", "you", "contact", "language", "waiting"]
    away = {
        "children-0-municipality": "other",
        "children-0-other_municipality": "Helsinki",
    }
    assert "elsewhere" in walk(around, {**GIVEN, "children": away})


# Whatever arrives


NAMES = {
    page.slug: sorted(
        {field.name for field in page()}
        | {
            f"children-{n}-{x}"
            for n in "012"
            for x in ("municipality", "other_municipality", "child_name", "child_age")
        }
    )
    for page in GUIDANCE.steps
}


@given(data=st.data())
@settings(max_examples=250, deadline=None)
def test_whatever_is_posted_to_a_page_it_is_judged_and_never_fails(
    world: Callable[[], Surroundings], data: st.DataObject
) -> None:
    page: type[Step] = PAGES[data.draw(st.sampled_from(sorted(PAGES)))]
    names = st.one_of(st.sampled_from(NAMES[page.slug]), st.text(max_size=12))
    values = st.one_of(ANY_TEXT, st.sampled_from(["other", "unknown", "905", "sms", "call", "yes"]))
    form = page(MultiDict(data.draw(st.lists(st.tuples(names, values), max_size=8))))
    form.prepare(world(), {})
    form.validate()
    list(form.groups())


OWN = st.sampled_from(["905", "598", "231", "unknown"])
TEXT = st.text(max_size=40)


@st.composite
def valid_pages(draw: st.DrawFn) -> dict[str, Any]:
    children: dict[str, str] = {}
    for number in range(draw(st.integers(1, 4))):
        away = draw(st.booleans())
        children |= {
            f"children-{number}-municipality": "other" if away else draw(OWN),
            f"children-{number}-other_municipality": draw(st.sampled_from(["Helsinki", "Åbo"])),
            f"children-{number}-child_name": draw(TEXT),
            f"children-{number}-child_age": draw(TEXT),
        }
    way = draw(st.sampled_from(["none", "call", "sms", "email"]))
    return {
        "matter": {"topic": draw(st.sampled_from(["school", ""])), "message": "x" + draw(TEXT)},
        "children": children,
        "elsewhere": {"where_now": draw(st.sampled_from(["here_now", "send_anyway"]))},
        "you": {"identity": draw(st.sampled_from(["named", "anonymous"]))},
        "contact": {
            "way": way,
            "name": draw(TEXT),
            "phone": draw(st.sampled_from(["040 123 4567", "+46 70 123 45 67"])),
            "email": "testi@example.org",
            "safe_times": draw(st.sampled_from(["morning", "evening", "", "rubbish"])),
            "may_leave_message": draw(st.sampled_from(["yes", "no", ""])),
            "may_use_other": draw(st.sampled_from(["yes", "no", ""])),
        },
        "language": {
            "language": draw(st.sampled_from(["fi", "other"])),
            "other_language": "somali",
            "interpreter": "no",
        },
        "waiting": {"can_wait": draw(st.sampled_from(["yes", "no"]))},
    }


@given(pages=valid_pages())
@settings(max_examples=80, deadline=None)
def test_valid_answers_always_become_a_command(
    world: Callable[[], Surroundings], pages: dict[str, Any]
) -> None:
    answers = walk(world(), pages)
    order = GUIDANCE.to_command(BORN, answers, world())
    assert len(order.children) == len(answers["children"]["children"])
    anonymous = answers["you"]["identity"] == "anonymous"
    assert (order.sender is None) == anonymous
    if anonymous:
        assert order.contact == Contact()
