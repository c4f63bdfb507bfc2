"""A change of the directory moves no case: it proposes, and only where the change matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from casework.directory import Directory
from casework.model import Case, Mark, TimelineKind
from casework.teams import Service
from casework.usecases import review_cases, submit
from tests.casework.fakes import CountingIds, MemoryWork, child, command

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
VAASA = "905"


class County:
    """A case of the demo county, and its directory as it changes."""

    def __init__(self, demo: Directory, **known: Any) -> None:
        self.work, self.ids = MemoryWork(), CountingIds()
        self.revisions: dict[int, Directory] = {demo.revision: demo}
        self.newest = demo
        submit(
            command(child(VAASA, **known)), directory=demo, now=MONDAY, ids=self.ids, work=self.work
        )

    def change(self, **changes: Any) -> None:
        self.newest = replace(self.newest, revision=self.newest.revision + 1, **changes)
        self.revisions[self.newest.revision] = self.newest

    def review(self) -> int:
        return review_cases(
            directory=self.newest,
            before=self.revisions.__getitem__,
            now=MONDAY + timedelta(hours=1),
            ids=self.ids,
            work=self.work,
        )

    @property
    def case(self) -> Case:
        (case,) = self.work.kept.cases.values()
        return case

    @property
    def proposed(self) -> Mapping[Any, str]:
        return self.work.kept.proposed


def given_to(directory: Directory, team: str, municipality: str) -> dict[str, Any]:
    """The teams, with one municipality taken from whoever serves it by name and given to `team`."""
    service = Service(frozenset({municipality}), frozenset({"*"}), frozenset({"fi", "en"}))
    left = {
        key: replace(
            each,
            services=tuple(
                replace(s, municipalities=s.municipalities - {municipality}) for s in each.services
            ),
        )
        for key, each in directory.teams.items()
    }
    taking = left[team]
    return {**left, team: replace(taking, services=(*taking.services, service))}


def test_a_case_whose_municipality_changes_hands_is_proposed_and_not_moved(demo: Directory) -> None:
    county = County(demo)
    county.change(teams=given_to(demo, "north", VAASA))
    assert county.review() == 1
    assert county.case.team == "coast"
    assert county.proposed == {county.case.id: "north"}
    assert Mark.MOVE_PROPOSED in county.case.marks
    assert county.work.kept.kinds(county.case.id)[-1] is TimelineKind.MOVE_PROPOSED
    assert county.review() == 0


def test_a_change_elsewhere_proposes_nothing(demo: Directory) -> None:
    county = County(demo)
    county.change(teams=given_to(demo, "north", "231"))
    assert county.review() == 1
    assert county.proposed == {}


def test_a_case_that_a_person_has_moved_stays_there_until_its_own_place_changes(
    demo: Directory,
) -> None:
    county = County(demo)
    with county.work as work:
        work.cases.reassign(county.case.id, "south", None)
        work.commit()
    county.change(teams=given_to(demo, "north", "231"))
    county.review()
    assert county.proposed == {}
    county.change(teams=given_to(demo, "north", VAASA))
    county.review()
    assert county.proposed == {county.case.id: "north"}


def test_a_case_of_a_team_that_is_gone_is_proposed_to_whoever_answers_now(demo: Directory) -> None:
    county = County(demo)
    county.change(teams={key: team for key, team in demo.teams.items() if key != "coast"})
    county.review()
    assert county.proposed == {county.case.id: demo.intake_team}


def test_the_case_of_a_worker_stays_with_the_worker_until_that_one_leaves(demo: Directory) -> None:
    code, worker = next(iter(demo.clients.items()))
    county = County(demo, client_code=code)
    assert county.case.worker == worker
    county.change(teams=given_to(demo, "north", VAASA))
    county.review()
    assert county.proposed == {}
    county.change(workers={key: w for key, w in demo.workers.items() if key != worker})
    county.review()
    assert county.proposed == {county.case.id: "north"}


def test_a_closed_case_is_left_alone(demo: Directory) -> None:
    county = County(demo)
    with county.work as work:
        kept = work.kept.cases
        for case_id, case in kept.items():
            kept[case_id] = replace(case, state=type(case.state).CLOSED)
        work.commit()
    county.change(teams=given_to(demo, "north", VAASA))
    assert county.review() == 0
