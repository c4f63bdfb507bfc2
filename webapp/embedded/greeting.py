"""What a demo says when it is ready: where to look, as whom to sign in, and how to play a text that comes in."""

from __future__ import annotations

import json

from webapp.embedded.plan import Emulator


def greeting(port: int, sign_ins: str, emulator: Emulator | None) -> str:
    address = f"http://localhost:{port}"
    lines = [
        "\nLuotsi is ready. All in it is fictional, and nothing leaves this machine.\n",
        f"  Start page   {address}/fi/",
        f"  Staff desk   {address}/staff/",
        f"  Outbox       {address}/dev/outbox   (SMS and e-mail that would have gone out)",
    ]
    if emulator:
        lines += _of_emulator(address, emulator.url)
    lines += [f"\n{sign_ins.strip()}\n", "Stop with Ctrl-C."]
    return "\n".join(lines)


def _of_emulator(address: str, emulator: str) -> list[str]:
    text = {"url": f"{address}/hooks/twilio/inbound", "from": "+358500000001", "body": "STOP"}
    return [
        f"  Twilio       {emulator}   (the emulator; what it was given: {emulator}/_control/messages)",
        "\nA text from a phone, as if it had been sent to Luotsi's number:\n",
        f"  curl -d '{json.dumps(text)}' {emulator}/_control/text",
    ]
