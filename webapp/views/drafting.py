"""The draft behind a form's pages: begun, kept page by page, sent once, forgotten.

Content while open: `version`, `reference`, `code`, `answers`; `earlier` where the form changed meanwhile;
`partial` for pages that were typed and not yet accepted, as when the language was changed in the middle.
Once sent: the same without the answers, of which only keyed digests stay, to tell a repeated page from a
changed one; `addition` has the changed pages that are not sent yet, and `added` says that some were.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from flask import session

from casework.commands import ContactWay, Scope
from forms.base import Step, Surroundings, sent_of
from forms.contact import contact_of
from forms.lists import ListStep
from forms.spec import FormSpec
from webapp.accounts.sessions import RowSession
from webapp.house import house
from webapp.ids import derived_key
from webapp.store.drafts import LIFETIME, Draft
from webapp.wiring import now

#: How long the access code may be shown again in the same session.
CODE_SHOWN = timedelta(minutes=60)
#: A draft ends this long after the last change; the row is written anew once this much of it has gone.
_RENEWED_AFTER = timedelta(hours=1)
#: From when on a page warns that its draft will end.
WARNING = timedelta(hours=2)
_REMOVE = re.compile("remove-([0-9]{1,4})")


def visitor() -> RowSession:
    """This request's session, as what it is."""
    found: Any = session
    real: RowSession = found._get_current_object()
    return real


def begin(
    spec: FormSpec,
    *,
    shared_device: bool,
    draft_id: UUID | None = None,
    carried: Mapping[str, Any] | None = None,
) -> Draft:
    """A new draft of this session; `carried` is content that another draft had."""
    ids, at = house().ids, now()
    draft = Draft(
        id=draft_id or ids.row(),
        submission_id=ids.row(),
        form=spec.slug,
        sent=False,
        shared_device=shared_device,
        created_at=at,
        expires_at=at + LIFETIME,
        content={
            "version": spec.version,
            "reference": ids.reference(),
            "code": ids.access_code(),
            "answers": {},
            **(carried or {}),
        },
    )
    house().drafts.create(draft, visitor().id_hash())
    # The session must outlive the draft.
    visitor().modified = True
    return draft


def load(draft_id: UUID, spec: FormSpec) -> Draft | None:
    """This session's draft of this form; None when it is over, deleted, or somebody else's."""
    mine = visitor()
    if not mine.token:
        return None
    draft = house().drafts.load(draft_id, mine.id_hash(), now())
    if draft is None or draft.form != spec.slug:
        return None
    if not draft.sent and draft.content["version"] != spec.version:
        # The form has changed under the writer: every page is asked again, with the old answers in it.
        earlier = {**draft.content.get("earlier", {}), **draft.content["answers"]}
        content = {**draft.content, "version": spec.version, "answers": {}, "earlier": earlier}
        return replace(draft, content=content)
    return draft


def change_entries(form: Step, action: str, *, sent: bool) -> bool:
    """Add or remove a child or a guardian without a script; True when the page is to be shown again.

    Each child of a message that was sent is a case already: another child needs a message of its own.
    """
    if not isinstance(form, ListStep) or (sent and form.scope is Scope.CHILD):
        return False
    if action == "add":
        form.add_entry()
    elif found := _REMOVE.fullmatch(action):
        form.remove_entry(int(found.group(1)))
    else:
        return False
    form.prepare(form.around, {})
    return True


def shown(draft: Draft, step: str) -> Any:
    """The answers with which a page opens: given now, else given before the form or the message changed."""
    places = ("partial", "addition") if draft.sent else ("partial", "answers", "earlier")
    given = (draft.content.get(place, {}).get(step) for place in places)
    return next((answers for answers in given if answers), None)


def unsaved(draft: Draft, spec: FormSpec) -> str | None:
    """The first page on which something else stands than what was accepted; it would not be sent."""
    kept = draft.content.get("addition" if draft.sent else "answers", {})
    waiting = draft.content.get("partial", {})
    changed = (
        s.slug for s in spec.steps if s.slug in waiting and waiting[s.slug] != kept.get(s.slug)
    )
    return next(changed, None)


def ends_soon(draft: Draft) -> bool:
    return not draft.sent and draft.expires_at - now() < WARNING


def _change(
    draft: Draft, spec: FormSpec, changed: Callable[[dict[str, Any]], dict[str, Any]]
) -> Draft | None:
    """Store the content as `changed` makes it, on top of what other tabs stored meanwhile.

    None: the message was sent or deleted meanwhile, and nothing was stored.
    """
    draft = _renewed(draft)
    kept = replace(draft, content=changed(draft.content))
    # Each failure means that another tab was faster, so it ends when they do.
    while not house().drafts.save(kept):
        newest = load(draft.id, spec)
        if newest is None or newest.sent != draft.sent:
            return None
        kept = replace(_renewed(newest), content=changed(newest.content))
    return kept


