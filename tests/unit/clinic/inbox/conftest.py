"""An inbox with an empty database for each test."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.security import generate_password_hash

from clinic import staff
from tests.inbox import Visitor, make_app


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that are made quickly; what they cost in earnest is tested by itself."""
    quick = "scrypt:1024:8:1"
    monkeypatch.setattr(staff, "_METHOD", quick)
    monkeypatch.setattr(staff, "_NOBODY", generate_password_hash("", quick))


@pytest.fixture
def app() -> Flask:
    """The inbox as it is by default."""
    return make_app()


@pytest.fixture
def anna(app: Flask) -> Visitor:
    """Somebody who has logged in."""
    return Visitor(app).log_in()


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Somebody who has not."""
    return Visitor(app)
