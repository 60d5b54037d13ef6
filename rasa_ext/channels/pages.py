"""The widget's built files over HTTP: loader, frame, demo pages and what they load."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from sanic.request import Request
from sanic.response import HTTPResponse

from rasa_ext.channels.base import ChannelError

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
#: Ways to send a file compressed, the best one first, and how the variant's name ends.
ENCODINGS = {"br": ".br", "gzip": ".gz"}
#: Address -> file of the demo.
DEMO = {"/": "demo.html", "/about": "demo-2.html"}

NONCE = b"__NONCE__"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COMMON = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_PAGE = {
    **_COMMON,
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
#: The frame's: WebChat sets an empty style attribute, whose hash this is.
_FRAME_CSP = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; "
    "style-src 'self' 'nonce-{nonce}' 'unsafe-hashes' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {ancestors}"
)
_DEMO_CSP = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Pages:
    """Answers with files of one folder, and with no others."""

    def __init__(self, folder: Path, sites: Sequence[str]):
        """Let `sites` show the frame, besides our own pages."""
        self._folder, self._ancestors = folder, " ".join(["'self'", *sites])

    def loader(self, request: Request) -> HTTPResponse:
        """Return the script that sites embed; they may check its hash, which needs CORS."""
        headers = {
            "Cache-Control": "public, max-age=3600",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return self._file(request, "loader.js", headers)

    def asset(self, request: Request, folder: str, name: str) -> HTTPResponse:
        """Return a built file; a new build has a new folder, so it may be kept for ever."""
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if not (_NAME.fullmatch(folder) and _NAME.fullmatch(name)):
            raise not_found()
        return self._file(request, f"assets/{folder}/{name}", headers)

    def frame(self) -> HTTPResponse:
        """Return the page in the frame."""
        return self._page("chat.html", _FRAME_CSP)

    def demo(self, path: str) -> HTTPResponse | None:
        """Return the demo page at `path`, or None."""
        name = DEMO.get(path)
        if name is None or not (self._folder / name).is_file():
            return None
        return self._page(name, _DEMO_CSP)

    def _page(self, name: str, policy: str) -> HTTPResponse:
        """Return a page with a fresh nonce."""
        nonce = secrets.token_urlsafe(18)
        body = self._read(name).replace(NONCE, nonce.encode())
        policy = policy.format(nonce=nonce, ancestors=self._ancestors)
        headers = {**_PAGE, "Content-Security-Policy": policy}
        return HTTPResponse(body, headers=headers, content_type=TYPES[".html"])

    def _file(self, request: Request, name: str, headers: dict[str, str]) -> HTTPResponse:
        """Return a file, compressed when a compressed one lies beside it and the caller takes it."""
        content_type = TYPES.get(Path(name).suffix)
        if content_type is None:
            raise not_found()
        headers = {**_COMMON, **headers, "Vary": "Accept-Encoding"}
        accepted = _accepted(request.headers.get("accept-encoding") or "")
        for encoding, ending in ENCODINGS.items():
            if encoding in accepted and (self._folder / f"{name}{ending}").is_file():
                headers["Content-Encoding"] = encoding
                return HTTPResponse(self._read(name + ending), headers=headers, content_type=content_type)
        return HTTPResponse(self._read(name), headers=headers, content_type=content_type)

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise not_found() from None


def not_found() -> ChannelError:
    """Return the error of an address where nothing is."""
    return ChannelError(404, "not_found", "There is nothing at this address.")


def _accepted(header: str) -> set[str]:
    """Return the encodings of an Accept-Encoding header that are not refused by `q=0`."""
    found = set()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight):
            found.add(name.strip())
    return found
