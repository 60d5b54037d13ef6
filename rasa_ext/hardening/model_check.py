"""A server that has no model, or one that understands nothing, is not ready and says so.

Stock Rasa starts all the same, answers 200 at its root address, and has nothing to say to anybody
(research/ops.md 2 and 3.1: a model whose classifier can't be read is loaded without it, silently).
The readiness of our channels asks the agent; here the agent's model has to understand a word first,
and the root address answers 503 without a model. The API can still load one (PUT /model).
"""

from __future__ import annotations

import functools
import logging
from typing import Any

from rasa.core import run
from sanic.response import text

from assistant import logs

logger = logging.getLogger(__name__)

#: Any model has an intent for it.
WORD = "hello"


async def _understands(agent: Any) -> bool:
    try:
        parsed = await agent.parse_message(WORD)
    except Exception as error:
        logger.error("model: it could not read a message: %s", logs.kind(error))
        return False
    return bool((parsed.get("intent") or {}).get("name"))


def install() -> None:
    """Check the model after it was loaded at the start."""
    original = run.load_agent_on_start
    if getattr(original, "checks_model", False):
        return

    @functools.wraps(original)  # with the marks of others that wrap it
    async def load(model_path: Any, endpoints: Any, remote_storage: Any, app: Any, loop: Any) -> Any:
        agent = await original(model_path, endpoints, remote_storage, app, loop)
        # With `nlu:` in endpoints.yml another server understands; it may start later.
        if agent.is_ready() and not agent.http_interpreter and not await _understands(agent):
            agent.processor = None
            logger.error("model: it does not understand a word; train it again")
        if not agent.is_ready():
            logger.error("model: none is loaded, so nobody is answered")

        async def refuse(request: Any) -> Any:
            if request.path == "/" and not agent.is_ready():
                return text("No model is loaded.", status=503)
            return None

        app.register_middleware(refuse, "request")
        return agent

    load.checks_model = True  # type: ignore[attr-defined]
    run.load_agent_on_start = load
