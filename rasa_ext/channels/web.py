"""The public web channel: sessions, messages, transcript, summary, and the widget's files.

The addresses and rules stand in docs/channels.md.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from assistant import logs
from assistant.observability import metrics
from rasa_ext.channels import stores
from rasa_ext.channels.base import (
    ChannelError,
    Incoming,
    OnNewMessage,
    SafeInput,
    finish,
    read_body,
    read_json,
    read_text,
    unavailable,
)
from rasa_ext.channels.callers import Callers
from rasa_ext.channels.conversation import Conversations, Outbox
from rasa_ext.channels.pages import Pages, not_found
from rasa_ext.channels.readiness import Readiness
from rasa_ext.channels.replies import Reply
from rasa_ext.channels.sessions import Session, Sessions, ended_cookie
from rasa_ext.channels.web_settings import WebSettings
from rasa_ext.stores import retention

logger = logging.getLogger(__name__)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CONSENT = re.compile(r"[A-Za-z0-9._-]{1,40}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
_ASSET = re.compile(r"assets/([^/]+)/([^/]+)")
#: Every answer of the API: private, and not to be kept or guessed at.
_PRIVATE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STREAM = {**_PRIVATE, "X-Accel-Buffering": "no"}

Handler = Callable[[Request], Awaitable[HTTPResponse | None]]


class WebInput(SafeInput):
    """The channel of the widget. One prefix holds all its addresses."""

    def __init__(self, settings: WebSettings):
        """Prepare everything that needs no running server."""
        self._settings = settings
        self._sessions = Sessions(settings.secret, settings.session_seconds)
        self._callers = Callers(settings.public_url, settings.trusted_proxies)
        self._pages = Pages(settings.assets, settings.sites)
        self._readiness = Readiness()
        self._rates = settings.rates
        self._purging: asyncio.Task[None] | None = None

    @classmethod
    def name(cls) -> str:
        """Return the name in the address."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebInput:
        """Make the channel from its settings. Raises SettingError, which Rasa shows, when one is wrong."""
        return cls(WebSettings.read(credentials))

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return the routes."""
        metrics.channel_opened(self.name())
        self.conversations = Conversations(self, on_new_message, self._settings.most_waiting)
        api: dict[str, Mapping[str, Handler]] = {
            "session": {"POST": self._open, "GET": self._show, "DELETE": self._delete},
            "webhook": {"POST": self._message},
            "messages": {"GET": self._transcript},
            "summary": {"GET": self._summary},
            "restart": {"POST": self._restart},
        }
        routes = Blueprint("stria_web", "rasa_ext.channels.web")

        # One route for all addresses: so wrong addresses and methods get our errors, too.
        @routes.route("/", methods=METHODS, stream=True)
        @routes.route("/<path:path>", methods=METHODS, stream=True)
        async def answer(request: Request, path: str = "") -> HTTPResponse | None:
            try:
                if path in api:
                    return await self._call_api(request, api[path])
                return await self._static(request, path)
            except ChannelError as error:
                response = self.refused(error)
            except Exception as error:
                # Type only: the message of an exception may hold what the patient typed.
                logger.error("web: request failed: %s", logs.kind(error))
                response = self.refused(unavailable())
            response.headers.update(_PRIVATE)
            return response

        @routes.listener("before_server_start")
        async def prepare(app: Sanic, loop: Any) -> None:
            agent = getattr(app.ctx, "agent", None)
            if agent and not stores.can_erase(agent.tracker_store):
                logger.error("web: conversations in this tracker store can't be deleted by patients")
            if self._settings.demo:
                # Before the routes: Rasa has one at "/", which can't be replaced.
                app.register_middleware(self._demo, "request")

        @routes.listener("after_server_start")
        async def start_purging(app: Sanic, loop: Any) -> None:
            self._purging = self._start_purging(getattr(app.ctx, "agent", None))

        @routes.listener("before_server_stop")
        async def stop_purging(app: Sanic, loop: Any) -> None:
            if self._purging:
                self._purging.cancel()

        return routes

    def _start_purging(self, agent: Any) -> asyncio.Task[None] | None:
        """Erase expired conversations, and what the clinic has kept for too long, from now on."""
        days, hours = self._settings.session_days, self._settings.purge_hours
        if agent is None:
            return None
        store = stores.innermost(agent.tracker_store)
        if retention.can_purge(store):
            retention.promise(days)
        elif hours:
            logger.warning("web: expired conversations in this tracker store are not erased")
            store = None
        if not hours:
            return None
        return asyncio.create_task(retention.keep_purging(store, agent.lock_store, days, hours))

    async def _call_api(self, request: Request, methods: Mapping[str, Handler]) -> HTTPResponse | None:
        handler = _allowed(request, methods)
        self._callers.check(request)
        await read_body(request)
        return await handler(request)

    async def _static(self, request: Request, path: str) -> HTTPResponse:
        """Answer where everybody may look."""
        asset = _ASSET.fullmatch(path)
        if not asset and path not in ("", "loader.js", "chat"):
            raise not_found()
        _allowed(request, dict.fromkeys(("GET", "HEAD")))
        if asset:
            return self._pages.asset(request, asset[1], asset[2])
        if path == "loader.js":
            return self._pages.loader(request)
        return self._pages.frame() if path else await self._ready(request)

    async def _demo(self, request: Request) -> HTTPResponse | None:
        return self._pages.demo(request.path) if request.method in ("GET", "HEAD") else None

    async def _ready(self, request: Request) -> HTTPResponse:
        checks = await self._readiness.checks(getattr(request.app.ctx, "agent", None))
        well = all(checks.values())
        body = {"status": "ok" if well else "unavailable", "checks": checks}
        return json_response(body, status=200 if well else 503, headers=_PRIVATE)

    async def _open(self, request: Request) -> HTTPResponse:
        """Issue a session."""
        self._rates.hit(new=self._callers.address(request))
        body = read_json(request)
        consent, stored = body.get("consent"), body.get("storage", False)
        if not (isinstance(consent, str) and _CONSENT.fullmatch(consent) and isinstance(stored, bool)):
            raise ChannelError(
                400,
                "malformed",
                "'consent' has to be the version that was agreed to, 'storage' true or false.",
            )
        known = self._sessions.find(request)
        # A cookie's session is never handed to scripts.
        known = known if known and known.stored == stored else None
        session = self._sessions.new(consent, stored=stored, known=known)
        return self._about(request, session, 201)

    async def _show(self, request: Request) -> HTTPResponse:
        """Tell how long the session lasts; renew it when more than half is over."""
        session = self._sessions.need(request)
        renewed = self._sessions.renewed(session)
        return self._about(request, renewed or session, 200, issued=renewed is not None)

    def _about(self, request: Request, session: Session, status: int, *, issued: bool = True) -> HTTPResponse:
        """Return the session, with its token when one was issued: as a cookie, or in the body."""
        about: dict[str, Any] = {"expires_in": session.expires_in}
        headers = dict(_PRIVATE)
        if issued and session.stored:
            about["token"] = self._sessions.token(session)
        elif issued:
            headers["Set-Cookie"] = self._sessions.cookie(session, https=self._callers.is_https(request))
        return json_response({"session": about}, status=status, headers=headers)

    async def _message(self, request: Request) -> HTTPResponse | None:
        """Take a message and stream its replies."""
        session = self._sessions.need(request)
        self._rates.hit(session=session.sender, ip=self._callers.address(request))
        body = read_json(request)
        message_id = body.get("id")
        if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
            raise ChannelError(400, "bad_id", "'id' has to be 8 to 64 letters, digits, - or _.")
        about = {**session.consent_record, **_language(body)}
        incoming = Incoming(session.sender, read_text(body), message_id, about)
        outbox = self.conversations.send(request.app.ctx.agent, incoming)
        await self._stream(request, outbox, self._keep(request, session))
        return None

    async def _stream(self, request: Request, outbox: Outbox, headers: dict[str, str]) -> None:
        """Send a line a reply, as they are produced. A caller that goes away does not end the turn."""
        item = await outbox.take()
        if isinstance(item, ChannelError):
            raise item
        content_type = "application/x-ndjson"
        response = await request.respond(headers={**_STREAM, **headers}, content_type=content_type)
        while isinstance(item, Reply):
            await response.send(_line("message", item.as_json()))
            item = await outbox.take()
        await response.send(_line("error", item.as_json()) if item else _line("done", {}))
        await response.eof()

    async def _transcript(self, request: Request) -> HTTPResponse:
        """Tell what was said."""
        session = self._read(request)
        messages = await self.conversations.transcript(request.app.ctx.agent, session.sender)
        return json_response({"messages": messages}, headers={**_PRIVATE, **self._keep(request, session)})

    async def _summary(self, request: Request) -> HTTPResponse:
        """Tell the summary for the specialist."""
        session = self._read(request)
        text = await self.conversations.summary(request.app.ctx.agent, session.sender)
        if text is None:
            raise ChannelError(404, "no_summary", "There is no summary yet. It begins with the check.")
        return json_response({"text": text}, headers=_PRIVATE)

    async def _restart(self, request: Request) -> HTTPResponse:
        """Start over."""
        session = self._read(request)
        read_json(request)
        await finish(self.conversations.restart(request.app.ctx.agent, session.sender))
        return json_response({"restarted": True}, headers=_PRIVATE)

    async def _delete(self, request: Request) -> HTTPResponse:
        """Erase the conversation and end the session."""
        session = self._read(request)
        # At once: a message that comes while we wait must not begin the conversation anew.
        self._sessions.end(session)
        await finish(self._erase(request.app.ctx.agent, session))
        cookie = ended_cookie(https=self._callers.is_https(request))
        return json_response({"deleted": True}, headers={**_PRIVATE, "Set-Cookie": cookie})

    async def _erase(self, agent: Any, session: Session) -> None:
        try:
            await self.conversations.erase(agent, session.sender)
        except Exception:
            self._sessions.take_back_end(session)
            raise

    def _read(self, request: Request) -> Session:
        """Return the session of a request that is no message, which are counted apart."""
        session = self._sessions.need(request)
        self._rates.hit(reads=session.sender)
        return session

    def _keep(self, request: Request, session: Session) -> dict[str, str]:
        """Return the header that renews a cookie when it is time."""
        renewed = None if session.stored else self._sessions.renewed(session)
        if renewed is None:
            return {}
        return {"Set-Cookie": self._sessions.cookie(renewed, https=self._callers.is_https(request))}


def _language(body: dict[str, Any]) -> dict[str, str]:
    """Return the language of the page, which the conversation begins in when the assistant knows it."""
    language = body.get("language")
    return {"language": language} if isinstance(language, str) and _LANGUAGE.fullmatch(language) else {}


def _allowed(request: Request, methods: Mapping[str, Any]) -> Any:
    """Return what handles the method of a request."""
    if request.method not in methods:
        allowed = {"Allow": ", ".join(methods)}
        raise ChannelError(405, "not_allowed", f"This address takes {allowed['Allow']} only.", allowed)
    return methods[request.method]


def _line(kind: str, content: dict[str, Any]) -> str:
    return json.dumps({"type": kind, **content}, ensure_ascii=False) + "\n"
