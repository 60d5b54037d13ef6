"""No patient's words in any log, at any level, from the first request on."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from rasa.shared.utils import io as rasa_io
from rasa.utils.log_utils import configure_structlog

from assistant import logs
from tests.channel_server import serving

pytestmark = pytest.mark.usefixtures("mended")
SECRET = "I take Zorvolex since my divorce"
rasa = logging.getLogger("rasa.core.some_module")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a handler writes, at DEBUG, while texts are withheld."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    rasa.setLevel(logging.DEBUG)
    logs.arm()
    yield stream
    logs.arm(False)
    root.removeHandler(handler)
    root.setLevel(level)


def test_stock_rasa_logs_the_words(stock: dict[str, Any]) -> None:
    """At ERROR, with an error of the store, for example."""
    assert "Zorvolex" in stock["logged"]


def test_texts_that_are_put_together_are_withheld(log: io.StringIO) -> None:
    """In each of the ways in which it is done."""
    secret = SECRET
    rasa.error(f"Error happened with {secret}")
    rasa.warning("Error happened with " + secret)
    rasa.info("Error happened with {}".format(secret))  # noqa: UP032
    rasa.debug("%s" % secret)  # noqa: UP031
    rasa.debug(secret)
    rasa.debug(ValueError(secret))
    rasa.debug({"text": secret})
    rasa.log(35, f"100 % {secret}")
    written = log.getvalue()
    assert "Zorvolex" not in written
    assert written.count("(withheld)") == 8
    assert "ERROR rasa.core.some_module: (withheld) unit/rasa_ext/test_hardening_logs.py:" in written
    assert "(withheld) ValueError" in written


def test_constant_texts_numbers_and_kinds_are_shown(log: io.StringIO) -> None:
    """What operators need, and what can't be a patient's."""
    rasa.info("Rasa server is up and running.")
    rasa.info("%d of %s in %.1f s: %s %r", 3, SECRET, 2.5, ValueError(SECRET), None)
    rasa.info("named %(number)d %(text)s", {"number": 7, "text": SECRET})
    written = log.getvalue()
    assert "Rasa server is up and running." in written
    assert "3 of (withheld) in 2.5 s: ValueError None" in written
    assert "named 7 (withheld)" in written


def fail(text: str) -> None:
    """Raises an error with a cause, both of which quote a text."""
    local = text  # would be shown with the local variables
    try:
        raise KeyError(local)
    except KeyError as error:
        raise ValueError(f"about {local}") from error


@pytest.mark.parametrize(
    "name", ["rasa.core.x", "sanic.error", "asyncio", "rasa_ext.x", "actions.x", "assistant.x"]
)
def test_exceptions_are_cut_down_to_places(log: io.StringIO, name: str) -> None:
    """Of our own modules as well."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.propagate = True
    try:
        fail(SECRET)
    except ValueError as error:
        logger.exception("It failed")
        logger.debug("It failed", exc_info=error)
        logger.debug("It failed", exc_info=True)
    written = log.getvalue()
    assert "Zorvolex" not in written
    assert written.count("It failed\nValueError\n  unit/rasa_ext/test_hardening_logs.py:") == 3
    assert written.count("\nKeyError\n") == 3
    assert " in fail\n" in written


def test_our_own_texts_are_shown(log: io.StringIO) -> None:
    """They name kinds and counts only, which the tests of each module check."""
    logging.getLogger("rasa_ext.stores").warning("stores: %s", "OperationalError")
    assert "stores: OperationalError" in log.getvalue()


