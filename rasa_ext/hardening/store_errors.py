"""A tracker store that fails is a failure, not an empty conversation.

Stock Rasa answers from an empty tracker when the database can't be read, and puts what can't be
stored into a memory that is never read again: the bot forgets the patient, nothing is kept, and all
is answered with 200 (research/ops.md 0, finding 5). Here the error reaches the channel, which answers
503. A tracker store that can't be loaded stops the start; stock Rasa keeps conversations in memory.
"""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from rasa.core import tracker_store
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.common import class_from_module_path

from assistant import logs

logger = logging.getLogger(__name__)


def _raise(self: Any, error: Exception) -> NoReturn:
    # Type only: the message of an SQL error may hold what the patient typed.
    logger.error("tracker store failed: %s", logs.kind(error))
    raise error


def _load(domain: Any, store: Any, event_broker: Any = None) -> Any:
    try:
        kind = class_from_module_path(store.type)
    except (AttributeError, ImportError) as error:
        raise RasaException(f"endpoints.yml: there is no tracker store '{store.type}' ({error}).") from None
    return kind(host=store.url, domain=domain, event_broker=event_broker, **store.kwargs)


def install() -> None:
    """Replace what FailSafeTrackerStore does with errors, and the loading of other stores."""
    FailSafeTrackerStore.on_tracker_store_error = _raise  # type: ignore[method-assign]
    FailSafeTrackerStore.on_tracker_store_retrieve_error = _raise  # type: ignore[method-assign]
    tracker_store._load_from_module_name_in_endpoint_config = _load
