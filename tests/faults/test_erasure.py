"""Erasing through the operator's own command, with the whole house running: nothing leaves, and nothing is left."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from tests.faults.stack import BY_SMS, COAST_MOBILE, SENDER_MOBILE, SWEPT, Stack
from tests.live import until
from webapp import config
from webapp.cli import main

CANNOT_WAIT = {"can_wait": "no"}


@pytest.fixture(autouse=True)
def configured(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "load", lambda: stack.settings)


def erase(receipt: str) -> str:
    found = re.search(r'class="reference">([^<]+)<', receipt)
    assert found
    result = CliRunner().invoke(main, ["erase", found.group(1), "--yes", "--even-open"])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_provider_keeps_no_copy_of_what_was_erased(stack: Stack) -> None:
    receipt = stack.send(contact=BY_SMS, waiting=CANNOT_WAIT)
    stack.let_morning_come()
    stack.state_becomes("sender", "delivered")
    stack.state_becomes("team:coast:coast-mobile", "delivered")
    stack.twilio.settle()
    assert {text.to for text in stack.twilio.messages()} >= {SENDER_MOBILE, COAST_MOBILE}
    copies = len(stack.twilio.messages())
    assert f"{copies} copies to be deleted" in erase(receipt)
    stack.after("copies.forget", lambda: not stack.twilio.messages())
    assert stack.rows("select 1 from receipts") == []
    done = "select 1 from provider_copies where done_at is not null"
    until(lambda: len(stack.rows(done)) == copies, SWEPT, stack.told)


def test_what_waited_when_it_was_erased_never_leaves(stack: Stack) -> None:
    with stack.crew.held("a"), stack.crew.held("b"):
        receipt = stack.send(contact=BY_SMS, waiting=CANNOT_WAIT)
        waiting = len(stack.rows("select 1 from messages where state = 'pending'"))
        assert waiting >= 2
        assert f"{waiting} messages stopped" in erase(receipt)
    # Another one that came later overtakes it.
    stack.send(contact=BY_SMS, waiting=CANNOT_WAIT)
    stack.let_morning_come()
    left = "select 1 from messages where state in ('pending', 'claimed', 'submitting')"
    until(lambda: not stack.rows(left), SWEPT, stack.told)
    erased = "select id from submissions where erased_at is not null"
    tried = f"select 1 from attempts a join messages m on m.id = a.message_id where m.submission_id in ({erased})"
    assert stack.rows(tried) == []
    assert stack.texts_to(SENDER_MOBILE) == 1
