"""What Rasa's server tells about itself: its metrics port, its model, its readiness, its event loop."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from pathlib import Path
from typing import Any

from rasa.core import run

from assistant import logs
from assistant.observability import json_logs, metrics, port
from clinic.insights import recorder

logger = logging.getLogger(__name__)

PORT = "STRIA_METRICS_PORT"
#: Seconds between looks at the model and at what the server depends on.
STEP = 10.0
UNKNOWN = "unknown"

_watching: set[asyncio.Task[None]] = set()


def install() -> None:
    """Begin to measure once the server has loaded its model: metrics when a port is set, the clinic's figures."""
    original = run.load_agent_on_start
    if getattr(original, "is_measured", False):
        return

    @functools.wraps(original)  # with the marks of others that wrap it
    async def load(model_path: Any, endpoints: Any, remote_storage: Any, app: Any, loop: Any) -> Any:
        agent = await original(model_path, endpoints, remote_storage, app, loop)
        # Rasa has made its handlers by now, also the one for --log-file.
        json_logs.install()
        start(agent)
        recorder.start()
        return agent

    load.is_measured = True  # type: ignore[attr-defined]
    run.load_agent_on_start = load


def start(agent: Any) -> None:
    """Serve the metrics of this process and keep them up to date, when a port is set."""
    metrics.server_started()
    if port.serve(PORT):
        for work in (port.watch_loop(), _watch(agent)):
            task = asyncio.ensure_future(work)
            # The event loop itself does not keep a task alive that nobody waits for.
            _watching.add(task)
            task.add_done_callback(_watching.discard)


async def _watch(agent: Any) -> None:
    """Ask the parts and the model again and again, for ever."""
    from rasa_ext.channels.readiness import Readiness  # here: the channels import this module

    readiness = Readiness()
    while True:
        try:
            await readiness.checks(agent)
            show_model(agent)
        except Exception as error:
            logger.error("metrics: readiness could not be asked: %s", logs.kind(error))
        await asyncio.sleep(STEP)


def show_model(agent: Any) -> None:
    """Show which model is loaded; the API can load another one."""
    metrics.MODEL.clear()
    processor = getattr(agent, "processor", None)
    if processor is None:
        return
    metadata = processor.model_metadata
    archive = Path(processor.model_path)
    fingerprint = _fingerprint(archive.parent, archive.name)
    metrics.MODEL.labels(fingerprint, metadata.model_id, metadata.rasa_open_source_version).set(1)


def _fingerprint(folder: Path, archive: str) -> str:
    """Return what the model was made from, as `make train` wrote it beside the model (scripts/_model.py)."""
    try:
        record = json.loads((folder / "fingerprint.json").read_text(encoding="utf-8"))
        return str(record["fingerprint"])[:16] if record["model"] == archive else UNKNOWN
    except (OSError, ValueError, KeyError, TypeError):
        return UNKNOWN
