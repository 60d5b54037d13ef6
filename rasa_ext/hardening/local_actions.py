"""Actions that run in Rasa's own process, without a call to the action server.

In endpoints.yml, `actions_module` under `action_endpoint` names a module or package, or a list of them,
whose rasa_sdk actions are run here; Rasa Pro has a setting of that name. All others go to `url` as
ever. Stock Rasa 3.6 knows the call over HTTP alone, which costs more CPU than the answer.

An action gets and gives what it would over HTTP: JSON, of which nothing is shared with the tracker.
Only past events are looked up where they are, and none is made into JSON unless it is looked at.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import rasa
from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.shared.core.events import Event, deserialise_events
from rasa.shared.core.trackers import EventVerbosity
from rasa.shared.exceptions import RasaException
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection as Rejection
from rasa_sdk.utils import all_subclasses

#: The setting in endpoints.yml.
SETTING = "actions_module"


def executor_for(endpoint: Any) -> ActionExecutor | None:
    """Return what runs the actions that this endpoint's settings keep here; None when there are none.

    Raises:
        RasaException: A module that is named can't be imported, or the setting is no name.
    """
    named = (getattr(endpoint, "kwargs", None) or {}).get(SETTING)
    if not named:
        return None
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RasaException(f"endpoints.yml: '{SETTING}' has to be the name of a module, or a list of them.")
    return _executor(tuple(names))


@lru_cache(maxsize=8)
def _executor(modules: tuple[str, ...]) -> ActionExecutor:
    executor = ActionExecutor()
    for name in modules:
        try:
            _import(name)
        except ImportError as error:
            raise RasaException(f"endpoints.yml: {SETTING} '{name}' can't be imported ({error}).") from error
    for kind in all_subclasses(Action):
        # An action that another module has brought along stays where it is.
        if _belongs(kind.__module__, modules) and not getattr(kind, "__abstractmethods__", None):
            executor.register_action(kind)
    return executor


def _import(name: str) -> None:
    """Import a module, and all that is in it when it is a package."""
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{name}."):
        importlib.import_module(found.name)


def _belongs(module: str, modules: Iterable[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in modules)


class _Events(Sequence[Any]):
    """The events of a tracker, as dictionaries."""

    def __init__(self, events: Iterable[Event]):
        self._events = list(events)

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, index: Any) -> Any:
        found = self._events[index]
        return [e.as_dict() for e in found] if isinstance(index, slice) else found.as_dict()


def _call(action: Any, tracker: Any, domain: Any) -> dict[str, Any]:
    """Return what the action server would be sent."""
    # Through JSON: what an action changes in it must not change the tracker.
    state = json.loads(json.dumps(tracker.current_state(EventVerbosity.NONE)))
    call = {"next_action": action.name(), "sender_id": tracker.sender_id, "version": rasa.__version__}
    call["tracker"] = {**state, "events": _Events(tracker.events)}
    selective = action._is_selective_domain_enabled()
    if not selective or domain.does_custom_action_explicitly_need_domain(action.name()):
        call["domain"] = domain.as_dict()
    return call


def install() -> None:
    """Wrap RemoteAction.run."""
    original = RemoteAction.run
    if getattr(original, "runs_here", False):
        return

    async def run(self: Any, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Event]:
        executor = executor_for(self.action_endpoint)
        if executor is None or self.name() not in executor.actions:
            return await original(self, output_channel, nlg, tracker, domain)
        work = executor.run(_call(self, tracker, domain))
        try:
            result = await asyncio.wait_for(work, rasa_action.DEFAULT_REQUEST_TIMEOUT)
        except Rejection as refused:
            raise ActionExecutionRejection(refused.action_name, refused.message) from None
        answer = json.loads(json.dumps(result))
        said = await self._utter_responses(answer["responses"], output_channel, nlg, tracker)
        return [*said, *deserialise_events(answer["events"])]

    run.runs_here = True  # type: ignore[attr-defined]
    RemoteAction.run = run  # type: ignore[method-assign]


def install_server() -> None:
    """Import the actions before the server takes messages; a wrong name stops the start."""
    from rasa.core import run as server

    original = server.load_agent_on_start
    if getattr(server, "stria_imports_actions", False):
        return

    async def load(model_path: Any, endpoints: Any, *others: Any) -> Any:
        executor_for(getattr(endpoints, "action", None))
        return await original(model_path, endpoints, *others)

    server.stria_imports_actions = True
    server.load_agent_on_start = load
