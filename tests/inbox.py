"""The inbox in tests: an application with settings, and a browser without a window for it."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clinic import staff
from clinic.inbox.app import create_app
from clinic.inbox.settings import InboxSettings

NAME, PASSWORD = "anna", "correct horse battery"


def settings(**values: str) -> InboxSettings:
    """Returns the settings that these variables make."""
    return InboxSettings.read({"STRIA_INBOX_SECRET": "a secret for tests of the inbox!", **values})


def make_app(**values: str) -> Flask:
    """Returns the inbox with these variables."""
    return create_app(settings(**values))


class Visitor:
    """Somebody with a browser: follows no redirection, keeps cookies, fills in forms."""

    def __init__(self, app: Flask, address: str = "127.0.0.1", base: str = "http://localhost:5070"):
        """Has no session yet."""
        self.client: FlaskClient = app.test_client()
        self._environ = {"REMOTE_ADDR": address}
        self._base = base

    def ask(self, path: str, method: str = "GET", **how: Any) -> TestResponse:
        """Sends a request."""
        if self._base.startswith("https"):
            how.setdefault("headers", {})["Referer"] = f"{self._base}/"
        return self.client.open(
            path,
            method=method,
            base_url=self._base,
            environ_overrides=dict(self._environ),
            buffered=True,
            **how,
        )

    def token(self, path: str = "/login") -> str:
        """Returns the token of the forms of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.ask(path).text)
        assert found, "no form"
        return found[1]

    def post(self, path: str, page: str = "/", **fields: str) -> TestResponse:
        """Sends a form of a page."""
        return self.ask(path, "POST", data={"csrf_token": self.token(page), **fields})

    def try_login(self, name: str = NAME, password: str = PASSWORD, target: str = "") -> TestResponse:
        """Sends the form of the login."""
        return self.post("/login", "/login", name=name, password=password, next=target)

    def log_in(self) -> Visitor:
        """Logs in with the password of tests, which it sets."""
        if staff.member(NAME) is None:
            staff.set_password(NAME, PASSWORD, "a test")
        assert self.try_login().status_code == 303
        return self