def _renewed(draft: Draft) -> Draft:
    """An open draft lives a day from now; its session, which must outlive it, is written with it."""
    until = now() + LIFETIME
    if draft.sent or until - draft.expires_at < _RENEWED_AFTER:
        return draft
    visitor().modified = True
    return replace(draft, expires_at=until)


def keep(draft: Draft, form: Step, spec: FormSpec, around: Surroundings) -> Draft | None:
    """Store the answers of one page, without those of pages that it makes unneeded.

    None: the message was sent or deleted meanwhile, and nothing was stored.
    """

    def with_page(content: dict[str, Any]) -> dict[str, Any]:
        answers = {**content["answers"], form.slug: form.answers()}
        kept = {**content, "answers": spec.only_asked(answers, around)}
        # What is not asked any more is not kept in any form: somebody may have chosen to stay unknown.
        asked = {page.slug for page in spec.asked_steps(kept["answers"], around)}
        for place in ("partial", "earlier"):
            if place in kept:
                kept[place] = {s: given for s, given in kept[place].items() if s in asked}
        return _without_partial(kept, form.slug)

    return _change(draft, spec, with_page)


def keep_partial(draft: Draft, form: Step, spec: FormSpec) -> None:
    """Keep what stands on a page that is not accepted yet: nothing typed is lost on the way to another one."""

    def with_partial(content: dict[str, Any]) -> dict[str, Any]:
        return {**content, "partial": {**content.get("partial", {}), form.slug: form.answers()}}

    _change(draft, spec, with_partial)


def drop_partial(draft: Draft, step: str, spec: FormSpec) -> None:
    """Forget what stands on a page and was not accepted: the earlier answer holds."""
    _change(draft, spec, lambda content: _without_partial(content, step))


def _without_partial(content: dict[str, Any], step: str) -> dict[str, Any]:
    left = {slug: given for slug, given in content.get("partial", {}).items() if slug != step}
    kept = {name: value for name, value in content.items() if name != "partial"}
    return {**kept, **({"partial": left} if left else {})}


def _digest(draft: Draft, step: str, answers: Any) -> str:
    key = derived_key(house().settings.secret_key.get_secret_value(), "repeat")
    said = sent_of(answers) if isinstance(answers, Mapping) else answers
    content = json.dumps([step, said], sort_keys=True, ensure_ascii=False)
    return hmac.digest(key, draft.id.bytes + content.encode(), hashlib.sha256).hex()


def sent_content(draft: Draft, at: datetime) -> dict[str, Any]:
    """What stays of a draft when its message is sent."""
    answers = draft.content["answers"]
    return {
        "version": draft.content["version"],
        "reference": draft.content["reference"],
        "code": draft.content["code"],
        "sent_at": at.isoformat(),
        # What the receipt says more to everybody who wants texts.
        "by_text": contact_of(answers).way is ContactWay.SMS,
        "digests": {step: _digest(draft, step, given) for step, given in answers.items()},
    }


def code_to_show(draft: Draft, at: datetime) -> str | None:
    """The access code, until it was saved or an hour has passed."""
    code: str | None = draft.content.get("code")
    sent_at = datetime.fromisoformat(draft.content["sent_at"])
    return code if at - sent_at < CODE_SHOWN else None


def forget_code(draft: Draft, spec: FormSpec) -> None:
    def without_code(content: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in content.items() if name != "code"}

    _change(draft, spec, without_code)


def says_more(draft: Draft, form: Step) -> bool:
    """Whether a page of a sent message says something else than what was sent."""
    sent = draft.content["digests"].get(form.slug)
    return bool(sent != _digest(draft, form.slug, form.answers()))


def keep_addition(draft: Draft, form: Step, spec: FormSpec) -> bool:
    """Keep such a page until it is sent as an addition; False where the draft is gone."""

    def with_page(content: dict[str, Any]) -> dict[str, Any]:
        addition = {**content.get("addition", {}), form.slug: form.answers()}
        return _without_partial({**content, "addition": addition}, form.slug)

    return _change(draft, spec, with_page) is not None


def addition_id(draft: Draft) -> UUID:
    """The same for a repeated press; another one for other words, or for old words after others were sent."""
    said = [draft.content["digests"], draft.content["addition"]]
    return uuid5(draft.id, _digest(draft, "addition", said))


def addition_sent(draft: Draft, spec: FormSpec) -> Draft | None:
    """The addition is part of the case now; the same page sent again is nothing new.

    What another tab wrote meanwhile stays, as the next addition. None: the draft is gone.
    """
    sent = draft.content["addition"]

    def without_sent(content: dict[str, Any]) -> dict[str, Any]:
        waiting = content.get("addition", {})
        # A page that no longer waits was taken out by a press of the same button, with its digest.
        taken = {step: _digest(draft, step, sent[step]) for step in sent if step in waiting}
        left = {step: given for step, given in waiting.items() if given != sent.get(step)}
        kept = {name: value for name, value in content.items() if name != "addition"}
        digests = {**content["digests"], **taken}
        return {**kept, **({"addition": left} if left else {}), "added": True, "digests": digests}

    return _change(draft, spec, without_sent)
