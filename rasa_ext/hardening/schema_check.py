"""Checks the action server's answer with validators that are built once, one for each kind of event.

Stock Rasa validates the constant schema itself anew on every call: 27 ms of CPU for a custom
action, 4 to 5 ms without (research/ops.md 1.5; RasaHQ/rasa#11717). What is left is spent on trying
each event against the schemas of all kinds, one of which has to fit; the event names the one that can.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.utils.schemas.events import EVENT_SCHEMA


def _validator(schema: dict[str, Any]) -> Any:
    return validator_for(schema)(schema)


@lru_cache(maxsize=1)
def _of_kinds() -> dict[str, list[Any]]:
    """Return the validators of each kind of event."""
    kinds: dict[str, list[Any]] = {}
    for schema in EVENT_SCHEMA["oneOf"]:
        kinds.setdefault(schema["properties"]["event"]["const"], []).append(_validator(schema))
    return kinds


@lru_cache(maxsize=1)
def _frame() -> Any:
    """Return the validator of all but the kinds of the events."""
    schema = RemoteAction.action_response_format_spec()
    of_all = {key: part for key, part in EVENT_SCHEMA.items() if key != "oneOf"}
    properties = {**schema["properties"], "events": {"type": "array", "items": of_all}}
    return _validator({**schema, "properties": properties})


def _fits(event: dict[str, Any]) -> bool:
    """Tell whether exactly one schema fits; each asks for a name of its own."""
    return sum(validator.is_valid(event) for validator in _of_kinds().get(event["event"], ())) == 1


def _validate(_action: Any, result: dict[str, Any]) -> bool:
    # The message of a ValidationError quotes the instance, that is, what the patient typed.
    if not _frame().is_valid(result) or not all(_fits(event) for event in result.get("events", ())):
        raise ValueError("the action server's answer does not have Rasa's format")
    return True


def install() -> None:
    """Replace the check of RemoteAction."""
    RemoteAction._validate_action_result = _validate  # type: ignore[method-assign]
