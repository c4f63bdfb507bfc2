"""The demo's outbox: what would have left the machine. Exists in demo mode only."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, render_template
from sqlalchemy import select

from casework.messages import MessageState
from webapp.house import house
from webapp.i18n import preferred
from webapp.store.tables import messages
from webapp.wiring import now

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
                "waits_until": row.next_at.isoformat(timespec="seconds") if _waits(row) else "",
            }
            for row in rows
        ]


def _waits(row: Any) -> bool:
    """Whether it goes later: in the person's safe hours, or when it is tried again."""
    is_later: bool = row.state == MessageState.PENDING.value and row.next_at > now()
    return is_later


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
    found = _outbox()
    for message in found:
        message["later"] = message["waits_until"] and datetime.fromisoformat(message["waits_until"])
    return render_template("dev/outbox.html", messages=found)
