"""The statements of each single try to send. They are built once: building them anew for each message takes a worker
longer than running them takes the database."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    DateTime,
    SmallInteger,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from casework.messages import MessageState
from webapp.store.following import chosen_otherwise
from webapp.store.message_rows import channel_broken, key_of_submission, opted_out, readable
from webapp.store.tables import attempts, messages

_S = MessageState


def _at(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=DateTime(timezone=True))


def _text(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=Text())


def _id(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=Uuid())


def _claiming(*which: ColumnElement[bool]) -> Any:
    tried = select(attempts.c.id).where(attempts.c.message_id == messages.c.id).exists()
    due = (
        select(messages.c.id)
        .where(
            messages.c.state == _S.PENDING.value,
            or_(messages.c.expires_at.is_(None), messages.c.expires_at > _at("now")),
            readable(),
            *which,
        )
        .order_by(messages.c.next_at)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(messages)
        .where(messages.c.id == due.c.id)
        .values(
            state=_S.CLAIMED.value,
            attempts=messages.c.attempts + 1,
            lease_until=_at("until"),
            changed_at=_at("now"),
        )
        .returning(*messages.c, key_of_submission(), tried.label("tried"))
    )


#: At most `limit` rows of `queue` that are due by `now`, claimed `until` then.
CLAIM: Final = _claiming(
    messages.c.queue == _text("of_queue"), messages.c.next_at <= _at("now"), not_(channel_broken())
)
#: The same of one channel, broken or not; what was refused before also if it would be due by `soon`. What never went
#: waits for its time, which may be a person's safe hour.
CLAIM_PROBE: Final = _claiming(
    messages.c.channel == _text("of_channel"),
    or_(
        messages.c.next_at <= _at("now"),
        and_(messages.c.next_at <= _at("soon"), messages.c.reason != ""),
    ),
)

#: The row of `message` is still claimed as it was, for the `claim`th time.
_STILL_OURS: Final = and_(
    messages.c.id == _id("message"),
    messages.c.state == _S.CLAIMED.value,
    messages.c.attempts == bindparam("claim", type_=SmallInteger()),
)

_submitting = (
    update(messages)
    .where(_STILL_OURS, not_(chosen_otherwise()), not_(opted_out()))
    .values(state=_S.SUBMITTING.value, changed_at=_at("now"), lease_until=_at("until"))
    .returning(messages.c.id)
    .cte("submitting")
)
#: Of `message` the `attempt` begins; no row where it may not.
BEGIN: Final = (
    insert(attempts)
    .from_select(
        ["id", "message_id", "started_at"], select(_id("attempt"), _submitting.c.id, _at("now"))
    )
    .returning(attempts.c.id)
)

_noted = (
    update(attempts)
    .where(attempts.c.id == _id("attempt"))
    .values(
        ended_at=_at("now"),
        verdict=_text("said"),
        reason=_text("because"),
        provider_id=func.coalesce(_text("provider"), attempts.c.provider_id),
    )
    .returning(attempts.c.message_id)
    .cte("noted")
)
#: The `attempt` has ended, and its message goes from one of the states `of` to the state `to`, waiting till `again`.
#: Not waited for on disk: what a crash of the database takes of it is a doubt, and the provider is asked. That an
#: attempt begins is waited for, always.
FINISH: Final = (
    update(messages)
    .where(
        # Through the attempt, so that it is held first: a receipt, which comes at the same moment, does so too.
        messages.c.id == _noted.c.message_id,
        messages.c.state == any_(bindparam("of", type_=ARRAY(Text))),
        messages.c.attempts == bindparam("claim", type_=SmallInteger()),
    )
    .values(
        state=_text("to"),
        reason=_text("because"),
        next_at=_at("again"),
        lease_until=None,
        changed_at=_at("now"),
        attempts=messages.c.attempts - bindparam("given_back", type_=SmallInteger()),
    )
    .returning(messages.c.id, func.set_config("synchronous_commit", "off", True))
)
