"""Which rows of the directory have forms: those of teams, and here those of people and of other counties."""

from __future__ import annotations

from collections.abc import Mapping

from forms.words import N_
from webapp.views import staff_directory_choices as choices
from webapp.views.staff_directory_asking import (
    DAY_HINT,
    KEY_HINT,
    YES_OR_NO,
    Column,
    Sheet,
)
from webapp.views.staff_directory_fields import (
    CHOOSE_ONE,
    NEEDED,
    Chosen,
    DayTyped,
    KeyTyped,
    NumberTyped,
    Picked,
    Several,
)
from webapp.views.staff_directory_team_sheets import TEAM_SHEETS

SHEETS: Mapping[str, Sheet] = {
    **TEAM_SHEETS,
    "workers": Sheet(
        "workers.csv",
        N_("Workers"),
        N_("Add a worker"),
        N_("Change the worker"),
        "staff.directory.workers",
        (
            Column("key", N_("Key"), KEY_HINT, KeyTyped, needed=NEEDED, fixed=True),
            Column("name", N_("Name"), needed=NEEDED),
            Column("email", N_("Work e-mail"), needed=NEEDED),
            Column("mobile", N_("Work mobile"), N_("It begins with +358."), NumberTyped),
            Column("languages", N_("Languages"), "", Several, choices.languages, CHOOSE_ONE),
            Column(
                "home",
                N_("Home team"),
                N_("Messages to the worker come here when nobody stands in."),
                Picked,
                choices.teams,
            ),
            Column("teams", N_("Teams"), "", Several, choices.teams),
            Column(
                "deputy",
                N_("Deputy"),
                N_("Who stands in when an absence names nobody else."),
                Picked,
                choices.workers,
            ),
            Column(
                "reads_protected", N_("May open cases with non-disclosure"), "", Chosen, YES_OR_NO
            ),
        ),
    ),
    "absences": Sheet(
        "absences.csv",
        N_("Absences"),
        N_("Add an absence"),
        N_("Change the absence"),
        "staff.directory.absences",
        (
            Column("worker", N_("Worker"), "", Picked, choices.own_workers, CHOOSE_ONE),
            Column("first_day", N_("First day away"), DAY_HINT, DayTyped, needed=NEEDED),
            Column("last_day", N_("Last day away"), DAY_HINT, DayTyped, needed=NEEDED),
            Column(
                "deputy",
                N_("Deputy"),
                N_("Without one: the worker's own deputy."),
                Picked,
                choices.workers,
            ),
        ),
    ),
    "clients": Sheet(
        "clients.csv",
        N_("Responsible workers"),
        N_("Add a client code"),
        N_("Change the responsible worker"),
        "staff.directory.clients",
        (
            Column(
                "client_code",
                N_("Client code"),
                N_("As it stands on the client's plan."),
                needed=NEEDED,
                fixed=True,
            ),
            Column("worker", N_("Responsible worker"), "", Picked, choices.workers, CHOOSE_ONE),
        ),
    ),
    "counties": Sheet(
        "counties.csv",
        N_("Other counties"),
        N_("Add the contacts of a county"),
        N_("Change the contacts of a county"),
        "staff.directory.counties",
        (
            Column(
                "code",
                N_("Wellbeing services county"),
                "",
                Picked,
                choices.counties,
                CHOOSE_ONE,
                fixed=True,
            ),
            Column("phone", N_("Phone number"), field=NumberTyped),
            Column("email", N_("E-mail")),
            Column("url", N_("Web page"), N_("It begins with https://")),
        ),
    ),
}
SHEET_OF_FILE: Mapping[str, str] = {sheet.file: slug for slug, sheet in SHEETS.items()}
