"""What a patient may ask about the own data is done here, where the stores are: telling and erasing.

An action, wherever it runs, only says that it was done, by the name of a response. Before those words
leave, the deed is done; when it fails, other words leave, which say so. So nobody is told of an
erasure that has not happened. The turn in which it happens is not stored; stock Rasa would store it.
"""

from __future__ import annotations

import functools
import logging
from typing import Any

from rasa.core.actions.action import create_bot_utterance
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event

from assistant import locales, logs
from assistant.dialogue import own_data
from assistant.handover.record import ContactRecord
from assistant.screening.record import CheckRecord

logger = logging.getLogger(__name__)

#: Responses of domain.yml that stand for a deed, and what is said of it.
DELETED, SENT, NOT_DELETED = "utter_data_deleted", "utter_data_deleted_sent", "utter_data_not_deleted"
KNOWN, UNKNOWN = "utter_own_data", "utter_own_data_failed"
_ERASED = "stria_erased"


class _Deeds:
    """Wraps an action: does what its replies say."""

    def __init__(self, action: Any, store: Any):
        self._action, self._store = action, store
        self.erased = self.failed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def run(self, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Event]:
        events: list[Event] = await self._action.run(output_channel, nlg, tracker, domain)
        said = {_response(event) for event in events or ()}

        async def words(response: str) -> list[Event]:
            message = await nlg.generate(response, tracker, output_channel.name())
            return [create_bot_utterance(message)] if message else []

        if DELETED in said:
            return await self._erase(events, tracker, words)
        if KNOWN in said:
            return await self._tell(events, tracker, words)
        return events

    async def _erase(self, events: list[Event], tracker: Any, words: Any) -> list[Event]:
        # Here, or the mends and the stores import each other.
        from rasa_ext.stores import erasure

        message = getattr(tracker.latest_message, "message_id", None)
        by = erasure.By(message, tracker.get_slot(locales.SLOT) or locales.DEFAULT) if message else None
        try:
            erased = await erasure.erase(self._store, tracker.sender_id, by)
        except Exception as error:
            self.failed = True
            logger.error("privacy: a conversation could not be erased: %s", logs.kind(error))
            return list(await words(NOT_DELETED))
        self.erased = True
        return [*events, *(await words(SENT) if erased.sent else [])]

    async def _tell(self, events: list[Event], tracker: Any, words: Any) -> list[Event]:
        try:
            known = await _known(self._store, tracker)
            # No action says this, so the language of the conversation is set here.
            with locales.speaking(tracker.get_slot(locales.SLOT)):
                text = own_data.told(known)
        except Exception as error:
            logger.error("privacy: what is stored could not be read: %s", logs.kind(error))
            instead = await words(UNKNOWN)
            return [one for event in events for one in (instead if _response(event) == KNOWN else [event])]
        for event in events:
            if isinstance(event, BotUttered) and _response(event) == KNOWN:
                event.text = f"{event.text}\n{text}"
        return events


async def _known(store: Any, tracker: Any) -> own_data.OwnData:
    """Return what is stored of a conversation, this turn counted in."""
    from clinic import privacy
    from rasa_ext.stores import erasure, retention

    talk = await erasure.talk_of(store, tracker.sender_id)
    return own_data.OwnData(
        messages=talk.messages + 1,
        since=talk.since,
        consent=talk.consent,
        record=CheckRecord.from_slots(tracker.current_slot_values()),
        requests=await erasure.in_clinic(lambda: privacy.known(tracker.sender_id)),
        days=retention.days_kept(),
        begun=ContactRecord.from_slots(tracker.current_slot_values()).given,
    )


def _response(event: Any) -> str | None:
    """Return the name of the response that was said, if the event is one."""
    if not isinstance(event, BotUttered):
        return None
    name = (event.metadata or {}).get("utter_action")
    return str(name) if name else None


def is_erased(tracker: Any) -> bool:
    """Tell whether the conversation was erased in this turn."""
    return bool(getattr(tracker, _ERASED, False))


def install() -> None:
    """Wrap MessageProcessor._run_action and save_tracker. After `action_failures`, which wraps it, too."""
    original = MessageProcessor._run_action
    if getattr(original, "does_deeds", False):
        return
    save = MessageProcessor.save_tracker

    @functools.wraps(original)  # with the marks of other mends
    async def run_action(
        self: Any, action: Any, tracker: Any, output_channel: Any, nlg: Any, prediction: Any
    ) -> bool:
        deeds = _Deeds(action, getattr(self, "tracker_store", None))
        go_on = await original(self, deeds, tracker, output_channel, nlg, prediction)
        if deeds.erased:
            setattr(tracker, _ERASED, True)
        if not deeds.failed:
            return go_on
        # The conversation stays as it was, and can be asked for the same again.
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return False

    async def save_tracker(self: Any, tracker: Any) -> None:
        if not is_erased(tracker):
            await save(self, tracker)
            return
        # Counted as any other turn, by its kind alone.
        from rasa_ext.metrics.turns import stored

        stored(tracker)

    run_action.does_deeds = True  # type: ignore[attr-defined]
    MessageProcessor._run_action = run_action  # type: ignore[method-assign]
    MessageProcessor.save_tracker = save_tracker  # type: ignore[method-assign]
