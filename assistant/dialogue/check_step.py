"""One step of the check, and the fixed replies that it shares with the rest of the dialogue."""

from __future__ import annotations

from dataclasses import dataclass

from assistant import locales
from assistant.rendering.reply import Choice, Reply
from assistant.safety.red_flags import RedFlag
from assistant.screening.items import Item

#: A command has to be recognised with this probability to be acted upon in the check.
COMMAND_GATE = 0.45
CLEAR_COMMAND_GATE = 0.75


@dataclass
class Step:
    """What follows from a message in the check.

    Attributes:
        reply: what to say before the next question.
        ask: the item to ask next; None ends the questions (see `record.status`).
        person: the patient wants to talk to a person instead.
    """

    reply: Reply
    ask: Item | None
    person: bool = False


def emergency_reply(flag: RedFlag, *, in_check: bool) -> Reply:
    """Return the one short message of an emergency or of self-harm."""
    reply = Reply(kind="emergency")
    if locales.current() == locales.DEFAULT and flag.language in locales.codes():
        # Somebody in distress writes as they think.
        reply.language = flag.language
    if flag.kind == "self_harm":
        response = "utter_self_harm_bystander" if flag.bystander else "utter_self_harm"
    else:
        response = "utter_emergency_bystander" if flag.bystander else "utter_emergency"
    reply.say(response=response)
    if in_check:
        reply.say(response="utter_emergency_check_stopped")
    return reply


def deletion_offer() -> Reply:
    """Return the question before anything is deleted."""
    choices = (Choice("Yes, delete it all"), Choice("No, keep it"))
    return Reply(kind="smalltalk", offer="delete").say(response="utter_delete_confirm", choices=choices)
