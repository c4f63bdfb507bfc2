"""The demo's outbox: what would have left the machine. Exists in demo mode only."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, g, render_template
from sqlalchemy import select

from webapp.house import house
from webapp.i18n import preferred
from webapp.store.tables import messages

bp = Blueprint("dev", __name__, url_prefix="/dev")

#: Where the channels of the demo note what they were given, one JSON object a line.
OUTBOX_FILE = "outbox.jsonl"


def _outbox() -> list[dict[str, Any]]:
    """Every message, newest first; `to`, `subject` and `body` are empty until its channel had it."""
    said = _said()
    with house().engine.connect() as connection:
        rows = connection.execute(
            select(messages).order_by(messages.c.created_at.desc(), messages.c.id)
        )
        return [
            {
                "id": str(row.id),
                "channel": row.channel,
                "to": said.get(str(row.id), {}).get("to", ""),
                "subject": said.get(str(row.id), {}).get("subject", ""),
                "body": said.get(str(row.id), {}).get("body", ""),
                "language": row.language,
                "purpose": row.purpose,
                "case_reference": row.case_number if row.purpose.startswith("staff_") else "",
                "state": row.state,
                "created_at": row.created_at.isoformat(timespec="milliseconds"),
            }
            for row in rows
        ]


def _said() -> dict[str, dict[str, str]]:
    path = house().settings.state_dir / OUTBOX_FILE
    if not path.exists():
        return {}
    lines = path.read_text("utf-8").splitlines()
    return {entry["id"]: entry for entry in map(json.loads, lines)}


@bp.get("/outbox.json")
def outbox_json() -> Response:
    return Response(
        json.dumps(_outbox(), ensure_ascii=False, indent=1), mimetype="application/json"
    )


@bp.get("/outbox")
def outbox() -> str:
    g.language = preferred()
    return render_template("dev/outbox.html", messages=_outbox())
