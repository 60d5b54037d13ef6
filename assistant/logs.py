"""Logs without patients' words, whoever writes them and at whatever level.

Rasa and other packages put what was typed into their messages: whole conversations at ERROR, every
text and slot at DEBUG (research/ops.md 5). From the first request on, of what other packages log
only this is left: texts that stand in their code as they are, numbers, and of an exception its kind
and the places it came through. Before that, while a server starts, all is shown: nothing of a
patient is there yet, and whoever starts it needs the reasons. Our own modules log kinds and counts
only, which tests check.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, TextIO

#: The packages whose texts are shown. Exceptions are cut down for them as well.
OURS = ("actions", "assistant", "clinic", "rasa_ext", "scripts")
WITHHELD = "(withheld)"

_armed = False


class Safe(str):
    """A text that was cut down already."""


class SafeFields(dict[str, Any]):
    """Fields of an event that were cut down already."""


class Kind(str):
    """The kind of an error, which logs as JSON show apart."""


def kind(error: BaseException) -> Kind:
    """Return what may be said of an error: its text may hold what a patient typed."""
    return Kind(type(error).__name__)


def arm(on: bool = True) -> None:
    """Withhold texts from now on, or (for tests) no more."""
    global _armed
    _armed = on


def is_armed() -> bool:
    """Tell whether texts are withheld."""
    return _armed


def arm_at_first_request() -> None:
    """Withhold texts as soon as the first client connects to the HTTP server of this process."""
    from sanic.server.protocols.http_protocol import HttpProtocol

    original = HttpProtocol.connection_made
    if getattr(original, "arms_logs", False):
        return

    def connection_made(self: Any, transport: Any) -> None:
        arm()
        original(self, transport)

    connection_made.arms_logs = True  # type: ignore[attr-defined]
    HttpProtocol.connection_made = connection_made


def install() -> None:
    """Let all records and warnings of this process go through here, unless STRIA_HARDENING is off."""
    factory = logging.getLogRecordFactory()
    if getattr(factory, "withholds", False) or os.environ.get("STRIA_HARDENING", "on").lower() == "off":
        return

    def make(
        name: str,
        level: int,
        path: str,
        line: int,
        msg: Any,
        args: Any,
        exc_info: Any,
        *rest: Any,
        **more: Any,
    ) -> logging.LogRecord:
        if not _armed:
            return factory(name, level, path, line, msg, args, exc_info, *rest, **more)
        if not (name.partition(".")[0] in OURS or isinstance(msg, Safe | SafeFields)):
            msg, args = _cut(msg, args, path, line)
        record = factory(name, level, path, line, msg, args, None, *rest, **more)
        # Formatters add this text where they would have printed the exception.
        record.exc_text = places(*exc_info[1:]) if exc_info and exc_info[1] else None
        return record

    make.withholds = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make)
    logging.getLogger("sanic.access").addFilter(_method_only)
    show = warnings.showwarning

    def show_warning(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        show(category(WITHHELD) if _armed else message, category, filename, lineno, file, line)

    warnings.showwarning = show_warning


def value(thing: Any) -> Any:
    """Return what may be shown of a value."""
    if thing is None or isinstance(thing, bool | int | float):
        return thing
    if isinstance(thing, BaseException):
        return type(thing).__name__
    return WITHHELD


def places(error: BaseException | None, trace: TracebackType | None = None) -> str:
    """Return an exception and its causes: their kinds and the places in the code, without any text."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(type(error).__name__)
        for frame in traceback.extract_tb(trace or error.__traceback__):
            lines.append(f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}")
        trace = None
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(lines)


def _cut(msg: Any, args: Any, path: str, line: int) -> tuple[Any, Any]:
    """Return message and arguments of another package's record as they may be shown."""
    if not (isinstance(msg, str) and _stands_in_code(msg, path, line)):
        kind = "" if isinstance(msg, str) else f" {type(msg).__name__}"
        return f"{WITHHELD}{kind} {_short(path)}:{line}", None
    if args and len(args) == 1 and isinstance(args[0], dict):  # "%(name)s", {"name": ...}
        return msg, ({key: value(arg) for key, arg in args[0].items()},)
    return msg, tuple(value(arg) for arg in args or ())


def _stands_in_code(msg: str, path: str, line: int) -> bool:
    """Tell whether a message is a constant of the code that logs it, and not put together."""
    frame: FrameType | None = sys._getframe(3)
    while frame is not None:
        if frame.f_lineno == line and frame.f_code.co_filename == path:
            return msg in frame.f_code.co_consts
        frame = frame.f_back
    return False


def _short(path: str) -> str:
    """Return the end of a path, which tells the module."""
    return "/".join(Path(path).parts[-3:])


def _method_only(record: logging.LogRecord) -> bool:
    """Leave only the method of a request in the access log: addresses may hold names of conversations."""
    if _armed and hasattr(record, "request"):
        record.request = str(record.request).partition(" ")[0]
    return True
