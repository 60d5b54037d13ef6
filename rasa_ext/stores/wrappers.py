"""The tracker stores behind Rasa's wrappers."""

from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import AwaitableTrackerStore, FailSafeTrackerStore


def primary(store: Any) -> Any:
    """Return the store behind Rasa's fail-safe, which hides errors behind an empty conversation."""
    return store._tracker_store if isinstance(store, FailSafeTrackerStore) else store


def innermost(store: Any) -> Any:
    """Return the store that all wrappers write to."""
    return every(primary(store))[0]


def every(store: Any) -> list[Any]:
    """Return all stores behind the wrappers; a fail-safe may have a second one in memory."""
    if isinstance(store, FailSafeTrackerStore):
        behind = [store._tracker_store, store._fallback_tracker_store]
        return [inner for s in behind if s is not None for inner in every(s)]
    if isinstance(store, AwaitableTrackerStore):
        return every(store._tracker_store)
    return [store]
