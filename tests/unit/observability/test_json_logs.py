"""Logs as JSON: one object a line, whatever was logged and by whom, and never what was typed."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from assistant import logs
from assistant.observability import json_logs

SECRET = "I take Zorvolex since my divorce"
LOGGER = "rasa_ext.test"


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a handler of the root logger writes, once JSON was switched on."""
    monkeypatch.setenv("STRIA_LOG_FORMAT", "json")
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    before, level, formatwarning = root.handlers[:], root.level, warnings.formatwarning
    last = logging.lastResort.formatter if logging.lastResort else None
    root.handlers, root.level = [handler], logging.DEBUG
    factory = logging.getLogRecordFactory()
    logs.install()
    json_logs.install()
    yield stream
    root.handlers, root.level, warnings.formatwarning = before, level, formatwarning
    logging.setLogRecordFactory(factory)
    logs.arm(False)
    if logging.lastResort:
        logging.lastResort.formatter = last


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Returns what was written; fails when a line is no object."""
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert all(isinstance(line, dict) for line in found)
    return found


def test_a_line(stream: io.StringIO) -> None:
    """Time in UTC, level, logger and event."""
    logging.getLogger(LOGGER).warning("rates: %s of %d", "one", 3)
    (line,) = lines(stream)
    assert line["time"][10] == "T"
    assert line["time"].endswith("Z")
    assert {**line, "time": ""} == {
        "time": "",
        "level": "warning",
        "logger": LOGGER,
        "event": "rates: one of 3",
    }


def test_the_kind_of_an_error_stands_apart(stream: io.StringIO) -> None:
    """As well as in the text."""
    logging.getLogger(LOGGER).error("turn failed on channel %s: %s", "web", logs.kind(OSError(SECRET)))
    (line,) = lines(stream)
    assert line["event"] == "turn failed on channel web: OSError"
    assert line["error"] == "OSError"


def test_fields_of_ours(stream: io.StringIO) -> None:
    """The line of a turn: a name, and its fields beside it."""
    fields = {"channel": "web", "milliseconds": 7}
    logging.getLogger("rasa_ext.access").info("turn: channel=%(channel)s ms=%(milliseconds)d", fields)
    (line,) = lines(stream)
    assert (line["event"], line["channel"], line["milliseconds"]) == ("turn", "web", 7)


@pytest.mark.talkative
@pytest.mark.parametrize("armed", [True, False])
def test_exceptions(stream: io.StringIO, armed: bool) -> None:
    """Still one line. Once people write: kinds and places only."""
    logs.arm(armed)
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("sanic.test").exception("It failed")
    (line,) = lines(stream)
    assert line["error"] == "ValueError"
    assert "test_json_logs.py" in line["exception"]
    assert ("Zorvolex" in line["exception"]) is not armed


def test_what_can_not_be_written(stream: io.StringIO) -> None:
    """A line all the same, without the words: Python would print them."""
    logs.arm()

    class Strange:
        def __str__(self) -> str:
            raise RuntimeError(SECRET)

    record = logging.LogRecord(LOGGER, logging.ERROR, "", 0, Strange(), None, None)
    told = json.loads(json_logs.JsonFormatter().format(record))
    assert {**told, "time": ""} == {
        "time": "",
        "level": "error",
        "logger": LOGGER,
        "event": "(withheld)",
        "error": "RuntimeError",
    }
    logging.getLogger(LOGGER).error("half \ud83d and %s", "\u202e \n \x00 <é>")
    assert lines(stream)[-1]["event"].endswith("<é>")


def test_other_people_s_texts_are_withheld(stream: io.StringIO) -> None:
    """What may be said is decided before; here it is given its form."""
    logs.arm()
    logging.getLogger("rasa.core.x").error(f"Error with {SECRET}")
    logging.getLogger("rasa.core.x").error("%(text)s", {"text": SECRET})
    assert "Zorvolex" not in stream.getvalue()
    assert [line["logger"] for line in lines(stream)] == ["rasa.core.x"] * 2


def test_warnings_of_python(stream: io.StringIO) -> None:
    """They are lines as well."""
    written = warnings.formatwarning(UserWarning("old"), UserWarning, "x.py", 1)
    assert written.count("\n") == 1
    assert json.loads(written)["event"] == "old"
    assert json.loads(written)["error"] == "UserWarning"


def test_loggers_without_a_handler(stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    """Sanic's: Python's last resort writes for them."""
    logger = logging.getLogger("stria.test.alone")
    logger.propagate = False
    logger.error("It failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "It failed"


@pytest.mark.parametrize("value", ["", "text", "xml"])
def test_off(value: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Lines stay as they were; a word that means nothing is told once."""
    monkeypatch.setenv("STRIA_LOG_FORMAT", value)
    handler = logging.StreamHandler(io.StringIO())
    logging.getLogger().addHandler(handler)
    try:
        json_logs.install()
        json_logs.install()
        assert handler.formatter is None
        assert len(caplog.records) == (value == "xml")
    finally:
        logging.getLogger().removeHandler(handler)
