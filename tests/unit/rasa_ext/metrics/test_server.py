"""What Rasa's server shows about itself, and when it begins to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core import run

import rasa_ext.channels  # begins to measure, as `rasa run` does
from assistant.observability import metrics, port
from rasa_ext.metrics import server
from tests.counted import series

assert rasa_ext.channels


@pytest.fixture
def agent(tmp_path: Path) -> Any:
    """As much of an agent as is looked at, with a model."""
    (tmp_path / "fingerprint.json").write_text(
        json.dumps({"model": "stria.tar.gz", "fingerprint": "0123456789abcdef0123", "sha256": "x"})
    )
    metadata = SimpleNamespace(model_id="the-model", rasa_open_source_version="3.6.21")
    processor = SimpleNamespace(model_metadata=metadata, model_path=tmp_path / "stria.tar.gz")
    return SimpleNamespace(
        processor=processor, tracker_store=None, lock_store=None, action_endpoint=None, is_ready=lambda: True
    )


async def until(condition: Callable[[], bool]) -> None:
    """Waits until something is so, however busy the machine is; fails when it does not become so."""
    end = asyncio.get_running_loop().time() + 10
    while not condition():
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.01)


def models() -> list[dict[str, str]]:
    """Returns the labels of the models that are shown."""
    return [dict(labels) for name, labels in series() if name == "stria_model_info"]


def test_it_begins_when_the_server_has_loaded_its_model() -> None:
    """With plain `rasa run`: by the function that it calls then."""
    assert getattr(run.load_agent_on_start, "is_measured", False)


def test_the_model(agent: Any) -> None:
    """What it was made from, its id and its Rasa; of another one that was loaded, its own."""
    server.show_model(agent)
    known = {"fingerprint": "0123456789abcdef", "model_id": "the-model", "rasa": "3.6.21"}
    assert models() == [known]
    agent.processor.model_path = agent.processor.model_path.with_name("other.tar.gz")
    agent.processor.model_metadata.model_id = "other"
    server.show_model(agent)
    assert models() == [{"fingerprint": "unknown", "model_id": "other", "rasa": "3.6.21"}]
    agent.processor = None
    server.show_model(agent)
    assert models() == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"model": "stria.tar.gz"}', "\xff"])
def test_a_record_that_can_not_be_read(agent: Any, content: str) -> None:
    """The model is shown all the same."""
    path = agent.processor.model_path.with_name("fingerprint.json")
    path.write_bytes(content.encode("latin-1"))
    server.show_model(agent)
    assert models()[0]["fingerprint"] == "unknown"


async def test_it_is_kept_up_to_date(agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Model and readiness are asked again and again, also after something went wrong."""
    monkeypatch.setattr(server, "STEP", 0.01)
    monkeypatch.setattr("rasa_ext.channels.readiness.KEPT", 0)
    watching = asyncio.ensure_future(server._watch(agent))
    for ready in (True, False, True):
        agent.is_ready = lambda ready=ready: ready
        await until(lambda ready=ready: metrics.READY.labels("model")._value.get() == ready)
    metadata, agent.processor.model_metadata = agent.processor.model_metadata, None
    await asyncio.sleep(0.05)
    agent.processor.model_metadata = metadata
    metadata.model_id = "newer"
    await until(lambda: [m["model_id"] for m in models()] == ["newer"])
    watching.cancel()


async def test_without_a_port_nothing_is_done(agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No task, no listener."""
    monkeypatch.delenv("STRIA_METRICS_PORT", raising=False)
    before = len(asyncio.all_tasks())
    server.start(agent)
    assert len(asyncio.all_tasks()) == before


async def test_with_a_port(agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The port of Rasa's process; zeros from the beginning."""
    served: list[str] = []
    monkeypatch.setattr(port, "serve", lambda name: bool(served.append(name)) or True)
    server.start(agent)
    try:
        assert served == ["STRIA_METRICS_PORT"]
        assert len(server._watching) == 2
        for operation in metrics.OPERATIONS:
            assert ("stria_tracker_store_errors_total", (("operation", operation),)) in series()
    finally:
        for task in server._watching:
            task.cancel()
