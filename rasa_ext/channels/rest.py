"""The private REST channel at its usual address, hardened: errors are a status and a message."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from assistant.observability import metrics
from rasa_ext.channels.base import (
    ChannelError,
    Incoming,
    OnNewMessage,
    SafeInput,
    read_body,
    read_json,
    read_sender,
    read_text,
)


class RestInput(SafeInput):
    """`POST /webhooks/rest/webhook {"sender", "message"}` -> list of `{"text", "buttons"...}`.

    For development on loopback: whoever can reach it can name any sender.
    """

    @classmethod
    def name(cls) -> str:
        """Return the name in the address."""
        return "rest"

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the routes: readiness at `/`, messages at `/webhook`."""
        metrics.channel_opened(self.name())
        routes = Blueprint("stria_rest", "rasa_ext.channels.rest")

        @routes.route("/", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            is_ready = bool(agent and agent.is_ready())
            return json_response(
                {"status": "ok" if is_ready else "no_model"}, status=200 if is_ready else 503
            )

        @routes.route("/webhook", methods=["POST"], stream=True)
        async def receive(request: Request) -> HTTPResponse:
            try:
                await read_body(request)
                body = read_json(request)
                incoming = Incoming(read_sender(body), read_text(body))
                return json_response(await self.take_turn(on_new_message, incoming))
            except ChannelError as error:
                return self.refused(error)

        return routes

    def get_metadata(self, request: Request) -> dict[str, Any] | None:
        """Take nothing from the caller into the tracker."""
        return None


__all__ = ["RestInput", "UserMessage"]
