"""Clinical mentions as Rasa entities: conditions, medicines, temperatures, blood pressures."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.screening.assertion import assert_span
from assistant.screening.items import medicines_item
from assistant.screening.mentions import find_mentions
from assistant.screening.numbers import read_blood_pressures, read_temperatures


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ClinicalEntityExtractor(GraphComponent):
    """Writes what assistant.screening finds as entities; the role tells how each is meant."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ClinicalEntityExtractor:
        """Create the component and build the matcher, so that the first message is not slow."""
        find_mentions("warm up")
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            message.set(ENTITIES, [*message.get(ENTITIES, []), *entities_of(text)], add_to_output=True)
        return messages


def entities_of(text: str) -> list[dict[str, Any]]:
    """Return Rasa entity dicts for `text`: entity, value, role, start, end (characters), group = item."""
    mentions, clauses = find_mentions(text)
    found: list[dict[str, Any]] = [
        {
            "entity": "medicine" if m.label == medicines_item() else "condition",
            "value": m.term,
            "role": m.assertion.value,
            "group": m.label,
            "start": m.start,
            "end": m.end,
            "extractor": "ClinicalEntityExtractor",
        }
        for m in mentions
    ]
    readings: list[tuple[str, str, int, int]] = [
        ("temperature", f"{t.celsius:g}", t.start, t.end) for t in read_temperatures(text, asked=False)
    ]
    readings += [
        ("blood_pressure", f"{b.systolic}/{b.diastolic}", b.start, b.end) for b in read_blood_pressures(text)
    ]
    for entity, value, start, end in readings:
        inside = any(c.start <= start and end <= c.end for c in clauses)
        role = assert_span(text, clauses, start, end)[0].value if inside else "present"
        found.append(
            {
                "entity": entity, "value": value, "role": role, "start": start, "end": end,
                "extractor": "ClinicalEntityExtractor",
            }
        )  # fmt: skip
    return sorted(found, key=lambda e: (e["start"], e["end"]))
