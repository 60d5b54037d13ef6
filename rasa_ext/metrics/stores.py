"""Measures the tracker store where all of Rasa's work with it goes through, whichever store it is."""

from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import FailSafeTrackerStore

from rasa_ext.metrics.timing import store_work
from rasa_ext.metrics.turns import stored


def install() -> None:
    """Wrap reading and storing of FailSafeTrackerStore, once."""
    if getattr(FailSafeTrackerStore.save, "is_measured", False):
        return
    save = store_work("save")(FailSafeTrackerStore.save)

    async def save_and_tell(self: Any, tracker: Any) -> None:
        await save(self, tracker)
        stored(tracker)

    save_and_tell.is_measured = True  # type: ignore[attr-defined]
    FailSafeTrackerStore.save = save_and_tell  # type: ignore[method-assign]
    FailSafeTrackerStore.retrieve = store_work("retrieve")(FailSafeTrackerStore.retrieve)
