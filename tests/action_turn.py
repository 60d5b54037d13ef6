"""Runs one custom action on a tracker of rasa_sdk's, as the action server does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from assistant.screening.items import ITEMS
from scripts._env import ROOT
from tests.silence import silence


def _slots_of_domain() -> dict[str, Any]:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    slots = {name: slot.get("initial_value") for name, slot in domain["slots"].items()}
    return {**slots, "requested_slot": None}


@dataclass
class Patient:
    """A conversation as its slots; each action's events change them, as Rasa would."""

    slots: dict[str, Any] = field(default_factory=_slots_of_domain)
    turns: int = 0

    @classmethod
    def with_answers(cls, status: str = "active", *, to: int = 6, **answers: str) -> Patient:
        """A patient who answered the first `to` questions with no, unless told otherwise."""
        patient = cls()
        asked = list(ITEMS[:to])
        values = {**dict.fromkeys(asked, "no"), **answers}
        patient.slots.update(values)
        patient.slots["check_record"] = {"status": status, "asked": asked}
        if status == "active" and to < len(ITEMS):
            patient.slots["requested_slot"] = ITEMS[to]
        return patient

    def tracker(self, text: str = "", intent: str = "", confidence: float = 0.95) -> Tracker:
        """The tracker after a message with this classification (`faq/pain`, `deny`, ...)."""
        silence.note(text)
        self.turns += 1
        whole = [[intent, confidence]] if intent else []
        questions = intent.startswith(("faq/", "not_in_document/"))
        hit = {"topic": intent, "confidence": confidence, "text": text}
        latest = {
            "text": text,
            "intent": {"name": intent.partition("/")[0] or None, "confidence": confidence},
            "topics": {"whole": whole, "hits": [hit] if questions else []},
        }
        events = [{"event": "user", "text": text}] * self.turns
        return Tracker("patient", dict(self.slots), latest, events, False, None, {}, "action_listen")

    def run(self, action: Action, text: str = "", intent: str = "", **more: Any) -> Turn:
        """Runs an action after a message and takes over what it sets."""
        tracker, dispatcher = self.tracker(text, intent, **more), CollectingDispatcher()
        events = asyncio.run(_run(action, dispatcher, tracker))
        turn = Turn(dispatcher.messages, events)
        self.slots.update(turn.slots)
        return turn


async def _run(action: Action, dispatcher: CollectingDispatcher, tracker: Tracker) -> Any:
    return await action.run(dispatcher, tracker, {})  # type: ignore[misc]


@dataclass(frozen=True)
class Turn:
    """What an action said and did."""

    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """All texts, one below the other."""
        return "\n".join(m["text"] for m in self.messages if m["text"])

    @property
    def responses(self) -> list[str]:
        """The names of the fixed responses that were used, in order."""
        return [m["response"] for m in self.messages if m["response"]]

    @property
    def buttons(self) -> list[str]:
        """What the buttons of all messages send."""
        return [b["payload"] for m in self.messages for b in m["buttons"]]

    @property
    def slots(self) -> dict[str, Any]:
        """The slots that were set."""
        return {e["name"]: e["value"] for e in self.events if e["event"] == "slot"}

    @property
    def next_action(self) -> str | None:
        """The action that was called for, if any."""
        return next((e["name"] for e in self.events if e["event"] == "followup"), None)

    @property
    def ends_loop(self) -> bool:
        """Whether the form was left."""
        return {"event": "active_loop", "name": None, "timestamp": None} in self.events
