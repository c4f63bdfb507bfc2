"""The desk while messages do not leave: the banner, a text that did not arrive, and whom to call."""

from __future__ import annotations

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.browser.legal_states import TEAM_LEAD
from tests.browser.morning_states import morning
from tests.browser.reaching import case, desk
from tests.browser.site import Site
from tests.browser.state import State
from tests.browser.visitor import DUTY_WORKER

#: Both channels are broken; and of every case that is sent to this site the sender's text has failed, so that the
#: sender must be called, while an alert to the on-call team waits for a further try.
_TROUBLE = (
    """
    insert into channel_breaks (channel, reason, opened_at, failed_at, probe_at) values
        ('sms', 'not_authorised', now() - interval '20 minutes', now(), now()),
        ('email', 'certificate_refused', now() - interval '2 days', now(), now())
    """,
    """
    create function has_trouble() returns trigger language plpgsql as $$ begin
        if tg_table_name = 'cases' then
            new.marks := array['call_needed'];
            new.alerted_teams := array['on-call'];
        elsif new.recipient = 'sender' then
            new.state := 'undelivered';
            new.reason := 'not_mobile';
            new.attempts := 1;
        else
            -- Of each team's alert one of its own: a message with two children tells two teams.
            new.recipient := 'team:on-call:' || split_part(new.recipient, ':', 3);
            new.channel := 'sms';
            new.purpose := 'staff_urgent';
            new.reason := 'connect_timeout';
            new.attempts := 3;
            new.next_at := now() + interval '1 hour';
        end if;
        return new;
    end $$
    """,
    "create trigger trouble before insert on cases for each row execute function has_trouble()",
    "create trigger trouble before insert on messages for each row execute function has_trouble()",
)


def make_trouble(site: Site) -> None:
    """Before anybody has looked at the desk: what it has read it believes for a while."""
    owner_url = site.settings.migration_database_url
    assert owner_url is not None
    engine = create_engine(owner_url.get_secret_value(), poolclass=NullPool)
    with engine.begin() as connection:
        for statement in _TROUBLE:
            connection.execute(text(statement))
    engine.dispose()


STATES = (
    State("inbox", "messages do not leave", desk(DUTY_WORKER), in_trouble=True),
    State("case", "the sender must be called", case, in_trouble=True),
    State("digest", "messages do not leave", morning(TEAM_LEAD), in_trouble=True),
)
