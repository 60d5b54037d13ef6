"""What was said to a message that had everything erased: the conversation that told it is gone."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from assistant import locales
from rasa_ext.channels.replies import Reply, reply_id
from rasa_ext.hardening.own_data import DELETED, SENT
from rasa_ext.stores.erased import Note


async def erased(domain: Domain, note: Note, channel: str, message_id: str) -> list[Reply]:
    """Return the replies that told of an erasure, with the ids that they had.

    Args:
        domain: has the responses.
        note: of the message that asked for it.
        channel: name of the channel: responses may have a variation for it.
        message_id: the channel's id of that message.
    """
    # Of nobody: the responses need no more than the language.
    nobody = DialogueStateTracker("", domain.slots)
    nobody.update(SlotSet(locales.SLOT, note.language))
    words = TemplatedNaturalLanguageGenerator(domain.responses)
    said: list[Reply] = []
    for response in (DELETED, SENT) if note.sent else (DELETED,):
        message: dict[str, Any] = await words.generate(response, nobody, channel) or {}
        reply = Reply.from_message(message, reply_id(message_id, len(said) + 1))
        said += [reply] if reply else []
    return said