class TestStructlog:
    @pytest.fixture(params=["text", "JSON"])
    def logger(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        """A logger of Rasa's, at DEBUG, as on a terminal and as in a container."""
        monkeypatch.setattr("sys.stderr.isatty", lambda: request.param == "text", raising=False)
        before = structlog.get_config()
        configure_structlog(logging.DEBUG)
        yield structlog.get_logger()
        structlog.configure(**before)

    def test_values_are_withheld(self, log: io.StringIO, logger: Any) -> None:
        """All but numbers; the name of the event stays."""
        logger.debug(
            "processor.message.parse", parse_data_text=SECRET, number=7, entities=[{"value": SECRET}]
        )
        logger.error(f"About {SECRET}", event_info=f"About {SECRET}")
        written = log.getvalue()
        assert "Zorvolex" not in written
        assert "processor.message.parse" in written
        assert "7" in written

    def test_exceptions_have_no_locals(self, log: io.StringIO, logger: Any) -> None:
        """Kinds and places only."""
        try:
            fail(SECRET)
        except ValueError as error:
            logger.exception("rest.message.received.failure", text=SECRET)
            logger.error("again", exc_info=error)
            logger.error("again", exc_info=True)
        written = log.getvalue()
        assert "Zorvolex" not in written
        assert written.count("ValueError") == 3
        assert written.count("KeyError") == 3

    def test_loggers_that_exist_already(self, log: io.StringIO, logger: Any) -> None:
        """They share the list of processors, into which ours are put once."""
        processors = structlog.get_config()["processors"]
        names = [getattr(p, "__name__", "") for p in processors]
        assert names.count("withhold") == names.count("mark") == 1
        assert names[-1] == "mark"

    def test_it_is_still_json(self, log: io.StringIO, logger: Any) -> None:
        """In a container, a line is an object."""
        logger.info("some.event", text=SECRET, count=3)
        line = log.getvalue().partition(": ")[2].strip()
        if line.startswith("{"):
            found = json.loads(line)
            assert found == {"event": "some.event", "text": "(withheld)", "count": 3, "level": "info"}


class TestWarnings:
    def test_rasa_s_warnings(self, log: io.StringIO) -> None:
        """They become a line of the log; Python, which would keep each text for ever, gets none."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            rasa_io.raise_warning(f"Unknown intent {SECRET}", FutureWarning)
        assert caught == []
        assert "Rasa warns (FutureWarning)" in log.getvalue()
        assert "Zorvolex" not in log.getvalue()

    def test_other_warnings(self, log: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
        """Their place is shown, not their text."""
        from assistant.logs import install

        show = warnings.showwarning
        try:
            logging.setLogRecordFactory(logging.LogRecord)
            install()
            with warnings.catch_warnings():
                warnings.showwarning(UserWarning(SECRET), UserWarning, "somewhere.py", 7)
        finally:
            warnings.showwarning = show
        shown = capsys.readouterr().err
        assert "Zorvolex" not in shown


class TestWhen:
    @pytest.mark.talkative
    def test_before_the_first_request_all_is_shown(self, log: io.StringIO) -> None:
        """Whoever starts a server needs the reasons of a failure."""
        logs.arm(False)
        rasa.error(f"Could not load model due to {SECRET}")
        assert SECRET in log.getvalue()

    def test_the_first_connection_counts(self, log: io.StringIO) -> None:
        """Before a byte of it is read."""
        from rasa_ext.channels.rest import RestInput

        logs.arm(False)
        with serving(RestInput()) as server:
            assert not logs.is_armed()
            with server.connection() as connection:
                connection.sendall(b"GET /webhooks/rest/ HTTP/1.0\r\n\r\n")
                assert connection.recv(100)
            assert logs.is_armed()

    def test_the_access_log(self, log: io.StringIO) -> None:
        """Addresses may hold names of conversations, and what somebody put there by mistake."""
        access = logging.getLogger("sanic.access")
        access.setLevel(logging.DEBUG)
        extra = {"status": 200, "host": "127.0.0.1:1", "byte": 3, "request": f"GET http://h/x?text={SECRET}"}
        records: list[logging.LogRecord] = []
        handler = logging.Handler()
        handler.emit = records.append  # type: ignore[method-assign,assignment]
        access.addHandler(handler)
        access.info("", extra=extra)
        access.removeHandler(handler)
        assert vars(records[0])["request"] == "GET"
        assert vars(records[0])["status"] == 200
