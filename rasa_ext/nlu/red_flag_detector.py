"""Puts emergencies before everything else: overrides the intent when a red flag is found."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.safety.red_flags import find_red_flag
from assistant.safety.second_net import KINDS, classified_flag


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RedFlagDetector(GraphComponent):
    """Sets intent `emergency` or `self_harm` by the rules of assistant/safety.

    Stands after the FallbackClassifier, so that nothing overrides it. The classifier's own word for
    an emergency counts only when it is sure (second_net); otherwise the next class is taken.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RedFlagDetector:
        """Create the component; loads the patterns, so that a mistake in them shows at start."""
        find_red_flag("")
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Override the intent of messages that hold a red flag."""
        for message in messages:
            text = message.get(TEXT) or ""
            topics = message.get("topics") or {}
            ranking = [(str(n), float(p)) for n, p in topics.get("whole") or ()]
            flag = find_red_flag(text) or classified_flag(text, ranking)
            if flag is None:
                _demote(message, ranking)
                continue
            message.set(INTENT, {"name": flag.kind, "confidence": 1.0}, add_to_output=True)
            entity = {
                "entity": "red_flag",
                "value": flag.sign,
                "start": 0,
                "end": len(text),
                "extractor": "RedFlagDetector",
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
        return messages


def _demote(message: Message, ranking: list[tuple[str, float]]) -> None:
    """Take the next class when the classifier alone, and unsure, says emergency."""
    intent = message.get(INTENT) or {}
    if ranking and ranking[0][0] in KINDS:
        rest = [(n, p) for n, p in ranking if n not in KINDS]
        topics = {**(message.get("topics") or {}), "whole": [list(r) for r in rest], "hits": []}
        message.set("topics", topics, add_to_output=True)
    if intent.get("name") in KINDS:
        fallback = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 0.0}
        message.set(INTENT, fallback, add_to_output=True)
