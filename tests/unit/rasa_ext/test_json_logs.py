"""Rasa's own structlog as JSON: its fields are the fields of the line, cut down as ever."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from rasa.utils.log_utils import configure_structlog

from assistant import logs
from assistant.observability.json_logs import JsonFormatter

pytestmark = pytest.mark.usefixtures("mended")
SECRET = "I take Zorvolex since my divorce"


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written once JSON was switched on."""
    monkeypatch.setenv("STRIA_LOG_FORMAT", "json")
    stream, root, before = io.StringIO(), logging.getLogger(), structlog.get_config()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    # Threads that tests before this one have begun may log as well.
    handler.addFilter(logging.Filter(__name__))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    configure_structlog(logging.DEBUG)
    yield stream
    structlog.configure(**before)
    root.removeHandler(handler)
    root.setLevel(level)
    logs.arm(False)


def line(stream: io.StringIO) -> dict[str, Any]:
    """Returns the only line."""
    (found,) = stream.getvalue().splitlines()
    return dict(json.loads(found))


def test_fields(stream: io.StringIO) -> None:
    """Numbers and the name of the event; texts are withheld."""
    logs.arm()
    structlog.get_logger().info("processor.message.parse", text=SECRET, number=7)
    found = line(stream)
    del found["time"], found["logger"]
    assert found == {
        "level": "info",
        "event": "processor.message.parse",
        "text": "(withheld)",
        "number": 7,
    }


@pytest.mark.talkative
@pytest.mark.parametrize("armed", [True, False])
def test_exceptions(stream: io.StringIO, armed: bool) -> None:
    """With their kind; once people write, without their text."""
    logs.arm(armed)
    try:
        raise KeyError(SECRET)
    except KeyError:
        structlog.get_logger().exception("rest.message.received.failure", text=SECRET)
    found = line(stream)
    assert (found["level"], found["error"]) == ("error", "KeyError")
    assert "test_json_logs.py" in found["exception"]
    assert ("Zorvolex" in stream.getvalue()) is not armed
