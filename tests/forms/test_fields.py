"""The kinds of question: exact limits, nothing chosen beforehand, errors that keep what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from forms.base import Step
from forms.contact import ContactStep
from forms.fields import (
    ASK_PLAIN_NAME,
    BAD_EMAIL,
    TOO_LONG,
    Checks,
    Drop,
    EmailText,
    LongText,
    Radios,
    Text,
)
from forms.registry import FORMS
from forms.words import Words
from tests.forms.conftest import Fill
from tests.forms.filling import questions_of

#: Every page of every form, once.
PAGES = sorted({step for spec in FORMS.values() for step in spec.steps}, key=lambda s: s.__name__)


class Sample(Form):
    short = Text("Short", limit=5)
    long = LongText("Long", limit=10_000)
    needed = Text("Needed", needed="Write it")
    email = EmailText("E-mail")
    one = Radios("One", (("none", "None"), ("some", "Some")), needed="Choose")
    drop = Drop("Drop", (("a", "A"), ("b", "B")))
    many = Checks("Many", (("x", "X"), ("y", "Y"), ("z", "Z")))


def filled(*fields: tuple[str, str]) -> Any:
    form = Sample(MultiDict(fields))
    form.validate()
    return form


def errors(form: Any, name: str) -> list[str]:
    return [str(error) for error in form[name].errors]


def test_ten_thousand_code_points_are_taken_and_one_more_is_not_and_all_is_kept() -> None:
    whole, too_much = "ä" * 9_999 + "\U0001f600", "ä" * 10_001
    assert filled(("long", whole)).long.data == whole
    assert errors(filled(("long", whole)), "long") == []
    form = filled(("long", too_much))
    assert form.long.data == too_much
    (error,) = form.long.errors
    assert error == TOO_LONG
    assert error.params == {"limit": 10_000, "length": 10_001}


def test_a_line_break_of_a_browser_counts_once_and_blanks_around_do_not_count() -> None:
    form = filled(("long", "\r\n" + "a\r\n" * 4_999 + "ab\r\n\r\n"))
    assert errors(form, "long") == []
    assert len(form.long.data) == 10_000
    assert errors(filled(("long", " " + "a\r\n" * 4_999 + "abc")), "long") == [TOO_LONG]


def test_a_short_answer_has_its_exact_limit_too() -> None:
    assert errors(filled(("short", "ÄÄÄÄÄ")), "short") == []
    form = filled(("short", "ÄÄÄÄÄÄ"))
    assert (errors(form, "short"), form.short.data) == ([TOO_LONG], "ÄÄÄÄÄÄ")


@pytest.mark.parametrize("typed", ["", "  ", "\u200b\u200d", "\x00"])
def test_blanks_do_not_answer_a_needed_question(typed: str) -> None:
    assert errors(filled(("needed", typed)), "needed") == ["Write it"]
    assert errors(filled(), "needed") == ["Write it"]


# Choices


def test_nothing_is_chosen_beforehand_also_where_an_answer_is_called_none() -> None:
    form = Sample()
    assert (form.one.data, form.drop.data) == (None, None)
    assert errors(filled(), "one") == ["Choose"]
    chosen = filled(("one", "none"))
    assert (chosen.one.data, errors(chosen, "one")) == ("none", [])


@pytest.mark.parametrize("step", PAGES, ids=lambda step: step.__name__)
def test_no_page_opens_with_an_answer_in_it(step: type[Step]) -> None:
    assert not _typed(step().data)


def _typed(data: Any) -> bool:
    """Whether anything stands in the fields of a page or in those of its lists."""
    if isinstance(data, dict):
        return any(_typed(value) for value in data.values())
    if isinstance(data, list):
        return any(_typed(value) for value in data)
    return bool(data)


@pytest.mark.parametrize("value", ["None", "NONE", "sOme", "0", "\x00", "<script>", "a,b"])
def test_a_choice_that_was_not_offered_is_no_choice(value: str) -> None:
    form = filled(("one", value), ("drop", value), ("many", value))
    assert (form.one.data, form.drop.data, form.many.data) == (None, None, [])
    assert errors(form, "one") == ["Choose"]
    assert errors(form, "drop") != []


def test_boxes_keep_the_order_of_the_page_and_drop_what_was_not_offered() -> None:
    form = filled(("many", "z"), ("many", "q"), ("many", "x"), ("many", "x"))
    assert form.many.data == ["x", "z"]
    assert errors(form, "many") == []


# E-mail


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("maija@example.fi ", "maija@example.fi"),
        ("\tmaija@example.fi\u00a0", "maija@example.fi"),
        ("maija@EXAMPLE.fi", "maija@example.fi"),
        ("maija+koulu@example.fi", "maija+koulu@example.fi"),
        ("toimisto@päiväkoti-esimerkki.fi", "toimisto@päiväkoti-esimerkki.fi"),
        ("maija@faß.example", "maija@faß.example"),
        ("maija@dead-domain.example", "maija@dead-domain.example"),
        ("\u202emaija@example.fi", "maija@example.fi"),
    ],
)
def test_an_address_is_trimmed_and_taken_without_asking_its_name_server(
    typed: str, kept: str
) -> None:
    form = filled(("email", typed))
    assert (form.email.data, errors(form, "email")) == (kept, [])


@pytest.mark.parametrize(
    "typed",
    [
        "maija",
        "maija@",
        "@example.fi",
        "maija@example",
        "maija@example..fi",
        "maija example@example.fi",
        "a@example.fi, b@example.fi",
        "Maija <maija@example.fi>",
        "maija@example.fi\r\nBcc: x@example.fi",
        "maija@[127.0.0.1]",
    ],
)
def test_what_is_no_address_is_asked_for_again_and_kept(typed: str) -> None:
    form = filled(("email", typed))
    assert errors(form, "email") == [BAD_EMAIL]
    assert form.email.data


@pytest.mark.parametrize("typed", ["päivi@example.org", "päivi@päiväkoti-esimerkki.fi"])
def test_a_name_that_few_servers_can_carry_is_asked_for_in_plain_letters(typed: str) -> None:
    form = filled(("email", typed))
    assert (errors(form, "email"), form.email.data) == ([ASK_PLAIN_NAME], typed)


@pytest.mark.parametrize("typed", ["päivi@", "päivi@example", "pä ivi@example.fi", "päivi"])
def test_plain_letters_are_asked_for_only_where_they_would_mend_it(typed: str) -> None:
    assert errors(filled(("email", typed)), "email") == [BAD_EMAIL]


@given(
    typed=st.one_of(st.text(max_size=40), st.from_regex(r"[a-z@.\-\u00e4 ]{1,30}", fullmatch=True))
)
def test_an_address_that_is_taken_stays_one_address(typed: str) -> None:
    form = filled(("email", typed))
    if form.email.data and not form.email.errors:
        again = filled(("email", form.email.data))
        assert (again.email.data, errors(again, "email")) == (form.email.data, [])
        assert form.email.data.count("@") == 1


# Contact


def contact(fill: Fill, **fields: str) -> Any:
    return fill(ContactStep, fields)


def wrong(form: Any) -> set[str]:
    return {name for name, field in form._fields.items() if field.errors}


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, {"way"}),
        ({"way": "none"}, set()),
        ({"way": "call"}, {"phone"}),
        ({"way": "sms"}, {"phone"}),
        ({"way": "email"}, {"email"}),
        ({"way": "email", "phone": "040 123 4567"}, {"email"}),
        ({"way": "call", "phone": "040 123 4567"}, set()),
        ({"way": "call", "phone": "09 310 12345"}, set()),
        ({"way": "call", "phone": "029 123 4567"}, set()),
        ({"way": "sms", "phone": "040 123 4567"}, set()),
        ({"way": "sms", "phone": "+1 212 555 0123"}, set()),
        ({"way": "sms", "phone": "09 310 12345"}, {"phone"}),
        ({"way": "sms", "phone": "029 123 4567"}, {"phone"}),
        ({"way": "none", "phone": "040 KISSA"}, {"phone"}),
        ({"way": "email", "email": "maija@example.fi"}, set()),
    ],
)
def test_each_way_of_contact_needs_its_own_address_and_no_other(
    fill: Fill, fields: dict[str, str], missing: set[str]
) -> None:
    assert wrong(contact(fill, **fields)) == missing


def test_an_error_in_a_number_keeps_the_number_and_the_other_answers(fill: Fill) -> None:
    form = contact(
        fill, way="call", phone="040-KISSA12", name="Testi Testaaja", safe_times="morning"
    )
    assert form.phone.data == "040-KISSA12"
    assert (form.name.data, form.safe_times.data) == ("Testi Testaaja", ["morning"])
    (error,) = form.phone.errors
    assert isinstance(error, Words)
    assert error.params == {"letters": "KISSA"}


@pytest.mark.parametrize("step", PAGES, ids=lambda step: step.__name__)
def test_every_question_has_a_label_and_none_a_placeholder(step: type[Step]) -> None:
    for field in questions_of(step()):
        assert field.label.text
        assert "placeholder" not in (field.render_kw or {})
