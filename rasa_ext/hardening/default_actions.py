"""Rasa's own actions are made once.

Stock Rasa makes all twelve of them whenever it looks an action up by its name, four times in a step of the
check. They hold nothing but the address of the action server.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions import action
from rasa.core.actions.action import Action


def install() -> None:
    """Wrap default_actions in Rasa's module of actions."""
    original = action.default_actions
    if getattr(original, "made_once", False):
        return
    # The address itself is kept beside them: another one may come to stand at the same place.
    kept: tuple[Any, list[Action]] = (None, original())

    def default_actions(action_endpoint: Any = None) -> list[Action]:
        nonlocal kept
        if kept[0] is not action_endpoint:
            kept = (action_endpoint, original(action_endpoint))
        return list(kept[1])

    default_actions.made_once = True  # type: ignore[attr-defined]
    action.default_actions = default_actions
