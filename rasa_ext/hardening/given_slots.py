"""Slots that only actions set are not looked for in a message.

Stock Rasa goes through the mappings of every slot on every message, those of type `custom` too, which name
nothing to look for. Where a domain has no others there is nothing to find: 0.1 ms a message. What a project
validates by `action_validate_slot_mappings` is validated as ever.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import ActionExtractSlots
from rasa.shared.core.constants import DEFAULT_SLOT_NAMES
from rasa.shared.core.domain import Domain

_FOUND = "stria_only_given"


def only_given(domain: Domain) -> bool:
    """Tell whether no mapping of the domain can fill a slot; worked out once for each domain."""
    slots, only = getattr(domain, _FOUND, (None, False))
    if slots is not domain.slots:
        mappings = [m for s in domain.slots if s.name not in DEFAULT_SLOT_NAMES for m in s.mappings]
        only = all(mapping == {"type": "custom"} for mapping in mappings)
        setattr(domain, _FOUND, (domain.slots, only))
    return bool(only)


def install() -> None:
    """Wrap ActionExtractSlots.run."""
    original = ActionExtractSlots.run
    if hasattr(original, "of_rasa"):
        return

    async def run(self: Any, output_channel: Any, nlg: Any, tracker: Any, domain: Domain) -> list[Any]:
        if only_given(domain):
            return list(await self._execute_validation_action([], output_channel, nlg, tracker, domain))
        return list(await original(self, output_channel, nlg, tracker, domain))

    run.of_rasa = original  # type: ignore[attr-defined]
    ActionExtractSlots.run = run  # type: ignore[method-assign]
