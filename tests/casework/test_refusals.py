"""Twilio's codes: the status is read first, then the code; one that nobody knows is a refusal for good."""

from __future__ import annotations

import pytest

from casework.refusals import LATER, REASONS, Kind, Refusal, refusal_of, refusal_of_answer


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (21211, "invalid_number", Kind.PERMANENT),
        (30005, "invalid_number", Kind.PERMANENT),
        (21614, "not_mobile", Kind.PERMANENT),
        (30006, "not_mobile", Kind.PERMANENT),
        (21610, "opted_out", Kind.PERMANENT),
        (21408, "country_not_enabled", Kind.PERMANENT),
        (21612, "no_route", Kind.PERMANENT),
        (21617, "text_refused", Kind.PERMANENT),
        (30007, "text_refused", Kind.PERMANENT),
        (30004, "blocked", Kind.PERMANENT),
        (30036, "expired", Kind.PERMANENT),
        (30410, "operator_silent", Kind.PERMANENT),
        (30003, "unreachable", Kind.RETRY_LATER),
        (30008, "unreachable", Kind.RETRY_LATER),
        (20429, "too_many_requests", Kind.SLOW_DOWN),
        (21611, "too_many_requests", Kind.SLOW_DOWN),
        (20003, "not_authorised", Kind.CONFIGURATION),
        (30002, "account_suspended", Kind.CONFIGURATION),
        (21606, "sender_refused", Kind.CONFIGURATION),
        (21663, "sender_refused", Kind.CONFIGURATION),
        (30029, "setting_refused", Kind.CONFIGURATION),
    ],
)
def test_a_known_code_has_its_class(code: int, reason: str, kind: Kind) -> None:
    assert refusal_of(code) == refusal_of(str(code)) == Refusal(reason, kind, str(code))


@pytest.mark.parametrize(
    ("code", "named"),
    [(39999, "39999"), ("39999", "39999"), ("9" * 400, "9" * 9), ("x", ""), ("²", ""), ("-1", "")],
)
def test_an_unknown_code_is_a_refusal_for_good_that_is_worth_a_warning(
    code: int | str, named: str
) -> None:
    assert refusal_of(code) == Refusal("refused", Kind.PERMANENT, named, known=False)


@pytest.mark.parametrize("code", [None, "", " ", 0, "0"])
def test_no_code_at_all_is_no_unknown_one(code: int | str | None) -> None:
    assert refusal_of(code) == Refusal("refused", Kind.PERMANENT)


@pytest.mark.parametrize(
    ("status", "code", "reason", "kind"),
    [
        (400, 21211, "invalid_number", Kind.PERMANENT),
        (403, 21408, "country_not_enabled", Kind.PERMANENT),
        (403, 20003, "not_authorised", Kind.CONFIGURATION),
        (403, None, "not_authorised", Kind.CONFIGURATION),
        (403, 403, "not_authorised", Kind.CONFIGURATION),
        (404, 20404, "no_such_account", Kind.CONFIGURATION),
        (400, 39999, "refused", Kind.PERMANENT),
        (400, 400, "refused", Kind.PERMANENT),
        (401, 39999, "not_authorised", Kind.CONFIGURATION),
        (429, 21211, "too_many_requests", Kind.SLOW_DOWN),
        (429, None, "too_many_requests", Kind.SLOW_DOWN),
        (500, 21211, "provider_fault", Kind.UNKNOWN),
        (503, 20503, "provider_fault", Kind.UNKNOWN),
        (0, None, "provider_fault", Kind.UNKNOWN),
        (307, 21211, "unexpected_redirect", Kind.CONFIGURATION),
        (307, 20003, "not_authorised", Kind.CONFIGURATION),
    ],
)
def test_the_status_goes_before_the_code(
    status: int, code: int | None, reason: str, kind: Kind
) -> None:
    refusal = refusal_of_answer(status, code)
    assert (refusal.reason, refusal.kind) == (reason, kind)
    looked_at = code == 39999 and status != 401, (status, code) == (400, 400)
    assert refusal.known is not any(looked_at)


def test_a_phone_that_may_be_off_and_a_number_held_back_are_the_reasons_to_try_later() -> None:
    later = {code for code in range(20000, 40000) if refusal_of(code).kind is Kind.RETRY_LATER}
    assert later == {30003, 30008, 30017, 30450, 30453}
    assert (
        {refusal_of(code).reason for code in later} == LATER == {"unreachable", "held_by_provider"}
    )


@pytest.mark.parametrize("status", [408, 421, 425])
def test_what_was_not_processed_on_the_way_is_tried_again(status: int) -> None:
    refusal = refusal_of_answer(status, None)
    assert (refusal.reason, refusal.kind) == ("proxy_refused", Kind.SLOW_DOWN)


@pytest.mark.parametrize("status", [400, 405, 409, 413, 431])
def test_an_answer_without_a_code_is_not_of_twilio_and_is_looked_at(status: int) -> None:
    refusal = refusal_of_answer(status, None)
    assert (refusal.kind, refusal.known, refusal.code) == (Kind.PERMANENT, False, str(status))


def test_every_reason_of_a_code_is_among_the_reasons() -> None:
    seen = {refusal_of(code).reason for code in range(10000, 100000)}
    assert seen == REASONS
