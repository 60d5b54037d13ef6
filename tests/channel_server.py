"""A real HTTP server with input channels of ours and a fake assistant behind them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage, register
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, text

from scripts._ports import LOOPBACK

Turn = Callable[[UserMessage], Awaitable[None]]


async def echo(message: UserMessage) -> None:
    """Answers with what was typed."""
    assert message.output_channel is not None
    await message.output_channel.send_text_message(message.sender_id, f"You said {message.text}")


@dataclass
class FakeAgent:
    """Stands in for Rasa's agent: keeps the messages and answers as `turn` does."""

    turn: Turn = echo
    ready: bool = True
    messages: list[UserMessage] = field(default_factory=list)
    finished: int = 0

    def is_ready(self) -> bool:
        """Tells whether there is a model."""
        return self.ready

    async def handle_message(self, message: UserMessage) -> None:
        """Takes a turn."""
        self.messages.append(message)
        await self.turn(message)
        self.finished += 1


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status, content type and body."""

    status: int
    content_type: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The code of an error of ours; fails when it is none."""
        found = self.json["error"]
        assert set(found) == {"code", "message"}
        assert found["message"]
        return str(found["code"])


@dataclass
class ChannelServer:
    """A running server: where it is, and the assistant behind it."""

    port: int
    agent: FakeAgent

    def request(
        self,
        path: str,
        body: bytes | None = None,
        content_type: str | None = "application/json",
        method: str = "",
    ) -> Answer:
        """Sends one request: POST when there is a body, else GET."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=20)
        headers = {"Content-Type": content_type} if content_type else {}
        connection.request(method or ("GET" if body is None else "POST"), path, body, headers)
        answer = connection.getresponse()
        found = Answer(answer.status, answer.headers.get("content-type") or "", answer.read())
        connection.close()
        return found

    def post(self, path: str, data: Any) -> Answer:
        """Posts JSON."""
        return self.request(path, json.dumps(data).encode())

    def connection(self) -> socket.socket:
        """Opens a bare connection."""
        return socket.create_connection((LOOPBACK, self.port), timeout=20)


async def hello(request: Request) -> HTTPResponse:
    """Answers at the root address, where Rasa has a route of its own."""
    return text("Hello from Rasa: test")


@contextlib.contextmanager
def serving(*channels: InputChannel, agent: FakeAgent | None = None) -> Iterator[ChannelServer]:
    """Serves channels below /webhooks/, as Rasa does, in a thread, until the end of the block."""
    Sanic.test_mode = True  # else a process can only start one server
    app = Sanic(f"test-{uuid.uuid4().hex}", configure_logging=False)
    app.ctx.agent = agent = agent or FakeAgent()
    app.add_route(hello, "/")
    register(list(channels), app, route="/webhooks/")
    with listening(app) as port:
        yield ChannelServer(port, agent)


@contextlib.contextmanager
def listening(app: Sanic) -> Iterator[int]:
    """Serves any application in a thread, until the end of the block; gives its port."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    bound = socket.create_server((LOOPBACK, 0))

    def run() -> None:
        asyncio.set_event_loop(loop)
        options = {"return_asyncio_server": True, "access_log": False}
        server = loop.run_until_complete(app.create_server(sock=bound, **options))
        loop.run_until_complete(server.startup())
        loop.run_until_complete(server.before_start())
        loop.run_until_complete(server.start_serving())
        loop.call_soon(started.set)
        loop.run_forever()
        server.close()
        loop.run_until_complete(asyncio.sleep(0))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(20), "the server did not start"
    yield int(bound.getsockname()[1])
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    bound.close()
