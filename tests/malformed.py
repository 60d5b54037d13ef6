"""Requests that are wrong in some way, drawn by hypothesis from sound ones of each public surface."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.mutations import bodies
from tests.raw_http import PATIENCE, Request

#: A word of no file of the project; it is in bodies, headers and addresses, and must be in no log.
SECRET = b"Zorvolex"
#: Seconds after which we hang up where no answer can be expected.
SHORT = 0.02


@dataclass(frozen=True)
class Sound:
    """A request as a well-meant sender makes it. `sign` makes the one that carries another body."""

    request: Request
    sign: Callable[[bytes], Request] | None = None

    def with_body(self, body: bytes) -> Request:
        """Returns it with another body, signed when it has to be."""
        return self.sign(body) if self.sign else replace(self.request, body=body)


@dataclass(frozen=True)
class Wrong:
    """What is sent: `complete` when an answer has to come, `gone` when the sender is off at once."""

    parts: tuple[bytes, ...]
    complete: bool = True
    gone: bool = False

    @property
    def quiet(self) -> float:
        """How long an answer is waited for."""
        return PATIENCE if self.complete else SHORT


LENGTHS = (
    b"-1", b"+5", b"0x5", b"1_0", b"5, 5", b"5,6", b"", b" ", b"abc", b"99999999999999999999", b"101000000",
    b"1e3", b"\xb2", b"5\x00", b"1.0", b"--1", b"2147483648", b"0", b"3",
)  # fmt: skip
ENCODINGS = (b"chunked", b"gzip, chunked", b"chunked, chunked", b"identity", b"CHUNKED", b"\x00", b"xchunked")
CHUNKS = (
    b"0\r\n\r\n", b"5\r\nabcde\r\n0\r\n\r\n", b"-1\r\nabc\r\n0\r\n\r\n", b"zz\r\nabc\r\n", b"FFFFFFFFFFFFFFFF\r\nabc",
    b"5;x=y\r\nabcde\r\n0\r\n\r\n", b"5\r\nabcdefgh\r\n0\r\n\r\n", b"\r\n\r\n", b"5\nabcde\n0\n\n", b"0x5\r\nabcde\r\n0\r\n\r\n",
    b"1_0\r\nabc\r\n0\r\n\r\n", b"+5\r\nabcde\r\n0\r\n\r\n", b"5" * 5000, b"0\r\nX-Trailer: y\r\n\r\n",
)  # fmt: skip
METHODS = (
    b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT", b"PROPFIND", b"get",
    b"", b"G\x00T", b"P\xd6ST", b"A" * 9000, b"GET GET", b"\r\nGET", b"PRI",
)  # fmt: skip
VERSIONS = (
    b"HTTP/1.0",
    b"HTTP/0.9",
    b"HTTP/2.0",
    b"HTTP/9.9",
    b"HTTP/1.1 x",
    b"",
    b"http/1.1",
    b"HTTP/1.1\x00",
    b"XTTP/1.1",
)
TARGETS = (
    b"*", b"", b"//", b"/../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/%00", b"/%ff%fe", b"/\xff\xfe", b"/%", b"/%zz",
    b"http://evil.example/", b"http://[::1", b"evil.example:443", b"/" + b"a" * 9000, b"/" + b"a/" * 3000, b"/?" + b"a=1&" * 3000,
    b"/?%00=%00", b"/;x=y", b"/webhooks", b"/webhooks/", b"/webhooks/web/assets/../../credentials.yml",
    b"/webhooks/web/assets/x/%2e%2e%2fcredentials.yml", b"/webhooks/web/assets/a/b/c", b"/webhooks/nobody/webhook",
    b"/webhooks/telegram/set_webhook", b"/webhooks/web//chat", b"/about/", b"/favicon.ico", b"/.git/config", b"/?\xf0\x9f", b"/#x",
    b"/\\..\\..", b"/" + SECRET + b"?" + SECRET,
)  # fmt: skip
VALUES = (
    b"", b" ", b"\x00", b"\xff\xfe", b"\t", b"x" * 20_000, b"a\rb", b"a\nb", b"\x7f", b"%00", b"null", b"-1", b"9" * 400,
    "é–€👩".encode(), b"{}", b"'\"<>", b"text/plain", b"application/json; charset=utf-16", b"application/json;;;=",
    b"multipart/form-data", b"multipart/form-data; boundary=", b"application/x-www-form-urlencoded", b"Bearer", b"Bearer ",
    b"Bearer a.b.c", b"Bearer " + b"e" * 5000, b"Basic \xff", b"stria_session=", b"stria_session=a.b.c; stria_session=x",
    b"=; =;;", b"a=b; " * 800, b"100-continue", b"200-maybe", b"websocket", b"h2c", b"gzip;q=a", b"br;q=0, *;q=1", b"bytes=0-",
    b"127.0.0.1, ::1, x", b"[::1", b"a" * 300 + b".example", b"localhost:99999", b"keep-alive", b"close, keep-alive", SECRET,
)  # fmt: skip
NAMES = (
    b"Host", b"Content-Type", b"Authorization", b"Cookie", b"Origin", b"Expect", b"Upgrade", b"Accept-Encoding", b"Range",
    b"X-Forwarded-For", b"X-Stria", b"X-Hub-Signature-256", b"X-Twilio-Signature", b"X-Slack-Signature",
    b"X-Slack-Request-Timestamp", b"X-Telegram-Bot-Api-Secret-Token", b"Connection", b"Referer", b"If-None-Match",
    b"Sec-Fetch-Site", b"Forwarded", b"X-" + b"y" * 2000, b"", b"a b", b"a\x00", b"\xff", b"a:b", b" lead", b"(paren)",
)  # fmt: skip
QUERIES = (
    b"?token=x", b"?token=", b"?token=a&token=b", b"?stream=true", b"?hub.mode=subscribe", b"?hub.mode=subscribe&hub.verify_token=x",
    b"?hub.challenge=" + b"9" * 3000, b"?hub.verify_token=%ff", b"?include_events=NONE", b"?until=nan", b"?a[]=1", b"?%", b"?=&&=",
    b"?" + SECRET,
)  # fmt: skip


@st.composite
def _line(draw: st.DrawFn, sound: Sound) -> Wrong:
    """A wrong request line."""
    request = sound.request
    match draw(st.sampled_from(("method", "target", "version", "query", "bytes"))):
        case "method":
            request = replace(request, method=draw(st.sampled_from(METHODS)))
        case "target":
            request = replace(request, target=draw(st.sampled_from(TARGETS)))
        case "version":
            request = replace(request, version=draw(st.sampled_from(VERSIONS)))
        case "query":
            request = replace(request, target=request.target + draw(st.sampled_from(QUERIES)))
        case _:
            target = request.target + b"/" + draw(st.binary(max_size=30))
            request = replace(request, target=target)
    # What is no line of HTTP at all may be answered by hanging up.
    return Wrong((request.raw(),), complete=False)


@st.composite
def _header(draw: st.DrawFn, sound: Sound) -> Wrong:
    """Wrong headers: odd ones, too many, doubled, folded, missing."""
    request = sound.request
    one = (draw(st.sampled_from(NAMES)), draw(st.one_of(st.sampled_from(VALUES), st.binary(max_size=40))))
    match draw(st.sampled_from(("add", "add", "replace", "twice", "many", "drop", "fold", "no colon"))):
        case "add":
            headers = (*request.headers, one)
        case "replace":
            headers = (one, *(h for h in request.headers if h[0].lower() != one[0].lower()))
        case "twice":
            headers = (*request.headers, *request.headers)
        case "many":
            headers = (
                *request.headers,
                *((b"X-%d" % n, SECRET) for n in range(draw(st.sampled_from((150, 1500))))),
            )
        case "drop":
            headers = request.headers[: draw(st.integers(0, max(0, len(request.headers) - 1)))]
        case "fold":
            headers = (*request.headers, (b"X-Fold", b"a\r\n b\r\n\tc"))
        case _:
            headers = (*request.headers, (b"X-None\r\nnothing here", b"y"))
    return Wrong((replace(request, headers=headers).raw(),), complete=False)


@st.composite
def _length(draw: st.DrawFn, sound: Sound) -> Wrong:
    """A body whose length is a lie, in numbers or in chunks."""
    body = sound.request.body or b"{}"
    match draw(st.sampled_from(("length", "length", "more", "less", "none", "chunks", "both"))):
        case "length":
            headers: tuple[tuple[bytes, bytes], ...] = ((b"Content-Length", draw(st.sampled_from(LENGTHS))),)
        case "more":
            headers = ((b"Content-Length", b"%d" % (len(body) + draw(st.integers(1, 5000)))),)
        case "less":
            headers = ((b"Content-Length", b"%d" % draw(st.integers(0, len(body)))),)
        case "none":
            headers = ()
        case "chunks":
            headers = ((b"Transfer-Encoding", draw(st.sampled_from(ENCODINGS))),)
            body = draw(st.sampled_from(CHUNKS))
        case _:
            headers = ((b"Transfer-Encoding", b"chunked"), (b"Content-Length", b"5"))
            body = draw(st.sampled_from(CHUNKS))
    request = replace(sound.request, method=b"POST", measured=False, body=body)
    return Wrong((replace(request, headers=(*request.headers, *headers)).raw(),), complete=False)


@st.composite
def _transfer(draw: st.DrawFn, sound: Sound) -> Wrong:
    """A sound request in an unsound way: in pieces, unfinished, abandoned, several at once."""
    raw = sound.request.raw()
    match draw(st.sampled_from(("pieces", "cut", "abandoned", "pipelined", "after garbage", "garbage"))):
        case "pieces":
            size = max(1, len(raw) // draw(st.integers(2, 12)))
            return Wrong(tuple(raw[at : at + size] for at in range(0, len(raw), size)))
        case "cut":
            return Wrong((raw[: draw(st.integers(0, len(raw) - 1))],), complete=False)
        case "abandoned":
            return Wrong((raw[: draw(st.integers(0, len(raw)))],), gone=True)
        case "pipelined":
            one = sound.request.raw(last=False)
            return Wrong((one * draw(st.integers(1, 5)) + raw,))
        case "after garbage":
            return Wrong(
                (sound.request.raw(last=False) + draw(st.binary(max_size=100)) + raw,), complete=False
            )
        case _:
            return Wrong((draw(st.binary(max_size=3000)),), complete=False)


@st.composite
def _body(draw: st.DrawFn, sound: Sound) -> Wrong:
    """A body that is wrong, rightly signed."""
    return Wrong((sound.with_body(draw(bodies([sound.request.body]))).raw(),))


@st.composite
def _unsigned(draw: st.DrawFn, sound: Sound) -> Wrong:
    """A body that is wrong, with the signature of another."""
    return Wrong((replace(sound.request, body=draw(bodies([sound.request.body]))).raw(),))


def wrong(sounds: Sequence[Sound]) -> st.SearchStrategy[Wrong]:
    """Draws what is wrong in some way; half of it in the body, where there is one."""

    def of(sound: Sound) -> st.SearchStrategy[Wrong]:
        ways = [_line(sound), _header(sound), _length(sound), _transfer(sound)]
        if sound.request.body:
            ways += [_body(sound)] * 4
        if sound.sign:
            ways.append(_unsigned(sound))
        return st.one_of(ways)

    return st.sampled_from(list(sounds)).flatmap(of)


def post(target: str, body: object, *headers: tuple[str, str]) -> Sound:
    """Returns a POST of JSON."""
    all_headers = (("Host", "127.0.0.1"), ("Content-Type", "application/json"), *headers)
    encoded = tuple((n.encode(), v.encode()) for n, v in all_headers)
    return Sound(Request(b"POST", target.encode(), encoded, json.dumps(body).encode()))


def get(target: str, *headers: tuple[str, str], method: str = "GET") -> Sound:
    """Returns a request without a body."""
    encoded = tuple((n.encode(), v.encode()) for n, v in (("Host", "127.0.0.1"), *headers))
    return Sound(Request(method.encode(), target.encode(), encoded))
