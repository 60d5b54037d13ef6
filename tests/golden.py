"""Golden outputs: what a platform is sent for a fixed set of replies, to be read by a person once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from rasa_ext.channels.messengers.base import Event, MessengerInput
from rasa_ext.channels.replies import Button, Reply

FOLDER = Path(__file__).parent / "channels" / "golden"

SENTENCE = "The patient can see a crust on the treated areas; it falls off by itself. "
YES_NO = tuple(Button(t, t) for t in ("Yes", "No", "Not sure"))
QUESTIONS = (
    "What is laser resurfacing?",
    "How does the laser remove stretch marks?",
    "Does the classical laser treat the whole area?",
    "Heart or blood pressure problems and the laser?",
)
#: Names of the replies say what they are there for.
REPLIES = {
    "plain words": Reply("Hello. How can I help?", (), "1.1"),
    "signs that markup knows": Reply(
        '5 < 6 & 7 > 2, "quoted", _under_ *one* `tick` ~wave~ [x] {y} a|b', (), "2.1"
    ),
    "light markdown": Reply(
        "**Your answers**\n- heart: **no**\n- skin: *not sure*\n\n1. Ask\n2. Come\n\n"
        "See [our page](https://clinic.example/a?b=1&c=2).",
        (),
        "3.1",
    ),
    "a question of the check": Reply("Question 3 of 6: Do you have a fever today?", YES_NO, "4.1"),
    "long labels": Reply(
        "I am not sure what you mean. Is it one of these?", tuple(Button(q, q) for q in QUESTIONS[:3]), "5.1"
    ),
    "six choices": Reply(
        "What would you like to know?", tuple(Button(f"Topic {n}", f"Topic {n}") for n in range(1, 7)), "6.1"
    ),
    "a payload of many bytes": Reply(
        "Choose.", (Button("Слово", "Длинное слово " * 6), Button("Yes", "Yes")), "7.1"
    ),
    "fifteen choices": Reply(
        "Pick.", tuple(Button(f"Choice {n}", f"Choice {n}") for n in range(1, 16)), "8.1"
    ),
    "a long answer": Reply("\n\n".join(SENTENCE * 9 for _ in range(9)).strip(), YES_NO, "9.1"),
    "only choices": Reply("", YES_NO, "10.1"),
    "emoji and accents": Reply("Très bien 👩‍⚕️ — naïve café 2️⃣", (), "11.1"),
}


def rendered(channel: MessengerInput, event: Event) -> dict[str, Any]:
    """Returns what the channel makes of each reply."""
    return {name: channel.render(reply, event) for name, reply in REPLIES.items()}


def check(name: str, channel: MessengerInput, event: Event) -> None:
    """Compares with the file of that name; with STRIA_GOLDEN=write it writes the file instead."""
    path = FOLDER / f"{name}.json"
    found = json.loads(json.dumps(rendered(channel, event)))
    if os.environ.get("STRIA_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(path.read_text(encoding="utf-8"))
