"""Rasa's own server: its API finishes what it began, and without a model it is not ready."""

from __future__ import annotations

import asyncio
import logging
import time
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core import run

from rasa_ext import hardening
from tests.unit.rasa_ext.stock import ApiAgent, api_server, goes_away
from tests.web_agent import eventually


@pytest.fixture(autouse=True)
def mended_server() -> None:
    """Rasa's server in this process has the mends."""
    hardening.install(server=True)


class TestFinished:
    def test_stock_rasa_stops_in_the_middle(self, stock: dict[str, Any]) -> None:
        """When the caller goes away: research/ops.md 0, finding 8."""
        assert stock["api"] == {"begun": 1, "saved": 0}

    def test_a_caller_that_goes_away(self) -> None:
        """The message is in the tracker."""
        agent = ApiAgent()
        with api_server(agent) as port:
            goes_away(port)
            eventually(lambda: agent.saved == 1)
        assert agent.begun == 1

    def test_a_failure_nobody_waits_for(self, caplog: pytest.LogCaptureFixture) -> None:
        """It is not logged with its text."""
        agent = ApiAgent(failure=ValueError("Zorvolex since my divorce"))
        with caplog.at_level(logging.DEBUG), api_server(agent) as port:
            goes_away(port)
            eventually(lambda: agent.begun == 1)
            time.sleep(0.5)
        assert agent.saved == 0
        assert "Zorvolex" not in "\n".join(r.getMessage() for r in caplog.records)

    def test_a_caller_that_waits(self) -> None:
        """Gets the answer; the token is still asked for."""
        from http.client import HTTPConnection

        agent = ApiAgent()
        with api_server(agent, token="secret") as port:
            for address, status in (
                ("/conversations/a/messages", 401),
                ("/conversations/a/messages?token=secret", 200),
            ):
                connection = HTTPConnection("127.0.0.1", port, timeout=20)
                connection.request("POST", address, '{"text": "hi", "sender": "user"}')
                assert connection.getresponse().status == status
                connection.close()
        assert (agent.begun, agent.saved) == (1, 1)


class Understands:
    """As much of an agent as is checked at the start."""

    http_interpreter = None

    def __init__(self, intent: str | None = "greet", error: Exception | None = None, loaded: bool = True):
        self.processor: Any = object() if loaded else None
        self._intent, self._error = intent, error

    def is_ready(self) -> bool:
        """Tells whether there is a model."""
        return self.processor is not None

    async def parse_message(self, text: str) -> dict[str, Any]:
        """Reads a message."""
        if self._error:
            raise self._error
        return {"text": text, "intent": {"name": self._intent}}


class TestModel:
    @pytest.mark.parametrize(
        ("agent", "ready", "said"),
        [
            (Understands(), True, ""),
            (Understands(None), False, "does not understand a word"),
            (Understands(error=ValueError("x")), False, "could not read a message: ValueError"),
            (Understands(loaded=False), False, "none is loaded"),
        ],
        ids=["well", "nothing understood", "broken", "none"],
    )
    def test_at_the_start(
        self,
        agent: Understands,
        ready: bool,
        said: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """A model that does not work counts as none; the root address tells."""
        middleware: list[Any] = []
        app = SimpleNamespace(
            ctx=SimpleNamespace(), register_middleware=lambda handler, kind: middleware.append(handler)
        )

        async def load_agent(**_: Any) -> Understands:
            return agent

        monkeypatch.setattr(run.agent, "load_agent", load_agent)
        asyncio.run(run.load_agent_on_start("m", None, None, app, None))  # type: ignore[arg-type]
        assert agent.is_ready() is ready
        assert said in caplog.text
        answers = [asyncio.run(middleware[0](SimpleNamespace(path=p))) for p in ("/", "/model")]
        assert [a and a.status for a in answers] == ([None, None] if ready else [503, None])
        if not ready:
            agent.processor = object()  # loaded by the API
            assert asyncio.run(middleware[0](SimpleNamespace(path="/"))) is None

    def test_stock_rasa_takes_any(self, stock: dict[str, Any]) -> None:
        """Without a look at it."""
        assert stock["model_is_checked"] is False
