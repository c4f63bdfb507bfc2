"""Children and where they live."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from forms.base import Surroundings
from forms.children import MOST_CHILDREN
from forms.children import AdvisedChildrenStep as ChildrenStep
from forms.places import OTHER, UNKNOWN, ElsewhereStep, children_of
from tests.forms.conftest import Fill


def posted(*children: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (f"children-{number}-{name}", value)
        for number, child in enumerate(children)
        for name, value in child.items()
    ]


def names(form: Any) -> list[str]:
    return [child["child_name"] for child in form.children.data]


ALISA = {"municipality": "905", "child_name": "Esimerkki Alisa", "child_age": "9"}
PEKKA = {"municipality": "598", "child_name": "Esimerkki Pekka", "child_age": "noin 4"}
OSKARI = {"municipality": UNKNOWN, "child_name": "Esimerkki Oskari", "child_age": ""}


def test_adding_a_child_keeps_the_others(fill: Fill) -> None:
    form: Any = fill(ChildrenStep, posted(ALISA, PEKKA))
    form.add_entry()
    assert names(form) == ["Esimerkki Alisa", "Esimerkki Pekka", None]
    assert form.children[2].name == "children-2"


@pytest.mark.parametrize(("index", "kept"), [(0, [1, 2]), (1, [0, 2]), (2, [0, 1]), (9, [0, 1, 2])])
def test_removing_a_child_keeps_the_others_whole_and_numbers_them_anew(
    fill: Fill, index: int, kept: list[int]
) -> None:
    children = [ALISA, PEKKA, OSKARI]
    form: Any = fill(ChildrenStep, posted(*children))
    form.remove_entry(index)
    shown = [
        {name: value or "" for name, value in child.items() if name != "other_municipality"}
        for child in form.children.data
    ]
    assert shown == [children[number] for number in kept]
    assert [entry.name for entry in form.children] == [f"children-{n}" for n in range(len(kept))]


def test_removing_the_last_child_leaves_an_empty_one(fill: Fill) -> None:
    form: Any = fill(ChildrenStep, posted(ALISA))
    form.remove_entry(0)
    assert names(form) == [None]


def test_there_is_room_for_a_large_family_and_no_more(fill: Fill) -> None:
    form: Any = fill(ChildrenStep, posted(*[ALISA] * MOST_CHILDREN))
    form.add_entry()
    assert len(form.children) == MOST_CHILDREN


def test_a_page_without_any_child_asks_for_one(fill: Fill) -> None:
    form: Any = fill(ChildrenStep, {"action": "next"})
    assert len(form.children) == 1
    assert form.errors


@pytest.mark.parametrize("number", ["\u00b2", "\u0663", "9" * 5000, "-1", "", "x", "0x1", "1_0"])
def test_a_child_with_no_plain_number_is_nobody_and_breaks_nothing(fill: Fill, number: str) -> None:
    fields = [*posted(ALISA), (f"children-{number}-child_name", "Kummitus")]
    form: Any = fill(ChildrenStep, fields)
    assert names(form) == ["Esimerkki Alisa"]
    assert not form.errors


def test_gaps_in_the_numbers_lose_no_child(fill: Fill) -> None:
    fields = [(name.replace("-1-", "-77-"), value) for name, value in posted(ALISA, PEKKA)]
    form: Any = fill(ChildrenStep, fields)
    assert names(form) == ["Esimerkki Alisa", "Esimerkki Pekka"]
    assert form.children[0].form.municipality.options


# Another municipality


def other(name: str) -> dict[str, str]:
    return {"municipality": OTHER, "other_municipality": name}


def complaint(form: Any, number: int = 0) -> Any:
    errors = form.children[number].form.other_municipality.errors
    return errors[0] if errors else None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Helsinki", "Helsinki"),
        ("helsingfors", "Helsinki"),
        ("  ÄÄNEKOSKI ", "Äänekoski"),
        ("aanekoski", "Äänekoski"),
        ("Pertunmaa", "Mäntyharju"),
        ("00100", "Helsinki"),
        ("00 100 Helsinki", "Helsinki"),
    ],
)
def test_one_municipality_is_found_by_its_name_in_either_language(
    fill: Fill, typed: str, name: str
) -> None:
    form: Any = fill(ChildrenStep, posted(other(typed)))
    assert not form.errors
    assert form.children[0].form.other_municipality.data == name


def test_several_municipalities_that_begin_alike_are_named(fill: Fill) -> None:
    form: Any = fill(ChildrenStep, posted(other("Kau")))
    assert "Kauhava" in complaint(form).params["names"]
    assert form.children[0].form.other_municipality.data == "Kau"


@pytest.mark.parametrize("typed", ["Atlantis", "905", "%", "?*"])
def test_no_municipality_of_that_name_keeps_the_name(fill: Fill, typed: str) -> None:
    form: Any = fill(ChildrenStep, posted(other(typed)))
    assert complaint(form)
    assert form.children[0].form.other_municipality.data == typed


def test_another_municipality_without_its_name_is_asked_for(fill: Fill) -> None:
    assert (
        complaint(fill(ChildrenStep, posted(other(""))))
        == "Write the name of the municipality or its postal code"
    )


def test_a_name_beside_a_municipality_of_ours_is_not_looked_at(fill: Fill) -> None:
    form: Any = fill(ChildrenStep, posted({**ALISA, "other_municipality": "Atlantis"}))
    assert not form.errors
    assert form.children[0].form.other_municipality.data == ""


@pytest.mark.parametrize("code", ["", "091", "999", "000", "Vaasa"])
def test_a_municipality_that_was_not_offered_is_asked_for_again(fill: Fill, code: str) -> None:
    form: Any = fill(ChildrenStep, posted({"municipality": code, "child_name": "Esimerkki"}))
    assert form.children[0].form.municipality.errors
    assert names(form) == ["Esimerkki"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_list_is_in_the_order_of_the_language_with_both_ways_out_last(
    around: Surroundings, language: str
) -> None:
    form = ChildrenStep()
    form.prepare(Surroundings(around.directory, around.today, language), {})
    labels = [text for _, text in form.children[0].form.municipality.options]
    codes = [code for code, _ in form.children[0].form.municipality.options]
    assert codes[-2:] == [OTHER, UNKNOWN]
    swedish = language == "sv"
    assert labels.index("Vasa" if swedish else "Vaasa") > labels.index(
        "Jakobstad" if swedish else "Pietarsaari"
    )


# Elsewhere


def answers(*children: dict[str, str], choice: str | None = None) -> dict[str, Any]:
    given: dict[str, Any] = {
        "children": {"children": [{"other_municipality": "", **child} for child in children]}
    }
    return {**given, "elsewhere": {"where_now": choice}} if choice else given


def test_elsewhere_is_asked_only_where_a_child_lives_in_another_county(
    around: Surroundings,
) -> None:
    assert not ElsewhereStep.asked(answers(ALISA, OSKARI), around)
    assert not ElsewhereStep.asked({}, around)
    assert ElsewhereStep.asked(answers(ALISA, other("Helsinki")), around)


@pytest.mark.parametrize(
    ("choice", "flags"), [("here_now", (True, False)), ("send_anyway", (False, True))]
)
def test_the_choice_for_elsewhere_concerns_only_the_children_who_live_there(
    around: Surroundings, choice: str, flags: tuple[bool, bool]
) -> None:
    concerned = children_of(answers(ALISA, other("Helsinki"), OSKARI, choice=choice), around)
    assert [child.municipality for child in concerned] == ["905", "091", None]
    assert [(child.here_now, child.send_anyway) for child in concerned] == [
        (False, False),
        flags,
        (False, False),
    ]


def test_each_county_elsewhere_is_named_once(around: Surroundings) -> None:
    form = ElsewhereStep(MultiDict())
    form.prepare(around, answers(other("Helsinki"), other("Helsinki"), other("Tampere")))
    assert [place.code for place in form.municipalities] == ["091", "837"]
