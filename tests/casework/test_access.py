"""Who may see a case, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.access import Relation, Role, Viewer, relation_to, teams_of, visible_teams
from casework.directory import Directory
from casework.model import CaseHead, CaseState, Mark

CONTENT_ROLES = frozenset({Role.DUTY_WORKER, Role.TEAM_LEAD})
NOBODY: frozenset[str] = frozenset()


def viewer(worker: str | None, *roles: str) -> Viewer:
    return Viewer("7", worker, frozenset(roles))


def head(team: str, worker: str | None, alerted: frozenset[str], **changes: Any) -> CaseHead:
    known = CaseHead(
        id=UUID(int=1),
        submission_id=UUID(int=2),
        number="ABCD-EFGH",
        team=team,
        worker=worker,
        alerted_teams=alerted,
        state=CaseState.RECEIVED,
        form="guidance",
        language="fi",
        urgent=False,
        after_hours=False,
        created_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
    )
    return replace(known, **changes)


def relation(
    who: Viewer,
    directory: Directory,
    team: str = "coast",
    worker: str | None = None,
    alerted: frozenset[str] = NOBODY,
    **changes: Any,
) -> Relation | None:
    return relation_to(who, directory, head(team, worker, alerted, **changes))


def test_a_member_sees_the_teams_cases_and_no_others(demo: Directory) -> None:
    member = viewer("malli-sosiaalityo", Role.DUTY_WORKER)
    assert relation(member, demo) is Relation.TEAM
    assert relation(member, demo, team="north") is None
    assert teams_of(member, demo) == {"coast"}


def test_a_lead_sees_the_cases_of_the_teams_that_are_led(demo: Directory) -> None:
    lead = viewer("prov-ledare", Role.TEAM_LEAD)
    assert relation(lead, demo, team="swedish") is Relation.TEAM
    assert relation(lead, demo, team="coast") is None


def test_a_team_that_was_alerted_may_open_the_case(demo: Directory) -> None:
    on_call = viewer("yo-esimerkki", Role.DUTY_WORKER)
    assert relation(on_call, demo) is None
    assert relation(on_call, demo, alerted=frozenset({"on-call"})) is Relation.ESCALATED


def test_ones_own_case_is_ones_own_before_it_is_the_teams(demo: Directory) -> None:
    own = viewer("malli-sosiaalityo", Role.DUTY_WORKER)
    assert relation(own, demo, worker="malli-sosiaalityo") is Relation.OWN
    assert relation(own, demo, team="north", worker="malli-sosiaalityo") is Relation.OWN


def test_a_case_of_a_team_that_is_gone_belongs_to_the_fallback_team(demo: Directory) -> None:
    fallback = demo.teams[demo.fallback_team]
    member = viewer(fallback.members[0], Role.TEAM_LEAD)
    other = viewer("malli-sosiaalityo", Role.DUTY_WORKER)
    assert relation(member, demo, team="renamed") is Relation.TEAM
    assert relation(member, demo, team="north") is None
    assert relation(other, demo, team="renamed") is None
    assert relation(other, demo, team="renamed", alerted=frozenset({"coast"})) is (
        Relation.ESCALATED
    )
    assert visible_teams(member, demo).orphans
    assert not visible_teams(other, demo).orphans


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DIRECTORY_ADMIN, "partner", "luotsi"])
def test_a_role_without_content_opens_nothing(demo: Directory, role: str) -> None:
    member = viewer("malli-sosiaalityo", role)
    assert teams_of(member, demo) == NOBODY
    assert relation(member, demo, worker="malli-sosiaalityo") is None


def test_an_account_without_a_worker_opens_nothing(demo: Directory) -> None:
    for worker in (None, ""):
        assert relation(viewer(worker, *Role), demo, worker=worker) is None


@given(data=st.data())
def test_without_a_content_role_and_a_team_there_is_no_relation(
    demo: Directory, data: st.DataObject
) -> None:
    keys = st.sampled_from([*sorted(demo.teams), "renamed"])
    workers = st.one_of(st.none(), st.sampled_from([*sorted(demo.workers), "former-worker"]))
    who = viewer(data.draw(workers), *data.draw(st.sets(st.sampled_from(list(Role)))))
    team, alerted = data.draw(keys), data.draw(st.frozensets(keys, max_size=2))
    own = data.draw(workers)
    found = relation(who, demo, team, own, alerted)
    teams = {key for key, t in demo.teams.items() if who.worker in (*t.members, t.lead)}
    if not who.roles & CONTENT_ROLES or who.worker is None or not teams:
        assert found is None
    else:
        home = team if team in demo.teams else demo.fallback_team
        related = bool(teams & {home, *alerted}) or own == who.worker
        assert (found is not None) == related


@given(data=st.data())
def test_many_cases_at_once_are_seen_as_each_alone_is(demo: Directory, data: st.DataObject) -> None:
    keys = st.sampled_from([*sorted(demo.teams), "renamed"])
    who = viewer(data.draw(st.sampled_from(sorted(demo.workers))), Role.DUTY_WORKER)
    team, alerted = data.draw(keys), data.draw(st.frozensets(keys, max_size=2))
    seen = visible_teams(who, demo)
    at_once = bool(seen.teams & {team, *alerted}) or (seen.orphans and team not in seen.known)
    assert at_once == (relation(who, demo, team, None, alerted) is not None)


def named_reader(directory: Directory, team: str, *readers: str) -> Directory:
    members = directory.teams[team].members
    named = {
        key: replace(worker, reads_protected=key in readers) if key in members else worker
        for key, worker in directory.workers.items()
    }
    return replace(directory, workers=named)


def test_a_case_with_non_disclosure_is_for_its_worker_the_lead_and_the_named_readers(
    demo: Directory,
) -> None:
    here = named_reader(demo, "coast", "testi-paivystaja")
    reader = viewer("testi-paivystaja", Role.DUTY_WORKER)
    other = viewer("malli-sosiaalityo", Role.DUTY_WORKER)
    lead = viewer("malli-vastaava", Role.TEAM_LEAD)
    assert relation(reader, here, protected=True) is Relation.TEAM
    assert relation(lead, here, protected=True) is Relation.TEAM
    assert relation(other, here, protected=True) is None
    assert relation(other, here, protected=False) is Relation.TEAM
    assert relation(other, here, worker="malli-sosiaalityo", protected=True) is Relation.OWN
    assert "coast" in visible_teams(other, here).teams - visible_teams(other, here).protected


def test_where_a_team_names_no_reader_all_of_it_reads(demo: Directory) -> None:
    here = named_reader(demo, "coast")
    other = viewer("malli-sosiaalityo", Role.DUTY_WORKER)
    assert relation(other, here, protected=True) is Relation.TEAM


def test_an_alerted_team_reads_a_protected_case_by_its_own_readers(demo: Directory) -> None:
    here = named_reader(demo, "on-call", "natt-exempel")
    alerted = frozenset({"on-call"})
    reader, other = (viewer(k, Role.DUTY_WORKER) for k in ("natt-exempel", "yo-esimerkki"))
    assert relation(reader, here, alerted=alerted, protected=True) is Relation.ESCALATED
    assert relation(other, here, alerted=alerted, protected=True) is None


def test_what_nobody_has_opened_is_in_the_end_for_every_lead(demo: Directory) -> None:
    lead = viewer("prov-ledare", Role.TEAM_LEAD)
    worker = viewer("testi-etela", Role.DUTY_WORKER)
    marks = frozenset({Mark.NOT_OPENED})
    assert relation(lead, demo, marks=marks) is Relation.NOT_OPENED
    assert relation(worker, demo, team="north", marks=marks) is None
    assert visible_teams(lead, demo).unopened
    assert not visible_teams(worker, demo).unopened
