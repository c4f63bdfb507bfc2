"""`luotsi erase` and `luotsi erased`, as an operator types them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from tests.store.conftest import TYPED, Send
from tests.store.test_erasure import readable
from tests.store.test_sealing import everything
from webapp import config
from webapp.cli import main
from webapp.config import Settings

pytestmark = pytest.mark.usefixtures("configured")


@pytest.fixture
def configured(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "load", lambda: settings)


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=typed)


def test_it_asks_for_the_reference_again_and_prints_counts_alone(send: Send) -> None:
    order = send()
    # As somebody writes it who reads it from a paper.
    result = run("erase", order.reference.lower(), "--even-open", typed=f"{order.reference}\n")
    assert result.exit_code == 0, result.output
    assert f"{order.reference}: erased" in result.output
    assert f"{order.reference}: 1 case. What is erased" in result.output
    assert "  1 case closed and emptied\n" in result.output
    assert "  0 drafts deleted\n" in result.output
    for typed in (*TYPED.values(), order.code):
        assert typed not in result.output


def test_another_reference_typed_the_second_time_erases_nothing(owner: Engine, send: Send) -> None:
    order, before = send(), None
    before = everything(owner)
    result = run("erase", order.reference, "--even-open", typed="ABCD-2345\n")
    assert (result.exit_code, everything(owner) == before) == (1, True)
    assert "nothing was erased" in result.output


def test_without_an_answer_nothing_is_erased(owner: Engine, send: Send) -> None:
    order = send()
    before = everything(owner)
    assert run("erase", order.reference, "--even-open").exit_code == 1
    assert everything(owner) == before


def test_an_open_case_is_named_and_the_way_around_it_is_told(owner: Engine, send: Send) -> None:
    order = send(form="notification", statutory=True)
    before = everything(owner)
    result = run("erase", order.reference, "--yes")
    assert (result.exit_code, everything(owner) == before) == (1, True)
    with owner.connect() as connection:
        number = connection.execute(text("select number from cases")).scalar_one()
    assert f"not closed: case {number}" in result.output
    assert "urgency" in result.output
    assert "--even-open" in result.output
    assert run("erase", order.reference, "--yes", "--even-open").exit_code == 0


def test_an_unknown_reference_says_so(send: Send) -> None:
    send()
    result = run("erase", "ABCD-2345", "--yes")
    assert (result.exit_code, result.output) == (
        2,
        "ABCD-2345: there is no message with this reference\n",
    )


def test_erasing_again_says_so_and_is_no_fault(owner: Engine, send: Send) -> None:
    order = send()
    run("erase", order.reference, "--yes", "--even-open")
    before = everything(owner)
    result = run("erase", order.reference)
    assert (result.exit_code, everything(owner) == before) == (0, True)
    assert "erased before" in result.output


def test_the_list_of_what_was_erased_can_be_fed_back_after_a_restore(send: Send) -> None:
    gone, kept = send(), send()
    run("erase", gone.reference, "--yes", "--even-open")
    listed = run("erased").output
    assert kept.reference not in listed
    (line,) = listed.splitlines()
    at, reference = line.split("\t")
    assert (reference, at[-6:]) == (gone.reference, "+00:00")


def test_what_a_restored_backup_brought_back_is_erased_again_by_the_list(
    owner: Engine, send: Send, keyset: str
) -> None:
    order = send()
    tables = ("submissions", "cases", "messages")
    with owner.begin() as connection:
        for table in tables:
            connection.execute(text(f"create table dump_{table} as table {table}"))
    run("erase", order.reference, "--yes", "--even-open")
    listed = run("erased").output
    with owner.begin() as connection:
        connection.execute(text("truncate submissions cascade"))
        for table in tables:
            connection.execute(text(f"insert into {table} table dump_{table}"))
            connection.execute(text(f"drop table dump_{table}"))
    assert TYPED["message"] in readable(owner, keyset)
    for line in listed.splitlines():
        assert run("erase", line.split("\t")[1], "--yes", "--even-open").exit_code == 0
    assert TYPED["message"] not in readable(owner, keyset)
