"""What the fakes of all platforms share: a real HTTP server in a thread, its calls, and failures to order."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from scripts._ports import LOOPBACK


@dataclass(frozen=True)
class Call:
    """One request to the platform: the method as the platform names it, what came, what was answered."""

    method: str
    body: dict[str, Any]
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Failure:
    """What happens to the next call instead of being served. `hang`: seconds without an answer."""

    status: int = 500
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: float = 0.0


class RefusedError(Exception):
    """The platform does not take a call: a limit was exceeded, or something is missing."""

    def __init__(self, status: int, body: Any):
        """Keep the answer."""
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


@dataclass
class Fake(ABC):
    """A platform. `calls` are those that it has taken, `refused` those that broke one of its rules."""

    calls: list[Call] = field(default_factory=list)
    refused: list[Call] = field(default_factory=list)
    failed: list[Call] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        """Prepares an empty platform; `start` opens it."""
        self._failures: deque[tuple[str, Failure]] = deque()
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._users = 0

    @abstractmethod
    def method(self, path: str) -> str:
        """Returns the platform's name for what is asked at `path`; raises RefusedError when there is none."""

    @abstractmethod
    def serve(self, method: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        """Returns the answer's JSON; raises RefusedError when a documented rule is broken."""

    def kind(self, method: str, body: dict[str, Any]) -> str:
        """Returns the name under which a call is kept, where one address serves calls of several kinds."""
        return method

    @property
    def url(self) -> str:
        """The address to be set as `api_base`."""
        return f"http://{LOOPBACK}:{self.port}"

    def fail(self, method: str, *failures: Failure) -> None:
        """Lets the next calls of a method fail, one after the other."""
        self._failures.extend((method, failure) for failure in failures)

    def clear(self) -> None:
        """Forgets all calls and failures."""
        self._failures.clear()
        for calls in (self.calls, self.refused, self.failed):
            calls.clear()

    def of(self, *methods: str) -> list[dict[str, Any]]:
        """Returns the bodies of the calls of these methods, in order."""
        return [call.body for call in self.calls if call.method in methods]

    def wait(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Waits until something is so; fails when it does not become so."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"it did not happen; taken: {self.calls}, {self.refused}"
            time.sleep(0.005)

    def start(self) -> None:
        """Opens it on a free port; several may use it, and the last one to stop closes it."""
        self._users += 1
        if self._users > 1:
            return
        started = threading.Event()

        async def open_it() -> None:
            app = web.Application(client_max_size=10_000_000)
            app.router.add_route("*", "/{path:.*}", self._answer)
            self._runner = web.AppRunner(app, access_log=None)
            await self._runner.setup()
            site = web.TCPSite(self._runner, LOOPBACK, 0)
            await site.start()
            self.port = self._runner.addresses[0][1]
            started.set()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(open_it())
            self._loop.run_forever()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert started.wait(10), "the fake platform did not start"

    def stop(self) -> None:
        """Closes it, when nobody else uses it."""
        self._users = max(0, self._users - 1)
        if self._thread is None or self._users:
            return
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._thread = None

    async def _answer(self, request: web.Request) -> web.Response:
        raw = await request.read()
        body = await self._body(request, raw)
        try:
            method = self.kind(self.method(request.match_info["path"]), body)
        except RefusedError as refusal:
            self.refused.append(Call(request.match_info["path"], body, refusal.status, dict(request.headers)))
            return _json(refusal.body, refusal.status)
        failure = next((f for name, f in self._failures if name == method), None)
        if failure is not None:
            self._failures.remove((method, failure))
            self.failed.append(Call(method, body, failure.status, dict(request.headers)))
            if failure.hang:
                await asyncio.sleep(failure.hang)
            return _json(failure.body, failure.status, failure.headers)
        try:
            answer = self.serve(method, body, request.headers)
        except RefusedError as refusal:
            self.refused.append(Call(method, body, refusal.status, dict(request.headers)))
            return _json(refusal.body, refusal.status)
        self.calls.append(Call(method, body, 200, dict(request.headers)))
        return _json(answer, 200)

    async def _body(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        if request.content_type == "application/json":
            try:
                found = json.loads(raw or b"{}")
            except ValueError:
                return {}
            return found if isinstance(found, dict) else {}
        return dict((await request.post()).items())  # the form of Twilio


def _json(body: Any, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    text = body if isinstance(body, str) else json.dumps(body)
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")
