"""Forms for the rows of teams: the team itself, what it takes, where it is reached, days with other hours."""

from __future__ import annotations

from collections.abc import Mapping

from casework.bundle_teams import WEEKDAYS
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
    HoursTyped,
    KeyTyped,
    NumberTyped,
    Picked,
    Several,
)

_DAYS = {
    "mon": N_("Hours on Mondays"),
    "tue": N_("Hours on Tuesdays"),
    "wed": N_("Hours on Wednesdays"),
    "thu": N_("Hours on Thursdays"),
    "fri": N_("Hours on Fridays"),
    "sat": N_("Hours on Saturdays"),
    "sun": N_("Hours on Sundays"),
}
HOURS_HINT = N_("For example 08:00-16:00, or 08:00-12:00 13:00-15:30. Empty means closed.")

TEAM_SHEETS: Mapping[str, Sheet] = {
    "teams": Sheet(
        "teams.csv",
        N_("Teams"),
        N_("Add a team"),
        N_("Change the team"),
        "staff.directory.teams",
        (
            Column("key", N_("Key"), KEY_HINT, KeyTyped, needed=NEEDED, fixed=True),
            Column("phone", N_("Phone number for everybody"), field=NumberTyped, needed=NEEDED),
            *(
                Column(day, _DAYS[day], HOURS_HINT if day == "mon" else "", HoursTyped)
                for day in WEEKDAYS
            ),
            Column(
                "closed_on_holidays",
                N_("Closed on public holidays"),
                "",
                Chosen,
                YES_OR_NO,
                CHOOSE_ONE,
            ),
            Column(
                "closed_on_eves",
                N_("Closed on Christmas Eve and Midsummer Eve"),
                N_("Without an answer: as on public holidays."),
                Picked,
                YES_OR_NO,
            ),
            Column(
                "acknowledge_minutes",
                N_("In how many minutes somebody opens a new case"),
                N_("Opening hours alone count."),
                needed=NEEDED,
            ),
            Column(
                "reply_working_days",
                N_("In how many working days the sender is answered"),
                needed=NEEDED,
            ),
            Column("lead", N_("Team lead"), "", Picked, choices.workers),
            Column(
                "rota",
                N_("The team has a duty rota"),
                N_(
                    "Then only those on a shift are on duty. Without one, everybody of the team who is present."
                ),
                Chosen,
                YES_OR_NO,
            ),
            Column(
                "ask_after_days",
                N_("After how many days a sender is asked whether they got help"),
                N_(
                    "From 1 to 60. Without an answer nobody is asked. "
                    "It is asked only of those who want help for themselves and allowed messages."
                ),
            ),
        ),
    ),
    "services": Sheet(
        "services.csv",
        N_("What the team takes"),
        N_("Add what the team takes"),
        N_("Change what the team takes"),
        "staff.directory.team",
        (
            Column(
                "municipalities",
                N_("Municipalities"),
                "",
                Several,
                choices.with_all(N_("All municipalities of the county"), choices.municipalities),
                CHOOSE_ONE,
            ),
            Column(
                "forms",
                N_("Forms"),
                "",
                Several,
                choices.with_all(N_("All forms"), choices.forms),
                CHOOSE_ONE,
            ),
            Column(
                "languages",
                N_("Languages"),
                "",
                Several,
                choices.with_all(N_("All languages"), choices.page_languages),
                CHOOSE_ONE,
            ),
        ),
        of_team=True,
    ),
    "contact-points": Sheet(
        "contact_points.csv",
        N_("Where the team is reached"),
        N_("Add a place where the team is reached"),
        N_("Change where the team is reached"),
        "staff.directory.team",
        (
            Column("key", N_("Key"), KEY_HINT, KeyTyped, needed=NEEDED, fixed=True),
            Column("kind", N_("Kind"), "", Chosen, choices.fixed(choices.KINDS), CHOOSE_ONE),
            Column(
                "address",
                N_("Number or address"),
                N_("A phone number begins with +358."),
                needed=NEEDED,
            ),
            Column(
                "language",
                N_("Language of the messages"),
                "",
                Picked,
                choices.languages,
                CHOOSE_ONE,
            ),
            Column(
                "uses",
                N_("What it is for"),
                N_("Without an answer: told of new and of urgent cases."),
                Several,
                choices.fixed(choices.USES),
            ),
        ),
        of_team=True,
    ),
    "hours-exceptions": Sheet(
        "hours_exceptions.csv",
        N_("Days with other hours"),
        N_("Add a day with other hours"),
        N_("Change a day with other hours"),
        "staff.directory.team",
        (
            Column("date", N_("Day"), DAY_HINT, DayTyped, needed=NEEDED),
            Column("spans", N_("Hours on that day"), HOURS_HINT, HoursTyped),
            Column("reason", N_("Why"), N_("A note for yourselves.")),
        ),
        of_team=True,
    ),
}
