"""The edge with a certificate of its own."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from scripts._ports import LOOPBACK
from tests.edge import HOST
from tests.nginx_place import WEB, Place, place
from tests.waiting import eventually


class TestTls:
    @pytest.fixture(scope="class")
    def tls(self, certificate: Path) -> Iterator[Place]:
        """An edge with a certificate."""
        with place("edge", certificate) as found:
            yield found

    def handshake(self, tls: Place, certificate: Path, name: str, most: ssl.TLSVersion | None = None) -> str:
        """Asks for the chat over TLS and returns the head of the answer."""
        context = ssl.create_default_context(cafile=str(certificate))
        if most:
            context.maximum_version = most
        with (
            socket.create_connection((LOOPBACK, tls.nginx.port), timeout=20) as bare,
            context.wrap_socket(bare, server_hostname=name) as connection,
        ):
            connection.sendall(f"GET {WEB} HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
            return connection.recv(4096).decode()

    def test_https(self, tls: Place, certificate: Path) -> None:
        """It answers under its name, tells browsers to stay with https, and Rasa that it was https."""
        eventually(lambda: " 200 " in self.handshake(tls, certificate, HOST))
        head = self.handshake(tls, certificate, HOST)
        assert "Strict-Transport-Security: max-age=31536000" in head
        assert "nginx/" not in head
        assert tls.behind.asked[-1].headers["x-forwarded-proto"] == "https"

    def test_another_name(self, tls: Place, certificate: Path) -> None:
        """There is no handshake, so no certificate tells who is here."""
        with pytest.raises(ssl.SSLError):
            self.handshake(tls, certificate, "other.example")

    def test_old_tls(self, tls: Place, certificate: Path) -> None:
        """TLS 1.1 is refused."""
        with pytest.raises((ssl.SSLError, OSError)), pytest.warns(match="TLSv1_1"):
            self.handshake(tls, certificate, HOST, ssl.TLSVersion.TLSv1_1)

    def test_http(self, tls: Place) -> None:
        """It leads to https, method and path unchanged."""
        port = int(tls.nginx.variables["STRIA_EDGE_HTTP_PORT"])
        with contextlib.closing(HTTPConnection(LOOPBACK, port, timeout=20)) as connection:
            connection.request("GET", f"{WEB}chat?a=1", headers={"Host": HOST})
            answer = connection.getresponse()
        assert (answer.status, answer.headers["location"]) == (308, f"https://{HOST}{WEB}chat?a=1")
