"""The limit: what Flask itself can do on this machine, on the same Granian and the same PostgreSQL.

A plain Flask-WTF view with 12 fields, CSRF, one render, and six inserts in one transaction through
SQLAlchemy Core. It routes nothing, seals nothing and tells nobody.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, Uuid, create_engine, insert
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

SECRET_KEY = "limit-" + "x" * 40
metadata = MetaData(schema="bench")
TABLES = [
    Table(
        f"t{number}",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("parent_id", Uuid, index=True),
        Column("at", DateTime(timezone=True)),
        Column("kind", Text),
        Column("body", Text),
        Column("number", Integer),
    )
    for number in range(6)
]


class TwelveFields(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """Twelve questions of usual kinds."""

    topic = RadioField(choices=[("a", "A"), ("b", "B")], validators=[InputRequired()])
    message = TextAreaField(validators=[InputRequired(), Length(max=10_000)])
    child_name = StringField(validators=[Optional(), Length(max=200)])
    child_age = StringField(validators=[Optional(), Length(max=40)])
    municipality = StringField(validators=[InputRequired(), Length(max=3)])
    way = RadioField(choices=[("call", "Call"), ("sms", "SMS")], validators=[InputRequired()])
    name = StringField(validators=[Optional(), Length(max=200)])
    phone = StringField(validators=[Optional(), Length(max=40)])
    email = StringField(validators=[Optional(), Length(max=254)])
    language = RadioField(choices=[("fi", "fi"), ("sv", "sv")], validators=[InputRequired()])
    interpreter = RadioField(choices=[("yes", "y"), ("no", "n")], validators=[InputRequired()])
    can_wait = RadioField(choices=[("yes", "y"), ("no", "n")], validators=[InputRequired()])


ANSWERS = {
    "topic": "a",
    "message": "Tarvitsen neuvoa arkeen. " * 8,
    "child_name": "Esimerkki Lapsi",
    "child_age": "9",
    "municipality": "905",
    "way": "call",
    "name": "Testi Testaaja",
    "phone": "+358500000001",
    "email": "testi@example.org",
    "language": "fi",
    "interpreter": "no",
    "can_wait": "yes",
}

_PAGE = """<!doctype html><html lang="fi"><title>t</title><h1>Kiitos</h1>
<p>{{ reference }}</p><dl>{% for field in form %}<dt>{{ field.label.text }}</dt>
<dd>{{ field.data }}</dd>{% endfor %}</dl></html>"""


def create() -> Flask:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = SECRET_KEY
    engine = create_engine(os.environ["BENCH_DATABASE_URL"], pool_size=8)

    @app.get("/")
    def alive() -> str:
        return "ok"

    @app.post("/form")
    def form() -> tuple[str, int] | str:
        answered = TwelveFields()
        if not answered.validate_on_submit():
            return "wrong", 422
        parent, at = uuid4(), datetime.now(UTC)
        with engine.begin() as connection:
            for number, table in enumerate(TABLES):
                connection.execute(
                    insert(table).values(
                        id=uuid4(),
                        parent_id=parent,
                        at=at,
                        kind="received",
                        body=answered.message.data,
                        number=number,
                    )
                )
        return render_template_string(_PAGE, reference=str(parent), form=answered)

    return app
