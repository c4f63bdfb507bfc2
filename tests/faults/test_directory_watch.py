"""The directory's watch in real workers: the proof is kept, and a change proposes moves."""

from __future__ import annotations

from forms.registry import FORMS
from tasks import directory as watch
from tasks import house
from tasks.directory import prove
from tests.faults.stack import ALERT, Stack
from tests.live import until
from webapp import wiring


def test_a_worker_proves_the_directory_once_a_day_and_after_each_change(stack: Stack) -> None:
    checks = "select revision, holes from directory_checks"
    stack.publish("directory.prove", "periodic")
    until(lambda: stack.rows(checks), what=stack.told)
    # Asked again at once, here and now: what was proved today of this revision is not proved again.
    house.use(stack.settings, tuple(FORMS))
    prove()
    house.house().engine.dispose()
    (found,) = stack.rows(checks)
    assert found["holes"] == []
    assert (
        found["revision"] == stack.rows("select max(revision) from directory_revisions")[0]["max"]
    )


def test_a_worker_proposes_the_move_of_a_case_that_the_newest_revision_places_elsewhere(
    stack: Stack,
) -> None:
    stack.send(**ALERT)
    opened = wiring.build(stack.settings)
    before = opened.revisions.latest()
    assert before is not None
    files = dict(opened.revisions.files(before))
    moved = files["services.csv"].replace(
        "coast,280 399 475 499 905 946", "coast,280 399 475 499 946"
    )
    files["services.csv"] = moved.replace("north,288", "north,905 288")
    assert moved != files["services.csv"] != opened.revisions.files(before)["services.csv"]
    here = wiring.read_directory(files, before + 1)
    newest = opened.revisions.add(files, here, "tests", wiring.now(), based_on=before)
    try:
        proposed = "select team, proposed_team, marks from cases where proposed_team is not null"
        until(lambda: _reviewed(stack, proposed), what=stack.told)
        (row,) = stack.rows(proposed)
        assert row == {"team": "coast", "proposed_team": "north", "marks": ["move_proposed"]}
        assert stack.timeline().count("move_proposed") == 1
    finally:
        opened.engine.dispose()
        stack.run(f"delete from directory_revisions where revision = {newest}")
        stack.run("delete from directory_checks")


def _reviewed(stack: Stack, proposed: str) -> bool:
    """Asked again until the worker has seen the new revision, which it looks for each few seconds."""
    stack.publish("directory.review", "periodic")
    return bool(stack.rows(proposed))


def test_an_older_revision_that_cannot_be_read_holds_nothing_up(stack: Stack) -> None:
    house.use(stack.settings, tuple(FORMS))
    newest = house.house().directory
    watch._revision.cache_clear()
    assert watch._revision(newest.revision + 1000) is newest
    watch._revision.cache_clear()
    house.house().engine.dispose()
