"""No patient's words in any log, at any level: `assistant.logs`, and Rasa's structlog.

Rasa logs texts, slots and whole trackers as values of structlog, with the local variables of an
exception, and unknown texts as Python warnings, each of which Python remembers for ever: 39 KB for
one message of 20 KB (research/ops.md 0, findings 7 and 11).
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from rasa.shared.utils import io

from assistant import logs
from assistant.observability import json_logs

logger = logging.getLogger(__name__)

#: Names of events, such as "processor.message.parse"; another one may be a sentence about somebody.
_EVENT = re.compile(r"[a-z0-9_.]{1,80}")
_KEPT = ("event", "event_key", "level")


def withhold(_logger: Any, _method: str, event: Any) -> Any:
    """Keep the name of an event and its numbers; of an exception its kind and places."""
    if not logs.is_armed():
        return event
    error = event.pop("exc_info", None)
    for key, found in event.items():
        named = key in _KEPT and isinstance(found, str) and _EVENT.fullmatch(found)
        event[key] = found if named else logs.value(found)
    if error:
        raised = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
        event["exception"] = logs.places(raised)
    return event


def mark(_logger: Any, _method: str, rendered: Any) -> Any:
    """Tell the standard logging, to which Rasa hands the line, that it was cut down already."""
    return logs.Safe(rendered) if isinstance(rendered, str) else rendered


def hand_over(_logger: Any, _method: str, event: Any) -> Any:
    """Hand the fields themselves to the standard logging, which writes them as JSON."""
    return (logs.SafeFields(event),), {}


def _insert() -> None:
    """Put both into the list of processors itself, which loggers that exist already share."""
    processors: list[Any] = structlog.get_config()["processors"]
    if withhold in processors:
        return
    renders = (
        structlog.processors.JSONRenderer,
        structlog.processors.ExceptionRenderer,
        structlog.dev.ConsoleRenderer,
    )
    first = next((i for i, p in enumerate(processors) if isinstance(p, renders)), len(processors))
    processors.insert(first, withhold)
    if json_logs.is_on():
        processors[first + 1 :] = [structlog.processors.format_exc_info, hand_over]
    else:
        processors.append(mark)


def install() -> None:
    """Cut down what is logged from the first request on."""
    logs.install()
    logs.arm_at_first_request()
    json_logs.install()
    _insert()
    if getattr(structlog.configure, "withholds", False):
        return
    configure, raise_warning = structlog.configure, io.raise_warning

    def configure_safely(*args: Any, **kwargs: Any) -> None:
        configure(*args, **kwargs)
        _insert()

    def warn(message: str, category: Any = None, *args: Any, **kwargs: Any) -> None:
        if not logs.is_armed():
            # One further than stock: the warning stays the caller's, not ours.
            kwargs.setdefault("stacklevel", 4 if category is DeprecationWarning else 3)
            return raise_warning(message, category, *args, **kwargs)
        # Not as a warning of Python, which keeps each text for ever.
        return logger.warning("Rasa warns (%s)", getattr(category, "__name__", "UserWarning"))

    configure_safely.withholds = True  # type: ignore[attr-defined]
    structlog.configure = configure_safely
    io.raise_warning = warn
