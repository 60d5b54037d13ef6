"""Reading a platform's JSON, of which nothing is certain: what is not there is empty."""

from __future__ import annotations

import json
from typing import Any

from sanic.request import Request

from rasa_ext.channels.base import ChannelError


def json_of(request: Request) -> Any:
    """Return the JSON of a request. Raises ChannelError 400."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise ChannelError(400, "malformed", "The request is not valid JSON.") from None


def at(value: Any, *path: str) -> Any:
    """Return what stands at a path of keys; None when there is no such place."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *path: str) -> str:
    """Return the text at a path; empty when there is none."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def id_at(value: Any, *path: str) -> str:
    """Return the id at a path, which may be a text or a whole number; empty when there is none."""
    found = at(value, *path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def items_at(value: Any, *path: str) -> list[Any]:
    """Return the list at a path; empty when there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []
