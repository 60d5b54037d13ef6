"""Puts emergencies before everything else: overrides the intent when a red flag is found."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.safety.red_flags import find_red_flag


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RedFlagDetector(GraphComponent):
    """Sets intent `emergency` or `self_harm`. Rules only (assistant/safety), no classifier involved.

    Stands after the FallbackClassifier, so that nothing overrides it.
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
            flag = find_red_flag(message.get(TEXT) or "")
            if flag is None:
                continue
            message.set(INTENT, {"name": flag.kind, "confidence": 1.0}, add_to_output=True)
            entity = {
                "entity": "red_flag",
                "value": flag.sign,
                "start": 0,
                "end": len(message.get(TEXT)),
                "extractor": "RedFlagDetector",
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
        return messages
