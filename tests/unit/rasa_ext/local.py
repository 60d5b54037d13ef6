"""Actions that run in Rasa's process."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

#: What the last one was given.
seen: dict[str, Any] = {}


class Local(Action):
    """Says something, and changes all that it was given."""

    def name(self) -> str:
        """Returns its name."""
        return "action_local"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Says a text and a response."""
        latest = tracker.latest_message
        seen.update(
            slots=dict(tracker.slots), text=latest["text"], sender=tracker.sender_id, domain=domain,
            users=sum(e["event"] == "user" for e in tracker.events),
            tail=[e["event"] for e in tracker.events[-2:]], count=len(tracker.events),
        )  # fmt: skip
        dispatcher.utter_message(text="here", buttons=[{"title": "Yes", "payload": "yes"}])
        dispatcher.utter_message(response="utter_hello", name="Ada")
        topics = tracker.slots["topic"]
        topics.append("changed")
        latest["intent"]["name"] = "changed"
        return [SlotSet("topic", topics)]


class Refuses(Action):
    """Does not want to."""

    def name(self) -> str:
        """Returns its name."""
        return "action_refuses"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        """Refuses."""
        raise ActionExecutionRejection("action_refuses", "no")


class Wrong(Action):
    """Has a mistake."""

    def name(self) -> str:
        """Returns its name."""
        return "action_wrong"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        """Fails."""
        raise ValueError("I take Zorvolex since my divorce")


class Slow(Action):
    """Never comes to an end."""

    def name(self) -> str:
        """Returns its name."""
        return "action_slow"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[EventType]:
        """Waits."""
        await asyncio.sleep(60)
        return []
