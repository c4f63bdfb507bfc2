"""The people around a case, as the desk shows them: the sender, and who did what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casework.commands import ContactWay
from casework.directory import Directory
from forms.words import N_
from webapp.accounts.users import workers_of
from webapp.house import house
from webapp.i18n import say
from webapp.store.case_file import CaseFile, TimelineLine
from webapp.views import staff_words as words
from webapp.views.staff_answers import Section, dialable, sections
from webapp.views.staff_planned import newest_contact
from webapp.views.staff_text_lines import TextEvent

#: What the page of a case lists as having happened.
Happened = TimelineLine | TextEvent


def sender_of(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The sender's block: None for an anonymous one."""
    if given is None:
        return None
    way = given.get("way")
    times = given.get("safe_times") or ()
    phone = given.get("phone") or ""
    return {
        "name": given.get("name") or _notifier(given),
        "way": words.WAYS[ContactWay(way)] if way in set(ContactWay) else None,
        "phone": phone,
        "dial": dialable(phone) if phone else None,
        "email": given.get("email") or "",
        # None chosen means any of those that the form offers, and no other.
        "times": [text for time, text in words.SAFE_TIMES.items() if not times or time in times],
        "may_leave_message": given.get("may_leave_message"),
        "may_use_other": given.get("may_use_other"),
    }


def about_sender(case: CaseFile, here: Directory) -> list[Section]:
    """Who the sender is, and whether this is to be kept secret: the pages beside the choices of contact."""
    given = case.sender or {}
    pages = {slug: given[slug] for slug in ("notifier", "secrecy") if slug in given}
    return sections(case.head.form, pages, here)


def _notifier(given: Mapping[str, Any]) -> str:
    """The name of a notifier, which a page of its own has asked."""
    notifier = given.get("notifier") or {}
    names = (notifier.get("first_names"), notifier.get("last_name"))
    return " ".join(name for name in names if name)


def has_stopped(case: CaseFile) -> bool:
    """Whether STOP came from the number that the sender gives now."""
    number = newest_contact(case.sender).phone
    return bool(number) and house().texts.has_stopped(house().ids.number_hash(number))


def actors_of(happened: Iterable[Happened], here: Directory) -> Mapping[str, str]:
    """Who is behind each line of the timeline: the name of the directory, else what kind of actor."""
    named = {line.actor for line in happened}
    users = {actor.removeprefix("user:") for actor in named if actor.startswith("user:")}
    workers = workers_of(house().engine, users)
    return {actor: _actor(actor, workers, here) for actor in named}


def _actor(actor: str, workers: Mapping[str, str], here: Directory) -> str:
    if actor == "sender":
        return say(N_("The sender"))
    if not actor.startswith("user:"):
        return say(N_("The service itself"))
    worker = here.workers.get(workers.get(actor.removeprefix("user:"), ""))
    return worker.name if worker else say(N_("A member of staff"))
