"""Logs for programs: with STRIA_LOG_FORMAT=json, each line is one JSON object.

What may stand in a line is decided before, in `assistant.logs`; here it only gets its form.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from functools import cache
from typing import Any

from assistant import logs

logger = logging.getLogger(__name__)

VARIABLE = "STRIA_LOG_FORMAT"
#: Loggers whose handlers are their own: Sanic's hand nothing on to the root.
_WITH_HANDLERS = ("", "rasa", "sanic.root", "sanic.error", "sanic.access")


def is_on() -> bool:
    """Tell whether lines are JSON."""
    return _read(os.environ.get(VARIABLE, "").strip().lower() or "text") == "json"


@cache
def _read(value: str) -> str:
    if value not in ("json", "text"):
        logger.warning("logs: %s has to be json or text; it is text now", VARIABLE)
    return value


class JsonFormatter(logging.Formatter):
    """Writes a record as `{"time", "level", "logger", "event", ...}`; never raises."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        try:
            return json.dumps({**_head(record), **_fields(record)}, default=str)
        except Exception as error:
            # Python would print message and arguments, whatever they hold.
            return json.dumps({**_head(record), "event": logs.WITHHELD, "error": type(error).__name__})


def _head(record: logging.LogRecord) -> dict[str, Any]:
    moment = datetime.fromtimestamp(record.created, timezone.utc)
    time = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"time": time, "level": record.levelname.lower(), "logger": record.name}


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    if isinstance(record.msg, logs.SafeFields):  # structlog's
        fields = dict(record.msg)
        fields.pop("level", None)
    elif isinstance(record.args, Mapping) and record.name.partition(".")[0] in logs.OURS:
        fields = {"event": str(record.msg).partition(":")[0], **record.args}
    else:
        fields = {"event": record.getMessage()}
    if trace := record.exc_text or (_traceback(record.exc_info) if record.exc_info else ""):
        fields["exception"] = trace
    kinds = [a for a in record.args or () if isinstance(a, logs.Kind)]
    if error := kinds[0] if kinds else _kind(fields.get("exception", "")):
        fields["error"] = error
    return fields


_traceback = logging.Formatter().formatException


def _kind(trace: str) -> str:
    """Return the kind of an error: the first of `logs.places`, the last of a traceback."""
    lines = trace.splitlines() or [""]
    return lines[-1].partition(":")[0] if lines[0].startswith("Traceback") else lines[0]


def _warning(message: Warning | str, category: type[Warning], *_place: Any, **_line: Any) -> str:
    """Return a warning of Python's as a line, too."""
    record = logging.LogRecord("py.warnings", logging.WARNING, "", 0, str(message), None, None)
    return json.dumps({**_head(record), "event": record.msg, "error": category.__name__}) + "\n"


def _handlers() -> Iterator[logging.Handler]:
    for name in _WITH_HANDLERS:
        yield from logging.getLogger(name).handlers
    if logging.lastResort:
        # Where there is no handler: Sanic's loggers have none.
        yield logging.lastResort


def install() -> None:
    """Let all handlers that exist write JSON; does nothing unless it is switched on."""
    if not is_on():
        return
    for handler in _handlers():
        if not isinstance(handler.formatter, JsonFormatter):
            handler.setFormatter(JsonFormatter())
    warnings.formatwarning = _warning
